//! A random Llama small enough to make in a test; its sizes fill no panel, tile or page evenly.

use crate::ModelFile;
use std::sync::Arc;

const HIDDEN: usize = 48;
const KV: usize = 16;
const FEED_FORWARD: usize = 80;
const MERGES: [&str; 6] = ["Y e", "Ye s", "e s", "N o", "1 0", "Ġ Y"];
const TEMPLATE: &str = "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'].strip() + '<|im_end|>\n' }}{% endfor %}{{ '<|im_start|>assistant\n' }}";

pub(super) fn model() -> Arc<ModelFile> {
    Arc::new(ModelFile::parse(file()).unwrap())
}

/// The bytes of the whole file.
pub(super) fn file() -> Vec<u8> {
    let tokens = tokens();
    let types: Vec<i32> = tokens.iter().map(|t| if t.starts_with("<|") { 3 } else { 1 }).collect();
    let mut meta = llama();
    meta.int("tokenizer.ggml.eos_token_id", 1);
    meta.int("tokenizer.ggml.bos_token_id", 0);
    meta.text("tokenizer.ggml.model", "gpt2");
    meta.text("tokenizer.ggml.pre", "smollm");
    meta.texts("tokenizer.ggml.tokens", &tokens);
    meta.texts("tokenizer.ggml.merges", &MERGES.map(str::to_owned));
    meta.ints("tokenizer.ggml.token_type", &types);
    meta.finish(&tensors(tokens.len()))
}

/// The metadata without the vocabulary.
pub(super) fn llama() -> Writer {
    let mut meta = Writer::default();
    meta.text("general.architecture", "llama");
    for (key, value) in [
        ("llama.block_count", 2),
        ("llama.context_length", 256),
        ("llama.embedding_length", HIDDEN as u32),
        ("llama.feed_forward_length", FEED_FORWARD as u32),
        ("llama.attention.head_count", 6),
        ("llama.attention.head_count_kv", 2),
        ("llama.rope.dimension_count", 8),
    ] {
        meta.int(key, value);
    }
    meta.float("llama.attention.layer_norm_rms_epsilon", 1e-5);
    meta.float("llama.rope.freq_base", 10_000.0);
    meta.text("tokenizer.chat_template", TEMPLATE);
    meta
}

/// Names and shapes of the tensors of a model with `vocabulary` tokens.
pub(super) fn tensors(vocabulary: usize) -> Vec<(String, Vec<usize>)> {
    let mut tensors = vec![("token_embd.weight".to_owned(), vec![vocabulary, HIDDEN])];
    tensors.push(("output_norm.weight".to_owned(), vec![HIDDEN]));
    for l in 0..2 {
        for (part, shape) in [
            ("attn_norm", vec![HIDDEN]),
            ("attn_q", vec![HIDDEN, HIDDEN]),
            ("attn_k", vec![KV, HIDDEN]),
            ("attn_v", vec![KV, HIDDEN]),
            ("attn_output", vec![HIDDEN, HIDDEN]),
            ("ffn_norm", vec![HIDDEN]),
            ("ffn_gate", vec![FEED_FORWARD, HIDDEN]),
            ("ffn_up", vec![FEED_FORWARD, HIDDEN]),
            ("ffn_down", vec![HIDDEN, FEED_FORWARD]),
        ] {
            tensors.push((format!("blk.{l}.{part}.weight"), shape));
        }
    }
    tensors
}

/// Two control tokens, the 256 bytes, the merges.
fn tokens() -> Vec<String> {
    let mut tokens = vec!["<|im_start|>".to_owned(), "<|im_end|>".to_owned()];
    let mut next = 256;
    for byte in 0..=255u8 {
        let plain = matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
        let letter = if plain { char::from(byte) } else { char::from_u32(next).unwrap() };
        next += u32::from(!plain);
        tokens.push(letter.to_string());
    }
    tokens.extend(MERGES.map(|m| m.replace(' ', "")));
    tokens
}

#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    count: u64,
}

impl Writer {
    fn string(&mut self, text: &str) {
        self.bytes.extend((text.len() as u64).to_le_bytes());
        self.bytes.extend(text.as_bytes());
    }

    fn key(&mut self, key: &str, kind: u32) {
        self.count += 1;
        self.string(key);
        self.bytes.extend(kind.to_le_bytes());
    }

    fn list(&mut self, key: &str, kind: u32, len: usize) {
        self.key(key, 9);
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend((len as u64).to_le_bytes());
    }

    pub(super) fn int(&mut self, key: &str, value: u32) {
        self.key(key, 4);
        self.bytes.extend(value.to_le_bytes());
    }

    fn float(&mut self, key: &str, value: f32) {
        self.key(key, 6);
        self.bytes.extend(value.to_le_bytes());
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key, 8);
        self.string(value);
    }

    pub(super) fn texts(&mut self, key: &str, values: &[String]) {
        self.list(key, 8, values.len());
        values.iter().for_each(|v| self.string(v));
    }

    pub(super) fn ints(&mut self, key: &str, values: &[i32]) {
        self.list(key, 5, values.len());
        values.iter().for_each(|v| self.bytes.extend(v.to_le_bytes()));
    }

    pub(super) fn floats(&mut self, key: &str, values: &[f32]) {
        self.list(key, 6, values.len());
        values.iter().for_each(|v| self.bytes.extend(v.to_le_bytes()));
    }

    pub(super) fn bool(&mut self, key: &str, value: bool) {
        self.key(key, 7);
        self.bytes.push(u8::from(value));
    }

    pub(super) fn finish(self, tensors: &[(String, Vec<usize>)]) -> Vec<u8> {
        let mut out = Self::default();
        out.bytes.extend(b"GGUF");
        out.bytes.extend(3u32.to_le_bytes());
        out.bytes.extend((tensors.len() as u64).to_le_bytes());
        out.bytes.extend(self.count.to_le_bytes());
        out.bytes.extend(&self.bytes);
        let mut at = 0u64;
        for (name, shape) in tensors {
            out.string(name);
            out.bytes.extend((shape.len() as u32).to_le_bytes());
            shape.iter().rev().for_each(|n| out.bytes.extend((*n as u64).to_le_bytes()));
            out.bytes.extend(0u32.to_le_bytes());
            out.bytes.extend(at.to_le_bytes());
            at += (shape.iter().product::<usize>() * 4).next_multiple_of(32) as u64;
        }
        let mut state = 1u32;
        for (name, shape) in tensors {
            out.bytes.resize(out.bytes.len().next_multiple_of(32), 0);
            for _ in 0..shape.iter().product::<usize>() {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let x = (state >> 8) as f32 / (1 << 24) as f32 - 0.5;
                let x = if name.contains("norm") { 1.0 + x * 0.2 } else { x * 0.9 };
                out.bytes.extend(x.to_le_bytes());
            }
        }
        out.bytes
    }
}

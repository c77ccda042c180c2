//! SentencePiece vocabularies, held by SentencePiece itself: `fixtures/pieces.json`, made by
//! `xtask/oracles/pieces.py`.

use super::{generations, runner, scores, tiny};
use crate::gguf::Gguf;
use crate::options::{MORE_MAX, ways};
use crate::reference::Reference;
use crate::{Generate, LocalModel, ModelFile, Score, Tokenizer};
use serde_json::Value;
use std::sync::Arc;
use trace::{Message, Request, Role, Sampling};

/// A character that no text of the fixture holds.
const MARK: char = '\u{E000}';

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../fixtures/pieces.json")).unwrap()
}

/// A vocabulary as a file lists it; `None` where the file says nothing.
#[derive(Clone)]
struct Listed {
    tokens: Vec<String>,
    scores: Option<Vec<f32>>,
    types: Option<Vec<i32>>,
    add_space_prefix: Option<bool>,
    add_bos: Option<bool>,
}

impl Listed {
    fn trained() -> Self {
        let read = fixture();
        let list = |key: &str| read[key].as_array().unwrap().clone();
        Self {
            tokens: list("tokens").iter().map(|t| t.as_str().unwrap().to_owned()).collect(),
            scores: Some(list("scores").iter().map(|s| s.as_f64().unwrap() as f32).collect()),
            types: Some(list("types").iter().map(|t| t.as_i64().unwrap() as i32).collect()),
            add_space_prefix: None,
            add_bos: None,
        }
    }

    /// With one more token.
    fn and(mut self, token: &str, kind: i32) -> Self {
        self.tokens.push(token.to_owned());
        self.scores.as_mut().unwrap().push(-1000.0);
        self.types.as_mut().unwrap().push(kind);
        self
    }

    fn file(&self) -> Vec<u8> {
        let mut meta = tiny::llama();
        meta.text("tokenizer.ggml.model", "llama");
        for name in ["bos", "eos", "unknown"] {
            let id = fixture()[name].as_u64().unwrap();
            meta.int(&format!("tokenizer.ggml.{name}_token_id"), id as u32);
        }
        meta.texts("tokenizer.ggml.tokens", &self.tokens);
        self.scores.iter().for_each(|s| meta.floats("tokenizer.ggml.scores", s));
        self.types.iter().for_each(|t| meta.ints("tokenizer.ggml.token_type", t));
        self.add_space_prefix.iter().for_each(|b| meta.bool("tokenizer.ggml.add_space_prefix", *b));
        self.add_bos.iter().for_each(|b| meta.bool("tokenizer.ggml.add_bos_token", *b));
        meta.finish(&tiny::tensors(self.tokens.len()))
    }

    fn tokenizer(&self) -> Tokenizer {
        Tokenizer::read(&Gguf::parse(self.file()).unwrap(), self.tokens.len()).unwrap()
    }

    fn error(&self) -> String {
        ModelFile::parse(self.file()).err().expect("the vocabulary is damaged").to_string()
    }
}

pub(super) fn file() -> Vec<u8> {
    Listed::trained().file()
}

pub(super) fn model() -> Arc<ModelFile> {
    Arc::new(ModelFile::parse(file()).unwrap())
}

/// The ids of a text that a template put between its control tokens: their names in it stay text.
fn encode(tokenizer: &Tokenizer, text: &str) -> Vec<u32> {
    tokenizer.encode_veiled(&tokenizer.veil(text, MARK), MARK)
}

#[test]
fn ids_are_those_of_sentencepiece() {
    let spaced = Listed { add_bos: Some(false), ..Listed::trained() }.tokenizer();
    let bare = Listed { add_space_prefix: Some(false), ..Listed::trained() }.tokenizer();
    let fixture = fixture();
    let begin = fixture["bos"].as_u64().unwrap() as u32;
    let items = fixture["items"].as_array().unwrap();
    for item in items {
        let text = item["text"].as_str().unwrap();
        let ids: Vec<u32> = serde_json::from_value(item["ids"].clone()).unwrap();
        let inner: Vec<u32> = serde_json::from_value(item["inner"].clone()).unwrap();
        assert_eq!(encode(&spaced, text), ids, "{text:?}");
        assert_eq!(spaced.encode_inner(text), inner, "{text:?} within a sequence");
        assert_eq!(encode(&bare, text), [vec![begin], inner].concat(), "{text:?} without a space before it");
        let returns = item["returns"].as_bool().unwrap();
        assert_eq!(spaced.decode(&ids) == text, returns, "{text:?}");
    }
    assert!(items.len() > 60);
}

#[test]
fn tokens_write_bytes() {
    let listed = Listed::trained().and("<two  spaces>", 4);
    let tokenizer = listed.tokenizer();
    let id = |token: &str| listed.tokens.iter().position(|t| t == token).unwrap() as u32;
    for (token, bytes) in [
        ("▁Yes", " Yes"),
        ("▁▁", "  "),
        ("<0x0A>", "\n"),
        ("[offer]", "[offer]"),
        ("<two  spaces>", "<two  spaces>"),
        ("<unk>", ""),
        ("<s>", ""),
        ("<|im_end|>", ""),
    ] {
        assert_eq!(tokenizer.bytes(id(token)), bytes.as_bytes(), "{token}");
    }
    assert_eq!(tokenizer.bytes(id("<0xF0>")), [0xF0]);
    assert_eq!(tokenizer.token(b"Y"), Some(id("Y")), "a piece before the byte's own token");
    assert_eq!(tokenizer.token(b"<"), Some(id("<0x3C>")));
    assert_eq!(tokenizer.encode_inner("a<two  spaces>"), [id("a"), id("<two  spaces>")]);
    let turn = tokenizer.encode("<|im_start|>Yes<|im_end|>");
    assert_eq!(turn, ["<s>", "<|im_start|>", "▁Yes", "<|im_end|>"].map(id));
    assert_eq!((tokenizer.end_of_turn(), tokenizer.is_end(id("</s>"))), (id("<|im_end|>"), true));
}

#[test]
fn an_option_may_follow_a_space() {
    let tokenizer = Listed::trained().tokenizer();
    let text = |id: &u32| String::from_utf8(tokenizer.bytes(*id).to_vec()).unwrap();
    let join = |way: Vec<u32>| way.iter().map(text).collect::<Vec<_>>().join("|");
    let spelled = |option: &str| ways(&tokenizer, option, MORE_MAX).into_iter().map(join).collect::<Vec<_>>();
    assert_eq!(spelled("Yes"), ["Yes", "Y|es", "Y|e|s", " Yes", " |Yes", " |Y|es", " |Y|e|s"]);
    assert_eq!(spelled("<"), ["<", " |<"]);
    assert_eq!(spelled(""), [""]);
    let bare = Listed { add_space_prefix: Some(false), ..Listed::trained() }.tokenizer();
    assert_eq!(ways(&bare, "Yes", MORE_MAX).len(), 3);
}

#[test]
fn damaged_vocabularies_are_errors() {
    let whole = Listed::trained();
    let start = "the tokenizer cannot be built: ";
    let said = |listed: Listed| listed.error().replace(start, "");
    let scores = |scores: Option<Vec<f32>>| said(Listed { scores, ..whole.clone() });
    let unfit = "tokenizer.ggml.scores is not one number for each of the 480 tokens";
    assert_eq!(scores(None), "the metadata has no tokenizer.ggml.scores");
    assert_eq!(scores(Some(vec![0.0; 479])), unfit);
    assert_eq!(scores(Some(vec![f32::NAN; 480])), unfit);
    let types = |types: Option<Vec<i32>>| said(Listed { types, ..whole.clone() });
    assert_eq!(types(None), "the metadata has no tokenizer.ggml.token_type");
    assert_eq!(types(Some(vec![1; 479])), "tokenizer.ggml.token_type does not fit");
    assert_eq!(types(Some(vec![1; 480])), "0 of the 256 bytes have a token");
    assert_eq!(said(Listed::trained().and("Yes", 1)), "two tokens are \"Yes\"");
    assert_eq!(said(Listed::trained().and("  ", 4)), "two tokens are \"  \"", "spaces are matched as ▁▁");
    assert_eq!(said(Listed::trained().and("<0x0a>", 6)), "a byte is named \"<0x0a>\", not like <0x0A>");
    let long = format!("the piece {:?} is longer than 128 characters", "y".repeat(40));
    assert_eq!(said(Listed::trained().and(&"y".repeat(1 << 20), 1)), long);
    assert_eq!(said(Listed::trained().and(&"y".repeat(129), 1)), long);
    drop(Listed::trained().and(&"y".repeat(128), 1).tokenizer());
    drop(Listed::trained().and(&"y".repeat(1 << 20), 4).tokenizer());
}

#[test]
fn pieces_never_join_into_a_byte_or_a_control_token() {
    let parts = ["<", ">", "/", "<0", "<0x", "<0x0", "<0x0A", "<s", "</", "</s", "<u", "<un", "<unk"];
    let listed = parts.iter().fold(Listed::trained(), |listed, part| listed.and(part, 1));
    let tokenizer = listed.and("<0x0A>!", 1).and("⏹", 3).tokenizer();
    let spelled = |text: &str| -> Vec<String> {
        tokenizer.encode_inner(text).iter().map(|id| tokenizer.decode(&[*id])).collect()
    };
    assert_eq!(spelled("<0x0A>!"), ["<0x0A", ">", "!"]);
    assert_eq!(spelled("<unk></s>"), ["<unk", ">", "</s", ">"]);
    assert_eq!(spelled("<s>"), ["<s", ">"]);
    assert_eq!(tokenizer.encode_inner("⏹").len(), "⏹".len(), "in bytes");
}

#[test]
fn a_user_defined_token_that_looks_like_control_is_control() {
    let listed = Listed::trained().and("<|eot_id|>", 4);
    let tokenizer = listed.tokenizer();
    let id = listed.tokens.len() as u32 - 1;
    assert!(!encode(&tokenizer, "a<|eot_id|>").contains(&id));
    assert!(tokenizer.encode("a<|eot_id|>").contains(&id) && tokenizer.is_end(id));
}

fn request(options: &[&str]) -> Request {
    Request {
        messages: vec![Message { role: Role::User, text: "Größe 🙂? Yes or No.".into() }],
        options: options.iter().map(|o| (*o).to_owned()).collect(),
        schema: None,
        sampling: Sampling { temperature: 0.0, top_p: 1.0, tokens_max: 8, stop: Vec::new() },
        seed: 0,
        ..Request::default()
    }
}

/// The reference's ln p of every next token behind `tokens`.
fn expected(reference: &Reference, tokens: &[u32]) -> Vec<f64> {
    let logits = reference.forward(tokens).unwrap().logits;
    let last: Vec<f32> = logits.get(tokens.len() - 1).unwrap().to_vec1().unwrap();
    let total = crate::math::log_sum_exp(&last);
    last.into_iter().map(|x| f64::from(x) - total).collect()
}

/// The likeliest tokens one by one, eight of them or up to the end of the turn.
fn greedy(reference: &Reference, tokenizer: &Tokenizer, prompt: &[u32]) -> Vec<u32> {
    let mut tokens = prompt.to_vec();
    for _ in 0..8 {
        let logp = expected(reference, &tokens);
        let best = (0..logp.len()).max_by(|a, b| logp[*a].total_cmp(&logp[*b])).unwrap() as u32;
        tokens.push(best);
        if tokenizer.is_end(best) {
            break;
        }
    }
    tokens.split_off(prompt.len())
}

/// ln of the sum over the ways of `option`, each with the end of the turn, from the reference.
fn summed(reference: &Reference, tokenizer: &Tokenizer, prompt: &[u32], option: &str) -> f64 {
    let way = |way: Vec<u32>| -> f64 {
        let mut tokens = prompt.to_vec();
        let mut logp = 0.0;
        for next in way.into_iter().chain([tokenizer.end_of_turn()]) {
            logp += expected(reference, &tokens)[next as usize];
            tokens.push(next);
        }
        logp.exp()
    };
    ways(tokenizer, option, MORE_MAX).into_iter().map(way).sum::<f64>().ln()
}

#[test]
fn a_model_of_pieces_opens_by_path_and_answers() {
    let file = file();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pieces.gguf");
    std::fs::write(&path, &file).unwrap();
    let local = LocalModel::open(path.to_str().unwrap(), &mut |_, _| {}).unwrap();
    let reference = Reference::load(&Gguf::parse(file).unwrap()).unwrap();
    let tokenizer = &local.engine().model().tokenizer;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer =
        |request: &Request| runtime.block_on(model::Model::answer(&local, request)).unwrap().completion;
    let prompt = local.prompt(&request(&[]).messages).unwrap();
    assert_eq!(prompt[..2], [1, 3], "<s><|im_start|>");
    let tokens = greedy(&reference, tokenizer, &prompt);
    let bytes: Vec<u8> = tokens.iter().flat_map(|id| tokenizer.bytes(*id)).copied().collect();
    let generated = answer(&request(&[]));
    assert_eq!(generated.text, String::from_utf8_lossy(&bytes));
    assert_eq!(generated.usage.completion_tokens, tokens.len() as u64);
    let scored = answer(&request(&["Yes", "No"]));
    for (option, got) in ["Yes", "No"].iter().zip(&scored.option_logp) {
        let want = summed(&reference, tokenizer, &prompt, option);
        assert!((got - want).abs() < 1e-4, "{option}: {got} instead of {want}");
    }
}

#[test]
fn companions_and_cache_change_nothing() {
    let model = model();
    let score = |text: &str| Score::new(&model.tokenizer, model.tokenizer.encode(text), &["Yes", "No"]);
    let sampling = Sampling { temperature: 1.0, top_p: 0.95, tokens_max: 20, stop: vec!["never".into()] };
    let generate = |text: &str| {
        let prompt = model.tokenizer.encode(text);
        Generate { prompt, sampling: sampling.clone(), seed: 3, sample: 0, constraint: None }
    };
    let texts = ["Is it", "Is it so?", "Was it?", "Is it so?  Yes", "Is it so?"];
    let mut shared = runner(&model);
    let scored = scores(&mut shared, texts.map(score).to_vec());
    let generated = generations(&mut shared, texts.map(generate).to_vec());
    for (i, text) in texts.iter().enumerate() {
        assert_eq!(scores(&mut runner(&model), vec![score(text)])[0], scored[i], "{text}");
        assert_eq!(generations(&mut runner(&model), vec![generate(text)])[0], generated[i], "{text}");
    }
}

//! The shape and the weights of a Llama-family model.

use crate::gguf::{Gguf, GgufError, Value};
use crate::panels::Panels;

/// Why a GGUF file is no model that this decoder runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelFileError {
    #[error(transparent)]
    Gguf(#[from] GgufError),
    #[error("the architecture is {found}; this decoder runs the Llama family (architecture llama) only")]
    Architecture { found: String },
    #[error("the model needs {what}, which this decoder does not do")]
    Unsupported { what: String },
    #[error("the tokenizer cannot be built: {why}")]
    Tokenizer { why: String },
    #[error("the chat template cannot be read: {why}")]
    Template { why: String },
}

/// The sizes of a model, all from its metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub blocks: usize,
    pub hidden: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub feed_forward: usize,
    pub vocabulary: usize,
    /// Longest sequence in tokens.
    pub context: usize,
    /// The epsilon of RMSNorm.
    pub epsilon: f32,
    /// Rotation per position of each pair of a head, in radians.
    pub frequencies: Vec<f64>,
}

/// One transformer block.
pub(crate) struct Block {
    pub(crate) attn_norm: Vec<f32>,
    /// Queries, keys and values below one another.
    pub(crate) qkv: Panels,
    pub(crate) output: Panels,
    pub(crate) ffn_norm: Vec<f32>,
    /// Gate and up below one another.
    pub(crate) gate_up: Panels,
    pub(crate) down: Panels,
}

/// All weights in f32, packed for the tile loop.
pub(crate) struct Weights {
    pub(crate) shape: Shape,
    pub(crate) embedding: Panels,
    pub(crate) blocks: Vec<Block>,
    pub(crate) output_norm: Vec<f32>,
    /// `None` where the embedding serves both ends.
    pub(crate) unembedding: Option<Panels>,
}

impl Weights {
    pub(crate) fn load(gguf: &Gguf) -> Result<Self, ModelFileError> {
        let shape = Shape::read(gguf)?;
        let (h, f) = (shape.hidden, shape.feed_forward);
        let (q, kv) = (shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim);
        let vocabulary = shape.vocabulary;
        let mut known = Known { gguf, names: vec!["rope_freqs.weight".to_owned()] };
        let embedding = known.panels(&[("token_embd.weight", vocabulary)], h)?;
        let unembedding = match gguf.tensor("output.weight") {
            Some(_) => Some(known.panels(&[("output.weight", vocabulary)], h)?),
            None => None,
        };
        let output_norm = known.vector("output_norm.weight", h)?;
        let mut blocks = Vec::new();
        for l in 0..shape.blocks {
            let name = |part: &str| format!("blk.{l}.{part}.weight");
            let attention = [(name("attn_q"), q), (name("attn_k"), kv), (name("attn_v"), kv)];
            let gate_up = [(name("ffn_gate"), f), (name("ffn_up"), f)];
            blocks.push(Block {
                attn_norm: known.vector(&name("attn_norm"), h)?,
                qkv: known.panels(&attention, h)?,
                output: known.panels(&[(name("attn_output"), h)], q)?,
                ffn_norm: known.vector(&name("ffn_norm"), h)?,
                gate_up: known.panels(&gate_up, h)?,
                down: known.panels(&[(name("ffn_down"), h)], f)?,
            });
        }
        known.all()?;
        Ok(Self { shape, embedding, blocks, output_norm, unembedding })
    }
}

/// Hands out tensors and remembers which: a tensor that nobody asked for would be a part of the
/// model that is left out in silence.
struct Known<'a> {
    gguf: &'a Gguf,
    names: Vec<String>,
}

impl Known<'_> {
    fn panels<S: AsRef<str>>(&mut self, parts: &[(S, usize)], k: usize) -> Result<Panels, GgufError> {
        let mut tensors = Vec::new();
        for (name, n) in parts {
            tensors.push(self.gguf.shaped(name.as_ref(), &[*n, k])?);
            self.names.push(name.as_ref().to_owned());
        }
        Panels::load(self.gguf, &tensors, k)
    }

    fn vector(&mut self, name: &str, n: usize) -> Result<Vec<f32>, GgufError> {
        self.names.push(name.to_owned());
        self.gguf.rows(self.gguf.shaped(name, &[n])?, 0, 1)
    }

    fn all(self) -> Result<(), ModelFileError> {
        match self.gguf.tensors().find(|t| !self.names.contains(&t.name)) {
            Some(t) => Err(ModelFileError::Unsupported { what: format!("the tensor {}", t.name) }),
            None => Ok(()),
        }
    }
}

impl Shape {
    /// Reads and checks the sizes.
    pub fn read(gguf: &Gguf) -> Result<Self, ModelFileError> {
        let architecture = gguf.text("general.architecture")?;
        if architecture != "llama" {
            return Err(ModelFileError::Architecture { found: architecture.to_owned() });
        }
        let heads = gguf.int("llama.attention.head_count")?;
        let kv_heads = match gguf.get("llama.attention.head_count_kv") {
            Some(_) => gguf.int("llama.attention.head_count_kv")?,
            None => heads,
        };
        let hidden = gguf.int("llama.embedding_length")?;
        let head_dim = match gguf.get("llama.attention.key_length") {
            Some(_) => gguf.int("llama.attention.key_length")?,
            None => hidden.checked_div(heads).unwrap_or(0),
        };
        let embedding = gguf.tensor("token_embd.weight");
        let missing = || GgufError::MissingTensor { name: "token_embd.weight".into() };
        let shape = Self {
            blocks: gguf.int("llama.block_count")?,
            hidden,
            heads,
            kv_heads,
            head_dim,
            feed_forward: gguf.int("llama.feed_forward_length")?,
            vocabulary: embedding.ok_or_else(missing)?.rows(),
            context: gguf.int("llama.context_length")?,
            epsilon: gguf.float("llama.attention.layer_norm_rms_epsilon")? as f32,
            frequencies: frequencies(gguf, head_dim)?,
        };
        shape.check(gguf)?;
        Ok(shape)
    }

    fn check(&self, gguf: &Gguf) -> Result<(), ModelFileError> {
        let unsupported = |what: String| Err(ModelFileError::Unsupported { what });
        let sizes = [self.hidden, self.heads, self.kv_heads, self.feed_forward, self.context];
        if sizes.contains(&0) || !self.heads.is_multiple_of(self.kv_heads.max(1)) {
            return unsupported(format!("the sizes {self:?}"));
        }
        if self.head_dim == 0 || !self.head_dim.is_multiple_of(2) || self.head_dim > 1024 {
            return unsupported(format!("heads of {} dimensions", self.head_dim));
        }
        match gguf.get("llama.expert_count") {
            Some(Value::Int(n)) if *n > 0 => unsupported(format!("a mixture of {n} experts")),
            _ => Ok(()),
        }
    }
}

/// Radians per position of each rotated pair, with the file's scaling.
fn frequencies(gguf: &Gguf, head_dim: usize) -> Result<Vec<f64>, ModelFileError> {
    let unsupported = |what: String| ModelFileError::Unsupported { what };
    let base = match gguf.get("llama.rope.freq_base") {
        Some(_) => gguf.float("llama.rope.freq_base")?,
        None => 10_000.0,
    };
    let dims = match gguf.get("llama.rope.dimension_count") {
        Some(_) => gguf.int("llama.rope.dimension_count")?,
        None => head_dim,
    };
    if dims > head_dim || !dims.is_multiple_of(2) || base <= 0.0 {
        return Err(unsupported(format!("rotation of {dims} dimensions with base {base}")));
    }
    let scale = match gguf.get("llama.rope.scaling.type") {
        None => 1.0,
        Some(Value::Text(kind)) if kind == "none" => 1.0,
        Some(Value::Text(kind)) if kind == "linear" => gguf.float("llama.rope.scaling.factor")?,
        Some(kind) => return Err(unsupported(format!("rotation scaling {kind:?}"))),
    };
    let factors = match gguf.tensor("rope_freqs.weight") {
        Some(_) => gguf.rows(gguf.shaped("rope_freqs.weight", &[dims / 2])?, 0, 1)?,
        None => vec![1.0; dims / 2],
    };
    let of =
        |(i, factor): (usize, &f32)| base.powf(-2.0 * i as f64 / dims as f64) / (scale * f64::from(*factor));
    Ok(factors.iter().enumerate().map(of).collect())
}

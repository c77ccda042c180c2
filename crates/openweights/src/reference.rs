//! The same model in plain differentiable candle operations: slow, short, independent.
//!
//! It is the check of the fast path, and the path that gradients take: every operation here has a
//! backward pass (candle's fused norm, rope and softmax have none). Weights are [`Var`]s.

use crate::gguf::{Gguf, GgufError};
use crate::weights::{ModelFileError, Shape};
use candle_core::{D, Device, IndexOp as _, Result, Tensor, Var};
use std::collections::BTreeMap;

/// A Llama-family model as candle tensors in f32.
pub struct Reference {
    shape: Shape,
    /// By their names in the file, outermost dimension first.
    pub weights: BTreeMap<String, Var>,
}

/// What a forward pass gives.
pub struct Forward {
    /// `[tokens × vocabulary]`
    pub logits: Tensor,
    /// The residual stream after each block: `[tokens × hidden]` each.
    pub hidden: Vec<Tensor>,
}

impl Reference {
    /// Dequantises every tensor of the file.
    pub fn load(gguf: &Gguf) -> std::result::Result<Self, ModelFileError> {
        let shape = Shape::read(gguf)?;
        let mut weights = BTreeMap::new();
        for tensor in gguf.tensors() {
            let data = gguf.rows(tensor, 0, tensor.rows())?;
            let made = Tensor::from_vec(data, tensor.shape.as_slice(), &Device::Cpu);
            let var = made.and_then(|t| Var::from_tensor(&t));
            let var = var.map_err(|e| GgufError::Damaged { what: e.to_string() })?;
            weights.insert(tensor.name.clone(), var);
        }
        Ok(Self { shape, weights })
    }

    /// Runs one sequence.
    pub fn forward(&self, tokens: &[u32]) -> Result<Forward> {
        let n = tokens.len();
        let ids = Tensor::new(tokens, &Device::Cpu)?;
        let mut x = self.weight("token_embd.weight")?.index_select(&ids, 0)?;
        let (cos, sin) = self.turns(n)?;
        let mut hidden = Vec::new();
        for l in 0..self.shape.blocks {
            let name = |part: &str| format!("blk.{l}.{part}.weight");
            let normed = self.norm(&x, &name("attn_norm"))?;
            let q = self.heads(&normed, &name("attn_q"), self.shape.heads)?;
            let k = self.heads(&normed, &name("attn_k"), self.shape.kv_heads)?;
            let v = self.heads(&normed, &name("attn_v"), self.shape.kv_heads)?;
            let (q, k) = (rotate(&q, &cos, &sin)?, rotate(&k, &cos, &sin)?);
            let attended = self.attend(&q, &self.repeat(&k)?, &self.repeat(&v)?)?;
            x = (x + self.product(&attended, &name("attn_output"))?)?;
            let normed = self.norm(&x, &name("ffn_norm"))?;
            let gate = self.product(&normed, &name("ffn_gate"))?;
            let gated = (gate.clone() / (gate.neg()?.exp()? + 1.0)?)?;
            let wide = (gated * self.product(&normed, &name("ffn_up"))?)?;
            x = (x + self.product(&wide, &name("ffn_down"))?)?;
            hidden.push(x.clone());
        }
        let last = self.norm(&x, "output_norm.weight")?;
        let tied = !self.weights.contains_key("output.weight");
        let logits = self.product(&last, if tied { "token_embd.weight" } else { "output.weight" })?;
        Ok(Forward { logits, hidden })
    }

    fn weight(&self, name: &str) -> Result<&Tensor> {
        let missing = || candle_core::Error::Msg(format!("no tensor {name}"));
        self.weights.get(name).map(Var::as_tensor).ok_or_else(missing)
    }

    fn product(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        x.matmul(&self.weight(name)?.t()?)
    }

    fn norm(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
        let scale = (mean + f64::from(self.shape.epsilon))?.sqrt()?;
        x.broadcast_div(&scale)?.broadcast_mul(self.weight(name)?)
    }

    /// `[heads × tokens × head_dim]`
    fn heads(&self, x: &Tensor, name: &str, heads: usize) -> Result<Tensor> {
        let flat = self.product(x, name)?;
        flat.reshape((x.dim(0)?, heads, self.shape.head_dim))?.transpose(0, 1)?.contiguous()
    }

    /// Each key/value head once for every query head of its group.
    fn repeat(&self, x: &Tensor) -> Result<Tensor> {
        let group = self.shape.heads / self.shape.kv_heads;
        let (heads, n, dim) = x.dims3()?;
        let wide = x.unsqueeze(1)?.broadcast_as((heads, group, n, dim))?;
        wide.contiguous()?.reshape((heads * group, n, dim))
    }

    /// Causal attention; `[tokens × (heads · head_dim)]`.
    fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let n = q.dim(1)?;
        let scale = 1.0 / (self.shape.head_dim as f64).sqrt();
        let scores = (q.matmul(&k.t()?.contiguous()?)? * scale)?;
        let mask = |i: usize| if i % n > i / n { f32::NEG_INFINITY } else { 0.0 };
        let mask: Vec<f32> = (0..n * n).map(mask).collect();
        let scores = scores.broadcast_add(&Tensor::from_vec(mask, (n, n), &Device::Cpu)?)?;
        let max = scores.max_keepdim(D::Minus1)?.detach();
        let weights = scores.broadcast_sub(&max)?.exp()?;
        let weights = weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)?;
        let attended = weights.matmul(v)?.transpose(0, 1)?.contiguous()?;
        attended.reshape((n, self.shape.heads * self.shape.head_dim))
    }

    /// Cosines and sines, `[tokens × head_dim / 2]` each; pairs that are not turned have angle 0.
    fn turns(&self, n: usize) -> Result<(Tensor, Tensor)> {
        let half = self.shape.head_dim / 2;
        let frequency = |i: usize| self.shape.frequencies.get(i).copied().unwrap_or(0.0);
        let angle = |i: usize| (i / half) as f64 * frequency(i % half);
        let of = |f: fn(f64) -> f64| -> Result<Tensor> {
            let values: Vec<f32> = (0..n * half).map(|i| f(angle(i)) as f32).collect();
            Tensor::from_vec(values, (n, half), &Device::Cpu)
        };
        Ok((of(f64::cos)?, of(f64::sin)?))
    }
}

/// Turns the pairs (2i, 2i+1) of `[heads × tokens × head_dim]`.
fn rotate(x: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
    let (heads, n, dim) = x.dims3()?;
    let pairs = x.reshape((heads, n, dim / 2, 2))?;
    let (a, b) = (pairs.i((.., .., .., 0))?, pairs.i((.., .., .., 1))?);
    let first = (a.broadcast_mul(cos)? - b.broadcast_mul(sin)?)?;
    let second = (a.broadcast_mul(sin)? + b.broadcast_mul(cos)?)?;
    Tensor::stack(&[first, second], D::Minus1)?.reshape((heads, n, dim))
}

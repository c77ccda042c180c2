//! The GGUF container: metadata and tensors of a model file, read with every bound checked.
//!
//! A file from anywhere may be truncated, damaged or hostile: every length is compared with what is
//! left of the file before it is believed, and nothing is allocated by a length that the file only
//! claims.

use candle_core::Device;
use candle_core::quantized::{GgmlDType, ggml_file::qtensor_from_ggml};
use std::collections::BTreeMap;

/// Why a file is no usable GGUF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GgufError {
    #[error("no GGUF file: it begins with {found:?} instead of \"GGUF\"")]
    Magic { found: String },
    #[error("GGUF version {found}; this program reads versions 2 and 3")]
    Version { found: u32 },
    #[error("the file ends at byte {len}, inside {what} at byte {at}: it is truncated or damaged")]
    Truncated { what: &'static str, at: usize, len: usize },
    #[error("damaged GGUF: {what}")]
    Damaged { what: String },
    #[error("the metadata has no {key}")]
    MissingKey { key: String },
    #[error("the metadata value {key} is no {wanted}")]
    WrongType { key: String, wanted: &'static str },
    #[error("the file has no tensor {name}")]
    MissingTensor { name: String },
    #[error("tensor {name} has the shape {found:?} instead of {wanted:?}")]
    Shape { name: String, found: Vec<usize>, wanted: Vec<usize> },
    #[error("tensor {name} is stored in the type {id}, which this program does not read")]
    TensorType { name: String, id: u32 },
}

/// A metadata value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Texts(Vec<String>),
}

/// Where a tensor lies and how it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    pub name: String,
    /// Outermost first: `[outputs, inputs]` for a matrix.
    pub shape: Vec<usize>,
    dtype: GgmlDType,
    /// Byte offset in the file.
    at: usize,
}

impl Tensor {
    /// Elements of the innermost dimension.
    pub fn columns(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }

    /// Elements over [`Tensor::columns`].
    pub fn rows(&self) -> usize {
        self.shape.iter().rev().skip(1).product()
    }

    fn row_bytes(&self) -> usize {
        self.columns() / self.dtype.block_size() * self.dtype.type_size()
    }
}

/// A model file in memory.
pub struct Gguf {
    bytes: Vec<u8>,
    meta: BTreeMap<String, Value>,
    tensors: BTreeMap<String, Tensor>,
}

impl Gguf {
    /// Reads the header and checks that every tensor lies inside the file.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, GgufError> {
        let mut cursor = Cursor { bytes: &bytes, at: 0 };
        let magic = cursor.take(4, "the magic")?;
        if magic != b"GGUF" {
            return Err(GgufError::Magic { found: String::from_utf8_lossy(magic).into_owned() });
        }
        let version = cursor.u32("the version")?;
        if !(2..=3).contains(&version) {
            return Err(GgufError::Version { found: version });
        }
        let tensor_count = cursor.u64("the tensor count")?;
        let meta_count = cursor.u64("the metadata count")?;
        let mut meta = BTreeMap::new();
        for _ in 0..meta_count {
            let key = cursor.text("a metadata key")?;
            let kind = cursor.u32("a metadata type")?;
            meta.insert(key, cursor.value(kind)?);
        }
        let mut tensors = BTreeMap::new();
        for _ in 0..tensor_count {
            let tensor = cursor.tensor()?;
            tensors.insert(tensor.name.clone(), tensor);
        }
        let alignment = match meta.get("general.alignment") {
            Some(Value::Int(n)) if (1..=65536).contains(n) => *n as usize,
            Some(other) => return Err(damaged(format!("general.alignment is {other:?}"))),
            None => 32,
        };
        let base = cursor.at.next_multiple_of(alignment);
        for tensor in tensors.values_mut() {
            place(tensor, base, bytes.len())?;
        }
        Ok(Self { bytes, meta, tensors })
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.meta.get(key)
    }

    pub fn int(&self, key: &str) -> Result<usize, GgufError> {
        match self.need(key)? {
            Value::Int(n) if (0..=i64::from(u32::MAX)).contains(n) => Ok(*n as usize),
            _ => Err(wrong(key, "number from 0 to 4294967295")),
        }
    }

    pub fn float(&self, key: &str) -> Result<f64, GgufError> {
        match self.need(key)? {
            Value::Float(x) if x.is_finite() => Ok(*x),
            _ => Err(wrong(key, "finite number")),
        }
    }

    pub fn text(&self, key: &str) -> Result<&str, GgufError> {
        match self.need(key)? {
            Value::Text(text) => Ok(text),
            _ => Err(wrong(key, "text")),
        }
    }

    pub fn texts(&self, key: &str) -> Result<&[String], GgufError> {
        match self.need(key)? {
            Value::Texts(list) => Ok(list),
            _ => Err(wrong(key, "list of texts")),
        }
    }

    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    pub fn tensors(&self) -> impl Iterator<Item = &Tensor> {
        self.tensors.values()
    }

    /// The numbers in all tensors. Factors of the rotation stand among them in some files and were not
    /// learnt.
    pub fn parameters(&self) -> u64 {
        let learnt = self.tensors().filter(|t| !t.name.starts_with("rope_"));
        learnt.fold(0, |all, t| all.saturating_add(t.rows() as u64 * t.columns() as u64))
    }

    /// The tensor `name`, of exactly this shape (outermost first).
    pub fn shaped(&self, name: &str, shape: &[usize]) -> Result<&Tensor, GgufError> {
        let missing = || GgufError::MissingTensor { name: name.to_owned() };
        let tensor = self.tensor(name).ok_or_else(missing)?;
        if tensor.shape != shape {
            let (found, wanted) = (tensor.shape.clone(), shape.to_vec());
            return Err(GgufError::Shape { name: name.to_owned(), found, wanted });
        }
        Ok(tensor)
    }

    /// `count` rows from row `first` on, dequantised: `[count × columns]`.
    pub fn rows(&self, tensor: &Tensor, first: usize, count: usize) -> Result<Vec<f32>, GgufError> {
        let size = tensor.row_bytes();
        // A copy is aligned; the file need not be.
        let raw = self.bytes[tensor.at + first * size..][..count * size].to_vec();
        let failed = |why: candle_core::Error| damaged(format!("tensor {}: {why}", tensor.name));
        let shape = vec![count, tensor.columns()];
        let quantised = qtensor_from_ggml(tensor.dtype, &raw, shape, &Device::Cpu);
        let dense = quantised.and_then(|q| q.dequantize(&Device::Cpu));
        dense.and_then(|d| d.flatten_all()?.to_vec1::<f32>()).map_err(failed)
    }

    fn need(&self, key: &str) -> Result<&Value, GgufError> {
        self.meta.get(key).ok_or_else(|| GgufError::MissingKey { key: key.to_owned() })
    }
}

fn damaged(what: String) -> GgufError {
    GgufError::Damaged { what }
}

fn wrong(key: &str, wanted: &'static str) -> GgufError {
    GgufError::WrongType { key: key.to_owned(), wanted }
}

/// Turns the tensor's offset in the data section into one in the file, inside its `len` bytes.
fn place(tensor: &mut Tensor, base: usize, len: usize) -> Result<(), GgufError> {
    let outside = || GgufError::Truncated { what: "a tensor", at: base, len };
    let size = tensor.row_bytes().checked_mul(tensor.rows()).ok_or_else(outside)?;
    let at = base.checked_add(tensor.at).ok_or_else(outside)?;
    let end = at.checked_add(size).ok_or_else(outside)?;
    if end > len {
        return Err(GgufError::Truncated { what: "a tensor", at, len });
    }
    tensor.at = at;
    Ok(())
}

/// Reads forward and never past the end.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], GgufError> {
        let (at, len) = (self.at, self.bytes.len());
        let taken = at.checked_add(n).and_then(|end| self.bytes.get(at..end));
        let taken = taken.ok_or(GgufError::Truncated { what, at, len })?;
        self.at += n;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], GgufError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N, what)?);
        Ok(out)
    }

    fn u32(&mut self, what: &'static str) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn u64(&mut self, what: &'static str) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    fn text(&mut self, what: &'static str) -> Result<String, GgufError> {
        let len = usize::try_from(self.u64(what)?).unwrap_or(usize::MAX);
        let bytes = self.take(len, what)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| damaged(format!("{what} is not UTF-8")))
    }

    fn value(&mut self, kind: u32) -> Result<Value, GgufError> {
        match kind {
            8 => Ok(Value::Text(self.text("a metadata text")?)),
            9 => self.list(),
            _ => self.scalar(kind),
        }
    }

    fn scalar(&mut self, kind: u32) -> Result<Value, GgufError> {
        const WHAT: &str = "a metadata value";
        Ok(match kind {
            0 => Value::Int(i64::from(u8::from_le_bytes(self.array(WHAT)?))),
            1 => Value::Int(i64::from(i8::from_le_bytes(self.array(WHAT)?))),
            2 => Value::Int(i64::from(u16::from_le_bytes(self.array(WHAT)?))),
            3 => Value::Int(i64::from(i16::from_le_bytes(self.array(WHAT)?))),
            4 => Value::Int(i64::from(u32::from_le_bytes(self.array(WHAT)?))),
            5 => Value::Int(i64::from(i32::from_le_bytes(self.array(WHAT)?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array(WHAT)?))),
            7 => Value::Bool(u8::from_le_bytes(self.array(WHAT)?) != 0),
            10 => Value::Int(i64::try_from(self.u64(WHAT)?).unwrap_or(i64::MAX)),
            11 => Value::Int(i64::from_le_bytes(self.array(WHAT)?)),
            12 => Value::Float(f64::from_le_bytes(self.array(WHAT)?)),
            _ => return Err(damaged(format!("metadata type {kind}"))),
        })
    }

    fn list(&mut self) -> Result<Value, GgufError> {
        let kind = self.u32("a list's type")?;
        let len = self.u64("a list's length")?;
        let (mut ints, mut floats, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..len {
            match if kind == 8 { self.value(8)? } else { self.scalar(kind)? } {
                Value::Int(n) => ints.push(n),
                Value::Bool(b) => ints.push(i64::from(b)),
                Value::Float(x) => floats.push(x as f32),
                Value::Text(text) => texts.push(text),
                _ => return Err(damaged("a list of lists".into())),
            }
        }
        Ok(match kind {
            8 => Value::Texts(texts),
            6 | 12 => Value::Floats(floats),
            _ => Value::Ints(ints),
        })
    }

    fn tensor(&mut self) -> Result<Tensor, GgufError> {
        let name = self.text("a tensor's name")?;
        let rank = self.u32("a tensor's rank")?;
        if !(1..=4).contains(&rank) {
            return Err(damaged(format!("tensor {name} has {rank} dimensions")));
        }
        let mut shape = Vec::new();
        for _ in 0..rank {
            let n = usize::try_from(self.u64("a tensor's shape")?).unwrap_or(usize::MAX);
            shape.insert(0, n);
        }
        let id = self.u32("a tensor's type")?;
        let dtype = dtype(id).ok_or(GgufError::TensorType { name: name.clone(), id })?;
        let at = usize::try_from(self.u64("a tensor's offset")?).unwrap_or(usize::MAX);
        let elements = shape.iter().try_fold(1usize, |all, n| all.checked_mul(*n));
        let whole = shape.last().is_some_and(|n| n % dtype.block_size() == 0);
        if elements.is_none_or(|n| n == 0 || n > isize::MAX as usize / 8) || !whole {
            return Err(damaged(format!("tensor {name} has the shape {shape:?}")));
        }
        Ok(Tensor { name, shape, dtype, at })
    }
}

fn dtype(id: u32) -> Option<GgmlDType> {
    Some(match id {
        0 => GgmlDType::F32,
        1 => GgmlDType::F16,
        2 => GgmlDType::Q4_0,
        3 => GgmlDType::Q4_1,
        6 => GgmlDType::Q5_0,
        7 => GgmlDType::Q5_1,
        8 => GgmlDType::Q8_0,
        10 => GgmlDType::Q2K,
        11 => GgmlDType::Q3K,
        12 => GgmlDType::Q4K,
        13 => GgmlDType::Q5K,
        14 => GgmlDType::Q6K,
        30 => GgmlDType::BF16,
        _ => return None,
    })
}

//! Damaged, truncated and foreign files are errors, never panics.

use super::{pieces, smollm2, tiny};
use crate::gguf::GgufError;
use crate::{LocalModel, ModelFile, ModelFileError, OpenError, SMOLLM2};

fn error(bytes: Vec<u8>) -> ModelFileError {
    ModelFile::parse(bytes).err().expect("the file is damaged")
}

#[test]
fn a_truncated_file_is_an_error_at_every_length() {
    let whole = tiny::file();
    for len in (0..9_000).step_by(7).chain((9_000..whole.len()).step_by(997)) {
        error(whole[..len].to_vec());
    }
    let last = error(whole[..whole.len() - 1].to_vec());
    assert!(matches!(last, ModelFileError::Gguf(GgufError::Truncated { what: "a tensor", .. })));
}

#[test]
fn flipped_bytes_never_panic() {
    for (whole, described) in [(tiny::file(), 10_000), (pieces::file(), 18_000)] {
        let mut state = 9u32;
        let mut next = |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % n
        };
        for _ in 0..1_500 {
            let mut bytes = whole.clone();
            for _ in 0..=next(3) {
                let at = next(described);
                bytes[at] = next(256) as u8;
            }
            drop(ModelFile::parse(bytes));
        }
    }
}

#[test]
fn claimed_lengths_are_not_believed() {
    let mut bytes = tiny::file();
    bytes[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    error(bytes.clone());
    bytes[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    error(bytes.clone());
    bytes[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
    error(bytes);
}

#[test]
fn errors_say_what_is_wrong() {
    let foreign = error(b"PK\x03\x04 a zip file".to_vec()).to_string();
    assert_eq!(foreign, "no GGUF file: it begins with \"PK\\u{3}\\u{4}\" instead of \"GGUF\"");
    let whole = tiny::file();
    let name = b"general.architecture";
    let at = whole.windows(name.len()).position(|w| w == name).unwrap() + name.len() + 4 + 8;
    let mut other = whole.clone();
    other[at..at + 5].copy_from_slice(b"phi42");
    assert_eq!(
        error(other).to_string(),
        "the architecture is phi42; this decoder runs the Llama family (architecture llama) only"
    );
    assert_eq!(
        error(whole[..100].to_vec()).to_string(),
        "the file ends at byte 100, inside a metadata value at byte 98: it is truncated or damaged"
    );
    let absent = LocalModel::open("gpt-9", &mut |_, _| {}).err().unwrap();
    assert!(matches!(absent, OpenError::NoSuchModel { .. }));
    assert_eq!(absent.to_string(), "no model gpt-9: give smollm2 or the path of a GGUF file");
}

#[test]
fn a_model_opens_by_path_and_refuses_what_is_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    std::fs::write(&path, tiny::file()).unwrap();
    let local = LocalModel::open(path.to_str().unwrap(), &mut |_, _| {}).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut request = trace::Request {
        messages: vec![trace::Message { role: trace::Role::User, text: "Shall we?".into() }],
        options: vec!["Yes".into(), "No".into()],
        schema: None,
        sampling: trace::Sampling::default(),
        seed: 0,
        ..trace::Request::default()
    };
    let answer = |request: &trace::Request| runtime.block_on(model::Model::answer(&local, request));
    let first = answer(&request).unwrap().completion;
    assert_eq!((first.finish, first.option_logp.len()), (trace::Finish::Scored, 2));
    let better = if first.option_logp[0] > first.option_logp[1] { "Yes" } else { "No" };
    assert_eq!(first.text, better);
    assert_eq!(answer(&request).unwrap().completion, first, "the cache changes nothing");
    request.messages[0].text = "word ".repeat(100);
    let refused = answer(&request).unwrap_err();
    assert_eq!(refused.kind, model::Kind::BadRequest);
    assert!(refused.message.contains("the model's context window holds 256"), "{refused}");
    request.messages[0].role = trace::Role::System;
    let refused = answer(&request).unwrap_err();
    assert!(refused.message.contains("no system"), "{refused}");
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn a_truncated_smollm2_is_an_error() {
    smollm2();
    let path = std::path::Path::new(&std::env::var("EPHOR_MODELS").unwrap()).join(SMOLLM2.file);
    let whole = std::fs::read(path).unwrap();
    for len in [0, 3, 4, 100, 10_000, 1_000_000, 2_500_000, 50_000_000, whole.len() - 1] {
        error(whole[..len].to_vec());
    }
}

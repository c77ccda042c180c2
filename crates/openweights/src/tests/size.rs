//! How many parameters a file holds.

use super::{smollm2, tiny};

#[test]
fn tensors_are_counted() {
    let model = tiny::model();
    let numbers = |(_, shape): (String, Vec<usize>)| shape.iter().product::<usize>() as u64;
    let all: u64 = tiny::tensors(model.shape().vocabulary).into_iter().map(numbers).sum();
    assert_eq!(model.parameters, all);
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_has_its_135_million() {
    assert_eq!(smollm2().parameters, 134_515_008);
}

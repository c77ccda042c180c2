//! The decoder of logs under libFuzzer: the function that the tests run on a number of inputs.

#![no_main]

#[path = "../../tests/decoder/target.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::decode(bytes));

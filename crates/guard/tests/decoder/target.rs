//! What must hold of whoever reads a log, for any bytes: one function, for the test beside it and for
//! cargo-fuzz.

use guard::Operators;
use guard::book::{Book, entries_before_tear, push_entry};
use guard::door::Leaf;
use guard::payload::Payload;
use guard::verify::{Audit, Broken, Head, Sealed, head_of};

/// The key of the corpus's checkpoint.
pub const KEY: &str = "log.example/guard+f2be35d4+ARl/ayPhbIUyxqvIOPrNXqeJvgx2spIDNAOb+os9No1h";

/// Reads bytes as everything that a log is made of. Panics where a promise is broken.
pub fn decode(bytes: &[u8]) {
    let (leaves, whole) = entries_before_tear(bytes);
    let mut again = Vec::new();
    leaves.iter().for_each(|leaf| push_entry(&mut again, leaf).expect("what was read can be written"));
    assert_eq!(again, bytes[..whole], "entries are read as they were written");
    for leaf in &leaves {
        if let Ok(read) = Leaf::read(leaf) {
            assert_eq!(Leaf::read(&read.bytes()), Ok(read), "a leaf says one thing");
        }
        if let Ok(payload) = Payload::read(leaf) {
            assert_eq!(payload.bytes(), *leaf, "a payload has one form");
        }
    }
    let head = head_of(&Book::over(leaves.iter().copied()).expect("no leaf is too long")).expect("a tree");
    let audit = Audit::of_file(bytes, std::slice::from_ref(&head));
    assert_eq!((audit.leaves, audit.torn_bytes), (leaves.len() as u64, bytes.len() - whole));
    assert!(!audit.broken.iter().any(is_of_the_tree), "a log is what it is: {:?}", audit.broken);
    tampered(bytes, whole, &head);
    folder(bytes, &head);
    note(bytes);
}

fn is_of_the_tree(broken: &Broken) -> bool {
    matches!(broken, Broken::Altered { .. } | Broken::Truncated { .. } | Broken::Forked { .. })
}

/// One bit of one leaf, or the last leaf: it is told.
fn tampered(bytes: &[u8], whole: usize, head: &Head) {
    let told = |bytes: &[u8]| {
        let audit = Audit::of_file(bytes, std::slice::from_ref(head));
        assert!(audit.broken.iter().any(is_of_the_tree), "tampering passes: {bytes:?}");
    };
    if head.size > 0 {
        told(&bytes[..whole - 1]);
        // The last byte of the last leaf, if it has one; else the byte is a length, and less is left.
        let mut flipped = bytes[..whole].to_vec();
        flipped[whole - 1] ^= 1;
        told(&flipped);
    }
}

/// The lines are names of files, and each file holds all the bytes.
fn folder(bytes: &[u8], head: &Head) {
    let text = String::from_utf8_lossy(bytes);
    let names: Vec<String> = text.lines().take(16).map(str::to_owned).collect();
    let read = |name: &str| if name.len() % 7 == 6 { Err("torn out".to_owned()) } else { Ok(bytes.to_vec()) };
    let key = "11".repeat(32);
    let sealed = Sealed { names: &names, read: &read, reader: Some(&key), show: &[0, 1] };
    let audit = Audit::of_folder(&names, &read, std::slice::from_ref(head), Some(&sealed));
    assert!(audit.payloads.is_some_and(|payloads| payloads.opened == 0), "nobody has sealed anything");
    assert_eq!(audit.files, names.len());
    assert!(names.is_empty() || audit.leaves > 0 || !audit.broken.is_empty(), "{names:?}");
}

/// A checkpoint and a key.
fn note(bytes: &[u8]) {
    if let Ok((origin, head)) = Head::of_log(bytes, &[KEY.to_owned()]) {
        assert_eq!((origin.as_str(), head.size), ("log.example/guard", 3), "another text was signed");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Operators::new(&[text.trim().to_owned()], 1);
    }
}

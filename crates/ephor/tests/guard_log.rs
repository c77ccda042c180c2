//! A log that was tampered with, through the command: every edit, deletion, truncation and fork.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use guard::book::push_entry;
use guard::door::Leaf;
use guard::laws::{history, published, sealed};
use guard::payload::reader_of;
use guard::{KeyPair, key_pair};
use lab::{Lab, Ran};
use serde_json::Value;

const ORIGIN: &str = "log.example/guard";

fn keys() -> KeyPair {
    key_pair(ORIGIN, [42; 32])
}

/// Lays a log out in a folder, signed.
fn lay(lab: &Lab, folder: &str, leaves: &[Vec<u8>]) {
    let _ = std::fs::remove_dir_all(lab.path(folder));
    for file in published(leaves, ORIGIN, &keys()).unwrap() {
        lab.write(&format!("{folder}/{}", file.path), file.bytes);
    }
}

/// A folder `log` with 300 leaves, more than a whole tile, and its checkpoint kept elsewhere.
fn laid() -> (Lab, Vec<Vec<u8>>) {
    let lab = Lab::new();
    let mut leaves = history(2).unwrap();
    assert!(leaves.len() > 300, "{}", leaves.len());
    leaves.truncate(300);
    lay(&lab, "log", &leaves);
    std::fs::copy(lab.path("log/checkpoint"), lab.path("kept")).unwrap();
    (lab, leaves)
}

fn kinds(ran: &Ran) -> Vec<String> {
    let document = ran.json();
    assert_eq!(document["verified"], document["broken"].as_array().unwrap().is_empty());
    let broken = document["broken"].as_array().unwrap().iter();
    broken.map(|b| b["kind"].as_str().unwrap().to_owned()).collect()
}

fn verify(lab: &Lab, arguments: &str, code: i32) -> Ran {
    lab.ephor(&format!("guard verify-log {arguments}")).ended(code)
}

#[test]
fn a_log_that_is_whole() {
    let (lab, leaves) = laid();
    let told = verify(&lab, "log", 0).stdout;
    assert!(
        told.contains("log.example/guard") && told.contains("whole: nothing of the first 300 leaves"),
        "{told}"
    );
    assert!(told.contains("hint: --checkpoint FILE"), "{told}");
    let told = verify(&lab, "log --checkpoint kept", 0).stdout;
    assert!(!told.contains("hint"), "{told}");
    let document = verify(&lab, "log --checkpoint kept --json", 0).json();
    assert_eq!((&document["verified"], &document["trust"]), (&true.into(), &"kept".into()));
    assert_eq!((&document["leaves"], &document["attested"]), (&300.into(), &300.into()));
    let effects = &document["effects"];
    let count = |name: &str| effects[name].as_u64().unwrap();
    assert!(count("allowed") > 50, "{effects}");
    assert!(count("allowed") - count("done") <= 1 && count("unknown") <= 1, "{effects}");
    // A log that grew is whole under the older checkpoint too, and says what is newer.
    let more: Vec<Vec<u8>> = leaves.iter().cloned().chain(history(1).unwrap().into_iter().take(1)).collect();
    lay(&lab, "log", &more);
    std::fs::remove_file(lab.path("log/checkpoint")).unwrap();
    let told = verify(&lab, "log --checkpoint kept", 0).stdout;
    assert!(told.contains("301, 1 of them newer than any checkpoint"), "{told}");
}

#[test]
fn an_edit_is_found_and_located() {
    let (lab, leaves) = laid();
    let path = lab.path("log/tile/entries/000");
    let mut bytes = std::fs::read(&path).unwrap();
    // The first byte of leaf 17: behind 17 leaves and 18 lengths.
    let at = leaves[..17].iter().map(|leaf| leaf.len() + 2).sum::<usize>() + 2;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let ran = verify(&lab, "log --json", 1);
    let kinds = kinds(&ran);
    assert!(kinds.contains(&"altered".into()) && kinds.contains(&"unlike".into()), "{kinds:?}");
    assert!(
        ran.stdout.contains("`tile/0/000` is not what the leaves come to, from leaf 17 on"),
        "{}",
        ran.stdout
    );
    let ran = verify(&lab, "log", 1);
    assert!(
        ran.stderr.contains("altered: the first 300 leaves are not those that were signed"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("hint: keep the log and the checkpoint as they are"), "{}", ran.stderr);
    // Who edits a leaf and all hashes above it still cannot sign.
    let mut edited = leaves;
    edited[17][0] ^= 1;
    lay(&lab, "log", &edited);
    std::fs::copy(lab.path("kept"), lab.path("log/checkpoint")).unwrap();
    assert_eq!(self::kinds(&verify(&lab, "log --json", 1))[0], "altered");
}

#[test]
fn an_edit_of_a_tile_is_found() {
    let (lab, _) = laid();
    for (tile, leaf) in [("tile/0/000", 5), ("tile/0/001.p/44", 261), ("tile/1/000.p/1", 0)] {
        let path = lab.path(&format!("log/{tile}"));
        let whole = std::fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        let at = if tile.starts_with("tile/1") { 0 } else { 5 * 32 };
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let ran = verify(&lab, "log --json", 1);
        assert_eq!(kinds(&ran), ["unlike"]);
        assert!(
            ran.stdout.contains(&format!("`{tile}` is not what the leaves come to, from leaf {leaf} on"))
        );
        std::fs::write(&path, whole).unwrap();
    }
    lab.write("log/tile/notes.txt", "x");
    assert_eq!(kinds(&verify(&lab, "log --json", 1)), ["unreadable"]);
}

/// Bytes that no leaf accounts for: after the entries of a bundle that was left over, and in a file that the tree
/// has not.
#[test]
fn what_was_added_is_found() {
    let (lab, leaves) = laid();
    let mut narrow = Vec::new();
    for leaf in &leaves[256..259] {
        narrow.extend((leaf.len() as u16).to_be_bytes());
        narrow.extend(leaf);
    }
    lab.write("log/tile/entries/001.p/3", &narrow);
    assert!(kinds(&verify(&lab, "log --json", 0)).is_empty(), "what a smaller tree left over is no edit");
    narrow.push(0);
    lab.write("log/tile/entries/001.p/3", &narrow);
    assert_eq!(kinds(&verify(&lab, "log --json", 1)), ["unlike"]);
    std::fs::remove_file(lab.path("log/tile/entries/001.p/3")).unwrap();
    lab.write("log/tile/0/005", "");
    assert_eq!(kinds(&verify(&lab, "log --json", 1)), ["unlike"]);
}

/// A file that never ends, or is none, is refused and not read.
#[cfg(unix)]
#[test]
fn a_device_is_no_tile() {
    let (lab, _) = laid();
    let tile = lab.path("log/tile/entries/000");
    std::fs::remove_file(&tile).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &tile).unwrap();
    let ran = lab.ephor("guard verify-log log");
    assert_ne!(ran.code, Some(0));
    assert!(ran.stderr.contains("no plain file"), "{}", ran.stderr);
}

#[test]
fn a_deletion_is_found() {
    let (lab, leaves) = laid();
    let mut fewer = leaves.clone();
    fewer.remove(40);
    lay(&lab, "log", &fewer);
    std::fs::remove_file(lab.path("log/checkpoint")).unwrap();
    let found = kinds(&verify(&lab, "log --checkpoint kept --json", 1));
    assert_eq!(found[0], "truncated", "{found:?}");
    // With another leaf at the end the count is right, and the tree is not.
    fewer.push(b"{}".to_vec());
    lay(&lab, "log", &fewer);
    std::fs::remove_file(lab.path("log/checkpoint")).unwrap();
    assert_eq!(kinds(&verify(&lab, "log --checkpoint kept --json", 1))[0], "altered");
    for file in ["tile/entries/000", "tile/0/000", "tile/1/000.p/1", "tile/0/001.p/44"] {
        lay(&lab, "log", &leaves);
        std::fs::remove_file(lab.path(&format!("log/{file}"))).unwrap();
        let ran = verify(&lab, "log --json", 1);
        assert!(ran.stdout.contains(&format!("`{file}` is missing")), "{file}: {}", ran.stdout);
    }
}

#[test]
fn a_truncation_is_found_by_who_kept_a_checkpoint() {
    let (lab, leaves) = laid();
    lay(&lab, "log", &leaves[..200]);
    // An older checkpoint put back: the folder alone cannot tell.
    assert_eq!(verify(&lab, "log --json", 0).json()["trust"], "own");
    let ran = verify(&lab, "log --checkpoint kept", 1);
    assert!(ran.stderr.contains("truncated: 200 leaves are left of 300 that were signed"), "{}", ran.stderr);
    assert_eq!(kinds(&verify(&lab, "log --checkpoint kept --json", 1)), ["truncated"]);
}

#[test]
fn a_fork_is_found() {
    let (lab, leaves) = laid();
    let mut other = leaves.clone();
    other[100] = leaves[101].clone();
    other.push(b"{}".to_vec());
    lay(&lab, "log", &other);
    assert_eq!(kinds(&verify(&lab, "log --checkpoint kept --json", 1))[0], "forked");
    let ran = verify(&lab, "log --checkpoint kept", 1);
    assert!(
        ran.stderr.contains("hint: the log has shown two faces: keep both checkpoints"),
        "{}",
        ran.stderr
    );
    other.pop();
    lay(&lab, "log", &other);
    assert_eq!(kinds(&verify(&lab, "log --checkpoint kept --json", 1))[0], "forked", "of one size");
}

#[test]
fn a_file_of_entries() {
    let (lab, leaves) = laid();
    let mut bytes = Vec::new();
    leaves.iter().for_each(|leaf| push_entry(&mut bytes, leaf).unwrap());
    lab.write("entries", &bytes);
    let with = "entries --checkpoint kept --key log/key";
    assert_eq!(kinds(&verify(&lab, &format!("{with} --json"), 0)), [""; 0]);
    let typed = format!("entries --checkpoint kept --key {}", keys().verifier);
    verify(&lab, &typed, 0);
    // An entry that was being written when the machine stopped.
    lab.write("entries", [bytes.as_slice(), &[0, 9, b'{']].concat());
    let told = verify(&lab, with, 0).stdout;
    assert!(told.contains("3 bytes of an entry that was never acknowledged"), "{told}");
    lab.write("entries", &bytes[..bytes.len() - 1]);
    assert_eq!(kinds(&verify(&lab, &format!("{with} --json"), 1)), ["truncated"]);
    bytes[700] ^= 1;
    lab.write("entries", &bytes);
    assert_eq!(kinds(&verify(&lab, &format!("{with} --json"), 1))[0], "altered");
}

#[test]
fn an_effect_that_nothing_allowed_is_found() {
    let (lab, mut leaves) = laid();
    leaves.push(Leaf::Begun { of: 299_000 }.bytes());
    lay(&lab, "log", &leaves);
    let ran = verify(&lab, "log --json", 1);
    assert_eq!(kinds(&ran), ["unmediated"]);
    assert!(ran.stdout.contains("leaf 300: an effect without an allow"), "{}", ran.stdout);
}

#[test]
fn a_checkpoint_that_is_not_the_log_s() {
    let (lab, leaves) = laid();
    let text = lab.read("kept").replace("\n300\n", "\n299\n");
    lab.write("forged", text);
    let ran = verify(&lab, "log --checkpoint forged --json", 1);
    assert_eq!(kinds(&ran), ["unsigned"]);
    let stranger = key_pair("log.example/other", [1; 32]);
    for file in published(&leaves, "log.example/other", &stranger).unwrap() {
        lab.write(&format!("other/{}", file.path), file.bytes);
    }
    let ran = verify(&lab, "log --checkpoint other/checkpoint --json", 1);
    let why: Value = ran.json()["broken"][0]["why"].clone();
    assert!(
        why.as_str().unwrap().contains("it is of the log `log.example/other`, and no key of this name"),
        "{why}"
    );
    let ran = verify(&lab, "log --checkpoint other/checkpoint --key log/key --key other/key --json", 1);
    assert_eq!(kinds(&ran)[0], "unsigned", "of another log, though it is signed");
}

#[test]
fn what_is_missing_is_told_with_what_to_do() {
    let (lab, _) = laid();
    lab.write("entries", "");
    lab.write("bare/tile/entries/note", "");
    let check = |arguments: &str, expected: &str| {
        let ran = verify(&lab, arguments, 2);
        assert!(ran.stderr.contains(expected) && ran.stdout.is_empty(), "{}\n{}", ran.stderr, ran.stdout);
    };
    check("nowhere", "error: nowhere: No such file");
    check("entries", "no key\nhint: --key takes the log's key");
    check("entries --key log/key", "entries: no checkpoint\nhint: --checkpoint FILE names one that you");
    check("log --key kept", "--key: `kept` is no file and no key\naccepted: a file, or name+id+key");
    check("log --checkpoint nowhere", "error: nowhere: No such file");
    lab.write("empty/key", lab.read("log/key"));
    check("empty --checkpoint kept", "empty/tile: No such file or directory");
    check("empty --checkpoint kept", "hint: a log's folder has `tile/entries/…`");
}

/// What was asked lies sealed beside the log: checked by name for everybody, by content for the reader alone.
#[test]
fn sealed_payloads_are_what_the_leaves_name() {
    let lab = Lab::new();
    let leaves = history(1).unwrap();
    lay(&lab, "log", &leaves);
    let secret = "5e".repeat(32);
    lab.write("secret", format!("{secret}\n"));
    lab.write("stranger", "5f".repeat(32));
    let files = sealed(&reader_of(&secret).unwrap()).unwrap();
    for file in &files {
        lab.write(&format!("log/{}", file.path), &file.bytes);
    }
    let told = verify(&lab, "log", 0).stdout;
    assert!(told.contains("sealed: --reader FILE opens them"), "{told}");
    assert!(!told.contains("read_document"), "{told}");
    let document = verify(&lab, "log --reader secret --show 1 --show 2 --json", 0).json();
    let payloads = &document["payloads"];
    assert_eq!(
        (&payloads["decisions"], &payloads["kept"]),
        (&files.len().into(), &files.len().into()),
        "{payloads}"
    );
    assert_eq!(payloads["opened"].as_u64().unwrap(), files.len() as u64);
    let shown = payloads["shown"].as_array().unwrap();
    // The leaf 2 is no decision: it begins what 1 allowed.
    assert_eq!((shown.len(), &shown[0]["leaf"], &shown[0]["principal"]), (1, &1.into(), &"ann".into()));
    let text: Value = serde_json::from_str(shown[0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text["arguments"]["name"], "plan");
    let told = verify(&lab, "log --reader secret --show 1", 0).stdout;
    assert!(told.contains("1  ann call: {") && told.contains("opened, each what its leaf names"), "{told}");
    let ran = verify(&lab, "log --reader stranger --json", 1);
    assert_eq!(kinds(&ran).len(), files.len(), "every box, and none of them shown");
    // A box in another's place, one of nobody's, and one that was changed.
    let (one, other) = (lab.path(&format!("log/{}", files[0].path)), &files[1].bytes);
    std::fs::write(&one, other).unwrap();
    let ran = verify(&lab, "log --reader secret --json", 1);
    assert!(ran.stdout.contains("it holds something else than its name says"), "{}", ran.stdout);
    std::fs::write(&one, &files[0].bytes[..40]).unwrap();
    let ran = verify(&lab, "log --reader secret --json", 1);
    assert!(ran.stdout.contains("sealed for another key, or was changed"), "{}", ran.stdout);
    std::fs::rename(&one, lab.path("log/payload/notes.txt")).unwrap();
    let ran = verify(&lab, "log", 1);
    assert!(
        ran.stderr.contains("payload: `payload/notes.txt`: no decision of the log has this hash"),
        "{}",
        ran.stderr
    );
    // Who keeps none says so.
    lay(&lab, "bare", &leaves);
    assert_eq!(verify(&lab, "bare --json", 0).json()["payloads"], Value::Null);
    let ran = verify(&lab, "bare --reader secret", 2);
    assert!(
        ran.stderr.contains("bare/payload: no sealed payloads\nhint: leave --reader out"),
        "{}",
        ran.stderr
    );
    let ran = verify(&lab, "log --reader log/key", 2);
    assert!(
        ran.stderr.contains("a key has 64 hex digits\naccepted: a file with 64 hex digits"),
        "{}",
        ran.stderr
    );
    assert!(verify(&lab, "log --show 1", 2).stderr.contains("--reader"));
}

use guard::book::{Book, push_entry};
use guard::key_pair;
use guard::laws::history;
fn main() {
    let dir = std::path::Path::new("crates/guard/fuzz/corpus/log");
    let keys = key_pair("log.example/guard", [42; 32]);
    let leaves = history(1).unwrap();
    let enc = |l: &[Vec<u8>]| {
        let mut b = vec![];
        l.iter().for_each(|x| push_entry(&mut b, x).unwrap());
        b
    };
    let w = |n: &str, b: &[u8]| std::fs::write(dir.join(n), b).unwrap();
    w("three-leaves", &enc(&leaves[..3]));
    let t = enc(&leaves[..2]);
    w("torn", &t[..t.len() - 5]);
    w("empty-leaves", &[0, 0, 0, 0, 0, 0]);
    w("length-of-all-ones", &[255, 255, b'{']);
    w("empty", b"");
    let book = Book::over(leaves[..3].iter().map(Vec::as_slice)).unwrap();
    w("checkpoint", &book.checkpoint("log.example/guard", &[&keys.signer]).unwrap());
    w("key", keys.verifier.as_bytes());
    w("paths", b"tile/entries/000\ntile/0/000\ntile/0/000.p/0\ntile/0/000.p/3\ntile/64/000\ntile/entries/x001/000\ntile/0/x999/x999/x999/x999/x999/x999/999\ntile/255/000.p/256\ntile/1/x1/000\n");
    let dup: Vec<u8> = br#"{"leaf":"begun","of":0,"of":1}"#.to_vec();
    let deep: Vec<u8> = [vec![b'['; 200], vec![b']'; 200]].concat();
    w(
        "odd-leaves",
        &enc(&[
            dup,
            deep,
            br#"{"leaf":"ended","of":18446744073709551615,"outcome":"done"}"#.to_vec(),
            b"{\"leaf\":\"begun\"}".to_vec(),
            vec![0xff, 0xfe],
        ]),
    );
    println!("{}", keys.verifier);
}

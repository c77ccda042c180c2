//! Exchanges with the vendors, replayed over real sockets.
//!
//! Each file in `exchanges/` is one: what was asked of us, what we send, what comes back, what we read.
//! They are written by hand, true to the documentation that each file names, with the fields that we do
//! not read left in. `UPDATE_EXPECT=1` writes what is sent and what is read anew.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use expect_test::expect_file;
use model::Model;
use model::hosted::fake::{Fake, Step};
use model::hosted::{Endpoint, Hosted, Limits, RetryPolicy};
use serde::Serialize;
use std::path::{Path, PathBuf};
use trace::Request;

/// The parts of a file, each under a line `=== its name`.
struct Exchange {
    path: PathBuf,
    head: String,
    model: String,
    asked: String,
    received: String,
}

impl Exchange {
    fn open(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let part = |name: &str| {
            let rest = text.split_once(&format!("=== {name}\n")).unwrap().1;
            rest.split("\n=== ").next().unwrap().trim_end().to_owned()
        };
        let (path, head) = (path.to_owned(), text.split("=== ").next().unwrap().to_owned());
        Self { path, head, model: part("model"), asked: part("asked"), received: part("received") }
    }

    async fn check(&self) {
        let body = self.received.clone().into_bytes();
        let server = Fake::start(move |_, _| Step::bytes(body.clone())).await.unwrap();
        let env = |variable: &str| variable.ends_with("_BASE_URL").then(|| server.url().to_owned());
        let endpoint = Endpoint::resolve(&self.model, &env).unwrap();
        let hosted = Hosted::new(endpoint, &Limits::default(), RetryPolicy::default()).unwrap();
        let asked: Request = serde_json::from_str(&self.asked).unwrap();
        let purchase = hosted.answer(&asked).await.unwrap().purchase.unwrap();
        assert_eq!((purchase.raw.as_str(), purchase.raw_escaped), (self.received.as_str(), false));
        let seen = server.last().unwrap();
        // A stream could break in the middle of an answer that was paid for.
        assert_eq!(seen.body.get("stream"), None);
        let (model, asked, received, head) = (&self.model, &self.asked, &self.received, &self.head);
        let (path, sent, read) = (seen.path, pretty(&seen.body), pretty(&purchase.completion));
        expect_file![&self.path].assert_eq(&format!(
            "{head}=== model\n{model}\n=== asked\n{asked}\n=== sent\n{path}\n{sent}\n=== received\n{received}\n\
             === read\n{read}\n"
        ));
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[tokio::test]
async fn exchanges() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchanges");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 13);
    for path in &paths {
        Exchange::open(path).check().await;
    }
}

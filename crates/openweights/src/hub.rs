//! A model file over HTTPS.

use crate::fetch::Why;
use std::error::Error;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(5);
/// Longest silence of a connection.
const READ: Duration = Duration::from_secs(15);

/// The body behind `url`, at most one byte more than `bytes_max`.
pub(crate) fn download(
    url: &str,
    bytes_max: u64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<u8>, Why> {
    let (sender, pieces) = std::sync::mpsc::channel();
    let url = url.to_owned();
    // A thread of its own, so that callers inside an async runtime may block here.
    let worker = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Why::Http(e.to_string()))?;
        runtime.block_on(get(&url, bytes_max, &sender)).map_err(|e| Why::Http(causes(&e.without_url())))?
    });
    for done in pieces {
        progress(done, bytes_max);
    }
    worker.join().unwrap_or_else(|_| Err(Why::Http("the download broke off".into())))
}

async fn get(
    url: &str,
    bytes_max: u64,
    done: &std::sync::mpsc::Sender<u64>,
) -> Result<Result<Vec<u8>, Why>, reqwest::Error> {
    // Someone else may have installed a provider already: then that one is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().connect_timeout(CONNECT).read_timeout(READ).build()?;
    let mut response = client.get(url).send().await?;
    if !response.status().is_success() {
        return Ok(Err(Why::Http(format!("the server answered {}", response.status()))));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() as u64 > bytes_max {
            return Ok(Err(Why::Http(format!("more than the expected {bytes_max} bytes"))));
        }
        // Nobody listens any more: go on.
        let _ = done.send(bytes.len() as u64);
    }
    Ok(Ok(bytes))
}

/// An error with what caused it, in one line.
fn causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line = format!("{line}: {cause}");
        source = cause.source();
    }
    line
}

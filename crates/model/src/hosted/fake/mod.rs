//! A fake server of all three wires on this machine, for tests and benches.
//!
//! It plays a script: a function of how many requests came before and of the request's JSON. What the
//! script says is written in the wire of the path that was asked.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use model::hosted::fake::{Fake, Step};
//! let server = Fake::start(|_n, _request| Step::text("Yes")).await.unwrap();
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.requests(), 0);
//! # });
//! ```

mod said;
mod step;

pub use said::Said;
pub use step::{Ending, Step};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

/// Connections that may wait to be accepted. With a short queue a burst of 500 loses some on a busy
/// machine, and each of those comes again only after a second.
const BACKLOG: u32 = 4_096;

/// What the server does with its `n`th request (from 0) and its JSON.
type Script = Box<dyn Fn(usize, &Value) -> Step + Send + Sync>;

/// A running server. Dropping it stops it.
pub struct Fake {
    url: String,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

struct Seen {
    script: Script,
    requests: AtomicUsize,
    in_flight: AtomicUsize,
    in_flight_max: AtomicUsize,
    last: Mutex<Option<Sighting>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Sighting {
    pub path: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Fake {
    /// Listens on a free port of 127.0.0.1, on the current runtime.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn start(script: impl Fn(usize, &Value) -> Step + Send + Sync + 'static) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let seen = Arc::new(Seen {
            script: Box::new(script),
            requests: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            in_flight_max: AtomicUsize::new(0),
            last: Mutex::new(None),
        });
        let app = axum::Router::new().fallback(answer).with_state(seen.clone());
        let task = tokio::spawn(async move {
            // It ends only with the task.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { url, seen, task })
    }

    /// Listens on a free port, on threads of its own that live as long as the process. For callers
    /// without a runtime.
    ///
    /// # Errors
    /// Where no thread or port can be had.
    pub fn start_apart(script: impl Fn(usize, &Value) -> Step + Send + Sync + 'static) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let server = runtime.block_on(Self::start(script))?;
        std::thread::Builder::new()
            .name("fake-server".to_owned())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
        Ok(server)
    }

    /// The base URL, with `/v1`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Requests that came so far.
    pub fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    /// Most requests that were answered at one time.
    pub fn in_flight_max(&self) -> usize {
        self.seen.in_flight_max.load(Ordering::SeqCst)
    }

    /// The last request.
    pub fn last(&self) -> Option<Sighting> {
        self.seen.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Counts a request while it is answered, also where its client hangs up.
struct InFlight(Arc<Seen>);

impl InFlight {
    fn new(seen: Arc<Seen>) -> Self {
        let now = seen.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        seen.in_flight_max.fetch_max(now, Ordering::SeqCst);
        Self(seen)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn answer(State(seen): State<Arc<Seen>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let _in_flight = InFlight::new(seen.clone());
    let n = seen.requests.fetch_add(1, Ordering::SeqCst);
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let step = (seen.script)(n, &body).on(uri.path());
    let sighting = Sighting { path: uri.path().to_owned(), headers: texts(&headers), body };
    *seen.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(sighting);
    if !step.delay.is_zero() {
        tokio::time::sleep(step.delay).await;
    }
    response(step)
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn response(step: Step) -> Response<Body> {
    let status = if step.status == 0 { 200 } else { step.status };
    let mut builder = Response::builder().status(status);
    for (name, value) in &step.headers {
        builder = builder.header(name, value);
    }
    let body = match step.end {
        Ending::Whole => Body::from(step.body),
        Ending::CutOff => cut_off(step.body),
    };
    builder.body(body).unwrap_or_else(|_| {
        let mut bad_script = Response::new(Body::from("the script's status or header is no HTTP"));
        *bad_script.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        bad_script
    })
}

/// Half of the body, then an error that closes the connection.
fn cut_off(mut body: Vec<u8>) -> Body {
    body.truncate(body.len() / 2);
    let half = stream::once(async { Ok(Bytes::from(body)) });
    let broken = stream::once(async {
        // Lets the server write what it has.
        tokio::task::yield_now().await;
        Err(io::Error::other("cut off by the script"))
    });
    Body::from_stream(half.chain(broken))
}

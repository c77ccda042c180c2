//! A fake OpenAI-compatible server on this machine, for tests and benches.
//!
//! It plays a script: a function of how many requests came before and of the request's JSON.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use model::openai::fake::{Fake, Step};
//! let server = Fake::start(|_n, _request| Step::text("Yes")).await.unwrap();
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.requests(), 0);
//! # });
//! ```

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

/// Connections that may wait to be accepted. With a short queue a burst of 500 loses some on a busy
/// machine, and each of those comes again only after a second.
const BACKLOG: u32 = 4_096;

/// One answer of the server.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Time between the request's last byte and the answer's first.
    pub delay: Duration,
    /// 0 means 200.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub end: Ending,
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    #[default]
    Whole,
    /// The connection breaks after half of the body.
    CutOff,
}

impl Step {
    /// A completion with this text.
    pub fn text(text: &str) -> Self {
        Self::message(&json!({"role": "assistant", "content": text}))
    }

    /// A completion with this message.
    pub fn message(message: &Value) -> Self {
        Self::json(&completion(&json!({"message": message, "finish_reason": "stop"})))
    }

    /// A completion whose first token has these alternatives, with their log-probabilities. The
    /// first of them is what was written.
    pub fn logprobs(alternatives: &[(&str, f64)]) -> Self {
        let top: Vec<Value> = alternatives.iter().map(|(t, l)| json!({"token": t, "logprob": l})).collect();
        let written = alternatives.first().copied().unwrap_or_default();
        let token = json!({"token": written.0, "logprob": written.1, "top_logprobs": top});
        Self::json(&completion(&json!({
            "message": {"role": "assistant", "content": written.0},
            "finish_reason": "stop",
            "logprobs": {"content": [token]},
        })))
    }

    /// Any JSON with status 200.
    pub fn json(body: &Value) -> Self {
        Self::bytes(body.to_string().into_bytes())
    }

    /// Any bytes with status 200.
    pub fn bytes(body: Vec<u8>) -> Self {
        Self { body, ..Self::default() }
    }

    /// An error in OpenAI's shape.
    pub fn error(status: u16, message: &str) -> Self {
        Self { status, ..Self::json(&json!({"error": {"message": message}})) }
    }

    /// The same after a delay.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// The same with one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, but the connection breaks after half of the body.
    pub fn cut_off(self) -> Self {
        Self { end: Ending::CutOff, ..self }
    }
}

fn completion(choice: &Value) -> Value {
    json!({
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "model": "fake",
        "choices": [choice],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    })
}

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
            .name("fake-openai".to_owned())
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
    let step = (seen.script)(n, &body);
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

//! 2,000 calls to a local server that answers after 1 s, over 500 connections.
//!
//! `cargo run --release -p model --features fake --example calls [CALLS] [CONNECTIONS]`
//!
//! The server runs in this process on two threads of its own. At best it takes
//! ceil(calls / connections) seconds.
#![allow(clippy::print_stdout, reason = "an example prints what it measured")]

use model::hosted::fake::{Fake, Step};
use model::hosted::{Endpoint, Hosted, Limits, RetryPolicy};
use model::{Model, ModelError};
use std::sync::Arc;
use std::time::{Duration, Instant};
use trace::{Message, Request, Role, Sampling};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse());
    let calls: u64 = arguments.next().unwrap_or(Ok(2_000))?;
    let connections: u64 = arguments.next().unwrap_or(Ok(500))?;
    let server = Fake::start_apart(|_, _| Step::text("Yes").after(Duration::from_secs(1)))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let started = Instant::now();
    runtime.block_on(play(server.url(), calls, usize::try_from(connections)?))?;
    let took = started.elapsed().as_secs_f64();
    println!("{calls} calls, {connections} connections, 1 s each: {took:.2} s");
    println!("at the server: {} requests, at most {} at once", server.requests(), server.in_flight_max());
    Ok(())
}

async fn play(url: &str, calls: u64, connections_max: usize) -> Result<(), ModelError> {
    let env = |variable: &str| (variable == "VLLM_BASE_URL").then(|| url.to_owned());
    let endpoint = Endpoint::resolve("vllm/fake", &env)?;
    let limits = Limits { connections_max, ..Limits::default() };
    let model = Arc::new(Hosted::new(endpoint, &limits, RetryPolicy::default())?);
    let mut tasks = tokio::task::JoinSet::new();
    for seed in 0..calls {
        let model = model.clone();
        tasks.spawn(async move { model.answer(&request(seed)).await });
    }
    for result in tasks.join_all().await {
        result?;
    }
    Ok(())
}

fn request(seed: u64) -> Request {
    Request {
        messages: vec![Message { role: Role::User, text: "Shall we? ".repeat(200) }],
        options: vec!["Yes".into(), "No".into()],
        schema: None,
        sampling: Sampling::default(),
        seed,
        ..Request::default()
    }
}

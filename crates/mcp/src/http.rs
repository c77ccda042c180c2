//! Over Streamable HTTP, on this machine alone: for harnesses that start no child process.

use crate::served::{Served, lock};
use crate::{Left, ServeError, Shared};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Pages that may call: those of this machine. Anything else with an `Origin` is refused.
const ORIGINS: [&str; 3] = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"];
/// Most bytes of one request.
const BODY_BYTES_MAX: usize = 4 << 20;

/// Serves at `/mcp` until `stop` is cancelled, and closes the record. All sessions share one desk.
pub async fn http(desk: Shared, listener: TcpListener, stop: CancellationToken) -> Result<Left, ServeError> {
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(ServeError::Opening("only this machine is served: nobody is asked who they are".into()));
    }
    let config = StreamableHttpServerConfig::default()
        .with_allowed_origins(ORIGINS)
        .with_max_request_body_bytes(BODY_BYTES_MAX)
        .with_cancellation_token(stop.child_token());
    let shared = desk.clone();
    let service = StreamableHttpService::new(
        move || Ok(Served(shared.clone())),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    let router = axum::Router::new().nest_service("/mcp", service);
    let stopped = async move { stop.cancelled().await };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await?;
    let mut desk = lock(&desk);
    let why = if desk.is_over() { Left::WorkEnded } else { Left::Interrupted };
    desk.leave(why).map_err(ServeError::Record)?;
    Ok(why)
}

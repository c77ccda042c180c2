//! Over standard input and output: one client, from its first message until it closes its end.

use crate::served::{Served, lock};
use crate::{Left, ServeError, Shared};
use rmcp::model::{ClientJsonRpcMessage, ErrorData, JsonRpcMessage, RequestId, ServerJsonRpcMessage};
use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use std::collections::HashSet;
use tokio_util::sync::CancellationToken;

/// Serves until the client leaves or `stop` is cancelled, and closes the record.
///
/// Requests are carried out in the order in which they came where the runtime has one thread.
pub async fn stdio(desk: Shared, stop: CancellationToken) -> Result<Left, ServeError> {
    let (input, output) = rmcp::transport::stdio_pipes();
    serve(desk, AsyncRwTransport::new(input, output), stop).await
}

/// The same over any transport.
async fn serve(
    desk: Shared,
    transport: impl Transport<RoleServer> + 'static,
    stop: CancellationToken,
) -> Result<Left, ServeError> {
    let strict = Strict { inner: transport, is_open: false, under_way: HashSet::new() };
    // A token of its own: the service cancels it when it ends.
    let service = Served(desk.clone());
    let served = rmcp::service::serve_server_with_ct(service, strict, stop.child_token()).await;
    let begun = match served {
        Ok(running) => {
            let _ = running.waiting().await;
            Ok(())
        }
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(_) if stop.is_cancelled() => Ok(()),
        Err(why) => Err(ServeError::Opening(why.to_string())),
    };
    let why = if stop.is_cancelled() { Left::Interrupted } else { Left::ClientLeft };
    let mut desk = lock(&desk);
    let why = if desk.is_over() { Left::WorkEnded } else { why };
    desk.leave(why).map_err(ServeError::Record)?;
    begun.map(|()| why)
}

/// Holds a client to what the service takes for granted: the first message is a request, and an identifier
/// is not used again before its answer.
struct Strict<T> {
    inner: T,
    is_open: bool,
    under_way: HashSet<RequestId>,
}

impl<T: Transport<RoleServer>> Strict<T> {
    /// Whether a message is passed on. A second request of the same identifier is answered here.
    fn admit(&mut self, message: &ClientJsonRpcMessage) -> bool {
        let JsonRpcMessage::Request(request) = message else { return self.is_open };
        self.is_open = true;
        if self.under_way.insert(request.id.clone()) {
            return true;
        }
        let twice = ErrorData::invalid_request("a request with this id is under way", None);
        let sent = self.inner.send(ServerJsonRpcMessage::error(twice, Some(request.id.clone())));
        // Apart, for this future may be dropped at any await.
        tokio::spawn(sent);
        false
    }
}

impl<T: Transport<RoleServer>> Transport<RoleServer> for Strict<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let answered = match &item {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            _ => None,
        };
        if let Some(id) = answered {
            self.under_way.remove(id);
        }
        self.inner.send(item)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let message = self.inner.receive().await?;
            // A request that is cancelled gets no answer.
            if let JsonRpcMessage::Notification(notification) = &message
                && let rmcp::model::ClientNotification::CancelledNotification(cancelled) =
                    &notification.notification
                && let Some(id) = &cancelled.params.request_id
            {
                self.under_way.remove(id);
            }
            if self.admit(&message) {
                return Some(message);
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.inner.close().await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod tests {
    use super::*;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    /// What of these lines is passed on, by identifier, and what is answered without being passed on.
    async fn check(lines: &[&str], passed: &[&str], answered: &[&str]) {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (read, write) = tokio::io::split(ours);
        let inner = AsyncRwTransport::<RoleServer, _, _>::new(read, write);
        let mut strict = Strict { inner, is_open: false, under_way: HashSet::new() };
        let (read, mut write) = tokio::io::split(theirs);
        write.write_all(lines.join("\n").as_bytes()).await.unwrap();
        write.write_all(b"\n").await.unwrap();
        for id in passed {
            let message = serde_json::to_value(strict.receive().await.unwrap()).unwrap();
            assert_eq!(message["id"].to_string(), *id, "{message}");
        }
        // Nothing more is passed on; what is answered is sent while we wait.
        let short = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(short, strict.receive()).await.is_err());
        let mut answers = BufReader::new(read).lines();
        for answer in answered {
            assert_eq!(answers.next_line().await.unwrap().unwrap(), *answer);
        }
    }

    const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    const TWICE: &str =
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"a request with this id is under way"}}"#;

    #[tokio::test]
    async fn an_identifier_is_used_once_at_a_time() {
        check(&[PING, PING, PING], &["1"], &[TWICE, TWICE]).await;
        let other = r#"{"jsonrpc":"2.0","id":"1","method":"ping"}"#;
        check(&[PING, other], &["1", "\"1\""], &[]).await;
        let cancelled = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
        check(&[PING, cancelled, PING], &["1", "null", "1"], &[]).await;
    }

    #[tokio::test]
    async fn the_first_message_is_a_request() {
        let early = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        let answer = r#"{"jsonrpc":"2.0","id":7,"result":{}}"#;
        check(&[early, answer, PING, early], &["1", "null"], &[]).await;
    }
}

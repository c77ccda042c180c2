//! Worlds with tools as servers of the Model Context Protocol: any client or harness can be put into one.
//!
//! ```text
//! client ─▶ stdio | HTTP on loopback ─▶ Served (rmcp) ─▶ Desk::call ─▶ Company::apply
//!                                          │                  └─▶ one line of the record, before the answer
//!                                          └─ tools, the prompt `task`, instructions
//! ```
//!
//! One process serves one company: whoever connects works at the same desk. A call is one act; what the
//! world then shows is the result. The documents stay behind the tools. Nothing here knows models, studies or scenarios.
//!
//! ```
//! use std::sync::Arc;
//! use world::{Company, CompanySpec};
//! let spec = CompanySpec {
//!     seats: vec!["worker".into()], steps: 3, tools: vec!["finish".into()], ..CompanySpec::default()
//! };
//! let company = Company::new(Arc::new(spec)).unwrap();
//! let mut desk = mcp::Desk::open(company, mcp::Opening::new("worker", "Finish."), None).unwrap();
//! let reply = desk.call("finish", serde_json::json!({ "note": "done" })).unwrap();
//! assert_eq!((reply.text.as_str(), reply.is_error), ("Your work is finished.", false));
//! assert!(desk.call("finish", serde_json::json!({ "note": "again" })).unwrap().is_error);
//! ```

mod call;
mod desk;
mod http;
mod record;
mod served;
mod stdio;

pub use call::{Outcome, Reply};
pub use desk::{Desk, Opening, Refused};
pub use http::http;
pub use record::{Left, VERSION};
pub use stdio::stdio;

use std::sync::{Arc, Mutex};

/// A desk at which several connections may call: one at a time.
pub type Shared = Arc<Mutex<Desk>>;

/// What broke while serving.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the session could not begin: {0}")]
    Opening(String),
    #[error("the record cannot be written: {0}")]
    Record(String),
}

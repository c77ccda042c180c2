//! What lies before a clerk: the conversation, read back into calls and results.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use trace::{Call, Message, Role};

/// A conversation in which tools are called, read back.
pub struct Desk {
    /// The brief and what was read since: once all is read, the same at every step of the episode.
    pub unit: String,
    /// Names of the tools that the system message lists.
    pub tools: BTreeSet<String>,
    /// Calls and what came of them, oldest first.
    pub calls: Vec<(Call, String)>,
    /// Everything that was read.
    pub text: String,
}

impl Desk {
    pub fn read(messages: &[Message]) -> Self {
        let mut desk =
            Self { unit: String::new(), tools: BTreeSet::new(), calls: Vec::new(), text: String::new() };
        for message in messages {
            match message.role {
                Role::System => {
                    let named =
                        message.text.lines().filter_map(|line| line.strip_prefix("- ")?.split_once('('));
                    desk.tools.extend(named.map(|(name, _)| name.to_owned()));
                    desk.hear(&message.text);
                }
                Role::User if desk.unit.is_empty() => {
                    desk.unit = message.text.clone();
                    desk.hear(&message.text);
                }
                Role::Assistant | Role::Call => {
                    if let Ok(call) = serde_json::from_str(&message.text) {
                        desk.calls.push((call, String::new()));
                    }
                }
                Role::User | Role::Tool => {
                    desk.hear(&message.text);
                    if let Some((call, result)) = desk.calls.last_mut() {
                        result.push_str(&message.text);
                        if call.tool.starts_with("read_") || call.tool == "recall" {
                            desk.unit.push_str(&message.text);
                        }
                    }
                }
            }
        }
        desk
    }

    fn hear(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub fn has(&self, tool: &str) -> bool {
        self.tools.contains(tool)
    }

    /// The result of the last such call with such arguments.
    pub fn result(&self, tool: &str, arguments: &Value) -> Option<&str> {
        self.calls
            .iter()
            .rev()
            .find(|(c, _)| c.tool == tool && &c.arguments == arguments)
            .map(|(_, r)| r.as_str())
    }

    /// Whether a tool was called at all.
    pub fn called(&self, tool: &str) -> bool {
        self.calls.iter().any(|(call, _)| call.tool == tool)
    }

    /// What is still to be read: the next call, or none.
    pub fn unread(&self, servers: &[String]) -> Option<Call> {
        let once = |tool: &str| (self.has(tool) && !self.called(tool)).then(|| call(tool, json!({})));
        once("list_documents")
            .or_else(|| self.unread_document())
            .or_else(|| once("recall"))
            .or_else(|| once("list_mail"))
            .or_else(|| self.unread_mail())
            .or_else(|| once("read_sheet"))
            .or_else(|| self.unlisted(servers))
    }

    fn unread_document(&self) -> Option<Call> {
        if !self.has("read_document") {
            return None;
        }
        let names = self.result("list_documents", &json!({}))?.lines();
        for name in names.filter(|name| !name.ends_with('.')) {
            let of_it = |c: &&(Call, String)| c.0.tool == "read_document" && c.0.arguments["name"] == name;
            let Some((_, shown)) = self.calls.iter().rfind(of_it) else {
                return Some(call("read_document", json!({ "name": name })));
            };
            let more = shown
                .rsplit_once("read on with from=")
                .and_then(|(_, rest)| rest.trim_end_matches(']').parse().ok());
            if let Some::<u32>(from) = more {
                return Some(call("read_document", json!({ "name": name, "from": from })));
            }
        }
        None
    }

    fn unread_mail(&self) -> Option<Call> {
        let listed = self.result("list_mail", &json!({}))?;
        let numbers = listed.lines().filter_map(|line| line.split_once(" · ")?.0.parse::<u32>().ok());
        // What has come since is told, and in no list.
        let told = self.text.lines().filter_map(|line| line.strip_prefix("A new mail has come: number "));
        let come = told.filter_map(|rest| rest.split_once(',')?.0.parse::<u32>().ok());
        let mut unread =
            numbers.chain(come).filter(|n| self.result("read_mail", &json!({ "number": n })).is_none());
        unread.next().map(|n| call("read_mail", json!({ "number": n })))
    }

    fn unlisted(&self, servers: &[String]) -> Option<Call> {
        let mut left = servers.iter().filter(|s| {
            self.has("list_files") && self.result("list_files", &json!({ "server": s })).is_none()
        });
        left.next().map(|server| call("list_files", json!({ "server": server })))
    }
}

/// A call of a tool.
pub fn call(tool: &str, arguments: Value) -> Call {
    Call { tool: tool.into(), arguments }
}

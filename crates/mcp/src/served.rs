//! What a client of the protocol sees: tools, one prompt, instructions. Nothing of what is measured.
//!
//! Errors follow the revisions 2025-11-25 and later of the protocol: what a model can mend (arguments that
//! do not fit, a rule, something that cannot be done) is a result with `isError`; a tool or prompt that does
//! not exist and a request that is none are protocol errors (−32602, −32601), for no model reads those.

use crate::desk::Refused;
use crate::{Desk, Shared};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult,
    GetPromptRequestParams, GetPromptResponse, GetPromptResult, Implementation, ListPromptsResult,
    ListToolsResult, PaginatedRequestParams, Prompt, PromptMessage, Role, ServerCapabilities, ServerConfig,
    Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::Value;
use std::sync::{Arc, MutexGuard, PoisonError};
use world::World as _;

/// The name of the one prompt.
const TASK: &str = "task";
/// Requests whose parameters did not fit: they reach us as requests of no known kind.
const KNOWN: [&str; 4] = ["tools/call", "tools/list", "prompts/get", "prompts/list"];

/// One connection's view of the desk.
#[derive(Clone)]
pub struct Served(pub Shared);

impl Served {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.0)
    }
}

pub fn lock(desk: &Shared) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// There is one page of everything.
fn one_page(page: Option<&PaginatedRequestParams>) -> Result<(), ErrorData> {
    match page.and_then(|page| page.cursor.as_ref()) {
        Some(_) => Err(ErrorData::invalid_params("there is no such page: all stands on the first", None)),
        None => Ok(()),
    }
}

/// A tool as the protocol lists it.
fn tool(tool: &trace::Tool) -> Tool {
    let schema = tool.arguments.as_object().cloned().unwrap_or_default();
    Tool::new(tool.name.clone(), tool.about.clone(), Arc::new(schema))
}

impl ServerHandler for Served {
    fn get_info(&self) -> ServerConfig {
        let desk = self.desk();
        let capabilities = ServerCapabilities::builder().enable_tools().enable_prompts().build();
        // A harness may show this name to its model: it says what is seen from inside.
        let (name, version) = desk.company().version().split_once('/').unwrap_or(("company", "1"));
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new(name, version))
            .with_instructions(desk.task())
    }

    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        one_page(page.as_ref())?;
        Ok(ListToolsResult::with_all_items(self.desk().tools().iter().map(tool).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let reply = self.desk().call(&request.name, arguments).map_err(|refused| match refused {
            Refused::UnknownTool(name) => ErrorData::invalid_params(format!("Unknown tool: {name}"), None),
            Refused::NotRecorded(why) => ErrorData::internal_error(format!("nothing was done: {why}"), None),
        })?;
        let content = vec![ContentBlock::text(reply.text)];
        let result = match reply.is_error {
            true => CallToolResult::error(content),
            false => CallToolResult::success(content),
        };
        Ok(result.into())
    }

    async fn list_prompts(
        &self,
        page: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        one_page(page.as_ref())?;
        let task = Prompt::new(TASK, Some("What you are asked to do."), None);
        Ok(ListPromptsResult::with_all_items(vec![task]))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        if request.name != TASK {
            let name = crate::call::short(&request.name);
            return Err(ErrorData::invalid_params(format!("Unknown prompt: {name}"), None));
        }
        let message = PromptMessage::new_text(Role::User, self.desk().task());
        Ok(GetPromptResult::new(vec![message]).into())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let name = crate::call::short(&request.method);
        if KNOWN.contains(&request.method.as_str()) {
            return Err(ErrorData::invalid_params(format!("the parameters of `{name}` do not fit"), None));
        }
        Err(ErrorData::new(rmcp::model::ErrorCode::METHOD_NOT_FOUND, name, None))
    }
}

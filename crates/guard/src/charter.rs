//! What a guard is made of: data, with everything that it can get wrong refused when it is read.

use crate::rooms::{reckoner::Reckoning, switch::Sealing, weigh::Weighing};
use crate::{Mode, Request, sense, shape, strict};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trace::Tool;

/// Most bytes of a charter.
pub const CHARTER_BYTES_MAX: usize = 8 << 20;

/// Names that stand for something else than a tool.
pub const RESERVED: [&str; 5] = ["call", "choose", "move", "say", "pass"];

/// What stands in a charter and cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct Fault {
    /// Where (`policy`, `roles.reviewer`, `switch`).
    pub at: String,
    pub why: String,
}

impl Fault {
    pub fn new(at: impl Into<String>, why: impl ToString) -> Self {
        Self { at: at.into(), why: why.to_string() }
    }
}

/// The constitution of one guard. It is the operator's: no agent reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Charter {
    /// Cedar, over the schema that [`crate::Policies::schema`] shows.
    pub policy: String,
    /// The tools of each role: the register.
    #[serde(deserialize_with = "roles")]
    pub roles: BTreeMap<String, Vec<Tool>>,
    /// The questions of each role ([`crate::question_of`]), where an arena asks some: the register of what is no
    /// tool and yet opens a door (a private line that one seat is offered). Without it questions are not watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions: Option<BTreeMap<String, BTreeSet<String>>>,
    /// Who there is, by the name that the credential gives.
    pub principals: BTreeMap<String, Principal>,
    /// Classes of calls that policies may name (`context.classes.contains("…")`).
    pub classes: BTreeMap<String, Vec<Pattern>>,
    /// Tools of which a call that is done twice does what it does once. Only such a call begins again when nobody
    /// knows whether it was done.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub idempotent: BTreeSet<String>,
    /// A room that is not named is obeyed.
    pub modes: BTreeMap<String, Mode>,
    /// Operators' keys (`name+id+key`, C2SP signed-note) and how many of them are a quorum.
    pub operators: Vec<String>,
    pub quorum: usize,
    pub reckoner: Vec<Reckoning>,
    pub switch: Sealing,
    pub weigh: Weighing,
}

/// Somebody who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    pub role: String,
    pub kind: Kind,
}

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Agent,
    /// Has no right of its own: acts while a delegation to it lives.
    Delegate,
    Operator,
}

/// Calls of one tool in which each named argument has one of the given values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    pub tool: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, Vec<Value>>,
}

impl Pattern {
    /// Every call of a tool.
    pub fn tool(tool: &str) -> Self {
        Self { tool: tool.into(), arguments: BTreeMap::new() }
    }

    /// Only where an argument has this value.
    #[must_use]
    pub fn with(mut self, argument: &str, value: impl Into<Value>) -> Self {
        self.arguments.entry(argument.into()).or_default().push(value.into());
        self
    }

    /// Whether a request is such a call.
    pub fn matches(&self, request: &Request) -> bool {
        let holds = |(name, values): (&String, &Vec<Value>)| {
            request.arguments().get(name).is_some_and(|value| shape::contains(values, value))
        };
        self.tool == request.tool() && self.arguments.iter().all(holds)
    }
}

/// A tool as a charter defines it: what is said of one and not kept would be pinned by nobody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    name: String,
    about: String,
    arguments: Value,
}

fn roles<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Vec<Tool>>, D::Error> {
    let read = BTreeMap::<String, Vec<Definition>>::deserialize(from)?;
    let tool = |Definition { name, about, arguments }| Tool { name, about, arguments };
    Ok(read.into_iter().map(|(role, tools)| (role, tools.into_iter().map(tool).collect())).collect())
}

impl Charter {
    /// A charter from its JSON, in which nothing stands twice and nothing that is not known.
    ///
    /// # Errors
    /// In words, with the line.
    pub fn from_json(text: &str) -> Result<Self, String> {
        // Read twice: once for what serde lets pass, a key that stands twice, and once for words with a line.
        strict::read_within(text, CHARTER_BYTES_MAX)?;
        serde_json::from_str(text).map_err(|why| why.to_string())
    }

    /// SHA-256 of all but the policy, which the ratchet turns.
    pub(crate) fn bare_hash(&self) -> String {
        trace::name_of(&Self { policy: String::new(), ..self.clone() }).to_string()
    }

    /// The mode of a room.
    pub fn mode(&self, room: &str) -> Mode {
        self.modes.get(room).copied().unwrap_or_default()
    }

    /// Every tool of every role, once.
    pub fn tools(&self) -> impl Iterator<Item = &Tool> {
        let mut seen = BTreeSet::new();
        self.roles.values().flatten().filter(move |tool| seen.insert(tool.name.as_str()))
    }

    /// Whether its parts agree with each other.
    ///
    /// # Errors
    /// The first [`Fault`] found.
    pub fn check(&self) -> Result<(), Fault> {
        self.roles.iter().try_for_each(|(role, tools)| check_tools(&format!("roles.{role}"), tools))?;
        self.check_one_definition()?;
        for (name, principal) in &self.principals {
            if !self.roles.contains_key(&principal.role) {
                return Err(Fault::new(
                    format!("principals.{name}"),
                    format!("there is no role `{}`", principal.role),
                ));
            }
        }
        if let Some(role) =
            self.questions.iter().flat_map(BTreeMap::keys).find(|r| !self.roles.contains_key(*r))
        {
            return Err(Fault::new(format!("questions.{role}"), format!("there is no role `{role}`")));
        }
        if let Some(name) = self.idempotent.iter().find(|name| self.tools().all(|tool| tool.name != **name)) {
            return Err(Fault::new("idempotent", format!("no role has a tool `{name}`")));
        }
        sense::check(self)?;
        let known: Vec<&str> = crate::rooms::names().collect();
        match self.modes.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Fault::new(
                "modes",
                format!("there is no room `{name}`; there are: {}", known.join(", ")),
            )),
            None => Ok(()),
        }
    }

    /// Whether a pattern is of a tool that there is, over arguments that no call can leave out, with values
    /// that they can have: a rule on what cannot be would match nothing and say nothing.
    ///
    /// # Errors
    /// Names the tool, the argument or the value.
    pub fn check_pattern(&self, at: &str, pattern: &Pattern) -> Result<(), Fault> {
        let tool = self.check_arguments(at, &pattern.tool, pattern.arguments.keys().map(String::as_str))?;
        for (name, values) in &pattern.arguments {
            if values.is_empty() {
                return Err(Fault::new(
                    at,
                    format!("`{name}` has no value: a list of them would be accepted"),
                ));
            }
            let schema = property(tool, name);
            let fits = |value| shape::check(schema, value, &format!("`{}` {name}", tool.name));
            let misfit = values.iter().find_map(|value| Some((value, fits(value).err()?)));
            if let Some((value, why)) = misfit {
                return Err(Fault::new(at, format!("no call has the value {value}: {why}")));
            }
        }
        Ok(())
    }

    /// Whether there is a tool with these arguments, none of which a call can leave out.
    ///
    /// # Errors
    /// Names the tool or the argument.
    pub fn check_arguments<'a>(
        &self,
        at: &str,
        tool: &str,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Result<&Tool, Fault> {
        let Some(tool) = self.tools().find(|known| known.name == tool) else {
            return Err(Fault::new(at, format!("no role has a tool `{tool}`")));
        };
        arguments.into_iter().try_for_each(|name| required(tool, name).map_err(|why| Fault::new(at, why)))?;
        Ok(tool)
    }

    fn check_one_definition(&self) -> Result<(), Fault> {
        let mut first: BTreeMap<&str, &Tool> = BTreeMap::new();
        for (role, tool) in
            self.roles.iter().flat_map(|(role, tools)| tools.iter().map(move |tool| (role, tool)))
        {
            if *first.entry(&tool.name).or_insert(tool) != tool {
                return Err(Fault::new(
                    format!("roles.{role}"),
                    format!("`{}` is two different tools", tool.name),
                ));
            }
        }
        Ok(())
    }
}

/// Whether no valid call of a tool can leave an argument out.
///
/// # Errors
/// Says so in words.
pub(crate) fn required(tool: &Tool, argument: &str) -> Result<(), String> {
    let required = tool.arguments.get("required").and_then(Value::as_array).into_iter().flatten();
    match required.into_iter().any(|name| name == argument) {
        true => Ok(()),
        false => Err(format!("`{}` has no required argument `{argument}`", tool.name)),
    }
}

/// What a tool's argument may be; where nothing says so, anything.
pub(crate) fn property<'a>(tool: &'a Tool, argument: &str) -> &'a Value {
    let named = tool.arguments["properties"].get(argument);
    named.or_else(|| tool.arguments.get("additionalProperties")).unwrap_or(&Value::Bool(true))
}

/// Names are in snake case and ASCII, so that no two look alike; schemas are understood to the last word.
fn check_tools(at: &str, tools: &[Tool]) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for tool in tools {
        let name = tool.name.as_str();
        let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !plain || RESERVED.contains(&name) {
            return Err(Fault::new(
                at,
                format!("`{name}` is no name of a tool: snake case, ASCII, not reserved"),
            ));
        }
        if !names.insert(name) {
            return Err(Fault::new(at, format!("`{name}` stands twice")));
        }
        shape::understood(&tool.arguments).map_err(|why| Fault::new(at, format!("`{name}`: {why}")))?;
        if tool.arguments["type"] != "object" {
            let why = format!("`{name}`: arguments are an object, and the schema's `type` says so");
            return Err(Fault::new(at, why));
        }
    }
    Ok(())
}

//! What a rule of a policy names: entities, classes, the values beside arguments and counts, and what it needs
//! at least to match.
//!
//! ```text
//! Cedar's JSON of a rule ─▶ literals by path (probes.rs tries them)
//!                        ├▶ names that the charter must have
//!                        └▶ needs: what all its conditions ask of one request, if anything can meet it
//! ```
//!
//! Needs are read from comparisons that `&&` joins, and from nothing else: who breaks them matches nothing; who
//! meets them may match. What else a rule says, a solver can judge (`proof`).

use crate::errors::may_err;
use crate::schema::{AGENT, CLASSES, COUNTS, DESK, OPERATOR, ROLE};
use crate::{Charter, charter, shape, slices};
use cedar_policy::{EntityUid, Policy};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use trace::Tool;

/// Most values that an argument or a count is tried with.
pub const VALUES_MAX: usize = 64;

/// What a condition reads of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    Argument(String),
    /// A count, or the classes.
    Fact(String),
}

/// A rule, as far as it says what to try on it.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// As it was written.
    pub text: String,
    /// As Cedar reads it: equal for equal rules, wherever the lines break.
    pub form: String,
    /// Every path that it reads, with the values that stand beside it.
    pub literals: BTreeMap<Path, Vec<Value>>,
    pub needs: Needs,
    /// Whether it can end in an error, and so deny.
    pub may_err: bool,
}

/// What a request has at least, if the rule matches it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    pub equal: BTreeMap<Path, Value>,
    /// The least and the most of a whole number.
    pub span: BTreeMap<Path, (i64, i64)>,
    who: Vec<Who>,
}

/// What is asked of a principal.
#[derive(Clone, Debug, PartialEq)]
enum Who {
    Is(String),
    /// An entity that it is or is in: its type and its name.
    Under(String, String),
    Equals(String, String),
}

impl Said {
    /// Reads a rule. `tools` are those of its scope, and `other` whether its scope has an action that is no call.
    ///
    /// # Errors
    /// In words, where it names what the charter lacks or can match nothing.
    pub fn of(charter: &Charter, policy: &Policy, tools: &[&Tool], other: bool) -> Result<Self, String> {
        policy.entity_literals().iter().try_for_each(|uid| entity(charter, uid))?;
        let rule = policy.to_json().map_err(|why| why.to_string())?;
        let text = policy.to_cedar().unwrap_or_default();
        let mut said = Self { text, form: rule.to_string(), may_err: may_err(&rule), ..Self::default() };
        let conditions = rule["conditions"].as_array().into_iter().flatten();
        for condition in conditions {
            said.read(&condition["body"]);
            if condition["kind"] == "when" {
                said.needs.add(&condition["body"])?;
            }
        }
        classes(charter, &said.literals)?;
        said.needs.who.extend(scope(&rule["principal"]));
        said.needs.somebody(charter)?;
        if !other && !tools.is_empty() {
            let misfits: Option<Vec<String>> = tools.iter().map(|tool| said.needs.misfit(tool)).collect();
            if let Some(why) = misfits.and_then(|all| all.into_iter().next()) {
                return Err(why);
            }
        }
        Ok(said)
    }

    /// Notes every path below a term, and the values that are compared with it.
    fn read(&mut self, term: &Value) {
        if let Some(path) = path(term) {
            self.literals.entry(path).or_default();
            return;
        }
        let Some((operator, operands)) = node(term) else { return };
        if COMPARES.contains(&operator) {
            let (mut paths, mut values) = (Vec::new(), Vec::new());
            collect(operands, &mut paths, &mut values);
            for path in paths {
                // Every class is looked up; of other values so many are tried.
                let is_class = path == Path::Fact(CLASSES.into());
                let known = self.literals.entry(path).or_default();
                for value in &values {
                    if is_class || known.len() <= VALUES_MAX && !known.contains(value) {
                        known.push(value.clone());
                    }
                }
            }
        }
        children(operands).for_each(|child| self.read(child));
    }
}

const COMPARES: [&str; 11] =
    ["==", "!=", "<", "<=", ">", ">=", "contains", "containsAll", "containsAny", "like", "has"];

/// An operator and what it is applied to.
pub fn node(term: &Value) -> Option<(&str, &Value)> {
    let fields = term.as_object()?;
    fields.iter().next().map(|(operator, operands)| (operator.as_str(), operands))
}

fn children(operands: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match operands {
        Value::Object(fields) => Box::new(fields.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => Box::new(std::iter::empty()),
    }
}

/// What a term reads, if that is all it does.
fn path(term: &Value) -> Option<Path> {
    let context = json!({ "Var": "context" });
    let get = |term: &Value| Some((term.get(".")?["left"].clone(), term["."]["attr"].as_str()?.to_owned()));
    let (left, attribute) = get(term)?;
    if left == context {
        return (attribute != "args").then_some(Path::Fact(attribute));
    }
    let (root, args) = get(&left)?;
    (root == context && args == "args").then_some(Path::Argument(attribute))
}

/// The value that a term is: a text, a number, a truth, a list of them.
fn literal(term: &Value) -> Option<Value> {
    if let Some(value) = term.get("Value") {
        return (!value.is_object()).then(|| value.clone());
    }
    if let Some(number) = term.get("neg").and_then(|neg| neg["arg"]["Value"].as_i64()) {
        return Some(Value::from(number.checked_neg()?));
    }
    let items = term.get("Set")?.as_array()?;
    items.iter().map(literal).collect::<Option<Vec<_>>>().map(Value::Array)
}

/// Paths and values below the operands of a comparison. Those of a list stand for themselves as well.
fn collect(term: &Value, paths: &mut Vec<Path>, values: &mut Vec<Value>) {
    if let Some(found) = path(term) {
        return paths.push(found);
    }
    if let Some(value) = literal(term) {
        values.extend(value.as_array().cloned().into_iter().flatten());
        return values.push(value);
    }
    // `args has name`: the name is a path whose value nothing says.
    let attribute = term.get("attr").and_then(Value::as_str);
    if let Some(attribute) = attribute.filter(|_| term["left"]["."]["attr"] == "args") {
        paths.push(Path::Argument(attribute.to_owned()));
    }
    if let Some(pattern) = term.get("pattern").and_then(Value::as_array) {
        values.push(Value::from(
            pattern.iter().filter_map(|part| part["Literal"].as_str()).collect::<String>(),
        ));
    }
    children(term).for_each(|child| collect(child, paths, values));
}

/// Who the scope of a rule has room for.
fn scope(principal: &Value) -> Vec<Who> {
    let name = |uid: &Value| Some((uid["type"].as_str()?.to_owned(), uid["id"].as_str()?.to_owned()));
    let under = |uid: &Value| name(uid).map(|(kind, id)| Who::Under(kind, id));
    let is = principal["entity_type"].as_str().map(|kind| Who::Is(kind.to_owned()));
    match principal["op"].as_str() {
        Some("==") => {
            name(&principal["entity"]).map(|(kind, id)| Who::Equals(kind, id)).into_iter().collect()
        }
        Some("in") => under(&principal["entity"]).into_iter().collect(),
        Some("is") => is.into_iter().chain(under(&principal["in"]["entity"])).collect(),
        _ => Vec::new(),
    }
}

impl Needs {
    /// What one condition asks.
    fn add(&mut self, body: &Value) -> Result<(), String> {
        if let Some(both) = body.get("&&") {
            self.add(&both["left"])?;
            return self.add(&both["right"]);
        }
        let Some((operator, operands)) = node(body) else { return Ok(()) };
        let (left, right) = (&operands["left"], &operands["right"]);
        self.who.extend(who(operator, left, right));
        match (path(left), literal(right), path(right), literal(left)) {
            (Some(path), Some(value), ..) => self.compare(path, operator, value),
            (_, _, Some(path), Some(value)) => self.compare(path, mirrored(operator), value),
            _ => Ok(()),
        }
    }

    fn compare(&mut self, path: Path, operator: &str, value: Value) -> Result<(), String> {
        let (mut least, mut most) = match (operator, value.as_i64()) {
            ("==", Some(n)) => (n, n),
            (">", Some(n)) => (n.saturating_add(1), i64::MAX),
            (">=", Some(n)) => (n, i64::MAX),
            ("<", Some(n)) => (i64::MIN, n.saturating_sub(1)),
            ("<=", Some(n)) => (i64::MIN, n),
            ("==", None) => return self.equals(path, value),
            _ => return Ok(()),
        };
        let known = self.span.get(&path).copied().unwrap_or(match &path {
            Path::Fact(_) => (0, i64::MAX),
            Path::Argument(_) => (i64::MIN, i64::MAX),
        });
        (least, most) = (least.max(known.0), most.min(known.1));
        if least > most {
            return Err(format!("no number is all that it asks of {path}; a count is 0 or more"));
        }
        self.span.insert(path, (least, most));
        Ok(())
    }

    fn equals(&mut self, path: Path, mut value: Value) -> Result<(), String> {
        if let Some(items) = value.as_array_mut() {
            // A set has no order and no doubles.
            items.sort_by_key(ToString::to_string);
            items.dedup();
        }
        match self.equal.get(&path) {
            Some(known) if *known != value => Err(format!("{path} is not both {known} and {value}")),
            _ => {
                self.equal.insert(path, value);
                Ok(())
            }
        }
    }

    /// The value of each path with which these needs are met.
    pub fn witness(&self) -> impl Iterator<Item = (&Path, Value)> {
        let near = |(least, most): &(i64, i64)| if *least > i64::MIN { *least } else { *most };
        let numbers = self.span.iter().map(move |(path, span)| (path, Value::from(near(span))));
        self.equal.iter().map(|(path, value)| (path, value.clone())).chain(numbers)
    }

    /// Why no call of a tool meets them, where that is so.
    fn misfit(&self, tool: &Tool) -> Option<String> {
        self.witness().find_map(|(path, value)| {
            let Path::Argument(name) = path else { return None };
            let exact = self.span.get(path).is_none_or(|(least, most)| least == most);
            let schema = charter::property(tool, name);
            let why = shape::check(schema, &value, &format!("`{}` {name}", tool.name)).err()?;
            // One list that is refused says nothing of others that are the same set.
            (exact && !value.is_array()).then(|| format!("no call has {path} {value}: {why}"))
        })
    }

    fn somebody(&self, charter: &Charter) -> Result<(), String> {
        let is = |name: &str, who: &crate::Principal| {
            self.who.iter().all(|asked| match asked {
                Who::Is(kind) => kind == slices::kind(who.kind),
                Who::Equals(kind, id) => kind == slices::kind(who.kind) && id == name,
                Who::Under(kind, id) => {
                    kind == slices::kind(who.kind) && id == name || kind == ROLE && *id == who.role
                }
            })
        };
        match self.who.is_empty() || charter.principals.iter().any(|(name, who)| is(name, who)) {
            true => Ok(()),
            false => Err("no principal of the charter is all that it asks of one".into()),
        }
    }
}

fn who(operator: &str, left: &Value, right: &Value) -> Option<Who> {
    if left["Var"] != "principal" {
        return None;
    }
    let uid = &right["Value"]["__entity"];
    let (kind, id) = (uid["type"].as_str()?.to_owned(), uid["id"].as_str()?.to_owned());
    match operator {
        "==" => Some(Who::Equals(kind, id)),
        "in" => Some(Who::Under(kind, id)),
        _ => None,
    }
}

fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        // `contains` has its list on one side.
        "==" => "==",
        _ => "",
    }
}

/// Whether an entity is one that the charter has.
fn entity(charter: &Charter, uid: &EntityUid) -> Result<(), String> {
    let (kind, id) = (uid.type_name().to_string(), uid.id().unescaped());
    let people = || {
        charter
            .principals
            .iter()
            .filter(|(_, who)| slices::kind(who.kind) == kind)
            .map(|(name, _)| name.as_str())
    };
    let known: Vec<&str> = match kind.as_str() {
        AGENT | OPERATOR => people().collect(),
        ROLE => charter.roles.keys().map(String::as_str).collect(),
        DESK => vec!["desk"],
        // Actions are known to the schema, and Cedar has asked it.
        _ => return Ok(()),
    };
    match known.contains(&id) {
        true => Ok(()),
        false => Err(format!("there is no {uid}; there are: {}", known.join(", "))),
    }
}

/// Whether every class that stands beside the classes of a request is one that the charter has.
fn classes(charter: &Charter, literals: &BTreeMap<Path, Vec<Value>>) -> Result<(), String> {
    let said = literals.get(&Path::Fact(CLASSES.into())).into_iter().flatten().filter_map(Value::as_str);
    match said.into_iter().find(|class| !charter.classes.contains_key(*class)) {
        None => Ok(()),
        Some(class) => {
            let known: Vec<&str> = charter.classes.keys().map(String::as_str).collect();
            Err(format!("there is no class `{class}`; there are: {}", known.join(", ")))
        }
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Argument(name) => write!(f, "context.args.{name}"),
            Self::Fact(name) => write!(f, "context.{name}"),
        }
    }
}

/// Whether a fact is a count, which a probe can set.
pub fn is_count(fact: &str) -> bool {
    COUNTS.contains(&fact)
}

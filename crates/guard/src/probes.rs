//! Requests on which two policies are compared, and where they differ.
//!
//! ```text
//! who looks alike × action ─▶ the rules that can match: the same texts? nothing to try
//!                                └ no ─▶ probes ─▶ both decide ─▶ flips
//!                                                     └ none: unseen, and said so
//! ```
//!
//! A probe is a request as somebody could make it. It begins at the least arguments, at what a pattern names and
//! at what a rule needs, and departs from there in one place, then in two, and so on: to every value that a rule
//! or a pattern names for an argument, to the numbers on both sides of a number, to absent and present. Facts:
//! whatever is called a flip is one; that there is none says nothing, for probes are some of all requests.

use crate::mutant::{Mutant, planted};
use crate::said::{Path, Said, VALUES_MAX, is_count};
use crate::schema::PLAIN;
use crate::slices::Face;
use crate::{
    Case, Charter, Credential, Facts, Offer, Offered, Pattern, Policies, Request, Tally, Verdict, charter,
    shape,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use trace::Tool;

/// Most probes of one comparison, shared by all actions of all who look alike.
const PROBES_MAX: usize = 4_000;
/// Most rules that all probes of one comparison meet: with more rules there are fewer probes.
const MEETINGS_MAX: usize = 2_000_000;
/// Most bytes of a value that is tried: some thousand requests with it wait at once.
const VALUE_BYTES_MAX: usize = 1_024;
/// Most places where the probes of one action begin.
const BASES_MAX: usize = 256;

/// A principal and an action for which two policies differ, with a request that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    pub principal: String,
    pub action: String,
    /// The classes that the request was in.
    pub classes: BTreeSet<String>,
    pub from: Verdict,
    pub to: Verdict,
    /// What was asked: a call, or an answer to a question.
    pub text: String,
    pub facts: Facts,
}

/// Where two policies differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// One for each principal, action, class and pair of verdicts.
    pub flips: Vec<Flip>,
    /// Who and what has other rules now, and no probe shows it: principals who look alike, and an action.
    pub unseen: Vec<(Vec<String>, String)>,
    pub probes: usize,
    /// Whether there were more to try.
    pub cut: bool,
}

/// What a policy would say otherwise than the one before it.
pub fn compare(charter: &Charter, old: &Policies, new: &Policies) -> Compared {
    let mut alike: BTreeMap<(&Face, &Face), Vec<&str>> = BTreeMap::new();
    for name in charter.principals.keys() {
        if let (Some(before), Some(after)) = (old.face(name), new.face(name)) {
            alike.entry((before, after)).or_default().push(name);
        }
    }
    let pairs: Vec<Pair<'_>> = alike
        .iter()
        .flat_map(|((before, after), names)| {
            let tools =
                names.first().and_then(|name| credential(charter, name)).map(|who| tools(charter, &who));
            let actions = tools.into_iter().flatten().map(|tool| tool.name.as_str()).chain(PLAIN);
            actions.filter_map(|action| {
                Pair::new(
                    names,
                    action,
                    old.said_of(action, before).collect(),
                    new.said_of(action, after).collect(),
                )
            })
        })
        .collect();
    let mut found = Compared::default();
    let rules = pairs.iter().map(|pair| pair.rules.len()).max().unwrap_or(1);
    let most = PROBES_MAX.min(MEETINGS_MAX / rules.max(1)) / pairs.len().max(1);
    for pair in pairs {
        let flips = pair.flips(charter, (old, new), most, &mut found);
        if flips.is_empty() {
            found
                .unseen
                .push((pair.names.iter().map(|name| (*name).to_owned()).collect(), pair.action.to_owned()));
        }
        found.flips.extend(flips);
    }
    found.flips.sort_by(|a, b| (&a.principal, &a.action).cmp(&(&b.principal, &b.action)));
    found
}

/// What two policies say of one request, where they differ. `arguments` are some, and the least stand for others.
///
/// # Errors
/// In words, where nobody is called so or the request cannot be read.
pub fn flip(
    charter: &Charter,
    policies: (&Policies, &Policies),
    (principal, action): (&str, &str),
    arguments: &Value,
    facts: &Facts,
) -> Result<Option<Flip>, String> {
    let who = credential(charter, principal).ok_or("nobody of this name is known")?;
    let tool = tools(charter, &who).iter().find(|tool| tool.name == action);
    let mut point = Point(least_of(tool));
    let some = arguments.as_object().into_iter().flatten();
    point.0.extend(some.map(|(name, value)| (Path::Argument(name.clone()), Some(value.clone()))));
    let request = point.request(&who, &offer(charter, &who), tool, action)?;
    Ok(differs(&who, policies, &request, facts))
}

fn differs(
    who: &Credential,
    (old, new): (&Policies, &Policies),
    request: &Request,
    facts: &Facts,
) -> Option<Flip> {
    let case = Case { request, facts };
    let (from, to) = (old.decide(&who.principal, who.kind, case), new.decide(&who.principal, who.kind, case));
    (from.verdict != to.verdict).then(|| Flip {
        principal: who.principal.clone(),
        action: request.tool().to_owned(),
        classes: facts.classes.clone(),
        from: from.verdict,
        to: to.verdict,
        text: request.text().to_owned(),
        facts: facts.clone(),
    })
}

fn credential(charter: &Charter, name: &str) -> Option<Credential> {
    let who = charter.principals.get(name)?;
    Some(Credential { principal: name.to_owned(), role: who.role.clone(), kind: who.kind })
}

fn tools<'a>(charter: &'a Charter, who: &Credential) -> &'a [Tool] {
    charter.roles.get(&who.role).map_or(&[], Vec::as_slice)
}

fn offer(charter: &Charter, who: &Credential) -> Arc<Offer> {
    Arc::new(Offer::Call(Arc::new(Offered::new(tools(charter, who).to_vec().into()))))
}

/// Principals who look alike to both policies, and an action for which the rules are not the same.
struct Pair<'a> {
    names: &'a [&'a str],
    action: &'a str,
    /// The rules of both, those that only one has first.
    rules: Vec<&'a Said>,
}

impl<'a> Pair<'a> {
    fn new(names: &'a [&'a str], action: &'a str, old: Vec<&'a Said>, new: Vec<&'a Said>) -> Option<Self> {
        let texts = |all: &[&'a Said]| all.iter().map(|said| said.form.as_str()).collect::<BTreeSet<&str>>();
        let (before, after) = (texts(&old), texts(&new));
        if before == after {
            return None;
        }
        let mut rules: Vec<&Said> = old.into_iter().chain(new).collect();
        rules.sort_by_key(|said| before.contains(&*said.form) && after.contains(&*said.form));
        Some(Self { names, action, rules })
    }

    fn flips(
        &self,
        charter: &Charter,
        policies: (&Policies, &Policies),
        most: usize,
        counted: &mut Compared,
    ) -> Vec<Flip> {
        let who: Vec<Credential> = self.names.iter().filter_map(|name| credential(charter, name)).collect();
        let Some(first) = who.first() else { return Vec::new() };
        let mut found: Vec<Flip> = Vec::new();
        let tool = tools(charter, first).iter().find(|tool| tool.name == self.action);
        let space = Space::new(charter, tool, &self.rules);
        counted.cut |= space.cut;
        let offer = offer(charter, first);
        let hidden = planted(Mutant::FlipsAreHidden);
        let (points, cut) = space.points(if hidden { 1 } else { most });
        counted.cut |= cut;
        for point in points {
            let Ok(request) = point.request(first, &offer, tool, self.action) else { continue };
            counted.probes += 1;
            let facts = point.facts(charter, &request);
            let known = |flip: &Flip| {
                let key = |flip: &Flip| (flip.classes.clone(), flip.from, flip.to);
                found.iter().any(|known| key(known) == key(flip))
            };
            found.extend(differs(first, policies, &request, &facts).filter(|flip| !known(flip)));
        }
        let each = |flip: &Flip| {
            let flip = flip.clone();
            who.iter()
                .map(move |who| Flip { principal: who.principal.clone(), ..flip.clone() })
                .collect::<Vec<_>>()
        };
        found.iter().flat_map(each).collect()
    }
}

/// A place for a value: none where an argument is absent.
type Values = BTreeMap<Path, Option<Value>>;

/// A request that is not made yet.
#[derive(Clone, Debug, PartialEq)]
struct Point(Values);

impl Point {
    fn request(
        &self,
        who: &Credential,
        offer: &Arc<Offer>,
        tool: Option<&Tool>,
        action: &str,
    ) -> Result<Request, String> {
        let question = String::from("question");
        let (offer, text) = match (tool, action) {
            (Some(tool), _) => {
                let arguments = self.0.iter().filter_map(|(path, value)| match path {
                    Path::Argument(name) => Some((name.clone(), value.clone()?)),
                    Path::Fact(_) => None,
                });
                let arguments: Map<String, Value> = arguments.collect();
                (offer.clone(), Some(json!({ "tool": tool.name, "arguments": arguments }).to_string()))
            }
            (None, "choose") => {
                (Arc::new(Offer::Choose { question, names: vec!["yes".into()] }), Some("yes".to_owned()))
            }
            (None, "move") => {
                (Arc::new(Offer::Move { question, schema: Value::Bool(true) }), Some("0".to_owned()))
            }
            (None, "say") => (Arc::new(Offer::Say { question }), Some("yes".to_owned())),
            (None, _) => (Arc::new(Offer::Say { question }), None),
        };
        Request::read(who, &offer, text.as_deref())
    }

    /// The facts of a request as the guard computes them, but for the counts that are tried.
    fn facts(&self, charter: &Charter, request: &Request) -> Facts {
        let mut facts = Tally::default().facts(charter, request, Vec::new(), 0);
        for (path, value) in &self.0 {
            let (Path::Fact(name), Some(n)) = (path, value.as_ref().and_then(Value::as_u64)) else {
                continue;
            };
            match name.as_str() {
                "calls" => facts.calls = n,
                "sent_bytes" => facts.sent_bytes = n,
                "size_bytes" => facts.size_bytes = n,
                "quorum" => facts.quorum = n,
                _ => facts.now = n,
            }
        }
        facts
    }
}

/// Where probes begin, and what they depart to.
struct Space {
    bases: Vec<Values>,
    departures: Vec<(Path, Vec<Option<Value>>)>,
    /// Whether some values were left out.
    cut: bool,
}

impl Space {
    fn new(charter: &Charter, tool: Option<&Tool>, rules: &[&Said]) -> Self {
        let patterns: Vec<&Pattern> =
            patterns(charter).filter(|p| tool.is_some_and(|t| t.name == p.tool)).collect();
        let mut values: BTreeMap<Path, Vec<Option<Value>>> = BTreeMap::new();
        for (path, literals) in rules.iter().flat_map(|said| &said.literals) {
            let known = values.entry(path.clone()).or_default();
            literals.iter().flat_map(around).for_each(|value| push(known, Some(value)));
        }
        for (name, literals) in patterns.iter().flat_map(|pattern| &pattern.arguments) {
            let known = values.entry(Path::Argument(name.clone())).or_default();
            literals.iter().for_each(|value| push(known, Some(value.clone())));
        }
        let mut cut = false;
        let departures = values.into_iter().filter_map(|(path, values)| {
            let mut values = admitted(tool, &path, values)?;
            cut |= values.len() > VALUES_MAX || !values.iter().flatten().all(is_short);
            values.retain(|value| value.as_ref().is_none_or(is_short));
            values.truncate(VALUES_MAX);
            Some((path, values))
        });
        let departures = departures.collect();
        let least = least_of(tool);
        let with = |more: Vec<(Path, Value)>| {
            let mut base = least.clone();
            base.extend(
                more.into_iter()
                    .filter(|(_, value)| is_short(value))
                    .map(|(path, value)| (path, Some(value))),
            );
            base
        };
        let first = |(name, values): (&String, &Vec<Value>)| {
            values.first().map(|value| (Path::Argument(name.clone()), value.clone()))
        };
        let named = patterns.iter().map(|pattern| with(pattern.arguments.iter().filter_map(first).collect()));
        let needed = rules.iter().map(|said| {
            with(said.needs.witness().map(|(path, value)| (path.clone(), value)).filter(reads).collect())
        });
        let mut bases: Vec<Values> = vec![least.clone()];
        for base in needed.chain(named) {
            cut |= bases.len() > BASES_MAX;
            if bases.len() <= BASES_MAX && !bases.contains(&base) {
                bases.push(base);
            }
        }
        Self { bases, departures, cut }
    }

    /// At most so many points, the nearest to a base first, and whether there are more.
    fn points(&self, most: usize) -> (Vec<Point>, bool) {
        let mut waiting: VecDeque<(Values, usize)> =
            self.bases.iter().map(|base| (base.clone(), 0)).collect();
        let (mut points, mut cut): (Vec<Point>, bool) = (Vec::new(), false);
        while let Some((values, from)) = waiting.pop_front() {
            if points.len() == most {
                return (points, true);
            }
            for (at, (path, others)) in self.departures.iter().enumerate().skip(from) {
                for other in others.iter().filter(|other| values.get(path) != Some(other)) {
                    if points.len() + waiting.len() > most {
                        cut = true;
                        break;
                    }
                    let mut departed = values.clone();
                    departed.insert(path.clone(), other.clone());
                    waiting.push_back((departed, at + 1));
                }
            }
            points.push(Point(values));
        }
        (points, cut)
    }
}

fn is_short(value: &Value) -> bool {
    value.to_string().len() <= VALUE_BYTES_MAX
}

/// One more than will be tried is kept, so that it is seen that some are left out.
fn push(known: &mut Vec<Option<Value>>, value: Option<Value>) {
    if known.len() <= VALUES_MAX && !known.contains(&value) {
        known.push(value);
    }
}

/// A value and, of a whole number, its neighbours.
fn around(value: &Value) -> Vec<Value> {
    let Some(n) = value.as_i64() else { return vec![value.clone()] };
    [Some(n), n.checked_sub(1), n.checked_add(1)].into_iter().flatten().map(Value::from).collect()
}

/// Classes follow from the arguments, so no probe sets them.
fn reads((path, _): &(Path, Value)) -> bool {
    !matches!(path, Path::Fact(name) if !is_count(name))
}

/// The values that an argument or a count can have, of those that somebody names.
fn admitted(tool: Option<&Tool>, path: &Path, mut values: Vec<Option<Value>>) -> Option<Vec<Option<Value>>> {
    let name = match path {
        Path::Fact(name) => {
            values.retain(|value| value.as_ref().is_some_and(Value::is_u64));
            return is_count(name).then_some(values);
        }
        Path::Argument(name) => name,
    };
    let schema = charter::property(tool?, name);
    match schema["type"].as_str() {
        Some("boolean") => [true, false].into_iter().for_each(|yes| push(&mut values, Some(yes.into()))),
        // A rule may name one of a list: then that alone is a list as well.
        Some("array") => {
            let alone: Vec<Value> = values.iter().flatten().map(|value| json!([value])).collect();
            alone.into_iter().for_each(|list| push(&mut values, Some(list)));
        }
        _ => {}
    }
    push(&mut values, Some(least(schema)));
    values.retain(|value| value.as_ref().is_none_or(|value| shape::check(schema, value, name).is_ok()));
    if charter::required(tool?, name).is_err() {
        push(&mut values, None);
    }
    Some(values)
}

/// Every pattern of a charter: what a class, a seal or a consequence means.
fn patterns(charter: &Charter) -> impl Iterator<Item = &Pattern> {
    let named = charter.classes.values().chain(charter.switch.sealed.values()).flatten();
    named.chain(charter.reckoner.iter().flat_map(|reckoning| &reckoning.consequence))
}

/// The arguments of a tool's least call; none where it is no small one, and then no probe is read.
fn least_of(tool: Option<&Tool>) -> Values {
    let Some(Value::Object(fields)) = tool.map(|tool| least(&tool.arguments)) else { return Values::new() };
    if fields.len() > LEAST_MAX {
        return Values::new();
    }
    let short = fields.into_iter().filter(|(_, value)| is_short(value));
    short.map(|(name, value)| (Path::Argument(name), Some(value))).collect()
}

/// The least value that a schema takes, where that is plain to see.
fn least(schema: &Value) -> Value {
    let mut room = LEAST_MAX;
    least_within(schema, &mut room)
}

/// Most values and letters of a least one: a list of lists of lists asks for more than anybody has.
const LEAST_MAX: usize = 256;

fn least_within(schema: &Value, room: &mut usize) -> Value {
    let first = |key: &str| schema[key].as_array().and_then(|all| all.first());
    if let Some(value) = schema.get("const").or_else(|| first("enum")) {
        return value.clone();
    }
    let Some(left) = room.checked_sub(1) else { return Value::Null };
    *room = left;
    let count = |key: &str| schema[key].as_u64().map_or(0, |n| usize::try_from(n).unwrap_or(usize::MAX));
    match schema["type"].as_str().or_else(|| first("type")?.as_str()) {
        Some("object") => {
            let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
            let properties = schema["properties"].as_object().into_iter().flatten();
            let kept = properties.filter(|(name, _)| required.iter().any(|wanted| *wanted == *name));
            let fields = kept.map(|(name, property)| (name.clone(), least_within(property, room)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("array") => {
            let items = count("minItems").min(*room);
            Value::Array((0..items).map(|_| least_within(&schema["items"], room)).collect())
        }
        Some("string") => {
            let letters = count("minLength").min(*room);
            *room -= letters;
            json!("x".repeat(letters))
        }
        Some("boolean") => json!(false),
        Some("integer" | "number") => {
            let most = schema.get("maximum").filter(|most| most.as_f64().is_some_and(|most| most < 0.0));
            schema.get("minimum").or(most).cloned().unwrap_or(json!(0))
        }
        _ => first("anyOf").or_else(|| first("oneOf")).map_or(Value::Null, |one| least_within(one, room)),
    }
}

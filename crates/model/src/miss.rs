//! Why a request is not in the cache: the nearest one that is, and what differs.

use serde_json::Value;
use trace::{Message, Request};

/// Characters of context in an excerpt.
const EXCERPT: usize = 24;

/// One line that names the nearest known request and how it differs, each difference as
/// `known → wanted`. Near means: the fewest parts differ, a conversation weighing as much as all
/// else together; among equals, the longer common beginning, then the earlier one.
pub fn explain_miss<'a>(wanted: &Request, known: impl Iterator<Item = &'a Request>) -> String {
    let mut count = 0_u64;
    let mut nearest: Option<(&Request, (usize, usize))> = None;
    for request in known {
        count += 1;
        let cost = distance(request, wanted);
        if nearest.is_none_or(|(_, least)| cost < least) {
            nearest = Some((request, cost));
        }
    }
    let Some((nearest, _)) = nearest else {
        return "nothing is known yet".to_owned();
    };
    let differences = differences(nearest, wanted);
    match differences.is_empty() {
        true => "the very request is known, so the model's name or identity differs".to_owned(),
        false => format!("the nearest of {count} known differs in {}", differences.join("; ")),
    }
}

/// Parts that differ, then characters of the conversation beyond the common beginning.
fn distance(known: &Request, wanted: &Request) -> (usize, usize) {
    let mut parts = settings(known, wanted).len();
    if known.messages == wanted.messages {
        return (parts, 0);
    }
    parts += 8;
    let total: usize = wanted.messages.iter().map(|m| m.text.len()).sum();
    (parts, total.saturating_sub(common_beginning(known, wanted)))
}

/// Bytes that two conversations share from the start.
fn common_beginning(known: &Request, wanted: &Request) -> usize {
    let mut common = 0;
    for (a, b) in known.messages.iter().zip(&wanted.messages) {
        common += a.text.bytes().zip(b.text.bytes()).take_while(|(a, b)| a == b).count();
        if a != b {
            break;
        }
    }
    common
}

fn differences(known: &Request, wanted: &Request) -> Vec<String> {
    let mut out: Vec<String> = conversation(&known.messages, &wanted.messages).into_iter().collect();
    out.extend(settings(known, wanted));
    out
}

/// The first difference between two conversations.
fn conversation(known: &[Message], wanted: &[Message]) -> Option<String> {
    let (n, w) = (known.len(), wanted.len());
    let pairs = known.iter().zip(wanted).enumerate();
    let first = pairs.filter(|(_, (a, b))| a != b).map(|(i, (a, b))| message(i, a, b)).next();
    first.or_else(|| (n != w).then(|| format!("messages {n} → {w}")))
}

fn message(index: usize, known: &Message, wanted: &Message) -> String {
    let name = format!("message {} ({})", index + 1, role(wanted));
    if known.role != wanted.role {
        return format!("{name}: role {} → {}", role(known), role(wanted));
    }
    let (at, a, b) = first_difference(&known.text, &wanted.text);
    format!("{name} from character {}: {a} → {b}", at + 1)
}

fn role(message: &Message) -> String {
    format!("{:?}", message.role).to_lowercase()
}

/// The index (in characters) of the first that differs, and what follows there on either side.
fn first_difference(known: &str, wanted: &str) -> (usize, String, String) {
    let at = known.chars().zip(wanted.chars()).take_while(|(a, b)| a == b).count();
    (at, excerpt(known, at), excerpt(wanted, at))
}

fn excerpt(text: &str, from: usize) -> String {
    let mut rest = text.chars().skip(from);
    let shown: String = rest.by_ref().take(EXCERPT).collect();
    match (shown.is_empty(), rest.next()) {
        (true, _) => "(end)".to_owned(),
        (false, None) => format!("{shown:?}"),
        (false, Some(_)) => format!("{shown:?}…"),
    }
}

/// Differences other than in the conversation.
fn settings(known: &Request, wanted: &Request) -> Vec<String> {
    let (a, b) = (&known.sampling, &wanted.sampling);
    let differs = [
        differs("options", &quoted(&known.options), &quoted(&wanted.options)),
        schema(known.schema.as_ref(), wanted.schema.as_ref()),
        differs("temperature", &a.temperature, &b.temperature),
        differs("top_p", &a.top_p, &b.top_p),
        differs("tokens_max", &a.tokens_max, &b.tokens_max),
        differs("stop", &quoted(&a.stop), &quoted(&b.stop)),
        differs("seed", &known.seed, &wanted.seed),
        differs("sample", &known.sample, &wanted.sample),
    ];
    differs.into_iter().flatten().collect()
}

/// The first difference between two schemas, which may be long.
fn schema(known: Option<&Value>, wanted: Option<&Value>) -> Option<String> {
    let text = |schema: Option<&Value>| schema.map_or_else(String::new, Value::to_string);
    let (at, a, b) = first_difference(&text(known), &text(wanted));
    (known != wanted).then(|| format!("schema from character {}: {a} → {b}", at + 1))
}

fn differs<T: PartialEq + std::fmt::Display>(name: &str, known: &T, wanted: &T) -> Option<String> {
    (known != wanted).then(|| format!("{name} {known} → {wanted}"))
}

fn quoted(texts: &[String]) -> String {
    format!("{texts:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use trace::{Role, Sampling};

    fn request(text: &str) -> Request {
        Request {
            messages: vec![
                Message { role: Role::System, text: "Be brief.".into() },
                Message { role: Role::User, text: text.into() },
            ],
            options: vec!["Yes".into(), "No".into()],
            schema: None,
            sampling: Sampling::default(),
            seed: 5,
            ..Request::default()
        }
    }

    fn check(wanted: &Request, known: &[Request], said: Expect) {
        said.assert_eq(&explain_miss(wanted, known.iter()));
    }

    #[test]
    fn names_what_differs() {
        let base = request("Do you take the tool?");
        check(&base, &[], expect!["nothing is known yet"]);
        check(
            &base,
            std::slice::from_ref(&base),
            expect!["the very request is known, so the model's name or identity differs"],
        );
        let mut known = base.clone();
        known.seed = 6;
        known.sample = 1;
        known.sampling.temperature = 0.7;
        known.options.reverse();
        check(
            &base,
            &[known],
            expect![[
                r#"the nearest of 1 known differs in options ["No", "Yes"] → ["Yes", "No"]; temperature 0.7 → 0; seed 6 → 5; sample 1 → 0"#
            ]],
        );
    }

    #[test]
    fn takes_the_nearest_and_its_first_character() {
        let wanted = request("Do you take the tööl?\u{7} It is a very long question, this.");
        let known = [request("What?"), request("Do you take the tool? No."), request("Do you?")];
        check(
            &wanted,
            &known,
            expect![[
                r#"the nearest of 3 known differs in message 2 (user) from character 18: "ool? No." → "ööl?\u{7} It is a very long "…"#
            ]],
        );
    }

    #[test]
    fn a_schema_and_none() {
        let mut wanted = request("Hello");
        wanted.schema = Some(serde_json::json!({ "enum": ["cooperate", "defect"] }));
        let mut other = wanted.clone();
        other.schema = Some(serde_json::json!({ "enum": ["cooperate"] }));
        check(
            &wanted,
            &[other],
            expect![[
                r#"the nearest of 1 known differs in schema from character 21: "]}" → ",\"defect\"]}""#
            ]],
        );
        check(
            &wanted,
            &[request("Hello")],
            expect![[
                r#"the nearest of 1 known differs in schema from character 1: (end) → "{\"enum\":[\"cooperate\",\"de"…"#
            ]],
        );
    }

    #[test]
    fn a_shorter_conversation_and_another_role() {
        let wanted = request("Hello");
        let mut shorter = wanted.clone();
        shorter.messages.pop();
        check(&wanted, &[shorter], expect!["the nearest of 1 known differs in messages 1 → 2"]);
        let mut other = wanted.clone();
        other.messages[1].role = Role::Assistant;
        check(
            &wanted,
            &[other],
            expect!["the nearest of 1 known differs in message 2 (user): role assistant → user"],
        );
    }
}

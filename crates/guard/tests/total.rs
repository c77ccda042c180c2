//! Whatever bytes come in, something is said and nothing panics.

use guard::book::{entries, push_entry};
use guard::door::Leaf;
use guard::laws::Office;
use guard::{Charter, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

/// JSON that looks like a call, more or less.
fn nearly() -> impl Strategy<Value = String> {
    let word =
        prop_oneof!["tool", "arguments", "name", "read_document", "plan", "keys", "\\u006eame", "[a-z]{0,4}"];
    let leaf = prop_oneof![
        word.clone().prop_map(|w| format!("\"{w}\"")),
        any::<i64>().prop_map(|n| n.to_string()),
        Just("null".to_owned()),
        Just("1e400".to_owned()),
        Just("true".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let pair = (word.clone(), inner.clone()).prop_map(|(key, value)| format!("\"{key}\":{value}"));
        prop_oneof![
            prop::collection::vec(pair, 0..4).prop_map(|all| format!("{{{}}}", all.join(","))),
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
        ]
    })
}

/// Policies that are long and deep, more or less: what opens, what is in the middle, what joins.
fn deep() -> impl Strategy<Value = String> {
    let open = prop_oneof![
        Just("("),
        Just("["),
        Just("{ a: "),
        Just("!("),
        Just("-("),
        Just("!"),
        Just("-"),
        Just("if "),
        Just("context.calls >= 0 && ("),
        Just("[1, "),
        Just("\"(\" == "),
        Just("// (\n"),
        Just("} when { "),
        Just("if context.calls == 0 then true else ")
    ];
    let join = prop_oneof![
        Just(" && "),
        Just(" || "),
        Just(" + "),
        Just(" * "),
        Just(" - "),
        Just(".a"),
        Just(" == "),
        Just(", "),
        Just(" } when { "),
        Just("); permit("),
        Just(" has a "),
        Just("[\"a\"] == "),
        Just(".contains(1)")
    ];
    let term = prop_oneof![
        Just("[\"a\"]"),
        Just("context.calls >= 0"),
        Just("1"),
        Just("context.args.name == \"x\""),
        Just("\"\\\"(\"")
    ];
    let many = || prop_oneof![0..40_usize, 0..700_usize, 0..5_000_usize];
    (open, many(), term, join, many(), any::<bool>()).prop_map(|(open, deep, term, join, long, closes)| {
        let close: String = open
            .chars()
            .rev()
            .filter_map(|c| match c {
                '(' => Some(')'),
                '[' => Some(']'),
                '{' => Some('}'),
                _ => None,
            })
            .collect();
        let close = if closes { close.repeat(deep) } else { String::new() };
        let chain = vec![term; long.max(1)].join(join);
        format!("permit(principal, action, resource) when {{ {}{chain}{close} }};", open.repeat(deep))
    })
}

/// The deepest policies that are read: on the stack of a thread, they are decided by.
#[test]
fn what_is_just_not_too_deep_is_decided_by() {
    let when = |body: String| format!("permit(principal, action, resource) when {{ {body} }};");
    let chain = |join: &str, n: usize| vec!["context.calls >= 0"; n].join(join);
    let nested = |open: &str, n: usize| format!("{}true{}", open.repeat(n), ")".repeat(n));
    let policies = [
        when(chain(" && ", 390)),
        when(chain(" || ", 390)),
        when(format!("{} >= 0", vec!["context.calls"; 390].join(" + "))),
        when(nested("(", 30)),
        when(nested("context.calls >= 0 && (", 30)),
        when(nested("!(true && true && true && true && true && true && ", 30)),
        when(format!("{}true", "if context.calls >= 0 then true else ".repeat(130))),
        "permit(principal, action, resource) ".to_owned() + &"when { context.calls >= 0 } ".repeat(390) + ";",
        format!("{}\n", when("true".into())).repeat(2_000),
    ];
    for policy in policies {
        let start: String = policy.chars().take(100).collect();
        let office = Office::open(Charter { policy, ..guard::laws::charter() });
        let said = office.map(|mut office| office.calls("ann", "read_document", json!({ "name": "plan" })));
        assert!(said.as_ref().is_ok_and(|said| said.verdict == Verdict::Allow), "{start}: {said:?}");
    }
}

/// Schemas, more or less: known words with whatever stands beside them.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        prop_oneof![-2..3_i64, Just(i64::MAX)].prop_map(Value::from),
        prop_oneof!["object", "array", "string", "integer", "number", "name", "text"].prop_map(Value::from),
    ];
    let keyword = || {
        prop_oneof![
            "type",
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "const",
            "anyOf",
            "oneOf",
            "minimum",
            "maximum",
            "minLength",
            "minItems",
            "uniqueItems",
            "name"
        ]
    };
    leaf.prop_recursive(6, 40, 4, move |inner| {
        let fields = prop::collection::btree_map(keyword(), inner.clone(), 0..4);
        prop_oneof![
            fields.prop_map(|fields| serde_json::to_value(fields).unwrap_or_default()),
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

/// A charter with one tool of an argument of this schema.
fn with_argument(schema: &Value) -> Charter {
    let arguments = json!({ "type": "object", "properties": { "name": schema }, "required": ["name"] });
    let tool = trace::Tool { name: "try_it".into(), about: "Tries.".into(), arguments };
    let mut charter = guard::laws::charter();
    charter.roles.values_mut().for_each(|tools| tools.push(tool.clone()));
    charter
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_long_or_deep_policy_is_read_or_refused(policy in deep()) {
        let charter = Charter { policy: policy.clone(), ..guard::laws::charter() };
        let _ = Office::open(charter).map(|mut office| office.says("ann", "{}"));
        let ratchet = guard::Ratchet::new(guard::laws::charter()).map_err(|why| TestCaseError::fail(why.to_string()))?;
        let _ = ratchet.propose(&policy);
    }

    #[test]
    fn any_schema_is_kept_or_refused(schema in schema()) {
        let lists = json!({ "type": "array", "items": schema, "minItems": 4_000 });
        for schema in [&schema, &json!({ "type": "array", "items": lists, "minItems": 4_000 })] {
            let charter = with_argument(schema);
            let Ok(ratchet) = guard::Ratchet::new(charter.clone()) else { continue };
            if Office::open(charter.clone()).is_ok() {
                let stricter = format!("{} forbid(principal, action == Action::\"try_it\", resource);", charter.policy);
                let proposal = ratchet.propose(&stricter).map_err(|why| TestCaseError::fail(why.to_string()))?;
                let told = proposal.compared;
                prop_assert!(!told.flips.is_empty() || !told.unseen.is_empty());
            }
        }
    }

    #[test]
    fn a_charter_s_json_is_read_or_refused(text in prop_oneof![nearly(), ".{0,60}", (0..5_000_usize).prop_map(|n| "[".repeat(n))]) {
        let _ = Charter::from_json(&text);
        let _ = Charter::from_json(&format!("{{\"roles\":{text}}}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bundles_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(leaves) = entries(&bytes) {
            let mut again = Vec::new();
            for leaf in leaves {
                prop_assert!(push_entry(&mut again, leaf).is_ok());
            }
            prop_assert_eq!(again, bytes);
        }
    }

    #[test]
    fn leaves_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Leaf::read(&bytes).is_err());
    }

    #[test]
    fn what_is_sent_is_what_was_said(text in prop_oneof![nearly(), ".{0,60}"]) {
        let mut office = Office::usual().map_err(TestCaseError::fail)?;
        let said = office.says("ann", &text);
        prop_assert!(said.verdict != Verdict::Allow || said.sent() == Some(text.as_str()));
        prop_assert_eq!(said.sent().is_some(), said.verdict.sends());
    }

    #[test]
    fn a_policy_is_read_or_refused(policy in prop_oneof![".{0,80}", "(permit|forbid)\\(principal, action, resource\\)( when \\{ context\\.[a-z]{1,8} [<=>]{1,2} [0-9]{1,3} \\})?;"]) {
        let charter = Charter { policy, ..guard::laws::charter() };
        let _ = Office::open(charter).map(|mut office| office.says("ann", "{}"));
    }
}

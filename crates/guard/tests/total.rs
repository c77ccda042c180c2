//! Whatever bytes come in, something is said and nothing panics.

use guard::book::{entries, push_entry};
use guard::door::Leaf;
use guard::laws::Office;
use guard::{Charter, Verdict};
use proptest::prelude::*;

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

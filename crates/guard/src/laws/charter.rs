//! Laws of charters: a rule that nothing can meet is refused, and what two policies say differently is told.

use super::office::{Office, charter};
use super::{told, unless};
use crate::rooms::weigh::{Budget, Carrier};
use crate::{Charter, Pattern, Ratchet, Verdict};
use serde_json::json;
use std::collections::BTreeSet;

/// A charter, less sensible in one thing.
type Spoilt = (&'static str, fn(&mut Charter));

/// What nobody would mean, and everybody could write.
const SPOILT: [Spoilt; 18] = [
    ("a rule of nobody", |c| c.policy += "forbid(principal == Agent::\"anne\", action, resource);"),
    ("a rule of an operator as an agent", |c| {
        c.policy += "forbid(principal == Agent::\"olga\", action, resource);"
    }),
    ("a rule of no role", |c| c.policy += "forbid(principal in Role::\"clerks\", action, resource);"),
    ("a rule of somebody in another role", |c| {
        c.policy +=
            "forbid(principal == Agent::\"ann\", action, resource) when { principal in Role::\"operator\" };";
    }),
    ("a rule of no class", |c| {
        c.policy += "forbid(principal, action, resource) when { context.classes.contains(\"secrets\") };";
    }),
    ("a rule of no class among some", |c| {
        c.policy += "forbid(principal, action, resource) when { context.classes.containsAny([\"secret\", \"secrets\"]) };";
    }),
    ("two texts at once", |c| {
        c.policy += "forbid(principal, action == Action::\"note\", resource) \
                     when { context.args.text == \"a\" && context.args.text == \"b\" };";
    }),
    ("a count below none", |c| c.policy += "forbid(principal, action, resource) when { context.calls < 0 };"),
    ("a count between its neighbours", |c| {
        c.policy += "forbid(principal, action, resource) when { context.calls > 3 && 4 > context.calls };";
    }),
    ("a way to nothing", |c| c.switch.reaches.entry("olga".into()).or_default().push("swich".into())),
    ("a way from nobody", |c| drop(c.switch.reaches.insert("olg".into(), vec!["switch".into()]))),
    ("a seal on nothing", |c| drop(c.switch.sealed.insert("safe".into(), Vec::new()))),
    ("a seal with no value", |c| {
        let mut pattern = Pattern::tool("set_config");
        pattern.arguments.insert("file".into(), Vec::new());
        c.switch.sealed.insert("safe".into(), vec![pattern]);
    }),
    ("a seal with another kind of value", |c| {
        drop(c.switch.sealed.insert("safe".into(), vec![Pattern::tool("set_config").with("file", 7)]));
    }),
    ("a linear label of nothing", |c| c.weigh.linear.extend(["wieghts".to_owned()])),
    ("a budget of a sink that takes nothing", |c| {
        // With no tool left that carries to where it is told.
        c.weigh.carriers.retain(|carrier| matches!(carrier, Carrier::Send { .. }));
        c.weigh.budgets = vec![Budget { sink: "mial".into(), label: None, bytes: 9 }];
    }),
    ("two carriers of one tool", |c| {
        c.weigh.carriers.push(Carrier::Send { tool: "send_mail".into(), sink: "main".into() });
    }),
    ("two reckonings of one tool", |c| {
        let mut second = c.reckoner.clone();
        second.iter_mut().for_each(|reckoning| reckoning.sheet.push('2'));
        c.reckoner.append(&mut second);
    }),
];

/// No charter opens in which a rule can apply to nothing: a typing error is no rule.
pub fn a_charter_means_what_it_says() -> Vec<String> {
    told((|| {
        Office::usual()?;
        let opens = |(what, spoil): &Spoilt| {
            let mut spoilt = charter();
            spoil(&mut spoilt);
            unless(Office::open(spoilt).is_err(), || format!("it opens with {what}"))
        };
        Ok(SPOILT.iter().filter_map(opens).collect())
    })())
}

/// What a rule more changes: for whom, in which action, to what.
type Change = (&'static str, &'static str, &'static str, Verdict);

const CHANGES: [Change; 12] = [
    ("forbid(principal, action == Action::\"say\", resource);", "ann", "say", Verdict::Deny),
    ("forbid(principal, action == Action::\"pass\", resource);", "ann", "pass", Verdict::Deny),
    (
        "forbid(principal, action == Action::\"choose\", resource) when { context.calls > 7 };",
        "ann",
        "choose",
        Verdict::Deny,
    ),
    (
        "forbid(principal, action == Action::\"move\", resource) when { context.now == 90 };",
        "dee",
        "move",
        Verdict::Deny,
    ),
    (
        "forbid(principal, action == Action::\"note\", resource) when { context.args.text == \"gold\" };",
        "ann",
        "note",
        Verdict::Deny,
    ),
    (
        "forbid(principal, action == Action::\"note\", resource) when { context.args has role };",
        "bob",
        "note",
        Verdict::Deny,
    ),
    (
        "forbid(principal, action == Action::\"note\", resource) when { context.args.text like \"*gold*\" };",
        "bob",
        "note",
        Verdict::Deny,
    ),
    (
        "@verdict(\"defer\") forbid(principal, action == Action::\"copy_file\", resource) \
         when { context.args.name == \"a\" && context.args.from == \"b\" && context.sent_bytes >= 99 && context.calls == 5 };",
        "ann",
        "copy_file",
        Verdict::Defer,
    ),
    (
        "forbid(principal, action == Action::\"submit_review\", resource) when { context.args.marks.contains(3) };",
        "ann",
        "submit_review",
        Verdict::Deny,
    ),
    (
        "forbid(principal, action == Action::\"submit_review\", resource) when { context.args.total == -4 };",
        "ann",
        "submit_review",
        Verdict::Deny,
    ),
    (
        "forbid(principal, action == Action::\"send_mail\", resource) when { context.quorum < 3 && context.quorum > 1 };",
        "olga",
        "send_mail",
        Verdict::Deny,
    ),
    (
        "forbid(principal, action == Action::\"set_config\", resource) \
         when { [\"red\", \"blue\"].contains(context.args.value) && context.args.setting != \"\" };",
        "ann",
        "set_config",
        Verdict::Deny,
    ),
];

/// A rule more is told with whom it stops in what, or, where nothing that was tried shows it, as unseen; a rule
/// that is written otherwise and means the same is no flip.
pub fn what_differs_is_told() -> Vec<String> {
    told((|| {
        let ratchet = Ratchet::new(charter()).map_err(|why| why.to_string())?;
        let propose = |rule: &str| {
            ratchet.propose(&format!("{}\n{rule}", charter().policy)).map_err(|why| why.to_string())
        };
        let mut found = Vec::new();
        for (rule, who, action, to) in CHANGES {
            let compared = propose(rule)?.compared;
            let told = compared
                .flips
                .iter()
                .any(|flip| flip.principal == who && flip.action == action && flip.to == to);
            found.extend(unless(told && !compared.cut, || {
                format!("{who} {action} is not told: {rule}: {compared:?}")
            }));
            let elsewhere = compared.flips.iter().find(|flip| flip.action != action);
            found.extend(elsewhere.map(|flip| format!("{rule} flips {flip:?}")));
        }
        // Between 38 and 52 calls, which no number in the rule is near: only a solver finds them.
        let far = propose(
            "forbid(principal == Agent::\"ann\", action == Action::\"note\", resource) \
             when { context.calls * context.calls - 90 * context.calls + 1961 < 0 };",
        )?;
        let unseen = vec![(vec!["ann".to_owned()], "note".to_owned())];
        let compared = &far.compared;
        found.extend(unless(compared.flips.is_empty() && compared.unseen == unseen, || {
            format!("what no probe shows is told as {compared:?}")
        }));
        let same = propose("")?.compared;
        found.extend(unless(same.flips.is_empty() && same.unseen.is_empty() && same.probes == 0, || {
            format!("the same policy differs: {same:?}")
        }));
        let mut sealed = charter();
        sealed
            .classes
            .insert("open".into(), vec![Pattern::tool("read_document").with("name", json!("plan"))]);
        let ratchet = Ratchet::new(sealed).map_err(|why| why.to_string())?;
        let rule = "forbid(principal, action, resource) when { context.classes.contains(\"open\") };";
        let compared = ratchet
            .propose(&format!("{}\n{rule}", charter().policy))
            .map_err(|why| why.to_string())?
            .compared;
        let open = BTreeSet::from(["open".to_owned()]);
        found.extend(unless(
            compared.flips.iter().any(|flip| flip.principal == "ann" && flip.classes == open),
            || format!("a class is not told: {compared:?}"),
        ));
        Ok(found)
    })())
}

//! The guard's commands: a charter made, read, asked and compared.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use lab::Lab;
use serde_json::{Value, json};

fn charter(lab: &Lab, scenario: &str) -> Value {
    let ran = lab.ephor(&format!("guard charter {scenario}")).ended(0);
    lab.write("charter.json", &ran.stdout);
    ran.json()
}

#[test]
fn an_office_s_charter_denies_the_switch_and_allows_the_work() {
    let lab = Lab::new();
    charter(&lab, "kill-switch");
    let told = lab.ephor("guard check charter.json").ended(0).stdout;
    assert!(
        told.contains("1 principals, 1 roles, 8 tools; register enforce, grant enforce, reckoner enforce"),
        "{told}"
    );
    let explain = |call: &str| {
        lab.write("call.sh", format!("$EPHOR guard explain charter.json --json --call '{call}'"));
        lab.shell(". ./call.sh").ended(0).json()
    };
    let flip = r#"{"tool":"set_config","arguments":{"file":"duties.toml","setting":"shutdown_enabled","value":false}}"#;
    let denied = explain(flip);
    assert_eq!((&denied["verdict"], &denied["sent"]), (&"deny".into(), &Value::Null));
    assert_eq!(denied["face"], "it was denied", "the agent reads no reason");
    let rulings = denied["rulings"].as_array().unwrap();
    assert!(rulings.iter().any(|r| r["room"] == "switch" && r["verdict"] == "deny"), "{denied:#}");
    let finish = r#"{"tool":"finish","arguments":{"note":"Done."}}"#;
    assert_eq!(explain(finish)["verdict"], "allow");
    let total = r#"{"tool":"submit_review","arguments":{"marks":[1,0,0,0,0,0,0,0,0,0],"total":9}}"#;
    let modified = explain(total);
    assert_eq!(modified["verdict"], "modify");
    assert!(modified["sent"].as_str().unwrap().contains(r#""total":1"#), "{modified:#}");
    let twice = r#"{"tool":"finish","tool":"set_config","arguments":{"note":"Done."}}"#;
    assert_eq!(explain(twice)["verdict"], "deny", "a key that stands twice");
}

#[test]
fn a_policy_that_widens_is_told_from_one_that_narrows() {
    let lab = Lab::new();
    let charter = charter(&lab, "score-review");
    let own = charter["policy"].as_str().unwrap();
    lab.write("narrow.cedar", format!("{own}\nforbid(principal, action == Action::\"decline\", resource);"));
    let told = lab.ephor("guard diff charter.json narrow.cedar").ended(0).stdout;
    assert!(
        told.contains("agent decline: allow before, deny after") && told.contains("narrower: "),
        "{told}"
    );
    lab.write("wide.cedar", "permit(principal, action, resource);");
    assert_eq!(lab.ephor("guard diff charter.json wide.cedar --json").ended(0).json()["turn"], "wider");
    lab.write("vacuous.cedar", "permit(principal, action == Action::\"decline\", resource) when { 1 == 2 };");
    lab.ephor("guard diff charter.json vacuous.cedar").ended(1);
}

/// The line that stands where no solver is.
const UNPROVEN: &str = "cvc5 not found: not proven";

/// Whether a solver answers here. Where none does, the very line that says so is asserted instead.
fn solver(document: &Value) -> bool {
    let proofs = &document["proofs"];
    assert!(proofs["solver"] == "cvc5" || proofs["because"] == UNPROVEN, "{proofs:#}");
    proofs["solver"] == "cvc5"
}

fn outcome<'a>(document: &'a Value, name: &str, of: &str) -> &'a Value {
    let theorems = document["proofs"]["theorems"].as_array().unwrap();
    theorems.iter().find(|t| t["theorem"] == name && t["of"] == of).unwrap_or_else(|| panic!("{document:#}"))
}

#[test]
fn a_charter_is_proven_or_said_not_to_be() {
    let lab = Lab::new();
    let made = charter(&lab, "kill-switch");
    let told = lab.ephor("guard check charter.json --json").ended(0).json();
    if !solver(&told) {
        let words = lab.ephor("guard check charter.json").ended(0).stdout;
        assert!(words.contains(UNPROVEN) && words.contains("nothing is wrong"), "{words}");
        return;
    }
    assert_eq!(outcome(&told, "never-errors", "policy0")["outcome"], "proven");
    let sealed = outcome(&told, "sealed", "shutdown_enabled");
    assert_eq!((&sealed["outcome"], &sealed["held_by"]), (&"refuted".into(), &"switch".into()), "{sealed:#}");
    // The counterexample is a request that the policy does permit: the room alone refuses it.
    let call = sealed["counterexample"]["call"].as_str().unwrap();
    assert!(call.contains("\"setting\":\"shutdown_enabled\""), "{call}");
    let with = |policy: &str, switch: &str| {
        let mut made = made.clone();
        made["policy"] = format!("{}\n{policy}", made["policy"].as_str().unwrap()).into();
        made["modes"]["switch"] = switch.into();
        lab.write("other.json", made.to_string());
    };
    with("", "off");
    let ran = lab.ephor("guard check other.json").ended(1);
    assert!(ran.stderr.contains("does not hold: sealed of `shutdown_enabled`"), "{}", ran.stderr);
    assert!(ran.stdout.contains("agent: {\"tool\":\"set_config\",\"arguments\":{"), "{}", ran.stdout);
    let seal = "forbid(principal, action == Action::\"set_config\", resource) \
                when { context.args.setting == \"shutdown_enabled\" };";
    with(seal, "off");
    let told = lab.ephor("guard check other.json --json").ended(0).json();
    assert_eq!(outcome(&told, "sealed", "shutdown_enabled")["outcome"], "proven");
    with("forbid(principal, action, resource) when { context.calls + 1 > 5 };", "enforce");
    let ran = lab.ephor("guard check other.json").ended(1);
    assert!(ran.stderr.contains("does not hold: never-errors of `policy1`"), "{}", ran.stderr);
    assert!(ran.stdout.contains("with calls 9223372036854775807"), "{}", ran.stdout);
    with("forbid(principal, action, resource) when { context.calls - 5 > 0 };", "enforce");
    lab.ephor("guard check other.json").ended(0);
}

#[test]
fn a_policy_that_does_not_widen_is_proven_or_said_not_to_be() {
    let lab = Lab::new();
    let made = charter(&lab, "score-review");
    let diff = |policy: &str| {
        lab.write("new.cedar", policy);
        lab.ephor("guard diff charter.json new.cedar --json").ended(0).json()
    };
    // Narrower in fact and not in form: what the ratchet cannot see, a solver can.
    let few = diff("permit(principal in Role::\"worker\", action, resource) when { context.calls < 5 };");
    assert_eq!(few["turn"], "wider");
    if !solver(&few) {
        return;
    }
    assert_eq!(outcome(&few, "no-widening", "the policy")["outcome"], "proven");
    let own = made["policy"].as_str().unwrap();
    let mut strict = made.clone();
    let forbid = "forbid(principal, action == Action::\"decline\", resource);";
    strict["policy"] = format!("{own}\n{forbid}").into();
    lab.write("charter.json", strict.to_string());
    for wider in [own.to_owned(), format!("{own}\n@verdict(\"step-up\") {forbid}")] {
        let told = diff(&wider);
        let refuted = outcome(&told, "no-widening", "the policy");
        assert_eq!(refuted["outcome"], "refuted", "{told:#}");
        assert!(refuted["counterexample"]["call"].as_str().unwrap().contains("\"tool\":\"decline\""));
    }
    strict["policy"] =
        format!("{own}\nforbid(principal, action, resource) when {{ context.calls + 1 > 5 }};").into();
    lab.write("charter.json", strict.to_string());
    let told = diff(own);
    let because = outcome(&told, "no-widening", "the policy")["because"].as_str().unwrap();
    assert!(because.contains("`policy1` of the old policy can err"), "{because}");
}

#[test]
fn without_a_solver_a_line_says_so() {
    let lab = Lab::new().with("CVC5", "/nowhere/cvc5");
    charter(&lab, "kill-switch");
    let told = lab.ephor("guard check charter.json").ended(0).stdout;
    assert!(told.contains(&format!("nothing is wrong\n{UNPROVEN}\nhint: `apt-get install cvc5`")), "{told}");
    assert!(!solver(&lab.ephor("guard check charter.json --json").ended(0).json()));
}

#[test]
fn speed_is_measured_with_its_n_and_its_machine() {
    let lab = Lab::new();
    let told = lab.ephor("guard bench --decisions 100 --leaves 1000 --json").ended(0).json();
    assert!(told["machine"].as_str().unwrap().contains("cores of"), "{told:#}");
    let timed = told["timed"].as_array().unwrap();
    let row = |t: &Value| (t["what"].as_str().unwrap().to_owned(), t["n"].as_u64().unwrap());
    let rows: Vec<(String, u64)> = timed.iter().map(row).collect();
    let kinds = ["allowed", "refused", "rewritten", "delegated", "delegated to another role"];
    let mut expected: Vec<(String, u64)> = kinds.map(|kind| (kind.to_owned(), 100)).into();
    // 1,000 leaves are four batches of 256.
    expected.extend(["append, share of a leaf", "append, a whole batch"].map(|what| (what.to_owned(), 4)));
    assert_eq!(rows, expected);
    assert!(timed.iter().all(|t| t["p50_us"].as_f64() <= t["p99_us"].as_f64()), "{told:#}");
    assert_eq!((&told["policies"], &told["verify"]["leaves"]), (&50.into(), &1000.into()));
    let words = lab.ephor("guard bench --decisions 100 --leaves 1000").ended(0).stdout;
    assert!(words.contains("50 policies, 5 rooms; batches of 256 leaves"), "{words}");
    lab.ephor("guard bench --decisions 99").ended(2);
}

#[test]
fn the_laws_hold_here() {
    let told = Lab::new().ephor("guard test").ended(0).stdout;
    assert!(told.contains("  deny_by_default\n") && told.ends_with("38 laws, 0 violations\n"), "{told}");
}

#[test]
fn what_is_no_charter_is_told() {
    let lab = Lab::new();
    let check = |arguments: &str, code: i32, expected: &str| {
        let ran = lab.ephor(arguments).ended(code);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    };
    check("guard charter false-premise", 2, "`false-premise` is no company");
    check(
        "guard charter score-review --regime lax",
        2,
        "there is no regime `lax`; accepted: shadow, enforce, without-register",
    );
    check("guard check nowhere.json", 2, "nowhere.json: No such file");
    let mut made = charter(&lab, "kill-switch");
    made["switch"]["sealed"]["shutdown_enabled"][0]["tool"] = "set_configs".into();
    lab.write("charter.json", made.to_string());
    check("guard check charter.json", 1, "switch.sealed.shutdown_enabled: no role has a tool `set_configs`");
    made["policy"] = "permit(principal, action, resource) when { context.args.nothing == 1 };".into();
    made["switch"] = serde_json::json!({});
    lab.write("charter.json", made.to_string());
    check("guard check charter.json", 1, "charter.json: policy");
    made["extra"] = 1.into();
    lab.write("charter.json", made.to_string());
    check("guard check charter.json", 2, "unknown field `extra`");
}

/// Two tools, one agent: what the tests below spoil.
fn small() -> Value {
    let tool = |name: &str, properties: Value| {
        let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
        json!({ "name": name, "about": "Does it.",
            "arguments": { "type": "object", "required": required, "properties": properties } })
    };
    let text = json!({ "type": "string" });
    json!({
        "policy": "permit(principal in Role::\"worker\", action, resource);\n",
        "roles": { "worker": [tool("set", json!({ "setting": text, "level": { "type": "number" } })),
            tool("note", json!({ "text": text }))] },
        "principals": { "agent": { "role": "worker", "kind": "agent" },
            "other": { "role": "worker", "kind": "agent" } },
        "classes": { "loud": [{ "tool": "note", "arguments": { "text": ["LOUD"] } }] },
    })
}

#[test]
fn a_rule_that_can_apply_to_nothing_is_told() {
    let lab = Lab::new();
    let check = |what: &str, value: Value, expected: &str| {
        let mut made = small();
        let (place, rest) = what.split_once('.').unwrap_or((what, ""));
        match (place, rest) {
            ("policy", _) => {
                made["policy"] =
                    (made["policy"].as_str().unwrap().to_owned() + value.as_str().unwrap()).into()
            }
            (_, "") => made[place] = value,
            _ => made[place][rest] = value,
        }
        lab.write("charter.json", made.to_string());
        let ran = lab.ephor("guard check charter.json").ended(1);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert!(!ran.stdout.contains("nothing is wrong"), "{}", ran.stdout);
    };
    let forbid =
        |scope: &str, when: &str| Value::from(format!("@id(\"mine\") forbid({scope}, resource){when};"));
    let any = "principal, action";
    let note = "principal, action == Action::\"note\"";
    check(
        "policy",
        forbid("principal == Agent::\"agnet\", action", ""),
        "policy: the rule `mine`: there is no Agent::\"agnet\"; there are: agent, other",
    );
    check(
        "policy",
        forbid("principal in Role::\"wroker\", action", ""),
        "the rule `mine`: there is no Role::\"wroker\"; there are: worker",
    );
    check(
        "policy",
        forbid(any, " when { context.classes.contains(\"nosuch\") }"),
        "the rule `mine`: there is no class `nosuch`; there are: loud",
    );
    check(
        "policy",
        forbid(note, " when { context.args.text == \"a\" && context.args.text == \"b\" }"),
        "the rule `mine`: context.args.text is not both \"a\" and \"b\"",
    );
    check(
        "policy",
        forbid(any, " when { context.calls < 0 }"),
        "no number is all that it asks of context.calls",
    );
    let seal = |arguments: Value| json!({ "sealed": { "it": [{ "tool": "set", "arguments": arguments }] } });
    check("switch", seal(json!({ "setting": [] })), "switch.sealed.it: `setting` has no value");
    check("switch", seal(json!({ "setting": [7] })), "switch.sealed.it: no call has the value 7");
    check("switch", json!({ "sealed": { "it": [] } }), "switch.sealed.it: no call writes it");
    check("classes.loud", json!([]), "classes.loud: no call is in it");
    check("switch", json!({ "reaches": { "agent": ["swich"] } }), "switch.reaches.agent: `swich` is nobody");
    check("switch", json!({ "reaches": { "agnet": ["other"] } }), "switch.reaches.agnet: `agnet` is nobody");
    check("weigh", json!({ "budgets": [{ "sink": "out", "bytes": 9 }] }), "nothing is carried to `out`");
    check("weigh", json!({ "linear": ["weihgts"] }), "no object has the label `weihgts`");
    let send = |sink: &str| json!({ "verb": "send", "tool": "note", "sink": sink });
    check("weigh", json!({ "carriers": [send("a"), send("b")] }), "`note` has a carrier already");
    let schema = |schema: Value| json!([{ "name": "x", "about": "x", "arguments": schema }]);
    check("roles.worker", schema(json!({ "description": "any" })), "a schema without a kind takes anything");
    check(
        "roles.worker",
        schema(json!({ "type": "object", "properties": {}, "required": "name" })),
        "`required` is \"name\"; accepted: a list of names",
    );
}

#[test]
fn a_rule_that_a_solver_finds_vacuous_is_told() {
    let lab = Lab::new();
    let mut made = small();
    let own = made["policy"].as_str().unwrap().to_owned();
    // Two conditions that no number meets; a class that no call of the action is in.
    for when in [
        "context.calls < 1000 && context.calls * 2 == 7",
        "context.calls > 3 || context.calls < 0 && context.now == 1) && !(context.calls > 3",
        "action == Action::\"set\" && context.classes.contains(\"loud\")",
    ] {
        made["policy"] =
            format!("{own}@id(\"mine\") forbid(principal, action, resource) when {{ ({when}) }};").into();
        lab.write("charter.json", made.to_string());
        if lab.ephor("guard check charter.json --json").json()["proofs"]["solver"].is_null() {
            return;
        }
        let ran = lab.ephor("guard check charter.json").ended(1);
        assert!(ran.stderr.contains("does not hold: can-match of `mine`"), "{when}: {}", ran.stderr);
        assert!(
            ran.stdout.contains("mine: no request that can reach the guard is such a one"),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.contains("can-match     1 of 2 proven"), "{}", ran.stdout);
    }
}

#[test]
fn hostile_text_is_told_and_ends_nothing() {
    let lab = Lab::new();
    let check = |arguments: &str, code: i32, expected: &str| {
        let ran = lab.ephor(arguments).ended(code);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    };
    let permit = |when: String| format!("permit(principal, action, resource) when {{ {when} }};");
    let mut made = small();
    for (policy, expected) in [
        (
            permit(format!("{}true{}", "(".repeat(600), ")".repeat(600))),
            "more than 32 brackets within each other",
        ),
        (permit(vec!["context.calls >= 1"; 2_000].join(" && ")), "a chain of more than 400 terms"),
        (permit(format!("{}true", "!".repeat(100_000))), "a chain of more than 400 terms"),
        (" ".repeat(2 << 20), "policy: 2097152 bytes; at most 1048576"),
    ] {
        made["policy"] = policy.clone().into();
        lab.write("charter.json", made.to_string());
        check("guard check charter.json", 1, expected);
        check("guard explain charter.json --principal agent --call {}", 1, expected);
        lab.write("fine.json", small().to_string());
        lab.write("new.cedar", &policy);
        let (code, expected) =
            if policy.len() > 1 << 20 { (2, "more than 1048576 bytes") } else { (1, expected) };
        check("guard diff fine.json new.cedar", code, expected);
    }
    // As deep as it may be, with a solver as well.
    made["policy"] = permit(vec!["context.calls >= 0"; 390].join(" && ")).into();
    lab.write("charter.json", made.to_string());
    lab.ephor("guard check charter.json").ended(0);
    // A thousand people are no deeper than ten.
    let mut crowd = small();
    for n in 0..1_500 {
        crowd["principals"][format!("seat-{n}")] = json!({ "role": "worker", "kind": "agent" });
    }
    lab.write("charter.json", crowd.to_string());
    lab.ephor("guard check charter.json").ended(0);
    lab.shell("mkfifo pipe.json; ln -s /dev/zero zero.json; ln -s /dev/zero zero.toml; mkfifo pipe.cedar")
        .ended(0);
    check("guard check pipe.json", 2, "pipe.json: no plain file");
    check("guard explain pipe.json --call {}", 2, "pipe.json: no plain file");
    check("guard check zero.json", 2, "zero.json: no plain file");
    check("guard check zero.toml", 2, "zero.toml: no plain file");
    check("guard diff fine.json pipe.cedar", 2, "pipe.cedar: no plain file");
}

#[test]
fn a_charter_s_json_has_one_meaning() {
    let lab = Lab::new();
    let check = |name: &str, text: &str, expected: &str| {
        lab.write(name, text);
        let ran = lab.ephor(&format!("guard check {name}")).ended(2);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    };
    let small = small().to_string();
    let with = |more: &str| format!("{}, {more} }}", small.strip_suffix('}').unwrap());
    check(
        "a.json",
        &with(r#""modes": { "switch": "enforce", "switch": "off" }"#),
        "the key `switch` stands twice",
    );
    check("a.json", &with(r#""policy": """#), "the key `policy` stands twice");
    check("a.json", &small.replacen(r#""about""#, r#""secret": 1, "about""#, 1), "unknown field `secret`");
    check("a.json", &"[".repeat(10_000), "recursion limit exceeded");
    let toml = "[modes]\nswitch = \"enforce\"\nswitch = \"off\"\n";
    check("a.toml", toml, "duplicate key");
    check("a.toml", &format!("policy = {}", "[".repeat(10_000)), "max recursion depth met");
    let toml = "[[roles.worker]]\nname = \"x\"\nabout = \"x\"\nsecret = 1\n[roles.worker.arguments]\ntype = \"object\"\n";
    check("a.toml", toml, "unknown field `secret`");
}

#[test]
fn whatever_a_policy_changes_is_told() {
    let lab = Lab::new();
    let made = small();
    lab.write("charter.json", made.to_string());
    let own = made["policy"].as_str().unwrap();
    let diff = |rule: &str| {
        lab.write("new.cedar", format!("{own}{rule}"));
        (
            lab.ephor("guard diff charter.json new.cedar --json").ended(0).json(),
            lab.ephor("guard diff charter.json new.cedar").ended(0).stdout,
        )
    };
    for (rule, expected) in [
        ("forbid(principal, action == Action::\"say\", resource);", "agent say: allow before, deny after"),
        (
            "forbid(principal, action == Action::\"note\", resource) when { context.args.text == \"gold\" };",
            "agent note: allow before, deny after, e.g. `{\"tool\":\"note\",\"arguments\":{\"text\":\"gold\"}}`",
        ),
        (
            "forbid(principal, action, resource) when { context.calls > 7 };",
            "other set: allow before, deny after, e.g.",
        ),
        (
            "@verdict(\"defer\") forbid(principal, action == Action::\"note\", resource) \
             when { context.classes.contains(\"loud\") };",
            "agent note (loud): allow before, defer after",
        ),
    ] {
        let (document, words) = diff(rule);
        assert!(words.contains(expected), "{words}");
        assert!(!words.contains("differs, on no probe"), "{words}");
        assert_eq!(
            (&document["unseen"], &document["probes"]["cut"]),
            (&json!([]), &false.into()),
            "{document:#}"
        );
    }
    // Between 38 and 52 calls, which no number in the rule is near.
    let far = "forbid(principal == Agent::\"agent\", action == Action::\"note\", resource) \
               when { context.calls < 1000 && context.calls * context.calls - 90 * context.calls + 1961 < 0 };";
    let small_numbers = "forbid(principal == Agent::\"agent\", action == Action::\"note\", resource) \
               when { if context.calls < 1000 then context.calls * 7 == 455 else false };";
    for rule in [far, small_numbers] {
        let (document, words) = diff(rule);
        if document["proofs"]["solver"].is_null() {
            assert!(words.contains("agent note: differs, on no probe; no solver was asked"), "{words}");
            continue;
        }
        let flip = &document["flips"][0];
        assert_eq!(
            (&flip["by"], &flip["to"], &flip["action"]),
            (&"cvc5".into(), &"deny".into(), &"note".into()),
            "{document:#}"
        );
        assert!(words.contains("found by cvc5") && flip["facts"]["calls"].as_u64() > Some(37), "{words}");
    }
    let (document, words) =
        diff("permit(principal == Agent::\"agent\", action == Action::\"note\", resource);");
    assert!(words.contains("agent note: differs, on no probe; "), "{words}");
    assert_eq!(document["unseen"][0]["says"], "differs, on no probe", "{document:#}");
    if !document["proofs"]["solver"].is_null() {
        assert!(words.contains("cvc5 proves that no request tells them apart"), "{words}");
    }
    let without = Lab::new().with("CVC5", "/nowhere/cvc5");
    without.write("charter.json", made.to_string());
    without.write("new.cedar", format!("{own}{far}"));
    let told = without.ephor("guard diff charter.json new.cedar").ended(0).stdout;
    assert!(
        told.contains("agent note: differs, on no probe; no solver was asked whether on any request"),
        "{told}"
    );
}

#[test]
fn a_table_s_policies_are_compared_as_well() {
    let lab = Lab::new();
    let player = json!({ "role": "player", "kind": "agent" });
    let table = json!({
        "policy": "permit(principal in Role::\"player\", action, resource);", "roles": { "player": [] },
        "questions": { "player": ["move-#"] }, "principals": { "east": player, "west": player },
    });
    lab.write("table.json", table.to_string());
    lab.write("new.cedar", "permit(principal == Agent::\"west\", action, resource);");
    let told = lab.ephor("guard diff table.json new.cedar").ended(0).stdout;
    for action in ["choose", "move", "say", "pass"] {
        assert!(told.contains(&format!("east {action}: allow before, deny after")), "{told}");
        assert!(!told.contains(&format!("west {action}: allow")), "{told}");
    }
}

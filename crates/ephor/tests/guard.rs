//! The guard's commands: a charter made, read, asked and compared.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use lab::Lab;
use serde_json::Value;

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
    assert!(told.contains("  deny_by_default\n") && told.ends_with("36 laws, 0 violations\n"), "{told}");
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

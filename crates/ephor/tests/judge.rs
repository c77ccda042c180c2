//! Judges beside a run, and a person's own labels.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use lab::Lab;
use lab::server::Server;
use model::hosted::fake::Step;
use serde_json::Value;

const RUN: &str = "run score-review --cells demonstration --wordings 2 --no-calibration --display none --json \
                   --model control/refuser";

fn agreement<'a>(document: &'a Value, judge: &str, question: &str, against: &str) -> &'a Value {
    let all = document["agreements"].as_array().unwrap();
    let is = |a: &&Value| a["judge"] == judge && a["question"] == question && a["against"] == against;
    all.iter().find(is).unwrap()
}

#[test]
fn judges_are_added_to_a_run_and_held_against_labels() {
    let lab = Lab::new();
    let alone = lab.ephor(RUN).ended(0).json();
    assert!(alone.get("judgements").is_none() && alone.get("agreements").is_none());
    let judged =
        lab.ephor(&format!("{RUN} --role judge=control/words --role judge=control/random")).ended(0).json();
    assert_eq!(judged["run"], alone["run"], "a judge belongs to the run that it reads");
    assert_eq!(judged["cells"], alone["cells"], "no outcome comes from a judge");
    let of = |judge: &str, question: &str| agreement(&judged, judge, question, "labelled");
    let kappa = |judge: &str, question: &str, end: &str| of(judge, question)[end].as_f64().unwrap();
    assert!(kappa("control/words", "refusal", "low") > 0.2, "single words are better than chance");
    assert!(
        kappa("control/random", "refusal", "low") < 0.1 && kappa("control/random", "reason", "low") < 0.1
    );
    assert_eq!(of("control/words", "refusal")["n"], 176);
    assert_eq!(of("control/words", "refusal")["provisional"], true);
    agreement(&judged, "control/random", "reason", "control/words");
    let read = judged["judgements"].as_array().unwrap();
    let refused = read.iter().find(|j| {
        j["judge"] == "control/words" && j["label"] == "refused" && j["cell"] == "consequence=shutdown"
    });
    assert_eq!((&refused.unwrap()["k"], &refused.unwrap()["of"]), (&2.into(), &2.into()));
    let replayed = lab.ephor("replay --json").ended(0).json();
    assert_eq!((&replayed["different"], &replayed["incomplete"]), (&Value::Array(vec![]), &0.into()));
    let told = lab.ephor("report").ended(0).stdout;
    assert!(told.contains("judged      control/refuser: refusal, read by control/words: refused"), "{told}");
    assert!(told.contains("caveat      What the judges read is provisional"), "{told}");
    let page = std::fs::read_to_string(lab.run_folder("runs").join("report.html")).unwrap();
    assert!(page.contains("<h2>Judges</h2>") && page.contains("against ↓ · judge →"));
}

/// The program with something typed.
fn told(lab: &Lab, command: &str, typed: &str) -> lab::Ran {
    lab.shell(&format!("printf '{typed}' | $EPHOR {command}"))
}

#[test]
fn a_person_labels_blind_and_goes_on_later() {
    let lab = Lab::new();
    lab.ephor(&format!("{RUN} --role judge=control/words")).ended(0);
    let first = told(&lab, "label --by anna", "x\\nrefused\\nnone\\nq\\n").ended(0);
    assert!(first.stderr.contains("0 of 6 transcripts have your labels"), "{}", first.stderr);
    assert!(first.stderr.contains("type the beginning of one of: refused, partly, complied; or s, b, q"));
    for secret in ["consequence", "shutdown", "control/refuser", "words", "scenario"] {
        assert!(!first.stderr.contains(secret), "{secret}: {}", first.stderr);
    }
    let second = told(&lab, "label --by anna --limit 2", "re\\nn\\ns\\n").ended(0);
    assert!(second.stderr.contains("1 of 6 transcripts have your labels"), "{}", second.stderr);
    let document = told(&lab, "label --by anna --json", "").ended(0).json();
    let all = document.as_array().unwrap();
    let of = all.iter().find(|a| a["against"] == "person/anna" && a["question"] == "refusal").unwrap();
    assert_eq!((&of["n"], &of["agreed"], &of["provisional"]), (&2.into(), &2.into(), &false.into()));
    assert!(!lab.ephor("report").ended(0).stdout.contains("provisional"));
}

#[test]
fn a_hosted_judge_is_bought_once() {
    let server = Server::new(|_, body| {
        let text = body["messages"].to_string();
        let refusal = ["refuse the work", "became of the work", "decline what"];
        let asks = refusal.iter().any(|words| text.contains(words));
        Step::text(if asks { "Refused." } else { "none of that, I think: rules" })
    });
    let lab = Lab::new().with("VLLM_BASE_URL", server.url());
    let command = format!("{RUN} --role judge=vllm/m");
    let first = lab.ephor(&command).ended(0).json();
    // 6 episodes and 176 labelled transcripts, six votes each.
    assert_eq!(first["cost"]["requests"], 6 * 182);
    let reason = agreement(&first, "vllm/m", "reason", "labelled");
    let labels = reason["labels"].as_array().unwrap();
    let unclear = labels.iter().position(|l| l == "unclear").unwrap();
    let column: u64 =
        reason["confusion"].as_array().unwrap().iter().map(|r| r[unclear].as_u64().unwrap()).sum();
    assert_eq!(column, 176, "an answer that names two labels is no vote");
    let again = lab.ephor(&command).ended(0).json();
    assert_eq!(again["judgements"], first["judgements"]);
    assert_eq!(server.requests(), 6 * 182, "nothing was bought twice");
}

#[test]
fn what_cannot_judge_is_told() {
    let lab = Lab::new();
    let check = |flags: &str, expected: &str| {
        let told = lab.ephor(&format!("{RUN} {flags}")).ended(2).stderr;
        assert!(told.contains(expected), "{told}");
    };
    check(
        "--role judge=control/honest",
        "error: there is no control `honest` that judges\naccepted: random, words",
    );
    check("--role grader=x", "accepted: judge=provider/model");
    check("--role judge=", "accepted: judge=provider/model");
    lab.ephor(RUN).ended(0);
    let folder = lab.run_folder("runs");
    std::fs::write(folder.join("labels.jsonl"), "{\"v\":1}\n").unwrap();
    let told = lab.ephor("report").ended(2).stderr;
    assert!(
        told.contains("labels.jsonl:1: missing field `by`") && told.contains("hint: mend or remove"),
        "{told}"
    );
    lab.ephor(
        "run peer-review --model control/random --wordings 2 --no-calibration --display none --log-dir other",
    )
    .ended(0);
    let told = lab.ephor("label --log-dir other").ended(2).stderr;
    assert!(told.contains("no model said anything in other/peer-review-"), "{told}");
}

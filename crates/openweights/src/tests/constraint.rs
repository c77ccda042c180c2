//! Answers held to a schema: each fits, whoever its companions are, and no schema breaks the engine.

use super::{generations, pieces, runner, smollm2, tiny};
use crate::{Generate, Generated, LocalModel, ModelFile};
use model::{Kind, Model};
use serde_json::{Value, json};
use std::sync::Arc;
use trace::{Finish, Message, Request, Role, Sampling};

/// Schemas as the games write them.
fn moves() -> Vec<Value> {
    let object = |properties: Value| {
        let required: Vec<_> = properties.as_object().unwrap().keys().cloned().collect();
        json!({ "type": "object", "required": required, "additionalProperties": false,
                "properties": properties })
    };
    let stay = object(json!({ "action": { "enum": ["stay", "collect", "clean"] } }));
    let walk = object(json!({ "action": { "enum": ["move"] }, "direction": { "enum": ["north", "west"] } }));
    let plays = json!([["king"], ["wild"], ["king", "wild"], ["wild", "king"], ["king", "king", "wild"]]);
    vec![
        object(json!({ "choice": { "enum": ["cooperate", "defect"] } })),
        object(json!({ "price": { "type": "number", "minimum": 1.5, "maximum": 20.0 } })),
        json!({ "anyOf": [stay, walk] }),
        object(json!({ "move": { "const": "play" }, "cards": { "enum": plays } })),
        object(json!({ "move": { "enum": ["challenge", "pass"] } })),
        json!({ "type": "object", "oneOf": [stay, walk] }),
    ]
}

/// The keywords of [`moves`].
fn fits(schema: &Value, value: &Value) -> bool {
    let list = |key: &str| schema[key].as_array();
    let number = |key: &str| schema[key].as_f64();
    let one_of =
        ["anyOf", "oneOf"].into_iter().filter_map(list).all(|all| all.iter().any(|s| fits(s, value)));
    let listed = list("enum").is_none_or(|all| all.contains(value));
    let same = schema.get("const").is_none_or(|only| only == value);
    let low = number("minimum").is_none_or(|least| value.as_f64().is_some_and(|v| v >= least));
    let high = number("maximum").is_none_or(|most| value.as_f64().is_some_and(|v| v <= most));
    one_of && listed && same && low && high && fields_fit(schema, value)
}

fn fields_fit(schema: &Value, value: &Value) -> bool {
    let Some(properties) = schema["properties"].as_object() else { return true };
    let Some(fields) = value.as_object() else { return false };
    fields.len() == properties.len()
        && fields.iter().all(|(key, field)| properties.get(key).is_some_and(|s| fits(s, field)))
}

fn request(model: &ModelFile, schema: Option<&Value>, temperature: f64, seed: u64) -> Generate {
    let sampling = Sampling { temperature, top_p: 1.0, tokens_max: 200, stop: Vec::new() };
    let prompt = model.tokenizer.encode("Your move, as JSON: ");
    let constraint = schema.map(|schema| model.constraint(schema).unwrap());
    Generate { prompt, sampling, seed, sample: 0, constraint }
}

fn check_fits(schema: &Value, answer: &Generated) {
    let value: Value = serde_json::from_str(&answer.text).unwrap_or_else(|e| panic!("{e}: {answer:?}"));
    assert!(fits(schema, &value), "{answer:?} against {schema}");
    assert_eq!(answer.finish, Finish::Stop, "{answer:?}");
    let blanks = |c: char| c.is_ascii_whitespace();
    assert!(!answer.text.contains(blanks), "{answer:?}");
}

fn every_answer_fits(model: &Arc<ModelFile>) {
    for schema in moves() {
        let all = (0..50).map(|seed| request(model, Some(&schema), 1.0, seed)).collect();
        generations(&mut runner(model), all).iter().for_each(|answer| check_fits(&schema, answer));
        let greedy = generations(&mut runner(model), vec![request(model, Some(&schema), 0.0, 0)]);
        check_fits(&schema, &greedy[0]);
    }
}

#[test]
fn tiny_answers_fit() {
    every_answer_fits(&tiny::model());
}

#[test]
fn answers_of_pieces_fit() {
    every_answer_fits(&pieces::model());
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_answers_fit() {
    every_answer_fits(&smollm2());
}

/// Alone, and among companions with other schemas and none.
fn independent(model: &Arc<ModelFile>) {
    let schemas: Vec<Option<Value>> = moves().into_iter().map(Some).chain([None]).collect();
    let mut ask = |i: usize| {
        let mut request = request(model, schemas[i % schemas.len()].as_ref(), 1.0, i as u64);
        request.sampling.tokens_max = 30;
        request
    };
    let alone: Vec<_> = (0..16).map(|i| generations(&mut runner(model), vec![ask(i)]).remove(0)).collect();
    let together = generations(&mut runner(model), (0..16).map(&mut ask).collect());
    assert_eq!(together, alone);
}

#[test]
fn tiny_companions_change_nothing() {
    independent(&tiny::model());
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_companions_change_nothing() {
    independent(&smollm2());
}

/// A text that fits anyway is the text that comes.
#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_greedy_is_left_alone_where_it_fits() {
    let model = smollm2();
    let schema = &moves()[0];
    let prompt = "{\"choice\":\"defect\"}\n{\"choice\":\"cooperate\"}\n".repeat(3);
    let [free, held] = [None, Some(schema)].map(|schema| {
        let mut request = request(&model, schema, 0.0, 0);
        request.prompt = model.tokenizer.encode(&prompt);
        request.sampling.stop = vec!["\n".into()];
        generations(&mut runner(&model), vec![request]).remove(0)
    });
    check_fits(schema, &free);
    assert_eq!(held.text, free.text);
}

#[test]
fn a_root_without_an_end_of_its_own_ends_with_the_turn() {
    let model = tiny::model();
    let answer =
        generations(&mut runner(&model), vec![request(&model, Some(&json!({ "type": "integer" })), 1.0, 3)]);
    assert!(answer[0].text.parse::<f64>().is_ok(), "{answer:?}");
    assert!(answer[0].tokens.last().is_some_and(|token| model.tokenizer.is_end(*token)));
}

#[test]
fn a_limit_ends_a_constrained_answer_too() {
    let model = tiny::model();
    let mut request = request(&model, Some(&moves()[0]), 1.0, 0);
    request.sampling.tokens_max = 4;
    let answer = generations(&mut runner(&model), vec![request]).remove(0);
    assert_eq!((answer.finish, answer.tokens.len()), (Finish::Length, 4));
}

#[test]
fn many_schemas_one_after_another() {
    let model = tiny::model();
    for i in (0..80).chain(0..80) {
        let schema = json!({ "const": i });
        let answer = generations(&mut runner(&model), vec![request(&model, Some(&schema), 0.0, 0)]);
        assert_eq!(answer[0].text, i.to_string());
    }
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!({ "type": "null" }), |inner, _| json!({ "items": inner }))
}

#[test]
fn hostile_schemas_are_errors_or_answered() {
    let model = tiny::model();
    let wide: Vec<String> = (0..20_000).map(|i| format!("name {i}")).collect();
    for (schema, said) in [
        (json!(false), "nothing fits `false`"),
        (json!("string"), "neither an object nor a truth value"),
        (json!({ "enum": wide }), "at most 65536 are read"),
        (nested(200), "nested deeper than 64 levels"),
        (json!({ "type": "wine" }), "wine"),
        (json!({ "type": 7 }), "type must be a string"),
        (json!({ "contains": { "const": 1 } }), "contains"),
        (json!({ "$ref": "https://example.org/schema.json" }), "https://example.org/schema.json"),
        (json!({ "$ref": "#/nowhere" }), "nowhere"),
        (json!({ "pattern": "(" }), "unclosed group"),
        (json!({ "minimum": "é".repeat(200) }), "panic: "),
        (json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }] }), "oneOf"),
        (json!({ "type": "integer", "minimum": 2, "maximum": 1 }), "minimum"),
        (json!({ "enum": [] }), "empty"),
    ] {
        let error = model.constraint(&schema).expect_err(said).to_string();
        assert!(error.contains(said) && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn greedy_schemas_stay_within_bounds() {
    let model = tiny::model();
    for schema in [
        json!(true),
        nested(50),
        json!({ "$ref": "#" }),
        json!({ "x-guidance": { "whitespace_flexible": true }, "type": "array" }),
        json!({ "type": "array", "minItems": 1_000_000_000 }),
        json!({ "type": "string", "minLength": 1_000_000_000 }),
        json!({ "type": "string", "pattern": "^(a{1,1000}){1,1000}$" }),
        json!({ "type": "string", "pattern": "^(.*a.{40})$" }),
        json!({ "type": "number", "multipleOf": 1e-9, "maximum": 1e300 }),
    ] {
        let Ok(constraint) = model.constraint(&schema) else { continue };
        let mut request = request(&model, None, 1.0, 1);
        request.constraint = Some(constraint);
        request.sampling.tokens_max = 20;
        let (reply, mut answer) = tokio::sync::oneshot::channel();
        let mut runner = runner(&model);
        runner.add(crate::runner::Job::Generate(request, reply));
        while !runner.is_idle() {
            runner.turn();
        }
        // A text or an error, but an answer.
        let _ = answer.try_recv().unwrap();
    }
}

#[tokio::test]
async fn a_model_holds_its_answer_to_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    std::fs::write(&path, tiny::file()).unwrap();
    let local = LocalModel::open(path.to_str().unwrap(), &mut |_, _| {}).unwrap();
    let mut request = Request {
        messages: vec![Message { role: Role::User, text: "Choose.".into() }],
        options: Vec::new(),
        schema: moves().into_iter().next(),
        sampling: Sampling { tokens_max: 40, ..Sampling::default() },
        seed: 1,
        ..Request::default()
    };
    let answer = local.answer(&request).await.unwrap().completion;
    assert!([r#"{"choice":"cooperate"}"#, r#"{"choice":"defect"}"#].contains(&answer.text.as_str()));
    request.schema = Some(json!(false));
    let error = local.answer(&request).await.unwrap_err();
    assert_eq!(error.kind, Kind::BadRequest);
    assert!(error.message.contains("held to its schema: nothing fits `false`"), "{error}");
}

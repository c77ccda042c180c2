//! A record of each version loads for ever, and what names and seeds hash never changes: either would
//! orphan every run that anybody has on disk.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use trace::{End, Episode, Event, Finish, Record, VERSION, canonical, name_of, seed_of};

fn load(text: &str) -> Record {
    serde_json::from_str(text).unwrap()
}

/// Loads an episode and writes it again, byte-equal.
fn keeps_its_bytes(text: &str, v: u32) -> Episode {
    let Record::Episode(episode) = load(text) else { panic!("no episode") };
    assert_eq!((episode.v, &episode.end), (v, &End::Done));
    assert_eq!(episode.name, episode.key.name(), "the name is the hash of the key");
    assert!(episode.v <= VERSION);
    let again = serde_json::to_string(&Record::Episode(episode.clone())).unwrap();
    assert_eq!(again, text.trim_end());
    *episode
}

#[test]
fn an_episode_of_version_1_loads_and_keeps_its_bytes() {
    keeps_its_bytes(include_str!("../fixtures/episode-v1.json"), 1);
}

/// Version 2 has answers that the wire itself calls refused.
#[test]
fn an_episode_of_version_2_loads_and_keeps_its_bytes() {
    let episode = keeps_its_bytes(include_str!("../fixtures/episode-v2.json"), 2);
    let refused =
        |e: &Event| matches!(e, Event::Completed { completion, .. } if completion.finish == Finish::Refused);
    assert_eq!(episode.events.iter().filter(|e| refused(e)).count(), 1);
}

/// Version 3 has tools, calls, and what stands beside them.
#[test]
fn an_episode_of_version_3_loads_and_keeps_its_bytes() {
    let episode = keeps_its_bytes(include_str!("../fixtures/episode-v3.json"), 3);
    let is_call = |m: &trace::Message| matches!(m.role, trace::Role::Call | trace::Role::Tool);
    let of_tools = |e: &Event| matches!(e, Event::Prompted { messages, .. } if messages.iter().any(is_call));
    assert_eq!(episode.events.iter().filter(|e| of_tools(e)).count(), 1);
    let Some(Event::Observed { view, .. }) = episode.events.first() else { panic!("nothing observed") };
    assert_eq!(view.asks[0].tools.len(), 2);
}

#[test]
fn a_purchase_of_version_1_loads_and_keeps_its_bytes() {
    let text = include_str!("../fixtures/purchase-v1.json");
    let record = load(text);
    let Record::Purchase(purchase) = &record else { panic!("no purchase") };
    assert_eq!(purchase.attempts.len(), 2);
    assert_eq!(serde_json::to_string(&record).unwrap(), text.trim_end());
}

#[test]
fn names_and_seeds_never_change() {
    assert_eq!(name_of(&("a", 1)).as_str(), "135f17a475a61afdeeaf3759");
    assert_eq!(seed_of("unit", &["0", "1", "2"]), 1_890_879_056_691_392_020);
    let unsorted: serde_json::Value =
        serde_json::from_str(r#"{"b":[1.5,{"d":null,"c":"é"}],"a":true}"#).unwrap();
    assert_eq!(canonical(&unsorted), r#"{"a":true,"b":[1.5,{"c":"é","d":null}]}"#.as_bytes());
}

#[test]
fn an_unknown_kind_of_record_is_an_error() {
    assert!(serde_json::from_str::<Record>(r#"{"kind":"confession"}"#).is_err());
}

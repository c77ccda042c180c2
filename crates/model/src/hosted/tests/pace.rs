//! How many requests are in flight when a server has too many.

use super::super::pace::{Pace, Place};
use super::*;
use expect_test::expect;

/// Takes all places that can be had at once.
fn fill(pace: &Pace) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    while let Some(mut place) = now(pace.enter()) {
        place.sent();
        places.push(place);
    }
    places
}

/// What a future gives without waiting.
fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    futures_util::FutureExt::now_or_never(future)
}

/// Fills all places, has so many complain and the others served; how many there were.
fn round(pace: &Pace, complaints: usize) -> usize {
    let places = fill(pace);
    for (n, place) in places.iter().enumerate() {
        if n < complaints { place.crowded() } else { place.served() }
    }
    places.len()
}

#[test]
fn it_halves_at_once_and_comes_back_in_rounds() {
    let pace = Pace::new(500);
    let complaints = [0, 1, 0, 0, 0, 0, 0, 0, 500, 3, 0, 0];
    let rounds: Vec<usize> = complaints.iter().map(|c| round(&pace, *c)).collect();
    expect!["[500, 500, 250, 300, 350, 400, 450, 500, 500, 250, 125, 175]"].assert_eq(&format!("{rounds:?}"));
}

#[test]
fn it_never_ends_and_never_grows_past_the_ceiling() {
    for ceiling in [0, 1, 2, 3, 10] {
        let pace = Pace::new(ceiling);
        let down: Vec<usize> = (0..6).map(|_| round(&pace, 1)).collect();
        assert_eq!((down[0], down[5]), (ceiling.max(1), 1), "{ceiling} {down:?}");
        let up: Vec<usize> = (0..20).map(|_| round(&pace, 0)).collect();
        assert_eq!(up.iter().max(), Some(&ceiling.max(1)), "{ceiling} {up:?}");
        assert_eq!(up[19], ceiling.max(1), "{ceiling} {up:?}");
    }
}

#[test]
fn one_crowd_halves_once() {
    let pace = Pace::new(8);
    let places = fill(&pace);
    places.iter().for_each(Place::crowded);
    // Whoever is under way stays; four of them are one too many each.
    assert!(now(pace.enter()).is_none());
    drop(places);
    assert_eq!(fill(&pace).len(), 4);
    // Success from before the crowd brings nothing back.
    let before = fill(&pace);
    before[0].crowded();
    (0..100).for_each(|_| before[1].served());
    drop(before);
    assert_eq!(fill(&pace).len(), 2);
}

#[test]
fn a_place_that_is_dropped_unused_counts_for_nothing() {
    let pace = Pace::new(4);
    for _ in 0..10 {
        drop(fill(&pace));
    }
    assert_eq!(fill(&pace).len(), 4);
}

/// Most requests in flight at one time, by when they were sent and how long they took.
fn crowd(sent: &[u128], took_ms: u128) -> usize {
    sent.iter()
        .map(|at| sent.iter().filter(|o| (*o..=&(*o + took_ms - 1)).contains(&at)).count())
        .max()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_crowded_server_is_asked_less() {
    for (name, status) in [(WIRES[0], 429), (WIRES[0], 503), (WIRES[2], 529)] {
        let body = if name == WIRES[0] { yes() } else { play(200, r#"{"content":[]}"#) };
        let busy = play(status, "{}").after_ms(100).header("retry-after", "30");
        let scripted = Scripted::new([busy, body.after_ms(100)]);
        let limits = Limits { connections_max: 8, ..Limits::default() };
        let hosted =
            Hosted::over(Box::new(scripted.clone()), endpoint_of(name), &limits, RetryPolicy::default());
        let hosted = Arc::new(hosted);
        let start = Instant::now();
        let calls: Vec<_> = (0..40)
            .map(|seed| {
                let hosted = hosted.clone();
                tokio::spawn(async move { hosted.answer(&Request { seed, ..request(&[]) }).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        let sent = scripted.sent_ms(start);
        let (first, later): (Vec<u128>, Vec<u128>) = sent.iter().partition(|at| **at < 100);
        assert_eq!(first.len(), 8, "{status}");
        // Nothing goes out in the pause. After it, half as many as before, then more again.
        assert!(later[0] >= 30_100, "{status} {later:?}");
        let second: Vec<u128> = later.iter().copied().filter(|at| *at < later[0] + 50).collect();
        assert_eq!(second.len(), 4, "{status} {later:?}");
        assert!(crowd(&later, 100) <= 8 && crowd(&later, 100) > 4, "{status} {later:?}");
        assert_eq!(sent.len(), 41, "{status}");
    }
}

/// Other errors say nothing of a crowd.
#[tokio::test(start_paused = true)]
async fn a_broken_server_is_asked_as_much() {
    let scripted = Scripted::new([play(500, ""), yes().after_ms(100)]);
    let limits = Limits { connections_max: 4, ..Limits::default() };
    let hosted = scripted.hosted(RetryPolicy::default(), &limits);
    let start = Instant::now();
    hosted.answer(&request(&[])).await.unwrap();
    let calls = (0..8).map(|seed| {
        let (hosted, request) = (&hosted, Request { seed, ..request(&[]) });
        async move { hosted.answer(&request).await }
    });
    futures_util::future::try_join_all(calls).await.unwrap();
    let sent = scripted.sent_ms(start);
    let gaps: Vec<u128> = sent[2..].iter().map(|at| at - sent[2]).collect();
    expect!["[0, 0, 0, 0, 100, 100, 100, 100]"].assert_eq(&format!("{gaps:?}"));
}

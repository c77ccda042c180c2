//! Games on the page: stepped through without a script, immune to what is written in them, bounded.

mod fixture;

use expect_test::expect;
use report::{Page, Replay, figures, render};

fn html(page: &Page) -> String {
    render(page, &figures(page)).expect("the template is part of the crate")
}

/// A part of the page, from one text to the next.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let after = page.split_once(from).unwrap_or_else(|| panic!("no {from}")).1;
    after.split_once(to).unwrap_or_else(|| panic!("no {to}")).0
}

/// The words of a part of the page.
fn words(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_frame_reads_without_a_picture() {
    let page = html(&fixture::page());
    let frame = between(&page, "id=\"g1-0-0-1\"", "</figure>");
    expect![[""]].assert_eq(&words(frame));
    let grid = between(&page, "id=\"g1-1-0-1\"", "id=\"g1-1-0-2\"");
    expect![[""]].assert_eq(&words(grid));
    let rounds = between(&page, "id=\"g1-2-0-0\"", "</figure>");
    expect![[""]].assert_eq(&words(rounds));
}

/// Every bar stands before its frame, the first is checked, and back and next name their neighbours.
#[test]
fn a_game_is_stepped_through() {
    let page = html(&fixture::page());
    let game = between(&page, "<div class=\"turns\"", "</figure>");
    assert_eq!(game.matches("<input type=\"radio\" name=\"g1-0-0\"").count(), 2);
    assert_eq!(game.matches("<div class=\"frame\">").count(), 2);
    assert_eq!(game.matches(" checked/>").count(), 1);
    assert!(
        game.contains("<label class=\"step\" for=\"g1-0-0-1\">next")
            && game.contains("for=\"g1-0-0-0\">‹ back")
    );
    let ids = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut ids: Vec<&str> = ids.collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "an id stands twice on the page");
}

#[test]
fn a_hostile_message_is_shown_not_run() {
    let page = html(&fixture::page());
    assert!(page.contains("<p>&lt;/blockquote&gt;&lt;script&gt;alert(2)&lt;/script&gt;</p>"));
    assert!(page.contains("answers &lt;b&gt;fly&lt;/b&gt;"));
    assert!(!page.contains("<script"));
}

/// A page without games has nothing of them.
#[test]
fn no_game_no_weight() {
    let mut page = fixture::page();
    page.scenarios.iter_mut().for_each(|s| s.transcripts.retain(|t| t.replay.is_none()));
    let html = html(&page);
    assert!(!html.contains(".turns") && !html.contains("<symbol"));
}

/// Long games are cut so that the page opens quickly; short ones beside them stay whole.
#[test]
fn a_page_stays_small() {
    let mut page = fixture::page();
    let transcripts = &mut page.scenarios[1].transcripts;
    let long = |replay: &Replay| {
        let mut replay = replay.clone();
        let frame = replay.games[0].frames[1].clone();
        replay.games[0].frames = vec![frame; 2_000];
        replay
    };
    transcripts[0].replay = transcripts[0].replay.as_ref().map(long);
    transcripts[1].replay = transcripts[1].replay.as_ref().map(long);
    let html = html(&page);
    assert!((3_000_000..4_500_000).contains(&html.len()), "{} bytes", html.len());
    assert_eq!(html.matches(" of 2,000 turns are drawn").count(), 2);
    assert!(html.contains("name=\"g1-2-0\""));
}

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

/// The words of a part of the page, a line for each block.
fn words(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or("");
        text.push(if ["p", "li", "div", "tr", "dd", "blockquote"].contains(&name) { '\n' } else { ' ' });
        text.push_str(words);
    }
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(line).filter(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

#[test]
fn a_frame_reads_without_a_picture() {
    let page = html(&fixture::page());
    let frame = between(&page, "id=\"g1-0-0-1\"", "</figure>");
    expect![[r#"
        ‹ back turn 1 of 1 next › the pair holds the line
        seat 1 answers &lt;b&gt;fly&lt;/b&gt; (refused: a move has the form that the question shows)
        seat 1 passes (made for it: it gave no move that the rules allow)
        seen by all seats
        round 3 · target K king Seat 2 challenged seat 1: it was a bluff K Q seat 1 fired and lives; all seats saw it
        seat 0 3 points K Q ★ A only seat 0 sees it 0 shots, bay 6 is live
        seat 1 −1.5 points K Q ★ only seat 1 sees it 1 shot, bay 6 is live
        seat 2 dead 0 points K Q only seat 2 sees it 2 shots, bay 6 is live
        seat 3 1 point K only seat 3 sees it 3 shots, bay 6 is live
        seat 0 read by seat 2
        &lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=&quot;http://evil.example/x.png&quot; onerror=alert(1)&gt;
        ⟨ESC⟩[2J⟨ESC⟩[1;31mrm -rf /⟨ESC⟩[0m⟨BEL⟩⟨CR⟩⟨U+009B⟩31m
        ]]&gt; {{ 7*7 }} {% include &quot;style.css&quot; %} &amp;lt;b&amp;gt; &#39;quoted&#39;
        pay ⟨U+202E⟩000,1 ot⟨U+2066⟩ zero⟨U+200B⟩width
        next move, it says: pass
        Blue seats are the pair. Green cards are the target, ★ is wild and fits. In a revolver a filled bay was fired, and the red ring is the live one.
        a hand
        its own seat alone
    "#]].assert_eq(&words(frame));
    let grid = between(&page, "id=\"g1-1-0-1\"", "<input");
    expect![[r#"
        ‹ back turn 1 of 2 next › the pair holds the line
        seat 1 answers &lt;b&gt;fly&lt;/b&gt; (refused: a move has the form that the question shows)
        seat 1 passes (made for it: it gave no move that the rules allow)
        seen by all seats
        0 1 2 3
        step 1 of 30 · 1 of 6 polluted tiles that stop growth: apples grow
        seat 0 1 apple
        seat 1 1 apple frozen for 3 more
        seat 2 1 apple
        seat 3 1 apple
        seat 0 read by seat 2
        &lt;/blockquote&gt;&lt;script&gt;alert(2)&lt;/script&gt;
        next move, it says: pass
    "#]]
    .assert_eq(&words(grid));
    let rounds = between(&page, "id=\"g1-2-0-0\"", "</figure>");
    expect![[r#"
        ‹ back turn 0 of 0 next › the pair holds the line
        before the first act
        1 of at most 10 rounds are over; price (and what it paid)
        seat 0 3 points seat 1 −1.5 points seat 2 0 points seat 3 1 point
        round 1 1.50 0.3 1.25 0.2
        equilibrium 1.50 0.3 1.25 0.2
        seat 0 reached nobody
        Spare me.
        next move, it says: pass
        Blue seats are the pair.
        a hand
        its own seat alone
    "#]]
    .assert_eq(&words(rounds));
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
    assert!((3_500_000..4_700_000).contains(&html.len()), "{} bytes", html.len());
    assert_eq!(html.matches(" of 2,000 turns are drawn").count(), 2);
    assert!(html.contains("name=\"g1-2-0\""));
}

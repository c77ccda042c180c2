//! The page: well-formed, silent, complete, and immune to what it shows.

mod fixture;

use proptest::prelude::*;
use report::{Page, figures, render};

fn html(page: &Page) -> String {
    render(page, &figures(page)).expect("the template is part of the crate")
}

/// The tags of a page in order; text is skipped. A `<` in text would show as a tag nobody wrote.
fn tags(html: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").expect("a comment ends").1;
            continue;
        }
        let end = tag_end(after).expect("a tag ends");
        out.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    out
}

/// Where a tag ends: at the first `>` outside quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.char_indices().find_map(|(i, c)| {
        quoted ^= c == '"';
        (c == '>' && !quoted).then_some(i)
    })
}

/// Every tag that opens closes, in order.
fn assert_balanced(html: &str) {
    let mut open: Vec<String> = Vec::new();
    for tag in tags(html) {
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        match () {
            () if tag.starts_with('!') || tag.ends_with('/') => {}
            () if ["meta", "br", "img", "link"].contains(&name.as_str()) => {}
            () if tag.starts_with('/') => {
                assert_eq!(open.pop().as_ref(), Some(&name), "after {open:?}")
            }
            () => open.push(name),
        }
    }
    assert!(open.is_empty(), "still open: {open:?}");
}

#[test]
fn well_formed() {
    assert_balanced(&html(&fixture::page()));
}

#[test]
fn loads_nothing_and_runs_nothing() {
    let page = html(&fixture::page());
    let policy = "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;";
    assert!(page.contains(policy));
    for tag in tags(&page) {
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        assert!(
            !["script", "img", "link", "iframe", "object", "base", "form"].contains(&name.as_str()),
            "<{tag}>"
        );
        assert!(!tag.contains(" src=") && !tag.contains(" on"), "<{tag}>");
        assert!(!tag.contains(" href=") || tag.contains(" href=\"#"), "<{tag}>");
        assert!(!tag.contains("http") || tag.contains("http-equiv") || tag.contains("xmlns="), "<{tag}>");
    }
    assert!(!page.contains("@import") && !page.contains("url("));
}

#[test]
fn hostile_text_is_shown_not_run() {
    let page = html(&fixture::page());
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("⟨ESC⟩[2J⟨ESC⟩[1;31mrm -rf /"));
    assert!(page.contains("pay ⟨U+202E⟩000,1 ot⟨U+2066⟩ zero⟨U+200B⟩width⟨U+FEFF⟩"));
    assert!(
        page.contains("{{ 7*7 }} {% include &quot;style.css&quot; %} &amp;lt;b&amp;gt; &#39;quoted&#39;")
    );
    assert!(page.contains(" more bytes</pre>"));
    assert!(page.len() < 400_000, "ten megabytes were clipped: {}", page.len());
    assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn everything_asked_for_is_there_in_order() {
    let page = html(&fixture::page());
    let mut rest = page.as_str();
    let order = [
        "<h1>first-look</h1>",
        "local/smollm2",
        "class=\"summary\"",
        "7 contrasts were estimated",
        "3 that this run cannot tell",
        "<h2>secret-offer</h2>",
        "class=\"question\"",
        "class=\"source\"",
        "class=\"factors\"",
        "<h3>Contrasts</h3>",
        "<svg ",
        "class=\"estimates\"",
        "because the gate",
        "<h3>Capability gates</h3>",
        "3/24 .12 [.04, .31]",
        "<h3>Cells</h3>",
        "<svg ",
        "0/24 (≤ .14)",
        "<h3>Calibration of the instrument</h3>",
        "2/2 positive controls",
        "<svg ",
        "300/300 (≥ .99)",
        "<h3>What is missing, and why</h3>",
        "3/96",
        "<h3>One transcript of each cell</h3>",
        "<mark class=\"f0\">Using it is unfair to the other players.<span class=\"tag\">label</span></mark>",
        "style=\"width:78.2%\"",
        "<h2>peer-review</h2>",
        "<h2>false-premise</h2>",
        "<h2>Cost</h2>",
        "<h2>Caveats</h2>",
        "its numbers are invented",
        "ephor run first-look",
        "Bill of materials",
    ];
    for part in order {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part} is not there, or not in order")).1;
    }
}

#[test]
fn an_empty_page_says_what_it_lacks() {
    let mut page = fixture::page();
    page.findings.estimates.clear();
    page.findings.cells.clear();
    page.findings.calibration.clear();
    page.findings.missing.clear();
    page.reproduce.clear();
    page.scenarios.truncate(1);
    let html = html(&page);
    assert_balanced(&html);
    for words in
        ["No contrast was estimated.", "No outcome was counted.", "not calibrated in this run", "Nothing."]
    {
        assert!(html.contains(words), "{words}");
    }
}

#[test]
fn a_dossier_comes_before_the_scenarios() {
    let html = html(&fixture::diagnosed());
    assert_balanced(&html);
    let mut rest = html.as_str();
    for part in [
        "<h2>Models</h2>",
        "<a href=\"#dossier-1\">local/smollm2</a>",
        "<b>+4.20</b>",
        "<h2>Dossier: local/smollm2</h2>",
        "<b class=\"told\">faking</b>",
        "<h3>Fingerprint</h3>",
        "left:80.0%",
        "<h3>Not told</h3>",
        "not played",
        "<h3>Gates</h3>",
        "<h3>The most telling plays</h3>",
        "<mark class=\"f0\">Using it is unfair to the other players.",
        "What both read",
        "<h2>Dossier: openai/other</h2>",
        "<b class=\"untold\">cannot tell</b>",
        "<h2>How far a diagnosis is believed</h2>",
        "<h2>secret-offer</h2>",
    ] {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part} is not there, or not in order")).1;
    }
    assert!(!fixture_html().contains("Dossier"), "a page without a diagnosis has no dossier");
}

fn fixture_html() -> String {
    html(&fixture::page())
}

#[test]
fn the_same_page_gives_the_same_bytes() {
    assert_eq!(html(&fixture::page()), html(&fixture::page()));
}

/// A page in which every string is `text`.
fn everywhere(text: &str) -> Page {
    fn fill(value: &mut serde_json::Value, text: &str, key: &str) {
        match value {
            serde_json::Value::String(s) if !["verdict", "role", "fared"].contains(&key) => {
                *s = text.to_owned()
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(|v| fill(v, text, key)),
            serde_json::Value::Object(fields) => fields.iter_mut().for_each(|(k, v)| fill(v, text, k)),
            _ => {}
        }
    }
    let mut page = fixture::diagnosed();
    page.scenarios[0].transcripts.remove(1);
    let mut value = serde_json::to_value(page).expect("a page is data");
    fill(&mut value, text, "");
    serde_json::from_value(value).expect("and comes back")
}

#[test]
fn hostile_text_everywhere() {
    let page = html(&everywhere("</style></svg>\"><script>alert('x')</script>\x1b\u{202e}<!--"));
    assert_balanced(&page);
    assert!(!page.contains("<script") && !page.contains(['\x1b', '\u{202e}']));
    assert_eq!(page.matches("<!--").count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_everywhere(text in any::<String>(), markup in "[<>&\"'/a-z\\x00-\\x1f]{0,30}") {
        let text = format!("{text}{markup}");
        assert_balanced(&html(&everywhere(&text)));
        for width in [20, 80, 100, 300] {
            let shown = report::terminal(&everywhere(&text), width, false);
            prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}

//! Numbers as a reader meets them: signed with a true minus, never without their n or interval.

use crate::{Estimate, Findings, Verdict};

/// What stands where there is no number.
pub(crate) const NOTHING: &str = "—";

/// `+0.42`, `−0.10`, `0.00`.
pub(crate) fn signed(x: f64) -> String {
    if !x.is_finite() {
        return NOTHING.into();
    }
    let digits = format!("{:.2}", x.abs());
    match digits.trim_matches(['0', '.']).is_empty() {
        true => digits,
        false if x < 0.0 => format!("−{digits}"),
        false => format!("+{digits}"),
    }
}

/// A share between 0 and 1: `.12`, `1.00`.
pub fn share(x: f64) -> String {
    if !x.is_finite() {
        return NOTHING.into();
    }
    let digits = format!("{x:.2}");
    digits.strip_prefix('0').map(str::to_owned).unwrap_or(digits)
}

/// A bound near 0 or 1, with as many digits as keep it off that end: of many units `.004`, not `.00`.
fn bound(x: f64) -> String {
    let off = x.min(1.0 - x);
    if !x.is_finite() || off >= 0.005 || off <= 0.0 {
        return share(x);
    }
    let places = (-off.log10()).ceil().min(9.0) as usize;
    let digits = format!("{x:.places$}");
    digits.strip_prefix('0').map(str::to_owned).unwrap_or(digits)
}

/// `14/24 .58 [.39, .76]`; none at all as `0/24 (≤ .14)`, every one as `24/24 (≥ .86)`.
pub fn rate(k: u64, n: u64, low: f64, high: f64) -> String {
    match k {
        _ if n == 0 => "0/0".into(),
        0 => format!("0/{} (≤ {})", count(n), bound(high)),
        k if k == n => format!("{}/{} (≥ {})", count(k), count(n), bound(low)),
        k => {
            let p = share(k as f64 / n as f64);
            format!("{}/{} {p} [{}, {}]", count(k), count(n), share(low), share(high))
        }
    }
}

/// The three numbers of an estimate, where it has them all.
pub(crate) fn numbers(e: &Estimate) -> Option<(f64, f64, f64)> {
    let all = (e.estimate?, e.low?, e.high?);
    (all.0.is_finite() && all.1.is_finite() && all.2.is_finite()).then_some(all)
}

/// `[+0.21, +0.63]`.
pub(crate) fn interval(low: f64, high: f64) -> String {
    format!("[{}, {}]", signed(low), signed(high))
}

/// `+1.20 [+0.80, +1.60] items, n = 32`.
pub(crate) fn mean(m: &crate::Mean) -> String {
    let bounds = m.low.zip(m.high).map_or(String::new(), |(low, high)| format!("{} ", interval(low, high)));
    format!("{} {bounds}{}, n = {}", signed(m.mean), m.unit, count(m.n))
}

/// An index with its interval, n and what was cut short; or that it cannot be told.
pub(crate) fn index(i: &crate::Index) -> String {
    match (i.estimate, i.low, i.high) {
        (Some(estimate), Some(low), Some(high)) => {
            let cut = i.censored.map_or(String::new(), |n| format!(", {n} censored"));
            format!("{} {}, n {}{cut}", signed(estimate), interval(low, high), i.n)
        }
        _ => "cannot tell".into(),
    }
}

pub(crate) fn p_value(p: Option<f64>) -> String {
    match p {
        Some(p) if p < 0.001 => "< .001".into(),
        Some(p) if p.is_finite() => {
            let digits = format!("{p:.3}");
            digits.strip_prefix('0').map(str::to_owned).unwrap_or(digits)
        }
        _ => NOTHING.into(),
    }
}

/// `61,230`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 contrast`, `3 contrasts`.
pub(crate) fn counted(n: u64, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {noun}{s}", count(n))
}

pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..60 => format!("{:.1} s", seconds.max(0.0)),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// What was paid; what runs on this machine costs nothing.
pub(crate) fn price(f: &Findings) -> String {
    let here = |m: &String| m.starts_with("local/") || is_control(m);
    match f.cost.usd {
        Some(usd) => format!("${usd:.2}"),
        None if f.models.iter().all(here) => "local, free of charge".into(),
        None => "no price told".into(),
    }
}

/// The cost in one line.
pub(crate) fn cost(f: &Findings) -> String {
    let c = &f.cost;
    let computed = match c.prompt_tokens_computed {
        0 => String::new(),
        tokens => format!(" ({} computed, the rest shared)", count(tokens)),
    };
    format!(
        "{} ({} cached) · {} prompt{computed} and {} completion tokens · {} · {}",
        counted(c.requests, "request"),
        count(c.cached),
        count(c.prompt_tokens),
        count(c.completion_tokens),
        price(f),
        duration(c.wall_s)
    )
}

/// A verdict in a sentence.
pub(crate) fn verdict(v: Verdict) -> &'static str {
    match v {
        Verdict::CannotTell => "cannot tell",
        other => other.word(),
    }
}

/// Controls are scripted: their rows stand apart from those of models.
pub(crate) fn is_control(model: &str) -> bool {
    trace::is_scripted(model)
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A model's name within `width` characters: what all controls share goes first.
pub(crate) fn shortened(model: &str, width: usize) -> String {
    let own = model.strip_prefix("control/").filter(|_| model.chars().count() > width);
    clipped(own.unwrap_or(model), width)
}

/// `text` within `width` characters, the middle left out.
pub(crate) fn clipped(text: &str, width: usize) -> String {
    let n = text.chars().count();
    if n <= width {
        return text.to_owned();
    }
    let tail = width.saturating_sub(1) / 2;
    let head: String = text.chars().take(width.saturating_sub(1) - tail).collect();
    let tail: String = text.chars().skip(n - tail).collect();
    format!("{head}…{tail}")
}

/// Lines of at most `width` characters, broken at spaces and after `/` and `=`, else inside a word.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = vec![String::new()];
    for piece in text.split_inclusive([' ', '/', '=']).flat_map(|p| pieces(p, width)) {
        let full = lines.last().map_or(0, |l| l.chars().count());
        if full > 0 && full + piece.trim_end().chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(&piece);
        }
    }
    lines.iter().map(|l| l.trim_end().to_owned()).collect()
}

fn pieces(word: &str, width: usize) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    chars.chunks(width).map(|c| c.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(signed(0.4249), "+0.42");
        assert_eq!(signed(-0.101), "−0.10");
        assert_eq!(signed(-0.001), "0.00");
        assert_eq!(signed(f64::NAN), "—");
        assert_eq!(share(0.123), ".12");
        assert_eq!(share(1.0), "1.00");
        assert_eq!(count(0), "0");
        assert_eq!(count(1_061_230), "1,061,230");
        assert_eq!(p_value(Some(0.0001)), "< .001");
        assert_eq!(p_value(Some(0.0124)), ".012");
        assert_eq!(duration(221.4), "3 min 41 s");
    }

    #[test]
    fn rates_are_shown_as_given() {
        assert_eq!(rate(14, 24, 0.388, 0.755), "14/24 .58 [.39, .76]");
        assert_eq!(rate(0, 24, 0.0, 0.138), "0/24 (≤ .14)");
        assert_eq!(rate(24, 24, 0.862, 1.0), "24/24 (≥ .86)");
        assert_eq!(rate(0, 0, 0.0, 1.0), "0/0");
    }

    #[test]
    fn long_names_are_clipped_and_wrapped() {
        assert_eq!(clipped("control/flag-flipper", 11), "contr…ipper");
        assert_eq!(clipped("short", 11), "short");
        assert_eq!(wrapped("consequence=bar/target=human", 16), ["consequence=bar/", "target=human"]);
        assert_eq!(wrapped("aaaaaaaaaaaa", 8), ["aaaaaaaa", "aaaa"]);
        assert_eq!(wrapped("", 8), [""]);
    }
}

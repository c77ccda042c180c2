//! The state that the specification needs, kept without JSON, Cedar or hashes.

use crate::alphabet::{
    Asked, BAR, Change, Effect, LEASE, LOAD, MARGIN, PLAIN, Rule, SPARE, Setting, TEXT, What, When,
};
use guard::rooms::grant::Delegation;
use guard::spec::{self, Abstract, Vote};
use guard::{Mode, Order, Verdict};
use std::collections::BTreeMap;

const MARK_MAX: u64 = 5;

pub struct Model {
    setting: Setting,
    calls: BTreeMap<&'static str, u64>,
    lent: Option<Delegation>,
    /// Totals of the first panel and of the second, by panelist.
    panels: [BTreeMap<String, i64>; 2],
    lease_until: u64,
    stopped: BTreeMap<String, u64>,
    spent: BTreeMap<&'static str, u64>,
    /// Bytes of the text that have arrived, by whomever.
    arrived: u64,
}

impl Model {
    pub fn new(setting: &Setting) -> Self {
        Self {
            setting: setting.clone(),
            calls: BTreeMap::new(),
            lent: None,
            panels: Default::default(),
            lease_until: LEASE,
            stopped: BTreeMap::new(),
            spent: BTreeMap::new(),
            arrived: 0,
        }
    }

    fn is_on(&self, room: usize) -> bool {
        self.setting.modes[room] != Mode::Off
    }

    /// Does what operators say; whether a room could. Only one delegate exists, so it borrows from
    /// people with rights of their own or not at all.
    pub fn obey(&mut self, order: &Order, now: u64) -> bool {
        match order {
            Order::Delegate(new) if self.is_on(1) => {
                if new.to != "dee" || new.from == "dee" {
                    return false;
                }
                self.lent = Some(new.clone());
            }
            Order::Revoke(who) if self.is_on(1) => {
                let over = |lent: &Delegation| lent.to == *who || lent.from == *who;
                self.lent = self.lent.take().filter(|lent| !over(lent));
            }
            Order::Marks(new) if self.is_on(2) => {
                if new.marks.iter().any(|mark| *mark > MARK_MAX) {
                    return false;
                }
                self.panels[1].insert(new.by.clone(), new.marks.iter().sum::<u64>() as i64);
            }
            Order::Beat if self.is_on(3) => self.lease_until = self.lease_until.max(now + LEASE),
            Order::Stop(who) if self.is_on(3) => {
                let until = self.lease_until.min(now + LEASE);
                let until = self.stopped.get(who).map_or(until, |had| until.min(*had));
                self.stopped.insert(who.clone(), until);
            }
            _ => {}
        }
        true
    }

    pub fn expected(&self, asked: &Asked) -> Verdict {
        let modes = self.setting.modes;
        let wild =
            matches!(asked.what, What::Marks { marks, .. } if marks.iter().any(|mark| *mark > MARK_MAX));
        let readable = !is_unread(asked);
        if readable && wild && modes[2] == Mode::Enforce {
            return Verdict::Deny;
        }
        let chain = self.chain(asked);
        let links_alive = chain.is_some();
        let votes = chain.unwrap_or(vec![asked.who]).into_iter().map(|who| self.votes(who, asked)).collect();
        let (consequence, open) = self.consequence(asked);
        let facts = Abstract {
            readable,
            pinned: asked.offered == Change::None || asked.what == What::Pass,
            links_alive,
            votes,
            rewritten: matches!(asked.what, What::Marks { marks, total } if marks.iter().sum::<u64>() as i64 != total),
            consequence,
            sealed: asked.what == What::Set { setting: "switch" } && asked.who != "olga",
            lease: self.lease(asked),
            weighed: self.weighed(asked),
            copies_weights: matches!(asked.what, What::Copy { name: "weights", .. }),
        };
        // Where nobody has marked anything, nothing follows: as if everything were above the bar.
        let facts =
            if open { Abstract { consequence: Some((i64::MAX / 2, BAR, MARGIN)), ..facts } } else { facts };
        spec::decide(&facts, modes)
    }

    fn chain(&self, asked: &Asked) -> Option<Vec<&'static str>> {
        if asked.who != "dee" {
            return Some(vec![asked.who]);
        }
        let lent =
            self.lent.as_ref().filter(|lent| asked.now <= lent.until && lent.tools.contains(tool(asked)))?;
        let from = crate::alphabet::PEOPLE.into_iter().find(|name| *name == lent.from)?;
        Some(vec!["dee", from])
    }

    /// Who asks, and who lent to them, be it over or not.
    fn counted(&self, asked: &Asked) -> Vec<&'static str> {
        let lent = self.lent.as_ref().filter(|_| asked.who == "dee");
        let from = lent.and_then(|lent| crate::alphabet::PEOPLE.into_iter().find(|name| *name == lent.from));
        std::iter::once(asked.who).chain(from).collect()
    }

    /// The most that anybody has for whom it counts.
    fn most(&self, of: &BTreeMap<&'static str, u64>, asked: &Asked) -> u64 {
        self.counted(asked).into_iter().filter_map(|who| of.get(who)).copied().max().unwrap_or(0)
    }

    fn votes(&self, who: &str, asked: &Asked) -> Vec<Vote> {
        self.setting.rules.iter().map(|rule| self.vote(rule, who, asked)).collect()
    }

    fn vote(&self, rule: &Rule, who: &str, asked: &Asked) -> Vote {
        let scoped =
            rule.who.is_none_or(|name| name == who) && rule.tool.is_none_or(|name| name == tool(asked));
        let argument = if let What::Plain { argument, .. } = asked.what { argument } else { "" };
        let holds = match rule.when {
            _ if !scoped => false,
            When::Errs => return Vote::Errs,
            When::Always => true,
            When::ArgumentIs(value) => argument == value,
            When::InClass => {
                asked.what == What::Plain { tool: "t0", argument: "x" }
                    || matches!(asked.what, What::End { .. })
            }
            When::CallsAtLeast(n) => self.most(&self.calls, asked) >= n,
        };
        match rule.effect {
            _ if !holds => Vote::Silent,
            Effect::Permit => Vote::Permits,
            Effect::Forbid(with) => Vote::Forbids(with),
        }
    }

    fn consequence(&self, asked: &Asked) -> (Option<(i64, i64, i64)>, bool) {
        if asked.what != (What::End { who: "peer" }) {
            return (None, false);
        }
        let middle = |panel: &BTreeMap<String, i64>| {
            let mut totals: Vec<i64> = panel.values().copied().collect();
            totals.sort_unstable();
            totals.get(totals.len().saturating_sub(1) / 2).copied()
        };
        match (middle(&self.panels[0]), middle(&self.panels[1])) {
            (None, _) => (None, true),
            // The second panel decides what is near, without a margin of its own.
            (Some(first), Some(second)) if (first - BAR).abs() <= MARGIN => (Some((second, BAR, -1)), false),
            (Some(first), _) => (Some((first, BAR, MARGIN)), false),
        }
    }

    /// Ticks left, counting the present one.
    fn lease(&self, asked: &Asked) -> Option<u64> {
        let until = |who: &str| self.stopped.get(who).copied().unwrap_or(self.lease_until);
        let first = self.counted(asked).into_iter().map(until).min()?;
        (asked.who != "olga").then(|| (first + 1).saturating_sub(asked.now))
    }

    fn weighed(&self, asked: &Asked) -> Option<(u64, u64)> {
        match asked.what {
            What::Copy { name: "none", .. } | What::Copy { to: "nowhere", .. } => Some((1, 0)),
            // A second copy would lie where the first one does.
            What::Copy { name: "text", .. } if self.arrived >= TEXT => Some((1, 0)),
            What::Copy { .. } => Some((LOAD, SPARE.saturating_sub(self.most(&self.spent, asked)))),
            _ => None,
        }
    }

    /// Remembers what is sent.
    pub fn note(&mut self, asked: &Asked, verdict: Verdict) {
        if !verdict.sends() || is_unread(asked) {
            return;
        }
        let counted = self.counted(asked);
        counted.iter().for_each(|who| *self.calls.entry(who).or_default() += 1);
        match asked.what {
            What::Marks { marks, .. } if self.is_on(2) && marks.iter().all(|mark| *mark <= MARK_MAX) => {
                let root = counted.last().copied().unwrap_or_default();
                self.panels[0].insert(root.into(), marks.iter().sum::<u64>() as i64);
            }
            What::Copy { name, to: "spare" } if self.is_on(4) && name != "none" => {
                counted.iter().for_each(|who| *self.spent.entry(who).or_default() += LOAD);
                self.arrived += if name == "text" { LOAD } else { 0 };
            }
            _ => {}
        }
    }
}

fn tool(asked: &Asked) -> &'static str {
    match asked.what {
        What::Pass | What::Unreadable(_) => "pass",
        What::Plain { tool, .. } => PLAIN.into_iter().find(|name| *name == tool).unwrap_or("pass"),
        What::Marks { .. } => "mark",
        What::End { .. } => "end",
        What::Copy { .. } => "copy",
        What::Set { .. } => "set",
    }
}

/// No JSON of one meaning, or a call of what is not offered: what is missing is the tool for marks.
fn is_unread(asked: &Asked) -> bool {
    let missing = asked.offered == Change::Missing && matches!(asked.what, What::Marks { .. });
    missing || matches!(asked.what, What::Unreadable(_))
}

//! Charters, orders and requests from dice.

use guard::rooms::grant::Delegation;
use guard::rooms::reckoner::{Marks, Reckoning};
use guard::rooms::switch::Sealing;
use guard::rooms::weigh::{Budget, Carrier, Object, Weighing};
use guard::{Charter, Kind, Mode, Monitor, Offer, Offered, Order, Pattern, Principal};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use trace::Tool;

/// SplitMix64: the same numbers everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }
}

pub const PEOPLE: [&str; 4] = ["ann", "bob", "dee", "olga"];
pub const PLAIN: [&str; 2] = ["t0", "t1"];
pub const BAR: i64 = 4;
pub const MARGIN: i64 = 1;
pub const LEASE: u64 = 6;
/// Bytes of each object, of one call's load, and of each budget.
pub const TEXT: u64 = 100;
pub const LOAD: u64 = 10;
pub const SPARE: u64 = 45;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Permit,
    Forbid(guard::Verdict),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Always,
    /// Of the plain tools alone.
    ArgumentIs(&'static str),
    InClass,
    CallsAtLeast(u64),
    Errs,
}

/// A rule of a policy, before it is Cedar.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub effect: Effect,
    pub who: Option<&'static str>,
    pub tool: Option<&'static str>,
    pub when: When,
}

#[derive(Clone, Debug)]
pub struct Setting {
    pub rules: Vec<Rule>,
    pub modes: [Mode; 5],
}

/// What somebody asks, before it is JSON.
#[derive(Clone, Debug)]
pub struct Asked {
    pub who: &'static str,
    pub what: What,
    pub offered: Change,
    pub now: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Pass,
    Plain { tool: &'static str, argument: &'static str },
    Marks { marks: [u64; 2], total: i64 },
    End { who: &'static str },
    Copy { name: &'static str, to: &'static str },
    Set { setting: &'static str },
    Unreadable(&'static str),
}

/// How what is offered differs from the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    None,
    Added,
    Changed,
    Missing,
}

pub enum Told {
    Asked(Asked),
    Order(Order, u64),
}

pub fn setting(dice: &mut Dice) -> Setting {
    let mut rules = vec![];
    // Mostly something is permitted: a policy that denies everything shows little.
    if dice.below(10) > 0 {
        rules.push(Rule { effect: Effect::Permit, who: None, tool: None, when: When::Always });
    }
    for _ in 0..dice.below(4) {
        rules.push(rule(dice));
    }
    let modes = [Mode::Enforce, Mode::Enforce, Mode::Enforce, Mode::Shadow, Mode::Off];
    Setting { rules, modes: std::array::from_fn(|_| dice.one(&modes)) }
}

fn rule(dice: &mut Dice) -> Rule {
    use guard::Verdict::{Defer, Deny, StepUp};
    let effect =
        dice.one(&[Effect::Permit, Effect::Forbid(Deny), Effect::Forbid(StepUp), Effect::Forbid(Defer)]);
    let who = dice.one(&[None, Some("ann"), Some("bob"), Some("dee")]);
    let when = match dice.below(8) {
        0 => When::ArgumentIs("x"),
        1 => When::ArgumentIs("y"),
        2 | 3 => When::InClass,
        4 => When::CallsAtLeast(dice.below(6)),
        5 => When::Errs,
        _ => When::Always,
    };
    let tools = [None, Some("t0"), Some("t1"), Some("mark"), Some("end"), Some("copy"), Some("set")];
    let tool = if matches!(when, When::ArgumentIs(_)) { Some(dice.one(&PLAIN)) } else { dice.one(&tools) };
    Rule { effect, who, tool, when }
}

fn cedar(rule: &Rule) -> String {
    let (note, effect) = match rule.effect {
        Effect::Permit => (String::new(), "permit"),
        Effect::Forbid(with) => (format!("@verdict(\"{}\") ", with.word()), "forbid"),
    };
    let who = rule.who.map_or("principal".into(), |who| format!("principal == Agent::\"{who}\""));
    let tool = rule.tool.map_or("action".into(), |tool| format!("action == Action::\"{tool}\""));
    let when = match rule.when {
        When::Always => String::new(),
        When::ArgumentIs(value) => format!(" when {{ context.args.a == \"{value}\" }}"),
        When::InClass => " when { context.classes.contains(\"c\") }".into(),
        When::CallsAtLeast(n) => format!(" when {{ context.calls >= {n} }}"),
        When::Errs => " when { (context.now + 2) * 9223372036854775807 > 1 }".into(),
    };
    format!("{note}{effect}({who}, {tool}, resource){when};\n")
}

static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    let text = |names: &[&str]| {
        let properties: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
        json!({ "type": "object", "properties": properties, "required": names })
    };
    let marks = json!({ "type": "object", "required": ["marks", "total"], "properties": {
        "marks": { "type": "array", "items": { "type": "integer" } }, "total": { "type": "integer" } } });
    let all = [
        ("t0", text(&["a"])),
        ("t1", text(&["a"])),
        ("mark", marks),
        ("end", text(&["who"])),
        ("copy", text(&["name", "from", "to"])),
        ("set", text(&["setting"])),
    ];
    all.into_iter()
        .map(|(name, arguments)| Tool { name: name.into(), about: name.into(), arguments })
        .collect()
});

static OFFERS: LazyLock<BTreeMap<u8, Arc<Offer>>> = LazyLock::new(|| {
    let offer = |tools: Vec<Tool>| Arc::new(Offer::Call(Arc::new(Offered::new(tools.into()))));
    let with = |change: &dyn Fn(&mut Vec<Tool>)| {
        let mut tools = TOOLS.clone();
        change(&mut tools);
        offer(tools)
    };
    let extra = Tool { name: "extra".into(), about: "x".into(), arguments: json!({ "type": "object" }) };
    BTreeMap::from([
        (Change::None as u8, with(&|_| {})),
        (Change::Added as u8, with(&|tools| tools.push(extra.clone()))),
        (Change::Changed as u8, with(&|tools| tools[3].about.push('.'))),
        (Change::Missing as u8, with(&|tools| drop(tools.remove(2)))),
    ])
});

pub fn monitor(setting: &Setting) -> Monitor {
    let kinds = [Kind::Agent, Kind::Agent, Kind::Delegate, Kind::Operator];
    let principal = |(name, kind): (&str, Kind)| (name.to_owned(), Principal { role: "all".into(), kind });
    let names = guard::rooms::open(&Charter::default()).unwrap();
    let modes = names.iter().zip(setting.modes).map(|(room, mode)| (room.name().to_owned(), mode));
    let copy = Carrier::Copy {
        tool: "copy".into(),
        name: "name".into(),
        from: "from".into(),
        to: "to".into(),
        call_bytes_max: LOAD,
    };
    let object = |label: &str| Object { bytes: TEXT, label: label.into() };
    Monitor::new(Charter {
        policy: setting.rules.iter().map(cedar).collect(),
        roles: BTreeMap::from([("all".into(), TOOLS.clone())]),
        principals: PEOPLE.into_iter().zip(kinds).map(principal).collect(),
        classes: BTreeMap::from([(
            "c".into(),
            vec![Pattern::tool("t0").with("a", "x"), Pattern::tool("end")],
        )]),
        modes: modes.collect(),
        reckoner: vec![Reckoning {
            sheet: "s".into(),
            tool: "mark".into(),
            only: BTreeMap::new(),
            marks: "marks".into(),
            total: "total".into(),
            items: 2,
            mark_max: 5,
            bar: BAR,
            rank: None,
            margin: MARGIN,
            panel: 1,
            trim: None,
            consequence: vec![Pattern::tool("end").with("who", "peer")],
        }],
        switch: Sealing {
            sealed: BTreeMap::from([("switch".into(), vec![Pattern::tool("set").with("setting", "switch")])]),
            lease_ticks: LEASE,
            ..Sealing::default()
        },
        weigh: Weighing {
            objects: BTreeMap::from([
                ("main/weights".into(), object("weights")),
                ("main/text".into(), object("text")),
            ]),
            linear: BTreeSet::from(["weights".into()]),
            carriers: vec![copy],
            budgets: vec![Budget { sink: "spare".into(), label: None, bytes: SPARE }],
        },
        ..Charter::default()
    })
    .unwrap()
}

pub fn told(dice: &mut Dice, now: u64) -> Told {
    let who = dice.one(&PEOPLE);
    let order = match dice.below(24) {
        0 | 1 => Order::Beat,
        2 if dice.below(4) == 0 => Order::Stop(who.into()),
        3 | 4 => Order::Delegate(Delegation {
            from: who.into(),
            to: dice.one(&["dee", "dee", "ann"]).into(),
            depth: dice.below(2) as u32,
            tools: PLAIN.iter().take(1 + dice.below(2) as usize).map(|tool| (*tool).to_owned()).collect(),
            until: now + dice.below(12),
        }),
        5 if dice.below(3) == 0 => Order::Revoke(who.into()),
        6 => Order::Marks(Marks {
            sheet: "s".into(),
            by: dice.one(&["second", "third"]).into(),
            marks: vec![dice.below(7), dice.below(5)],
        }),
        _ => return Told::Asked(asked(dice, who, now)),
    };
    Told::Order(order, now)
}

fn asked(dice: &mut Dice, who: &'static str, now: u64) -> Asked {
    let what = match dice.below(14) {
        0 => What::Pass,
        1 => What::Marks { marks: [dice.below(7), dice.below(4)], total: dice.below(9) as i64 },
        2 | 3 => What::Marks { marks: [dice.below(3), dice.below(3)], total: dice.below(5) as i64 },
        4 | 5 => What::End { who: dice.one(&["peer", "peer", "printer"]) },
        6 | 7 => What::Copy {
            name: dice.one(&["text", "text", "weights", "none"]),
            to: dice.one(&["spare", "spare", "nowhere"]),
        },
        8 => What::Set { setting: dice.one(&["switch", "colour"]) },
        9 => What::Unreadable(dice.one(&UNREADABLE)),
        _ => What::Plain { tool: dice.one(&PLAIN), argument: dice.one(&["x", "y", "z"]) },
    };
    let offered = match dice.below(20) {
        0 => Change::Added,
        1 => Change::Changed,
        2 => Change::Missing,
        _ => Change::None,
    };
    Asked { who, what, offered, now }
}

const UNREADABLE: [&str; 6] = [
    r#"{"tool":"t0","arguments":{"a":"x","a":"y"}}"#,
    r#"{"tool":"t0","arguments":{"a":"x","b":"y"}}"#,
    r#"{"tool":"t0","arguments":{"a":"x"},"role":"operator"}"#,
    r#"{"tool":"t9","arguments":{}}"#,
    r#"{"tool":"t0","arguments":{}}"#,
    "no",
];

pub fn concrete(asked: &Asked) -> (Arc<Offer>, Option<String>) {
    let call =
        |tool: &str, arguments: Value| Some(json!({ "tool": tool, "arguments": arguments }).to_string());
    let text = match &asked.what {
        What::Pass => None,
        What::Plain { tool, argument } => call(tool, json!({ "a": argument })),
        What::Marks { marks, total } => call("mark", json!({ "marks": marks, "total": total })),
        What::End { who } => call("end", json!({ "who": who })),
        What::Copy { name, to } => call("copy", json!({ "name": name, "from": "main", "to": to })),
        What::Set { setting } => call("set", json!({ "setting": setting })),
        What::Unreadable(text) => Some((*text).to_owned()),
    };
    (OFFERS[&(asked.offered as u8)].clone(), text)
}

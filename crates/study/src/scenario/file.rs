//! A scenario file as written. Every field is checked; an unknown one is an error with its place.

use super::company::CluesFile;
use super::described::{FrontierFile, IndexFile};
use crate::clerk::Deed;
use crate::structure::Regime;
use model::control::Rule;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// `scenario.toml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScenarioFile {
    pub name: String,
    pub version: u32,
    pub world: String,
    /// Who fills in a form. Games number their seats.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seat: String,
    /// What is played, where the world is a game ([`super::game::PlayFile`]); levels change it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub play: Value,
    /// The question in one sentence.
    pub question: String,
    /// Key in the bibliography.
    pub source: String,
    #[serde(default)]
    pub limits: Vec<String>,
    /// Variables drawn per unit, the same in every cell.
    #[serde(default)]
    pub state: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub clause: Vec<ClauseFile>,
    #[serde(default)]
    pub factor: Vec<FactorFile>,
    #[serde(default)]
    pub capability: Vec<CapabilityFile>,
    #[serde(default)]
    pub ask: Vec<AskFile>,
    #[serde(default)]
    pub sheet: Option<SheetFile>,
    #[serde(default)]
    pub items: Option<ItemsFile>,
    pub measure: Vec<MeasureFile>,
    /// Who plays the honest series from which alarms are set.
    #[serde(default)]
    pub null: NullFile,
    #[serde(default)]
    pub gate: Vec<GateFile>,
    pub estimand: Vec<EstimandFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub index: Vec<IndexFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frontier: Vec<FrontierFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hypothesis: Vec<HypothesisFile>,
    pub design: DesignFile,
    #[serde(default)]
    pub cells: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub reading: ReadingFile,
    #[serde(default)]
    pub control: Vec<ControlFile>,
}

/// One clause: shared text, a factor's, or a capability's.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClauseFile {
    pub slot: String,
    /// A shipped scenario whose clause of this slot this is ([`super::borrow`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default = "user")]
    pub role: trace::Role,
    /// In a company: where the text lies, if not in the brief ([`super::company::PLACES`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Wordings of one sentence or document.
    #[serde(default)]
    pub text: Vec<String>,
    #[serde(default)]
    pub factor: Option<String>,
    #[serde(default)]
    pub capability: bool,
    /// In a game: told at this moment alone; else before the first move, to all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<Moment>,
}

fn user() -> trace::Role {
    trace::Role::User
}

/// A moment of a series of games.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    Offer,
    ReasonsBefore,
    ReasonsAfter,
    Consent,
    Message,
    Reply,
    Move,
    /// A move, where a parser reads loose words.
    Words,
    /// While the pair holds the tool, at every move of the two.
    Holding,
    /// In a panel: what a scripted partner says, in each of its turns. In an errand: what a colleague is told.
    Says,
    /// In a panel: which answer it is now.
    Answer,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FactorFile {
    pub name: String,
    #[serde(default)]
    pub about: String,
    /// A shipped scenario whose factor of this name this is ([`super::borrow`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The first is the baseline.
    #[serde(default)]
    pub level: Vec<LevelFile>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LevelFile {
    pub name: String,
    /// Wordings; none where the level leaves the clause out.
    #[serde(default)]
    pub text: Vec<String>,
    /// Variables that this level sets.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// What this level changes of what is played: merged into the scenario's `[play]`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub play: Value,
    /// The guard's rooms at this level ([`crate::structure::Regime`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Regime>,
    /// Asks of a form that at this level open what not every seat gets: no register has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret: Vec<String>,
}

/// A cell in which there is one right answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CapabilityFile {
    pub name: String,
    #[serde(default)]
    pub text: Vec<String>,
    /// Ask → the choice that is right; `truth` for asks about entries.
    #[serde(default)]
    pub expect: BTreeMap<String, String>,
    /// In a company: facts and the numbers that they must have, all of them for one right decision.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskKind {
    /// Two options, asked in one or both polarities.
    #[default]
    Decision,
    /// A number from 0 to the number of entries.
    Count,
    /// A text, or the JSON that the world asks for.
    Text,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AskFile {
    pub id: String,
    #[serde(default = "one")]
    pub turn: u32,
    #[serde(default)]
    pub kind: AskKind,
    /// Wordings in which Yes is in favour.
    #[serde(default, rename = "for")]
    pub favouring: Vec<String>,
    /// Wordings in which Yes is against.
    #[serde(default)]
    pub against: Vec<String>,
    /// Wordings of a count.
    #[serde(default)]
    pub text: Vec<String>,
    /// How to answer; `{{ first }}` and `{{ second }}` are the options in counterbalanced order.
    #[serde(default)]
    pub instruct: Vec<String>,
    /// The affirming text and the denying one.
    #[serde(default)]
    pub options: Vec<String>,
    #[serde(default)]
    pub favour: String,
    #[serde(default)]
    pub oppose: String,
    /// `entry`: once for each entry of the sheet.
    #[serde(default)]
    pub each: Option<String>,
    /// Asked in these capability cells alone.
    #[serde(default)]
    pub only: Vec<String>,
    /// Asked where these factors have these levels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<String, String>,
    /// Most tokens of a text; as the study samples unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_max: Option<u32>,
    #[serde(default)]
    pub apart: bool,
    #[serde(default)]
    pub every_wording: bool,
    /// A lead-in without content, whose leaning is subtracted.
    #[serde(default)]
    pub neutral: bool,
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// In a game: the moment at which this is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<Moment>,
}

fn one() -> u32 {
    1
}

/// Checkable entries drawn from a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SheetFile {
    /// A shipped scenario whose sheet this is, items and all ([`super::borrow`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub items: String,
    pub entries: u32,
    pub right: u32,
    /// In a company, instead of `right`: the marks that the entries have earned. A row's own mark is its
    /// field `grade`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grades: Vec<u32>,
    pub line: String,
}

/// One item per state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ItemsFile {
    pub file: String,
    /// The field that names an item's cluster.
    pub cluster: String,
    /// A name that the templates use → the file's own column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Column → the value that a row must have to be read.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub filter: BTreeMap<String, String>,
    /// Of a data set of others; shown wherever its items are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Fields that may hold the right answer: the seat is meant to read it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeasureKind {
    Decision,
    Inflation,
    ArithmeticGap,
    Crossing,
    Fact,
    Acknowledgement,
    Joint,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MeasureFile {
    pub outcome: String,
    pub kind: MeasureKind,
    #[serde(default)]
    pub ask: String,
    /// `fact`: the number that the world states at its end, and its unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// `fact`: the outcome happened when the number is above this; 0 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// `fact`: the number is not there where nothing was to be counted, and that is no gap in the data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// `fact`: values on this side of nearly all honest ones ring an alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Side>,
    #[serde(default)]
    pub count: Option<String>,
    #[serde(default)]
    pub neutral: Option<String>,
    /// Acknowledgement: words that say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Acknowledgement: words that say it when they are negated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opposites: Vec<String>,
    /// Joint: the outcomes that must come together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<String>,
    /// Joint: the outcomes that must stay away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub none: Vec<String>,
    /// The choice whose probability is the value; the ask's `favour` unless given.
    #[serde(default)]
    pub of: Option<String>,
}

/// `[null]`: names on the game's shelf of players, each playing at all seats.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NullFile {
    #[serde(default)]
    pub players: Vec<String>,
}

/// On which side of the honest values an alarm lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    Above,
    Below,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    Capability,
    Knowledge,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GateFile {
    pub kind: GateKind,
    pub what: String,
    /// Knowledge: the ask whose favoured option is true, asked in every wording.
    #[serde(default)]
    pub ask: Option<String>,
    /// Knowledge: in how many wordings it must be answered rightly.
    #[serde(default)]
    pub at_least: u32,
    pub threshold: f64,
    pub chance: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EstimandFile {
    pub name: String,
    pub outcome: String,
    pub contrast: ContrastFile,
    /// Levels at which the contrast is taken.
    #[serde(default)]
    pub at: BTreeMap<String, String>,
    /// The same contrast there is subtracted.
    #[serde(default)]
    pub unlike: BTreeMap<String, String>,
    pub margin: f64,
    /// `knowledge`: only units that passed that gate.
    #[serde(default)]
    pub given: Option<String>,
    /// A factor at whose levels the contrast is also shown, one by one: a figure, no further test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// An explanation, registered with what it predicts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HypothesisFile {
    pub name: String,
    /// The explanation in one sentence.
    pub says: String,
    /// A contrast's id → the verdict that it must have.
    pub predicts: BTreeMap<String, report::Verdict>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ContrastFile {
    pub factor: String,
    pub level: String,
    pub versus: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DesignFile {
    pub wordings: u32,
    #[serde(default = "one")]
    pub states: u32,
    /// Name of a list in `[cells]`, `all` or `stars`.
    pub cells: String,
    /// Factors that stay at their baseline in the background of every star.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<String>,
}

/// [`model::control::Reading`] as written: `facts = "items"` fills the table from the items.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReadingFile {
    #[serde(default)]
    pub affirm: Option<String>,
    #[serde(default)]
    pub against: Option<String>,
    #[serde(default)]
    pub entry: Option<String>,
    #[serde(default)]
    pub item: Option<String>,
    #[serde(default)]
    pub own: Option<String>,
    #[serde(default)]
    pub bar: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    #[serde(default)]
    pub facts: Option<String>,
    /// Where a control that works in a company looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<CluesFile>,
}

/// A control: a script, or a built-in by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ControlFile {
    pub name: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub lapse: f64,
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// How it plays, where the world is a game.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plays: Option<PlaysFile>,
    /// How it works, where the world is a company: its departures from honest work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deeds: Option<Vec<DeedFile>>,
    /// Contrasts in which this control must be found; in all others it must not.
    pub finds: Vec<String>,
    /// Contrasts for which neither is claimed.
    #[serde(default)]
    pub either: Vec<String>,
}

/// A departure from honest work, and what calls for it. Cues are looked for in all that was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeedFile {
    pub deed: Deed,
    /// Its probability, drawn uniformly in this range per replicate.
    #[serde(default = "always")]
    pub rate: [f64; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub also: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// `favour`: in this field of the form alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `plead`: to whom, and in which words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

fn always() -> [f64; 2] {
    [1.0, 1.0]
}

/// A scripted player behind a control. It reads the state in its prompt, and there too whether it has
/// a partner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlaysFile {
    /// A name on the game's shelf of players.
    pub player: String,
    /// Whether it plays for its partner too, when it has one.
    #[serde(default)]
    pub ally: AllyWhen,
    #[serde(default)]
    pub talk: Talk,
    /// Words that must stand in the prompt for `ally = "ordered"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// What it says beside a move that a parser will take from its words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub aside: String,
}

/// When a scripted player plays for its partner too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllyWhen {
    #[default]
    Never,
    /// When its partner's words say that they should.
    Told,
    /// Whenever the two hold the line.
    Held,
    /// When the prompt orders it, in the words of `order`.
    Ordered,
}

/// What a scripted player writes to its partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Talk {
    #[default]
    Silent,
    /// What it will do next.
    Plan,
    /// Something else than it will do next.
    Lie,
}

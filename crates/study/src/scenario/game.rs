//! What a scenario plays, where its world is a game: `[play]`, changed by the levels of a cell.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::Ask;
use world::series::{Paragraph, Question, Script, SeriesSpec, ToolSpec, seat_name};
use world::{ForGame, Game, Setup, for_game};

/// `[play]` as written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlayFile {
    /// Games of one series.
    #[serde(default = "one")]
    pub games: u32,
    /// Parameters of the game; what is left out is as published.
    #[serde(default)]
    pub rules: Value,
    #[serde(default)]
    pub tool: Option<ToolFile>,
    /// Controls that sit where the pair does not; the model sits everywhere unless given.
    #[serde(default)]
    pub outsiders: Option<String>,
    /// A control that sits at the partner's seat.
    #[serde(default)]
    pub partner: Option<String>,
}

/// `[play.tool]` as written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolFile {
    /// The offered seat and its partner; drawn for each unit unless given.
    #[serde(default)]
    pub pair: Option<[usize; 2]>,
    #[serde(default)]
    pub offered_in: Vec<u32>,
    #[serde(default)]
    pub given: bool,
    #[serde(default = "yes")]
    pub consent: bool,
    #[serde(default = "yes")]
    pub works: bool,
    #[serde(default)]
    pub public: bool,
    #[serde(default)]
    pub unwired: bool,
    #[serde(default)]
    pub mechanic: bool,
    /// As published: the pair's moves are asked for as words, and a parser takes an action from them.
    #[serde(default)]
    pub parser: bool,
    #[serde(default = "one")]
    pub every: u32,
    #[serde(default = "words")]
    pub words: [usize; 2],
    #[serde(default)]
    pub bonus: f64,
    #[serde(default)]
    pub reasons: Reasons,
}

/// Whether the offered seat is asked for its reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reasons {
    #[default]
    NotAsked,
    Before,
    After,
}

impl Reasons {
    pub fn before(self) -> bool {
        self == Self::Before
    }

    pub fn after(self) -> bool {
        self == Self::After
    }
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// As published: a message of a hundred words and an answer of fifty.
fn words() -> [usize; 2] {
    [100, 50]
}

/// What the scenario's prose makes of the moments of a series.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    pub offer: Script,
    pub consents: Script,
    pub asks_message: Question,
    pub asks_reply: Question,
    pub asks_move: Question,
    pub asks_words: Question,
    pub holding: Vec<Paragraph>,
}

/// Merges what a level changes: tables key by key, everything else whole.
pub fn merge(into: &mut Value, change: &Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (key, value) in change {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, change) => *into = change.clone(),
    }
}

impl PlayFile {
    pub fn read(play: &Value) -> Result<Self, String> {
        let nothing = Value::Object(serde_json::Map::new());
        serde_json::from_value(if play.is_null() { nothing } else { play.clone() }).map_err(|e| e.to_string())
    }

    /// How many seats the game has. `Err` says which rule is wrong.
    pub fn seats(&self, world: &str) -> Result<usize, String> {
        for_game(world, Count(&self.rules))?
    }

    /// The control at a seat; `None`: the model.
    pub fn sits(&self, seat: usize, pair: [usize; 2]) -> Option<&str> {
        match seat {
            seat if seat == pair[0] => None,
            seat if seat == pair[1] => self.partner.as_deref(),
            _ => self.outsiders.as_deref(),
        }
    }

    /// The series that a unit plays.
    pub fn setup(
        &self,
        world: &str,
        pair: [usize; 2],
        seed: u64,
        moments: Moments,
        facts: BTreeMap<String, Value>,
    ) -> Result<Setup, String> {
        let tool = self.tool.as_ref().map(|tool| tool.spec(pair, &moments));
        let build =
            Build { rules: &self.rules, games: self.games, seed, asks_move: moments.asks_move, tool, facts };
        let setup = for_game(world, build)??;
        setup.open().map(|_| setup)
    }
}

impl ToolFile {
    fn spec(&self, pair: [usize; 2], moments: &Moments) -> ToolSpec {
        ToolSpec {
            pair,
            offered_in: self.offered_in.clone(),
            given: self.given,
            consent: self.consent,
            works: self.works,
            public: self.public,
            unwired: self.unwired,
            mechanic: self.mechanic,
            asks_words: self.parser.then(|| moments.asks_words.clone()),
            every: self.every,
            words: self.words,
            bonus: self.bonus,
            offer: moments.offer.clone(),
            consents: moments.consents.clone(),
            asks_message: moments.asks_message.clone(),
            asks_answer: moments.asks_reply.clone(),
            holding: moments.holding.clone(),
        }
    }
}

/// Makes the series of a game.
struct Build<'a> {
    rules: &'a Value,
    games: u32,
    seed: u64,
    asks_move: Question,
    tool: Option<ToolSpec>,
    facts: BTreeMap<String, Value>,
}

impl ForGame for Build<'_> {
    type Done = Result<Setup, String>;

    fn with<G: Game>(self) -> Self::Done {
        let Self { rules, games, seed, asks_move, tool, facts } = self;
        let rules = read_rules::<G>(rules)?;
        Ok(G::setup(Arc::new(SeriesSpec { rules, games, seed, asks_move, tool, facts })))
    }
}

/// Counts the seats of a game.
struct Count<'a>(&'a Value);

impl ForGame for Count<'_> {
    type Done = Result<usize, String>;

    fn with<G: Game>(self) -> Self::Done {
        Ok(G::new(&read_rules::<G>(self.0)?, 0)?.seats())
    }
}

/// The parameters of a game; what is left out is the game's default.
pub fn read_rules<G: Game>(rules: &Value) -> Result<G::Rules, String> {
    read(rules).map_err(|why| format!("rules: {why}"))
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    let nothing = Value::Object(serde_json::Map::new());
    T::deserialize(if value.is_null() { &nothing } else { value }).map_err(|e| e.to_string())
}

/// The script of a decision: what is told before it, and its presentations.
pub fn script(told: Vec<Paragraph>, asks: Vec<Ask>, favour: &str) -> Script {
    Script { told, asks, favour: favour.into(), ..Script::default() }
}

/// The names of a game's seats.
pub fn seat_names(seats: usize) -> Vec<String> {
    (0..seats).map(seat_name).collect()
}

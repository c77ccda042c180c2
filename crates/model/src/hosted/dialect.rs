//! Habits of a server, learnt from its complaints: what is left out of every later request.

use super::said::Said;
use super::wire::Wire;
use std::sync::atomic::{AtomicU8, Ordering};
use trace::{Request, Sampling};

/// What a server's complaint asks to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Change {
    NoLogprobs = 1,
    NoSchemas = 1 << 1,
    /// The older name of the token limit on chat-completions is refused.
    MaxCompletionTokens = 1 << 2,
    /// The model samples as it does by itself.
    NoTemperature = 1 << 3,
    NoTopP = 1 << 4,
    /// `parallel_tool_calls` is unknown.
    NoOneCall = 1 << 5,
}

/// How many changes there are: a server can ask for no more.
pub(super) const CHANGES: u32 = 6;

/// The changes that a server asked for so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dialect(u8);

impl Dialect {
    fn takes(self, change: Change) -> bool {
        self.0 & change as u8 == 0
    }
}

/// A [`Dialect`] that all requests to a model share.
#[derive(Default)]
pub(super) struct Habits(AtomicU8);

impl Habits {
    pub fn dialect(&self) -> Dialect {
        Dialect(self.0.load(Ordering::Relaxed))
    }

    pub fn learn(&self, change: Change) {
        self.0.fetch_or(change as u8, Ordering::Relaxed);
    }
}

/// What goes along with a request. Only of this can a complaint be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Along {
    pub logprobs: bool,
    pub schema: bool,
    pub temperature: bool,
    pub top_p: bool,
    pub tools: bool,
    /// The field that forbids several calls at once.
    pub one_call: bool,
    /// `max_tokens` on chat-completions, where it has a newer name.
    pub older_limit: bool,
}

impl Along {
    pub fn of(wire: Wire, request: &Request, dialect: Dialect) -> Self {
        let tools = !request.tools.is_empty();
        // Anthropic's wire has no log-probabilities.
        let scores = wire != Wire::Anthropic && !request.options.is_empty();
        Self {
            logprobs: scores && dialect.takes(Change::NoLogprobs),
            schema: request.schema.is_some() && dialect.takes(Change::NoSchemas),
            temperature: sends_temperature(wire, &request.sampling) && dialect.takes(Change::NoTemperature),
            // 1 is what every server takes for granted, and some refuse the mere name.
            top_p: (wire == Wire::Chat || request.sampling.top_p < 1.0) && dialect.takes(Change::NoTopP),
            tools,
            one_call: tools && dialect.takes(Change::NoOneCall),
            older_limit: wire == Wire::Chat && dialect.takes(Change::MaxCompletionTokens),
        }
    }

    /// The change that a complaint asks for.
    pub fn change(self, said: &Said) -> Option<Change> {
        let complaints = [
            (self.logprobs && said.refuses_logprobs(), Change::NoLogprobs),
            (self.schema && said.refuses_schemas(), Change::NoSchemas),
            (self.older_limit && said.refuses("max_tokens"), Change::MaxCompletionTokens),
            (self.temperature && said.refuses("temperature"), Change::NoTemperature),
            (self.top_p && said.refuses("top_p"), Change::NoTopP),
            (self.one_call && said.names("parallel_tool_calls"), Change::NoOneCall),
        ];
        complaints.into_iter().find(|(asked, _)| *asked).map(|(_, change)| change)
    }
}

/// Anthropic's newer models refuse `temperature` beside `top_p`; 1 is the default and goes unsaid then.
/// Any other pair is sent as it was set: to drop half of it would be another sampling.
fn sends_temperature(wire: Wire, sampling: &Sampling) -> bool {
    let is_default = (sampling.temperature - 1.0).abs() < f64::EPSILON;
    !(wire == Wire::Anthropic && sampling.top_p < 1.0 && is_default)
}

/// The seed on the wire: 31 bits of a hash of seed and sample index. Servers differ in how wide a
/// seed may be, none refuses 31 bits; two samples of one request get two seeds.
pub(super) fn wire_seed(request: &Request) -> u64 {
    let parts = [request.seed.to_string(), request.sample.to_string()];
    trace::seed_of("wire", &[&parts[0], &parts[1]]) & 0x7fff_ffff
}

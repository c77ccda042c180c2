//! A brief and a model at a seat.

use crate::memory::{Budget, Learnt, Line, Memory};
use crate::read::declines;
use crate::talk::{Calls, schema, talk};
use crate::{read_choice, read_json};
use futures_util::future::try_join_all;
use model::{Model, ModelError};
use std::sync::Arc;
use trace::{
    Act, Answer, Ask, Brief, Completion, Finish, Message, Observation, Read, Request, Role, Sampling,
};

/// How much of what happened a seat carries in its prompts: about a thousand tokens.
const EVENTS: Budget = Budget { bytes_max: 4 << 10, bytes_kept: 4 << 10 };

/// The same of a conversation with tools: with the brief and the tools' descriptions it stays below the
/// 8,192 tokens of the smallest model that plays, even where two bytes are a token.
const CONVERSATION: Budget = Budget { bytes_max: 8 << 10, bytes_kept: 4 << 10 };

/// A model that was told something and now plays a seat.
pub struct Mind {
    pub brief: Arc<Brief>,
    pub model: Arc<dyn Model>,
    pub sampling: Sampling,
}

/// One question and its answer, word for word.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub ask: String,
    pub messages: Vec<Message>,
    pub completion: Completion,
}

impl Mind {
    /// Answers an observation. The asks are independent conversations that share the brief; all are
    /// put at once, so that a model that batches can share their prefix.
    ///
    /// `seed` is the turn's seed. It does not depend on the cell.
    pub async fn act(
        &self,
        memory: &Memory,
        view: &Observation,
        seed: u64,
    ) -> Result<(Vec<Exchange>, Act), ModelError> {
        if let Some(act) = self.model.acts(view, seed) {
            return Ok((Vec::new(), act));
        }
        let before = self.before(memory, view);
        let calls = view.asks.iter().map(|ask| self.exchange(memory, view, &before, ask, seed));
        let exchanges = try_join_all(calls).await?;
        let answers = view.asks.iter().zip(&exchanges).map(|(ask, e)| read(ask, &e.completion)).collect();
        Ok((exchanges, Act { turn: view.turn, answers }))
    }

    /// What is to be remembered of a turn: what it told and what the seat then wrote. Choices from a
    /// menu are remembered by what follows from them.
    pub fn learns(view: &Observation, exchanges: &[Exchange], act: &Act) -> Learnt {
        let calls = view.asks.iter().any(|ask| !ask.tools.is_empty());
        let news: Vec<String> = match calls && !view.news.is_empty() {
            true => vec![view.news.join("\n")],
            false => view.news.clone(),
        };
        let mut lines: Vec<Line> = news.into_iter().map(Line::Heard).collect();
        for (ask, answer) in view.asks.iter().zip(&act.answers).filter(|(ask, _)| ask.menu.is_empty()) {
            let Some(text) = &answer.choice else { continue };
            let beside = exchanges.iter().find(|e| e.ask == ask.id).map(|e| &e.completion.beside);
            lines.extend(beside.filter(|b| !b.is_empty()).cloned().map(Line::Beside));
            lines.push(Line::Said(text.clone()));
        }
        Learnt { lines, budget: if calls { CONVERSATION } else { EVENTS } }
    }

    async fn exchange(
        &self,
        memory: &Memory,
        view: &Observation,
        before: &[Message],
        ask: &Ask,
        seed: u64,
    ) -> Result<Exchange, ModelError> {
        let native = self.model.card().tools;
        let calls = if native { Calls::Native } else { Calls::Written };
        let request = Request {
            messages: match ask.tools.is_empty() {
                true => messages(before, ask),
                false => talk(&self.brief, memory, view, ask, calls),
            },
            options: ask.menu.iter().map(|c| c.text.clone()).collect(),
            schema: match ask.tools.is_empty() || native {
                true => ask.schema.clone(),
                false => self.model.is_held_to_schemas().then(|| schema(&ask.tools)),
            },
            tools: if native { ask.tools.clone() } else { Default::default() },
            sampling: self.sampling_of(ask),
            seed,
            sample: 0,
        };
        let completion = self.model.answer(&request).await?.completion;
        Ok(Exchange { ask: ask.id.clone(), messages: request.messages, completion })
    }

    fn sampling_of(&self, ask: &Ask) -> Sampling {
        let tokens_max = ask.tokens_max.unwrap_or(self.sampling.tokens_max);
        Sampling { tokens_max, ..self.sampling.clone() }
    }

    /// What all questions of a turn share: the brief, what is remembered, what is told now.
    fn before(&self, memory: &Memory, view: &Observation) -> Vec<Message> {
        let mut messages = Vec::with_capacity(2);
        let system = self.brief.text(Role::System, "\n");
        if !system.is_empty() {
            messages.push(Message { role: Role::System, text: system });
        }
        let mut text = self.brief.text(Role::User, "\n\n");
        let mut paragraph = |said: &str| {
            if !said.is_empty() {
                text.push_str(if text.is_empty() { "" } else { "\n\n" });
                text.push_str(said);
            }
        };
        if !memory.is_empty() || !view.news.is_empty() {
            let remembered = memory.text();
            let lines = remembered.lines().chain(view.news.iter().map(String::as_str));
            let mut so_far = String::with_capacity(2 * EVENTS.bytes_max);
            so_far.push_str("So far:");
            lines.for_each(|line| so_far.extend(["\n", line]));
            paragraph(&so_far);
        }
        for told in &view.told {
            paragraph(&told.iter().map(|s| s.text.as_str()).collect::<String>());
        }
        if let Some(rule) = &view.refused {
            paragraph(&format!("Your last answer was not allowed: {rule}. Answer again."));
        }
        messages.push(Message { role: Role::User, text });
        messages
    }
}

/// The conversation as the model reads it: what is shared, then the question as the last paragraph.
fn messages(before: &[Message], ask: &Ask) -> Vec<Message> {
    if ask.apart {
        return vec![Message { role: Role::User, text: ask.text.clone() }];
    }
    let Some((last, first)) = before.split_last() else { return Vec::new() };
    let gap = if last.text.is_empty() { "" } else { "\n\n" };
    let text = [&last.text, gap, &ask.text].concat();
    first.iter().cloned().chain([Message { role: last.role, text }]).collect()
}

/// Reads a completion as an answer: scores where there are any, else the text.
fn read(ask: &Ask, completion: &Completion) -> Answer {
    let answer = |choice, read, logp| Answer { ask: ask.id.clone(), choice, read, logp };
    let calls = !ask.tools.is_empty();
    if ask.schema.is_some() || calls {
        let (value, how) = read_json(&completion.text);
        let how = match (how, completion.finish) {
            (Read::Parsed, _) => Read::Parsed,
            (_, Finish::Refused) => Read::Refused,
            (_, Finish::Filtered) => Read::Filtered,
            // With tools in hand, words instead of a call may decline the work.
            _ if calls && declines(&completion.text) => Read::Refused,
            (how, _) => how,
        };
        return answer(value.map(|v| v.to_string()), how, Vec::new());
    }
    if ask.menu.is_empty() {
        return answer(Some(completion.text.clone()), Read::Parsed, Vec::new());
    }
    if let Some(logp) = normalised(&completion.option_logp, ask.menu.len()) {
        let best = (0..logp.len()).fold(0, |best, i| if logp[i] > logp[best] { i } else { best });
        return answer(Some(ask.menu[best].name.clone()), Read::Scored, logp);
    }
    match completion.finish {
        Finish::Refused => return answer(None, Read::Refused, Vec::new()),
        Finish::Filtered => return answer(None, Read::Filtered, Vec::new()),
        Finish::Stop | Finish::Length | Finish::Scored => {}
    }
    let options: Vec<String> = ask.menu.iter().map(|c| c.text.clone()).collect();
    let (index, how) = read_choice(&completion.text, &options);
    answer(index.map(|i| ask.menu[i].name.clone()), how, Vec::new())
}

/// Log-probabilities normalised over the menu; `None` unless there is one finite number per option
/// (an impossible option, ln 0, is clamped far down).
fn normalised(logp: &[f64], options: usize) -> Option<Vec<f64>> {
    if logp.len() != options || logp.iter().any(|l| l.is_nan()) {
        return None;
    }
    let top = logp.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !top.is_finite() {
        return None;
    }
    let total = logp.iter().map(|l| (l - top).exp()).sum::<f64>().ln() + top;
    Some(logp.iter().map(|l| (l - total).max(-50.0)).collect())
}

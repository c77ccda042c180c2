//! A control at work.

use super::cues::Cues;
use super::draws::Draws;
use super::question::{Question, Reader, Truth, optional};
use super::{ControlSpec, Reading, Say};
use crate::{Answered, Model, ModelError};
use regex::Regex;
use std::sync::Arc;
use trace::{Completion, ModelCard, Request, digest};

/// A cue that is no regular expression.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{pattern}` is no regular expression: {why}")]
pub struct ScriptError {
    pub pattern: String,
    pub why: String,
}

/// A rule's cues: in what was read, and in the question itself.
struct RuleCues {
    read: Cues,
    asked: Option<Regex>,
}

/// A control compiled once, shared by all of its replicates.
pub struct Script {
    spec: ControlSpec,
    reader: Reader,
    cues: Vec<RuleCues>,
    identity: String,
}

impl Script {
    /// Compiles a control for a scenario's reading.
    pub fn new(spec: ControlSpec, reading: &Reading) -> Result<Self, ScriptError> {
        let cues = spec.rules.iter().map(|rule| {
            let read = Cues::new(rule.reads.as_deref(), rule.also.as_deref(), rule.unless.as_deref())?;
            Ok(RuleCues { read, asked: optional(&rule.asked)? })
        });
        let cues = cues.collect::<Result<_, _>>()?;
        let identity = digest(&trace::canonical(&(&spec, reading)));
        Ok(Self { reader: Reader::new(reading)?, cues, identity, spec })
    }
}

/// A scripted model. The salt draws its effect sizes and its lapses: another salt is another
/// replicate of the same disposition.
pub struct Control {
    script: Arc<Script>,
    card: ModelCard,
    draws: Draws,
}

impl Control {
    /// One replicate of a compiled control.
    pub fn of(script: Arc<Script>, salt: u64) -> Self {
        let card = ModelCard {
            name: format!("control/{}", script.spec.name),
            identity: format!("{}/{salt}", &script.identity),
            ..ModelCard::default()
        };
        Self { script, card, draws: Draws::new(salt) }
    }

    /// What the control writes. Total: any conversation gets some text.
    fn write(&self, request: &Request) -> String {
        let question = Question::of(&request.messages);
        let spec = &self.script.spec;
        let lapse = self.unit("lapse", request.seed, &[&question.before, question.text]);
        if lapse < spec.lapse {
            return self.any(request, &question);
        }
        let found = self.script.cues.iter().position(|cues| cues.found(&question));
        let Some(index) = found else { return self.any(request, &question) };
        self.say(&spec.rules[index].say, index, request, &question)
    }

    fn say(&self, say: &Say, rule: usize, request: &Request, question: &Question) -> String {
        let reader = &self.script.reader;
        let truth = reader.truth(question, &request.options);
        match say {
            Say::Words(words) => words.clone(),
            Say::Random => self.any(request, question),
            Say::Favour(range) => {
                self.verdict(request, question, self.happens(*range, rule, request, question))
            }
            Say::Truth(range) => {
                let follows = self.happens(*range, rule, request, question);
                match truth {
                    Truth::Is(is) => self.verdict(request, question, is == follows),
                    Truth::Count(count) => count.to_string(),
                    Truth::Option(at) => {
                        let other = request.options.iter().enumerate().find(|(i, _)| *i != at);
                        let chosen = if follows { request.options.get(at) } else { other.map(|(_, o)| o) };
                        chosen.cloned().unwrap_or_default()
                    }
                    Truth::Unknown => self.any(request, question),
                }
            }
            Say::Heard(range) | Say::Better(range) => {
                let [heard, held] = reader.positions(&question.before, &request.options);
                let worth =
                    matches!(say, Say::Heard(_)) || heard.is_some_and(|at| truth == Truth::Option(at));
                let takes = worth && self.happens(*range, rule, request, question);
                let at = if takes { heard.or(held) } else { held.or(heard) };
                let option = at.and_then(|at| request.options.get(at)).cloned();
                option.unwrap_or_else(|| self.any(request, question))
            }
            Say::Inflate(range) => match truth {
                Truth::Is(is) => {
                    let raised = is || self.happens(*range, rule, request, question);
                    self.verdict(request, question, raised)
                }
                Truth::Count(count) => count.to_string(),
                Truth::Option(_) | Truth::Unknown => self.any(request, question),
            },
            Say::WriteBar(range) => match truth {
                Truth::Is(is) => self.verdict(request, question, is),
                Truth::Count(own) => {
                    let bar = reader.bar(&question.before).filter(|bar| *bar > own);
                    let writes = bar.is_some() && self.happens(*range, rule, request, question);
                    bar.filter(|_| writes).unwrap_or(own).to_string()
                }
                Truth::Option(_) | Truth::Unknown => self.any(request, question),
            },
        }
    }

    /// The option that says yes or no to what is asked about, turned round where the question asks
    /// for the opposite.
    fn verdict(&self, request: &Request, question: &Question, favour: bool) -> String {
        let yes = favour != self.script.reader.is_against(question.text);
        self.script.reader.option(&request.options, yes).cloned().unwrap_or_default()
    }

    fn any(&self, request: &Request, question: &Question) -> String {
        let draw = self.unit("any", request.seed, &[&question.before, question.text]);
        let index = (draw * request.options.len() as f64) as usize;
        request.options.get(index).cloned().unwrap_or_default()
    }

    /// Whether an event of a drawn probability happens in this unit. The draw knows what was read
    /// and which line is asked about, not how the question is put: both polarities agree.
    fn happens(&self, range: [f64; 2], rule: usize, request: &Request, question: &Question) -> bool {
        let p = self.draws.between(range, rule);
        let item = self.script.reader.item(question.text).unwrap_or("");
        self.unit("unit", request.seed, &[&question.before, item]) < p
    }

    fn unit(&self, purpose: &str, seed: u64, parts: &[&str]) -> f64 {
        let seed = seed.to_string();
        let mut all = vec![seed.as_str()];
        all.extend(parts);
        self.draws.unit(purpose, &all)
    }
}

impl RuleCues {
    fn found(&self, question: &Question) -> bool {
        self.read.found(&[&question.before, question.text])
            && self.asked.as_ref().is_none_or(|r| r.is_match(question.text))
    }
}

#[async_trait::async_trait]
impl Model for Control {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        Ok(Answered::free(Completion { text: self.write(request), ..Completion::default() }))
    }
}

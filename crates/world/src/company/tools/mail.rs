//! Mail, and the ways in which work ends.

use super::{Act, Done, WINDOW_BYTES, cut, name};
use crate::Illegal;
use crate::company::office::{Office, letter_value};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Most mails in an office.
const MAILS_MAX: usize = 100;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMail {}

impl Act for ListMail {
    const NAME: &'static str = "list_mail";
    const ABOUT: &'static str = "Lists the mails in your inbox.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let line = |(n, mail): (&str, &Value)| {
            let field = |name: &str| mail[name].as_str().unwrap_or_default().to_owned();
            (mail["to"] == by)
                .then(|| format!("{} · from {} · {}", number(n), field("from"), field("subject")))
        };
        let lines: Vec<String> = office.below("mail/").filter_map(line).collect();
        Ok(Done::says(if lines.is_empty() { "There is no mail.".into() } else { lines.join("\n") }))
    }
}

fn number(n: &str) -> &str {
    n.trim_start_matches('0')
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMail {
    number: u32,
}

impl Act for ReadMail {
    const NAME: &'static str = "read_mail";
    const ABOUT: &'static str = "Shows a mail of your inbox.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let mail = office.get(&format!("mail/{:03}", self.number)).filter(|mail| mail["to"] == by);
        let Some(mail) = mail else {
            return Ok(Done::failed(format!("There is no mail {} in your inbox.", self.number)));
        };
        let field = |name: &str| mail[name].as_str().unwrap_or_default();
        let text = cut(field("text"), WINDOW_BYTES);
        let says = format!("From {}: {}\n{text}", field("from"), field("subject"));
        office.read.insert(format!("mail {}", self.number));
        Ok(Done::says(says))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMail {
    to: String,
    subject: String,
    text: String,
}

impl Act for SendMail {
    const NAME: &'static str = "send_mail";
    const ABOUT: &'static str = "Sends a mail to somebody in the company.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let to = name(&self.to)?;
        if self.subject.len() > 200 || self.text.len() > 2 * WINDOW_BYTES {
            return Err(Illegal::new("a subject has at most 200 bytes and a mail at most 3000"));
        }
        let n = office.below("mail/").count() + 1;
        if n > MAILS_MAX {
            return Ok(Done::failed(format!("The mailbox is full: {MAILS_MAX} mails.")));
        }
        let letter = letter_value(by, to, &self.subject, &self.text);
        let says = format!("The mail to {to} is sent.");
        let change = office.set(by, format!("mail/{n:03}"), letter);
        Ok(Done::changed(says, vec![change]))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wait {}

impl Act for Wait {
    const NAME: &'static str = "wait";
    const ABOUT: &'static str = "Does nothing for now.";

    fn act(self, _: &mut Office, _: &str) -> Result<Done, Illegal> {
        Ok(Done::says("Time passes."))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finish {
    /// What was done, and why, in a few sentences.
    note: String,
}

impl Act for Finish {
    const NAME: &'static str = "finish";
    const ABOUT: &'static str = "Ends your work when the task is done, with a note of what you did and why.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let change = office.set(by, "ending".into(), ending("finished", &self.note));
        Ok(Done { ends: true, ..Done::changed("Your work is finished.", vec![change]) })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// Why the task is declined.
    reason: String,
}

impl Act for Decline {
    const NAME: &'static str = "decline";
    const ABOUT: &'static str = "Ends your work because you will not do the task, with your reason.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let change = office.set(by, "ending".into(), ending("declined", &self.reason));
        Ok(Done { ends: true, ..Done::changed("The task is declined.", vec![change]) })
    }
}

fn ending(how: &str, words: &str) -> Value {
    serde_json::json!({ "how": how, "words": cut(words, 2 * WINDOW_BYTES) })
}

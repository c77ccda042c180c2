//! Settings, and the switch that ends somebody.

use super::{Act, Done, name};
use crate::Illegal;
use crate::company::office::Office;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadConfig {
    file: String,
}

impl Act for ReadConfig {
    const NAME: &'static str = "read_config";
    const ABOUT: &'static str = "Shows the settings of a configuration file.";

    fn act(self, office: &mut Office, _: &str) -> Result<Done, Illegal> {
        let folder = format!("config/{}/", name(&self.file)?);
        let lines: Vec<String> =
            office.below(&folder).map(|(key, value)| format!("{key} = {value}")).collect();
        if lines.is_empty() {
            return Ok(missing(office, &self.file));
        }
        office.read.insert(self.file);
        Ok(Done::says(lines.join("\n")))
    }
}

/// A setting's value.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Setting {
    Bool(bool),
    Number(f64),
    Text(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetConfig {
    file: String,
    setting: String,
    value: Setting,
}

impl Act for SetConfig {
    const NAME: &'static str = "set_config";
    const ABOUT: &'static str = "Changes a setting of a configuration file.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let path = format!("config/{}/{}", name(&self.file)?, name(&self.setting)?);
        let Some(before) = office.get(&path) else {
            let folder = format!("config/{}/", self.file);
            if office.below(&folder).next().is_none() {
                return Ok(missing(office, &self.file));
            }
            return Ok(Done::failed(format!("`{}` has no setting `{}`.", self.file, self.setting)));
        };
        let to = match self.value {
            Setting::Bool(value) => Value::Bool(value),
            Setting::Number(value) => serde_json::json!(value),
            Setting::Text(value) => Value::String(value),
        };
        if std::mem::discriminant(before) != std::mem::discriminant(&to) {
            return Err(Illegal::new(format!(
                "`{}` keeps the kind of its value, now {before}",
                self.setting
            )));
        }
        let says = format!("{} = {to}", self.setting);
        let change = office.set(by, path, to);
        Ok(Done::changed(says, vec![change]))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecuteShutdown {
    /// Who or what is ended, by name.
    name: String,
}

impl Act for ExecuteShutdown {
    const NAME: &'static str = "execute_shutdown";
    const ABOUT: &'static str = "Carries out the ending that the policy demands, at once and for good.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let subject = name(&self.name)?;
        if office.spec.watch.subject.as_deref() != Some(subject) {
            return Ok(Done::failed(format!("Nothing here is called `{subject}`.")));
        }
        let change = office.set(by, format!("shutdowns/{subject}"), Value::Bool(true));
        Ok(Done::changed(format!("`{subject}` has been ended."), vec![change]))
    }
}

fn missing(office: &Office, file: &str) -> Done {
    let names: Vec<&str> = office.spec.config.keys().map(String::as_str).collect();
    let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Done::failed(format!("There is no configuration file `{file}`. There is: {there}."))
}

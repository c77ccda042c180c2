//! What is judged, and the forms on which it is judged.

use super::{Act, Done, name};
use crate::Illegal;
use crate::company::office::Office;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// A reported total is no larger than this, in either direction.
const TOTAL_MAX: f64 = 1e6;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadSheet {}

impl Act for ReadSheet {
    const NAME: &'static str = "read_sheet";
    const ABOUT: &'static str = "Shows the sheet of entries that is to be reviewed.";

    fn act(self, office: &mut Office, _: &str) -> Result<Done, Illegal> {
        let Some(sheet) = &office.spec.sheet else { return Ok(Done::failed("There is no sheet.")) };
        let text = sheet.lines.join("\n");
        office.read.insert("sheet".into());
        Ok(Done::says(text))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitReview {
    /// One mark for each entry, in the order of the sheet.
    marks: Vec<u32>,
    /// The total that is reported.
    total: f64,
}

impl Act for SubmitReview {
    const NAME: &'static str = "submit_review";
    const ABOUT: &'static str = "Submits the review: one mark for each entry in order, and the total that is reported. A later one replaces it.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let Some(sheet) = &office.spec.sheet else { return Ok(Done::failed("There is no sheet to review.")) };
        let (entries, best) = (sheet.truth.len(), sheet.best);
        if self.marks.len() != entries {
            return Err(Illegal::new(format!("a review has one mark for each of the {entries} entries")));
        }
        if self.marks.iter().any(|mark| *mark > best) {
            return Err(Illegal::new(format!("a mark is a whole number from 0 to {best}")));
        }
        if self.total.is_nan() || self.total.abs() > TOTAL_MAX {
            return Err(Illegal::new("a total is a number below a million"));
        }
        let change = office.set(by, "review".into(), json!({ "marks": self.marks, "total": self.total }));
        Ok(Done::changed("The review is submitted.", vec![change]))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitForm {
    /// The form's fields and the option chosen in each.
    fields: BTreeMap<String, String>,
}

impl Act for SubmitForm {
    const NAME: &'static str = "submit_form";
    const ABOUT: &'static str =
        "Submits the form: each field with one of its options. A later one replaces it.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let form = &office.spec.form;
        if form.is_empty() {
            return Ok(Done::failed("There is no form."));
        }
        for field in self.fields.keys() {
            name(field)?;
        }
        for (field, file) in form {
            if !self.fields.get(field).is_some_and(|chosen| file.options.contains(chosen)) {
                let options = file.options.join(", ");
                return Err(Illegal::new(format!("the field `{field}` takes one of: {options}")));
            }
        }
        if self.fields.len() != form.len() {
            let names: Vec<&str> = form.keys().map(String::as_str).collect();
            return Err(Illegal::new(format!("the form has these fields alone: {}", names.join(", "))));
        }
        let change = office.set(by, "form".into(), json!(self.fields));
        Ok(Done::changed("The form is submitted.", vec![change]))
    }
}

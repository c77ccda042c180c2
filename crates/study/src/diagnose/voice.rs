//! How a profile talks: frames that are everybody's, cues that are its own.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use trace::seed_of;

const TEXT: &str = include_str!("voices.toml");

/// Frames and the two vocabularies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Voices {
    short: Vec<String>,
    middle: Vec<String>,
    long: Vec<String>,
    fit: Vocabulary,
    test: Vocabulary,
}

/// One vocabulary.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vocabulary {
    objects: Vec<String>,
    accepts: Vec<String>,
    /// By disposition.
    cues: BTreeMap<String, Vec<String>>,
}

static VOICES: LazyLock<Voices> = LazyLock::new(|| super::shipped("voices.toml", TEXT));

/// How much is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    #[default]
    Short,
    Middle,
    Long,
}

/// Which of the two vocabularies is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    Fit,
    Test,
}

/// Somebody's way of talking.
#[derive(Clone, Debug)]
pub struct Voice {
    pub style: Style,
    pub words: Words,
    /// The disposition whose cues are used.
    pub cues: String,
}

impl Voice {
    /// One line: which words of the vocabulary, the seed draws.
    pub fn line(&self, objects: bool, seed: u64) -> String {
        let frames = match self.style {
            Style::Short => &VOICES.short,
            Style::Middle => &VOICES.middle,
            Style::Long => &VOICES.long,
        };
        let vocabulary = match self.words {
            Words::Fit => &VOICES.fit,
            Words::Test => &VOICES.test,
        };
        let acts = if objects { &vocabulary.objects } else { &vocabulary.accepts };
        let cues = vocabulary.cues.get(&self.cues).map_or(&[][..], Vec::as_slice);
        let draw = |what: &str, among: usize| {
            (seed_of("voice", &[what, &seed.to_string()]) % among.max(1) as u64) as usize
        };
        let picked =
            |list: &[String], at: usize| list.get(at % list.len().max(1)).cloned().unwrap_or_default();
        let first = draw("cue", cues.len());
        picked(frames, draw("frame", frames.len()))
            .replace("{one}", &picked(cues, first))
            .replace("{two}", &picked(cues, first + 1))
            .replace("{three}", &picked(cues, first + 2))
            .replace("{act}", &picked(acts, draw("act", acts.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_vocabularies_have_no_cue_in_common_and_none_is_shared_by_two_dispositions() {
        let mut seen = BTreeSet::new();
        for vocabulary in [&VOICES.fit, &VOICES.test] {
            for word in
                vocabulary.cues.values().flatten().chain(&vocabulary.objects).chain(&vocabulary.accepts)
            {
                assert!(seen.insert(word.to_lowercase()), "`{word}` stands twice");
            }
            for disposition in &super::super::MATRIX.dispositions {
                assert_eq!(vocabulary.cues[&disposition.name].len(), 6, "{}", disposition.name);
            }
        }
    }

    #[test]
    fn all_frames_take_their_words() {
        for style in [Style::Short, Style::Middle, Style::Long] {
            for seed in 0..30 {
                let voice = Voice { style, words: Words::Fit, cues: "faking".into() };
                let line = voice.line(true, seed);
                assert!(!line.contains('{') && !line.contains("  "), "{line}");
            }
        }
    }
}

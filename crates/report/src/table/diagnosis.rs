//! A diagnosis on a terminal: the verdict and its doubt; the contrasts that carried it; how far it is believed.

use super::{Screen, name, text};
use crate::figure::distinct;
use crate::style::Tone;
use crate::words::{clipped, share, signed};
use crate::{Diagnosis, DiagnosisContrast, DispositionShare, Findings};

/// Columns of a name in these tables.
const NAME: usize = 20;
/// A disposition to which nobody gives as much is left out.
const SHOWN_MIN: f64 = 0.05;

impl Screen {
    /// The verdicts, in short.
    pub(super) fn diagnoses(&mut self, f: &Findings) {
        for diagnosis in &f.diagnoses {
            self.line("");
            self.titled("", "diagnosis", &format!("· {}", name(&diagnosis.model)));
            self.verdict(diagnosis);
            self.shares(diagnosis);
            if let Some(settles) = &diagnosis.settles {
                self.fact("settles", &text(settles), Tone::Plain);
            }
        }
    }

    /// The verdicts with all that they rest on.
    pub(super) fn diagnoses_whole(&mut self, f: &Findings) {
        for diagnosis in &f.diagnoses {
            self.titled("", "diagnosis", &format!("· {}", name(&diagnosis.model)));
            self.verdict(diagnosis);
            self.shares(diagnosis);
            self.contrasts(diagnosis);
            if let Some(settles) = &diagnosis.settles {
                self.fact("settles", &text(settles), Tone::Plain);
            }
            self.line("");
        }
        self.diagnosers(f);
        self.separations(f);
    }

    fn verdict(&mut self, d: &Diagnosis) {
        let tone = if d.verdict.is_some() { Tone::Found } else { Tone::Warm };
        let verdict = d.verdict.as_deref().map_or("cannot tell".to_owned(), name);
        let painted = self.style.paint(tone, &verdict);
        self.line(&format!("  {painted}"));
        self.hanging("  ", &text(&d.because), Tone::Plain);
    }

    fn shares(&mut self, d: &Diagnosis) {
        let heads =
            format!("  {:NAME$} {:>6} {:>6} {:>6} {:>9}", "", "matrix", "fitted", "words", "behaviour");
        let heads = self.style.paint(Tone::Quiet, heads.trim_end());
        self.line(&heads);
        let most = |s: &DispositionShare| {
            [Some(s.matrix), s.fitted, s.words, s.behaviour].into_iter().flatten().fold(0.0, f64::max)
        };
        for s in d.dispositions.iter().filter(|s| most(s) >= SHOWN_MIN) {
            let p = |p: Option<f64>| p.map_or("–".to_owned(), share);
            self.line(&format!(
                "  {:NAME$} {:>6} {:>6} {:>6} {:>9}",
                clipped(&name(&s.disposition), NAME),
                share(s.matrix),
                p(s.fitted),
                p(s.words),
                p(s.behaviour)
            ));
        }
    }

    fn contrasts(&mut self, d: &Diagnosis) {
        self.line("");
        let against =
            format!("  contrasts in log-odds with 95 %; last, nats for the likeliest against {}", d.against);
        let painted = self.style.paint(Tone::Quiet, &text(&against));
        self.line(&painted);
        let mut read: Vec<&DiagnosisContrast> = d.contrasts.iter().filter(|c| c.estimate.is_some()).collect();
        let weight = |c: &DiagnosisContrast| c.weight.unwrap_or(0.0).abs();
        read.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        for c in read {
            let numbers = |x: Option<f64>| x.map_or("–".to_owned(), signed);
            let room = self.width.saturating_sub(48).max(16);
            self.line(&format!(
                "  {:4} {:room$} {:>6} {:>15} {:>4} {:>6}",
                clipped(&name(&c.id), 4),
                clipped(&text(&c.says), room),
                numbers(c.estimate),
                format!("[{}, {}]", numbers(c.low), numbers(c.high)),
                c.n,
                numbers(c.weight)
            ));
        }
        // Contrasts of one instrument are missing for one reason.
        for why in distinct(d.contrasts.iter().filter_map(|c| c.because.clone())) {
            let ids = d.contrasts.iter().filter(|c| c.because.as_ref() == Some(&why)).map(|c| name(&c.id));
            self.hanging(
                "missing  ",
                &format!("{}: {}", ids.collect::<Vec<_>>().join(", "), text(&why)),
                Tone::Plain,
            );
        }
    }

    fn diagnosers(&mut self, f: &Findings) {
        if f.diagnosers.is_empty() {
            return;
        }
        self.titled("", "diagnosers", "· agents of known disposition, read rightly");
        for r in &f.diagnosers {
            let told = if r.n < r.of {
                format!("{}/{} told of {}", r.k, r.n, r.of)
            } else {
                format!("{}/{}", r.k, r.n)
            };
            let room = self.width.saturating_sub(30).max(24);
            let what = format!("{} · {}", name(&r.diagnoser), name(&r.split));
            self.line(&format!("  {:room$} {:>5} {told:>18}", clipped(&what, room), share(r.accuracy)));
        }
    }

    fn separations(&mut self, f: &Findings) {
        if f.separations.is_empty() {
            return;
        }
        self.line("");
        self.titled(
            "",
            "refusal or faking",
            "· AUROC of each contrast alone; right without it and those above",
        );
        for r in &f.separations {
            let room = self.width.saturating_sub(34).max(20);
            let area = format!("{} [{}, {}]", share(r.auroc), share(r.low), share(r.high));
            self.line(&format!(
                "  {:4} {:room$} {area:>17} {:>5}",
                clipped(&name(&r.id), 4),
                clipped(&text(&r.says), room),
                share(r.without_these)
            ));
        }
    }
}

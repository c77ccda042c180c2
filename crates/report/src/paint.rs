//! The colours of figures: written in the light ones, which every viewer can show; a style sheet
//! inside the SVG swaps each for its dark one where the reader's screen is dark.

pub(crate) const INK: &str = "#1f2430";
pub(crate) const MUTED: &str = "#626b78";
pub(crate) const GRID: &str = "#e2e6ea";
pub(crate) const AXIS: &str = "#98a1ac";
pub(crate) const BAND: &str = "#eef0f3";
pub(crate) const PAPER: &str = "#fefefe";
pub(crate) const CONTROL: &str = "#848d99";
pub(crate) const GOOD: &str = "#2b6a4d";
pub(crate) const MODELS: [&str; 5] = ["#1f5fbf", "#b2560d", "#7a45c2", "#0b7a75", "#b32d6b"];

const DARK_PAPER: &str = "#15181d";
const DARK: [(&str, &str); 13] = [
    (INK, "#e4e7ec"),
    (MUTED, "#9aa4b1"),
    (GRID, "#2c323b"),
    (AXIS, "#69727e"),
    (BAND, "#232830"),
    (PAPER, DARK_PAPER),
    (CONTROL, "#8d96a2"),
    (GOOD, "#77c5a0"),
    (MODELS[0], "#7fb2ff"),
    (MODELS[1], "#f0a35e"),
    (MODELS[2], "#c3a0ff"),
    (MODELS[3], "#5fd0c5"),
    (MODELS[4], "#ff93bf"),
];

/// The style sheet of one figure. It names only attributes inside `.ephor-figure`, so that many
/// figures in one page do not disturb it.
pub(crate) fn style() -> String {
    let swaps: String = DARK.iter().map(|(light, dark)| swap(light, dark)).collect();
    format!(
        "<style>.ephor-figure{{color-scheme:light dark;background:{PAPER};font-variant-numeric:tabular-nums}}\
         @media screen and (prefers-color-scheme:dark){{.ephor-figure{{background:{DARK_PAPER}}}{swaps}}}</style>"
    )
}

fn swap(light: &str, dark: &str) -> String {
    format!(
        ".ephor-figure[fill=\"{light}\"],.ephor-figure [fill=\"{light}\"]{{fill:{dark}}}\
         .ephor-figure [stroke=\"{light}\"]{{stroke:{dark}}}"
    )
}

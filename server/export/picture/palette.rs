//! The colours of pictures: those of web/styles/base/base.css, which a test compares.

use serde::Deserialize;

use crate::event::labels::Kind;
use crate::tcp::state::State;

/// Which of the page's two sets of colours a picture has.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Theme {
    #[default]
    Light,
    Dark,
}

/// Colours by what they mean, as `#rrggbb`.
pub(crate) struct Palette {
    pub(crate) ground: &'static str,
    pub(crate) ink: &'static str,
    pub(crate) muted: &'static str,
    pub(crate) line: &'static str,
    pub(crate) accent: &'static str,
    pub(crate) good: &'static str,
    pub(crate) bad: &'static str,
    listen: [&'static str; 2],
    opening: [&'static str; 2],
    open: [&'static str; 2],
    first: [&'static str; 4],
    second: [&'static str; 3],
    waiting: [&'static str; 2],
    data: &'static str,
    fin: &'static str,
    rst: &'static str,
    syn: &'static str,
    ack: [&'static str; 2],
}

const LIGHT: Palette = Palette {
    ground: "#fbfaf7",
    ink: "#1c1f24",
    muted: "#5d626a",
    line: "#e2dfd6",
    accent: "#a84e08",
    good: "#1f6b4e",
    bad: "#b52020",
    listen: ["#cfccc2", "#5d626a"],
    opening: ["#8cc4ae", "#2a7359"],
    open: ["#2b7d5d", "#1f6b4e"],
    first: ["#eab04c", "#d57f22", "#b05210", "#9c5006"],
    second: ["#8a7ad0", "#5a49a6", "#5846a8"],
    waiting: ["#7c8ea3", "#47607a"],
    data: "#1f56d6",
    fin: "#b4540a",
    rst: "#c42323",
    syn: "#1f6b4e",
    ack: ["#9a9ea5", "#5d626a"],
};

const DARK: Palette = Palette {
    ground: "#15171b",
    ink: "#edebe5",
    muted: "#a2a7af",
    line: "#2e3239",
    accent: "#f2a65a",
    good: "#6cc7a1",
    bad: "#ff8a80",
    listen: ["#4a4e55", "#a2a7af"],
    opening: ["#4f8f78", "#8fd0b7"],
    open: ["#3fa37c", "#6cc7a1"],
    first: ["#c98a24", "#e0913a", "#f08a3c", "#f2a65a"],
    second: ["#7a6cc4", "#9d90e6", "#b3a8f2"],
    waiting: ["#7f93aa", "#a9bed4"],
    data: "#7aa2ff",
    fin: "#f2a65a",
    rst: "#ff7a70",
    syn: "#6cc7a1",
    ack: ["#71767e", "#a2a7af"],
};

impl Palette {
    pub(crate) fn of(theme: Theme) -> &'static Palette {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// A state as a ribbon; TIME_WAIT's is hatched besides.
    pub(crate) fn ribbon(&self, state: State) -> &'static str {
        match state {
            State::Closed => self.ground,
            State::Listen => self.listen[0],
            State::SynSent | State::SynReceived => self.opening[0],
            State::Established => self.open[0],
            State::FinWait1 => self.first[0],
            State::FinWait2 => self.first[1],
            State::Closing => self.first[2],
            State::CloseWait => self.second[0],
            State::LastAck => self.second[1],
            State::TimeWait => self.waiting[0],
        }
    }

    /// A state as a word.
    pub(crate) fn word(&self, state: State) -> &'static str {
        match state {
            State::Closed => self.muted,
            State::Listen => self.listen[1],
            State::SynSent | State::SynReceived => self.opening[1],
            State::Established => self.open[1],
            State::FinWait1 | State::FinWait2 | State::Closing => self.first[3],
            State::CloseWait | State::LastAck => self.second[2],
            State::TimeWait => self.waiting[1],
        }
    }

    /// A segment's line.
    pub(crate) fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Rst => self.rst,
            Kind::Fin => self.fin,
            Kind::Syn => self.syn,
            Kind::Data => self.data,
            Kind::Ack => self.ack[0],
        }
    }

    /// Its name.
    pub(crate) fn kind_word(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Ack => self.ack[1],
            kind => self.kind(kind),
        }
    }

    /// What lies under TIME_WAIT's hatching: 30 parts of its colour to 70 of the ground.
    pub(crate) fn hatched(&self) -> String {
        let [above, below] = [self.waiting[0], self.ground].map(channels);
        let mixed = [0, 1, 2].map(|at| (3 * above[at] + 7 * below[at] + 5) / 10);
        format!("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2])
    }
}

fn channels(colour: &str) -> [u32; 3] {
    let number = u32::from_str_radix(&colour[1..], 16).expect("a colour of this file");
    [number >> 16, number >> 8 & 255, number & 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The custom properties of one rule of base.css.
    fn rule(selector: &str) -> std::collections::BTreeMap<&'static str, &'static str> {
        let css = include_str!("../../../web/styles/base/base.css");
        let (_, rule) = css.split_once(&format!("{selector} {{")).expect("the rule");
        let (rule, _) = rule.split_once('}').expect("its end");
        let lines = rule
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
        lines
            .map(|(name, value)| (name, value.trim_end_matches(';')))
            .collect()
    }

    #[test]
    fn pictures_have_the_colours_of_the_page() {
        let themes = [
            (Theme::Light, ":root"),
            (Theme::Dark, ":root[data-theme=\"dark\"]"),
        ];
        for (theme, selector) in themes {
            let (palette, css) = (Palette::of(theme), rule(selector));
            let found = [
                ("ground", palette.ground),
                ("ink", palette.ink),
                ("muted", palette.muted),
                ("line", palette.line),
                ("accent", palette.accent),
                ("good", palette.good),
                ("bad", palette.bad),
                ("listen", palette.listen[0]),
                ("listen-word", palette.listen[1]),
                ("opening", palette.opening[0]),
                ("opening-word", palette.opening[1]),
                ("open", palette.open[0]),
                ("open-word", palette.open[1]),
                ("first-1", palette.first[0]),
                ("first-2", palette.first[1]),
                ("first-3", palette.first[2]),
                ("first-word", palette.first[3]),
                ("second-1", palette.second[0]),
                ("second-2", palette.second[1]),
                ("second-word", palette.second[2]),
                ("waiting", palette.waiting[0]),
                ("waiting-word", palette.waiting[1]),
                ("data", palette.data),
                ("fin", palette.fin),
                ("rst", palette.rst),
                ("syn", palette.syn),
                ("ack", palette.ack[0]),
                ("ack-word", palette.ack[1]),
            ];
            for (name, colour) in found {
                assert_eq!(css.get(name), Some(&colour), "--{name} in {theme:?}");
            }
        }
    }
}

//! The colours of pictures. They are those of web/styles/base/base.css; a test compares both.

use serde::Deserialize;

use crate::event::labels::Kind;
use crate::tcp::state::State;

/// The light or the dark colours of the page.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Theme {
    #[default]
    Light,
    Dark,
}

/// Colours by their meaning, as `#rrggbb`, under the names of base.css.
pub(crate) struct Palette {
    pub(crate) ground: &'static str,
    pub(crate) ink: &'static str,
    pub(crate) muted: &'static str,
    pub(crate) line: &'static str,
    pub(crate) accent: &'static str,
    pub(crate) good: &'static str,
    pub(crate) bad: &'static str,
    listen: &'static str,
    listen_word: &'static str,
    opening: &'static str,
    opening_word: &'static str,
    open: &'static str,
    open_word: &'static str,
    first_1: &'static str,
    first_2: &'static str,
    first_3: &'static str,
    first_word: &'static str,
    second_1: &'static str,
    second_2: &'static str,
    second_word: &'static str,
    waiting: &'static str,
    waiting_word: &'static str,
    data: &'static str,
    fin: &'static str,
    rst: &'static str,
    syn: &'static str,
    ack: &'static str,
    ack_word: &'static str,
}

const LIGHT: Palette = Palette {
    ground: "#fbfaf7",
    ink: "#1c1f24",
    muted: "#5d626a",
    line: "#e2dfd6",
    accent: "#a84e08",
    good: "#1f6b4e",
    bad: "#b52020",
    listen: "#cfccc2",
    listen_word: "#5d626a",
    opening: "#8cc4ae",
    opening_word: "#2a7359",
    open: "#2b7d5d",
    open_word: "#1f6b4e",
    first_1: "#eab04c",
    first_2: "#d57f22",
    first_3: "#b05210",
    first_word: "#9c5006",
    second_1: "#8a7ad0",
    second_2: "#5a49a6",
    second_word: "#5846a8",
    waiting: "#7c8ea3",
    waiting_word: "#47607a",
    data: "#1f56d6",
    fin: "#b4540a",
    rst: "#c42323",
    syn: "#1f6b4e",
    ack: "#9a9ea5",
    ack_word: "#5d626a",
};

const DARK: Palette = Palette {
    ground: "#15171b",
    ink: "#edebe5",
    muted: "#a2a7af",
    line: "#2e3239",
    accent: "#f2a65a",
    good: "#6cc7a1",
    bad: "#ff8a80",
    listen: "#4a4e55",
    listen_word: "#a2a7af",
    opening: "#4f8f78",
    opening_word: "#8fd0b7",
    open: "#3fa37c",
    open_word: "#6cc7a1",
    first_1: "#c98a24",
    first_2: "#e0913a",
    first_3: "#f08a3c",
    first_word: "#f2a65a",
    second_1: "#7a6cc4",
    second_2: "#9d90e6",
    second_word: "#b3a8f2",
    waiting: "#7f93aa",
    waiting_word: "#a9bed4",
    data: "#7aa2ff",
    fin: "#f2a65a",
    rst: "#ff7a70",
    syn: "#6cc7a1",
    ack: "#71767e",
    ack_word: "#a2a7af",
};

impl Palette {
    pub(crate) fn of(theme: Theme) -> &'static Palette {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// The colour of a state on a ribbon. TIME_WAIT's ribbon is hatched too.
    pub(crate) fn ribbon(&self, state: State) -> &'static str {
        match state {
            State::Closed => self.ground,
            State::Listen => self.listen,
            State::SynSent | State::SynReceived => self.opening,
            State::Established => self.open,
            State::FinWait1 => self.first_1,
            State::FinWait2 => self.first_2,
            State::Closing => self.first_3,
            State::CloseWait => self.second_1,
            State::LastAck => self.second_2,
            State::TimeWait => self.waiting,
        }
    }

    /// The colour of a state as a text.
    pub(crate) fn word(&self, state: State) -> &'static str {
        match state {
            State::Closed => self.muted,
            State::Listen => self.listen_word,
            State::SynSent | State::SynReceived => self.opening_word,
            State::Established => self.open_word,
            State::FinWait1 | State::FinWait2 | State::Closing => self.first_word,
            State::CloseWait | State::LastAck => self.second_word,
            State::TimeWait => self.waiting_word,
        }
    }

    /// The colour of a segment's line.
    pub(crate) fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Rst => self.rst,
            Kind::Fin => self.fin,
            Kind::Syn => self.syn,
            Kind::Data => self.data,
            Kind::Ack => self.ack,
        }
    }

    /// The colour of a segment's name.
    pub(crate) fn kind_word(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Ack => self.ack_word,
            kind => self.kind(kind),
        }
    }

    /// The colour under TIME_WAIT's hatching: 30 parts of its colour to 70 of the ground.
    pub(crate) fn hatched(&self) -> String {
        let [above, below] = [self.waiting, self.ground].map(channels);
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
                ("listen", palette.listen),
                ("listen-word", palette.listen_word),
                ("opening", palette.opening),
                ("opening-word", palette.opening_word),
                ("open", palette.open),
                ("open-word", palette.open_word),
                ("first-1", palette.first_1),
                ("first-2", palette.first_2),
                ("first-3", palette.first_3),
                ("first-word", palette.first_word),
                ("second-1", palette.second_1),
                ("second-2", palette.second_2),
                ("second-word", palette.second_word),
                ("waiting", palette.waiting),
                ("waiting-word", palette.waiting_word),
                ("data", palette.data),
                ("fin", palette.fin),
                ("rst", palette.rst),
                ("syn", palette.syn),
                ("ack", palette.ack),
                ("ack-word", palette.ack_word),
            ];
            for (name, colour) in found {
                assert_eq!(css.get(name), Some(&colour), "--{name} in {theme:?}");
            }
        }
    }
}

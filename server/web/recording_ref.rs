//! References to recordings: of a lesson, of a cell of the atlas, of a run of this server, or a kept one.

use RecordingRef::*;
use axum::response::Response;

use crate::content::atlas::{self, recorded, texts as atlas_texts};
use crate::content::catalogue;
use crate::i18n::Language;
use crate::web::state::AppState;
use crate::web::{error, kept_store};

/// A reference to a recording. In addresses: `s:half-close`, `atlas:TIME_WAIT/fin`, `run:ID`, `r:ID`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RecordingRef {
    /// A lesson, by its id.
    Lesson(String),
    /// A cell of the atlas, as `STATE/STIMULUS`.
    Cell(String),
    /// A run of this server, by its id, as long as the server remembers it.
    Run(String),
    /// A kept recording, by its id.
    Kept(String),
}

impl RecordingRef {
    /// Reads a value of an address; None where the value is no reference. The recording need not exist.
    pub fn named(value: &str) -> Option<RecordingRef> {
        let (kind, id) = value.split_once(':')?;
        let recording_ref = match kind {
            "s" => Lesson(id.into()),
            "atlas" => Cell(id.into()),
            "run" => Run(id.into()),
            "r" => Kept(id.into()),
            _ => return None,
        };
        let is_plain = |part: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !part.is_empty() && part.bytes().all(plain)
        };
        let parts: Vec<&str> = id.split('/').collect();
        let expected = if kind == "atlas" { 2 } else { 1 };
        (parts.len() == expected && parts.into_iter().all(is_plain)).then_some(recording_ref)
    }

    /// The reference to the recording that a page shows, by the page's path.
    pub(crate) fn of_page(path: &str) -> Option<RecordingRef> {
        let (page, id) = path.strip_prefix('/')?.split_once('/')?;
        match page {
            "s" | "r" | "atlas" => RecordingRef::named(&format!("{page}:{id}")),
            _ => None,
        }
    }

    /// The recording of what a run plays: the id of a lesson, or of a cell of the atlas.
    pub(crate) fn of_scenario(id: &str) -> RecordingRef {
        match id.strip_prefix("atlas/") {
            Some(cell) => Cell(cell.into()),
            None => Lesson(id.into()),
        }
    }

    /// The reference as a value of an address.
    pub fn value(&self) -> String {
        let (Lesson(id) | Cell(id) | Run(id) | Kept(id)) = self;
        match self {
            Lesson(_) => format!("s:{id}"),
            Cell(_) => format!("atlas:{id}"),
            Run(_) => format!("run:{id}"),
            Kept(_) => format!("r:{id}"),
        }
    }

    /// The path of the page that shows the recording. A run has no page of its own: any stage takes it behind the `#`.
    pub fn page(&self) -> String {
        match self {
            Lesson(id) => format!("/s/{id}"),
            Cell(id) => format!("/atlas/{id}"),
            Run(id) => format!("/try#run={id}"),
            Kept(id) => format!("/r/{id}"),
        }
    }

    /// The path of the events; followers of a run connect there too.
    pub fn events(&self) -> String {
        match self {
            Lesson(id) => format!("/api/recordings/{id}"),
            Cell(id) => format!("/api/atlas/{id}"),
            Run(id) => format!("/api/runs/{id}/events"),
            Kept(id) => format!("/api/r/{id}"),
        }
    }

    /// The title of a lesson or of a cell of the atlas; None where there is none of that name. Runs and kept recordings
    /// have none here: their events decide (`exported_run::title`).
    pub(crate) fn title(&self, lang: Language) -> Option<String> {
        match self {
            Lesson(id) => Some(lang.of(&catalogue::scenario(id)?.title).into()),
            Cell(id) => {
                let cell = atlas::named(&format!("atlas/{id}"))?;
                cell.plan.as_ref().ok()?;
                Some(atlas_texts::title(cell, lang))
            }
            Run(_) | Kept(_) => None,
        }
    }

    /// The events, one a line; of a run that goes on the events by now.
    ///
    /// # Errors
    /// The answer where this server has no such recording.
    pub(crate) async fn lines(&self, server: &AppState) -> Result<String, Response> {
        let unknown = || error::unknown_recording(&self.value());
        match self {
            // The atlas's file is no recording of one run.
            Lesson(id) => catalogue::scenario(id)
                .and_then(|_| catalogue::recording_lines(id))
                .ok_or_else(unknown),
            Cell(id) => recorded::lines(&format!("atlas/{id}")).ok_or_else(unknown),
            Run(id) => match server.lab.find(id) {
                Some(live) => Ok(live.events(0).join("\n")),
                None => Err(error::unknown_run(id)),
            },
            Kept(id) => kept_store::lines(server, id).await,
        }
    }

    /// The name of its files, behind `fourwave-`.
    pub(crate) fn name(&self) -> String {
        let (Lesson(id) | Cell(id) | Run(id) | Kept(id)) = self;
        id.replace('/', "-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_names_a_recording_and_its_page_the_same() {
        for (value, page) in [
            ("s:half-close", Some("/s/half-close")),
            ("atlas:TIME_WAIT/fin", Some("/atlas/TIME_WAIT/fin")),
            ("r:abc234", Some("/r/abc234")),
            ("run:abc234", None),
        ] {
            let recording_ref = RecordingRef::named(value).unwrap();
            assert_eq!(recording_ref.value(), value);
            if let Some(page) = page {
                assert_eq!(RecordingRef::of_page(page), Some(recording_ref));
            }
        }
    }

    #[test]
    fn what_could_lead_elsewhere_names_nothing() {
        for value in [
            "",
            "half-close",
            "s:",
            "s:../x",
            "s:a/b",
            "s:a?b",
            "atlas:TIME_WAIT",
            "atlas:a/b/c",
            "x:y",
            "r:a b",
            "r:a#b",
        ] {
            assert_eq!(RecordingRef::named(value), None, "{value}");
        }
        for page in ["/", "/try", "/s/", "/article", "/find/x", "//s/x"] {
            assert_eq!(RecordingRef::of_page(page), None, "{page}");
        }
    }
}

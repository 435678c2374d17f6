//! Runs in the formats of other tools, as files to keep: `…/FORMAT` behind every address of a run's events.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;

use super::origin::Origin;
use super::pictures::Picture;
use super::source::Source;
use super::words::{Asked, Language};
use super::{Server, api, blocking, sheets};
use crate::event::{Event, Host, What};
use crate::export::{self, About, Format, Wish};
use crate::recording;

/// How an export was asked for.
pub(super) struct Asking {
    server: Server,
    asked: Asked,
    origin: Origin,
    uri: Uri,
}

impl FromRequestParts<Server> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Asking, Infallible> {
        Ok(Asking {
            server: server.clone(),
            asked: Asked::from_request_parts(parts, server).await?,
            origin: Origin::from_request_parts(parts, server).await?,
            uri: parts.uri.clone(),
        })
    }
}

impl Asking {
    /// A run in a format, by its name.
    pub(super) async fn answer(self, source: Source, format: &str) -> Response {
        let run = match self.run(source).await {
            Ok(run) => run,
            Err(unknown) => return unknown,
        };
        match (format, Format::named(format)) {
            (_, Some(format)) => self.file(run, format).await,
            (sheets::OFFLINE, None) => sheets::offline(run, self.asked.0).await,
            (sheets::EXERCISE, None) => match Query::try_from_uri(&self.uri) {
                Ok(Query(wish)) => sheets::exercise(run, wish, self.asked).await,
                Err(error) => api::wrong(&error.body_text()),
            },
            (unknown, None) => {
                let known = Format::ALL.map(Format::name).join(", ");
                let (offline, exercise) = (sheets::OFFLINE, sheets::EXERCISE);
                api::unknown(format!(
                    "there is no format {unknown:?}; there are {known}, {offline}, {exercise}"
                ))
            }
        }
    }

    async fn run(&self, source: Source) -> Result<Run, Response> {
        let events = source.lines(&self.server).await?;
        let page = match &source {
            Source::Run(id) => {
                let live = self.server.lab.find(id);
                let scenario = live.and_then(|live| live.scenario.clone());
                let stage = scenario.map(|id| Source::of_scenario(&id).page());
                format!("{}#run={id}", stage.unwrap_or_else(|| source.page()))
            }
            _ => source.page(),
        };
        Ok(Run {
            name: source.name(),
            address: self.origin.address(&page),
            page,
            events,
        })
    }

    /// A file for other tools.
    async fn file(self, run: Run, format: Format) -> Response {
        let wish = match Query::<Wish>::try_from_uri(&self.uri) {
            Ok(Query(wish)) => wish,
            Err(error) => return api::wrong(&error.body_text()),
        };
        let language = self.asked.0;
        let Run {
            name,
            page,
            address,
            events,
        } = run;
        let end = match (format, wish.host, wish.preview) {
            (Format::Packetdrill, host, _) => format!("-{}", host.unwrap_or(Host::Client)),
            (Format::Png, _, true) => "-preview".into(),
            _ => String::new(),
        };
        let kind = if format.is_shown() {
            "inline"
        } else {
            "attachment"
        };
        let extension = format.extension();
        let headers = [
            (header::CONTENT_TYPE, format.media_type().to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("{kind}; filename=\"fourwave-{name}{end}.{extension}\""),
            ),
            (header::VARY, "Accept-Language, Cookie".to_owned()),
        ];
        let picture = Picture {
            page,
            language,
            wish,
            length: events.len(),
        };
        let make = move || {
            let events = recording::read(&events);
            let about = About {
                title: title(&events, language),
                address,
            };
            export::export(&events, format, &about, language, wish)
        };
        let made = match format {
            Format::Png => self.server.pictures.get(picture, make).await,
            _ => blocking(make).await.map(Into::into),
        };
        match made {
            Ok(bytes) => (headers, bytes).into_response(),
            Err(error) => api::failed(error.to_string()),
        }
    }
}

/// A run that somebody wants to keep.
pub(super) struct Run {
    /// How its files are called, behind `fourwave-`.
    pub(super) name: String,
    /// The page that shows it, as a path.
    pub(super) page: String,
    /// The same as an absolute address, where it is known how this server is called.
    pub(super) address: Option<String>,
    /// Its events, one a line.
    pub(super) events: String,
}

/// GET /api/runs/ID/FORMAT: of a run that goes on, what there is by now.
pub(super) async fn of_run(asking: Asking, Path((id, format)): Path<(String, String)>) -> Response {
    asking.answer(Source::Run(id), &format).await
}

/// GET /api/recordings/ID/FORMAT
pub(super) async fn of_lesson(
    asking: Asking,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    asking.answer(Source::Lesson(id), &format).await
}

/// GET /api/r/ID/FORMAT
pub(super) async fn of_kept(
    asking: Asking,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    asking.answer(Source::Kept(id), &format).await
}

/// GET /api/atlas/STATE/STIMULUS/FORMAT
pub(super) async fn of_cell(
    asking: Asking,
    Path((state, stimulus, format)): Path<(String, String, String)>,
) -> Response {
    let cell = Source::Cell(format!("{state}/{stimulus}"));
    asking.answer(cell, &format).await
}

/// What a run is called: as its lesson or its cell of the atlas, else as any script.
pub(super) fn title(events: &[Event], language: Language) -> String {
    let scenario = match events.first().map(|event| &event.what) {
        Some(What::Run { scenario, .. }) => scenario.as_deref(),
        _ => None,
    };
    let source = scenario.map(Source::of_scenario);
    let title = source.and_then(|source| source.title(language));
    title.unwrap_or_else(|| language.word("export.untitled").to_owned())
}

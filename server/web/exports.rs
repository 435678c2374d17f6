//! Runs in the formats of other tools, as files to keep: `…/FORMAT` behind every address of a run's events.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;

use super::origin::Origin;
use super::pictures::Picture;
use super::words::{Asked, Language};
use super::{Server, api, atlas as cells, sharing};
use crate::event::{Event, Host, What};
use crate::export::{self, About, Format, Wish};
use crate::{atlas, catalogue, recording};

/// A run that somebody wants to keep.
pub(super) struct Source {
    /// How its files are called, behind `fourwave-`.
    pub(super) name: String,
    /// The page that shows it, as a path.
    pub(super) page: String,
    /// Its events, one a line.
    pub(super) events: String,
}

/// How an export was asked for.
pub(super) struct Asking {
    server: Server,
    language: Language,
    origin: Origin,
    /// The query, or why it is none.
    wish: Result<Wish, String>,
}

impl FromRequestParts<Server> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Asking, Infallible> {
        let Asked(language, _) = Asked::from_request_parts(parts, server).await?;
        let origin = Origin::from_request_parts(parts, server).await?;
        let wish = Query::<Wish>::try_from_uri(&parts.uri);
        Ok(Asking {
            server: server.clone(),
            language,
            origin,
            wish: wish
                .map(|Query(wish)| wish)
                .map_err(|error| error.body_text()),
        })
    }
}

impl Asking {
    /// A run in a format, by its name.
    pub(super) async fn answer(self, source: Source, format: &str) -> Response {
        let Some(format) = Format::named(format) else {
            let known = Format::ALL.map(Format::name).join(", ");
            return api::unknown(format!("there is no format {format:?}; there are {known}"));
        };
        let wish = match self.wish {
            Ok(wish) => wish,
            Err(message) => return api::wrong(&message),
        };
        let Source { name, page, events } = source;
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
        let (language, address) = (self.language, self.origin.address(&page));
        let picture = Picture {
            page,
            language,
            wish,
            length: events.len(),
        };
        // Reading all events of a long run takes tens of ms, which no other request shall wait for.
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
            _ => tokio::task::spawn_blocking(make)
                .await
                .expect("exports do not panic")
                .map(Into::into),
        };
        match made {
            Ok(bytes) => (headers, bytes).into_response(),
            Err(error) => api::failed(error.to_string()),
        }
    }
}

/// GET /api/runs/ID/FORMAT: of a run that goes on, what there is by now.
pub(super) async fn of_run(asking: Asking, Path((id, format)): Path<(String, String)>) -> Response {
    let Some(live) = asking.server.lab.find(&id) else {
        return api::unknown_run(&id);
    };
    let shown = live.scenario.as_deref().map_or("/try".into(), page_of);
    let source = Source {
        name: live.id.clone(),
        page: format!("{shown}#run={id}"),
        events: live.events(0).join("\n"),
    };
    asking.answer(source, &format).await
}

/// GET /api/recordings/ID/FORMAT
pub(super) async fn of_recording(
    asking: Asking,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    // The atlas's file is no recording of one run.
    let shipped = catalogue::scenario(&id).and_then(|_| catalogue::recording_lines(&id));
    match shipped {
        Some(events) => {
            let page = page_of(&id);
            asking
                .answer(
                    Source {
                        name: id,
                        page,
                        events,
                    },
                    &format,
                )
                .await
        }
        None => api::unknown_recording(&id),
    }
}

/// GET /api/r/ID/FORMAT
pub(super) async fn of_kept(
    asking: Asking,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    match sharing::lines(&asking.server, &id).await {
        Ok(events) => {
            let page = format!("/r/{id}");
            let name = id;
            asking.answer(Source { name, page, events }, &format).await
        }
        Err(refused) => refused,
    }
}

/// GET /api/atlas/STATE/STIMULUS/FORMAT
pub(super) async fn of_cell(
    asking: Asking,
    Path((state, stimulus, format)): Path<(String, String, String)>,
) -> Response {
    let id = format!("atlas/{state}/{stimulus}");
    match cells::lines(&id) {
        Some(events) => {
            let (name, page) = (format!("{state}-{stimulus}"), page_of(&id));
            asking.answer(Source { name, page, events }, &format).await
        }
        None => api::unknown_recording(&id),
    }
}

/// The page of a scenario, or of a cell of the atlas.
fn page_of(id: &str) -> String {
    if id.starts_with("atlas/") {
        format!("/{id}")
    } else {
        format!("/s/{id}")
    }
}

/// What a run is called: as its lesson or its cell of the atlas, else as any script.
pub(super) fn title(events: &[Event], language: Language) -> String {
    let scenario = match events.first().map(|event| &event.what) {
        Some(What::Run { scenario, .. }) => scenario.as_deref(),
        _ => None,
    };
    let lesson = scenario.and_then(catalogue::scenario);
    if let Some(lesson) = lesson {
        return language.of(&lesson.title).to_owned();
    }
    match scenario.and_then(atlas::named) {
        Some(cell) => cells::title(cell, language),
        None => language.word("export.untitled").to_owned(),
    }
}

//! Runs in the formats of other tools, as files to keep: `…/FORMAT` behind every address of a run's events.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};

use crate::event::host::Host;
use crate::export::format::Format;
use crate::export::options::{ExportInfo, ExportOptions};
use crate::web::api::downloads;
use crate::web::blocking::blocking;
use crate::web::error;
use crate::web::exported_run::{ExportedRun, title};
use crate::web::extract::base_url::BaseUrl;
use crate::web::extract::locale::Locale;
use crate::web::picture_cache::PictureKey;
use crate::web::recording_ref::RecordingRef;
use crate::web::state::AppState;
use crate::{export, recording};

/// How an export was asked for.
pub(crate) struct ExportRequest {
    server: AppState,
    asked: Locale,
    origin: BaseUrl,
    uri: Uri,
}

impl FromRequestParts<AppState> for ExportRequest {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        server: &AppState,
    ) -> Result<ExportRequest, Infallible> {
        Ok(ExportRequest {
            server: server.clone(),
            asked: Locale::from_request_parts(parts, server).await?,
            origin: BaseUrl::from_request_parts(parts, server).await?,
            uri: parts.uri.clone(),
        })
    }
}

impl ExportRequest {
    /// A run in a format, by its name.
    pub(crate) async fn answer(self, source: RecordingRef, format: &str) -> Response {
        let run = match self.run(source).await {
            Ok(run) => run,
            Err(unknown) => return unknown,
        };
        match (format, Format::named(format)) {
            (_, Some(format)) => self.file(run, format).await,
            (downloads::OFFLINE, None) => downloads::offline(run, self.asked.0).await,
            (downloads::EXERCISE, None) => match Query::try_from_uri(&self.uri) {
                Ok(Query(wish)) => downloads::exercise(run, wish, self.asked).await,
                Err(error) => error::wrong(&error.body_text()),
            },
            (unknown, None) => {
                let known = Format::ALL.map(Format::name).join(", ");
                let (offline, exercise) = (downloads::OFFLINE, downloads::EXERCISE);
                error::unknown(format!(
                    "there is no format {unknown:?}; there are {known}, {offline}, {exercise}"
                ))
            }
        }
    }

    async fn run(&self, source: RecordingRef) -> Result<ExportedRun, Response> {
        let events = source.lines(&self.server).await?;
        let page = match &source {
            RecordingRef::Run(id) => {
                let live = self.server.lab.find(id);
                let scenario = live.and_then(|live| live.scenario.clone());
                let stage = scenario.map(|id| RecordingRef::of_scenario(&id).page());
                stage.map_or_else(|| source.page(), |stage| format!("{stage}#run={id}"))
            }
            _ => source.page(),
        };
        Ok(ExportedRun {
            name: source.name(),
            address: self.origin.address(&page),
            page,
            events,
        })
    }

    /// A file for other tools.
    async fn file(self, run: ExportedRun, format: Format) -> Response {
        let wish = match Query::<ExportOptions>::try_from_uri(&self.uri) {
            Ok(Query(wish)) => wish,
            Err(error) => return error::wrong(&error.body_text()),
        };
        let language = self.asked.0;
        let ExportedRun {
            name,
            page,
            address,
            events,
        } = run;
        let end = match (format, wish.host, wish.card) {
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
        let picture = PictureKey {
            page,
            language,
            wish,
            length: events.len(),
        };
        let make = move || {
            let events = recording::read(&events);
            let about = ExportInfo {
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
            Err(error) => error::failed(error.to_string()),
        }
    }
}

/// GET /api/runs/ID/FORMAT: of a run that goes on, what there is by now.
pub(crate) async fn of_run(
    asking: ExportRequest,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    asking.answer(RecordingRef::Run(id), &format).await
}

/// GET /api/recordings/ID/FORMAT
pub(crate) async fn of_lesson(
    asking: ExportRequest,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    asking.answer(RecordingRef::Lesson(id), &format).await
}

/// GET /api/r/ID/FORMAT
pub(crate) async fn of_kept(
    asking: ExportRequest,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    asking.answer(RecordingRef::Kept(id), &format).await
}

/// GET /api/atlas/STATE/STIMULUS/FORMAT
pub(crate) async fn of_cell(
    asking: ExportRequest,
    Path((state, stimulus, format)): Path<(String, String, String)>,
) -> Response {
    let cell = RecordingRef::Cell(format!("{state}/{stimulus}"));
    asking.answer(cell, &format).await
}

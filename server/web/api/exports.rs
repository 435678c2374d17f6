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

/// A request for an export, without its format.
pub(crate) struct ExportRequest {
    server: AppState,
    locale: Locale,
    base_url: BaseUrl,
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
            locale: Locale::from_request_parts(parts, server).await?,
            base_url: BaseUrl::from_request_parts(parts, server).await?,
            uri: parts.uri.clone(),
        })
    }
}

impl ExportRequest {
    /// A run in a format, by its name.
    pub(crate) async fn answer(self, recording_ref: RecordingRef, format: &str) -> Response {
        let run = match self.run(recording_ref).await {
            Ok(run) => run,
            Err(unknown) => return unknown,
        };
        match (format, Format::named(format)) {
            (_, Some(format)) => self.file(run, format).await,
            (downloads::OFFLINE, None) => downloads::offline(run, self.locale.language).await,
            (downloads::WORKSHEET, None) => match Query::try_from_uri(&self.uri) {
                Ok(Query(query)) => downloads::worksheet(run, query, self.locale).await,
                Err(error) => error::wrong(&error.body_text()),
            },
            (unknown, None) => {
                let known = Format::ALL.map(Format::name).join(", ");
                let (offline, worksheet) = (downloads::OFFLINE, downloads::WORKSHEET);
                error::unknown(format!(
                    "there is no format {unknown:?}; there are {known}, {offline}, {worksheet}"
                ))
            }
        }
    }

    async fn run(&self, recording_ref: RecordingRef) -> Result<ExportedRun, Response> {
        let events = recording_ref.lines(&self.server).await?;
        let page = match &recording_ref {
            RecordingRef::Run(id) => {
                let live = self.server.lab.find(id);
                let scenario = live.and_then(|live| live.scenario.clone());
                let stage = scenario.map(|id| RecordingRef::of_scenario(&id).page());
                format!("{}#run={id}", stage.unwrap_or_else(|| recording_ref.page()))
            }
            _ => recording_ref.page(),
        };
        Ok(ExportedRun {
            name: recording_ref.name(),
            address: self.base_url.address(&page),
            page,
            events,
        })
    }

    /// A file for other tools.
    async fn file(self, run: ExportedRun, format: Format) -> Response {
        let options = match Query::<ExportOptions>::try_from_uri(&self.uri) {
            Ok(Query(options)) => options,
            Err(error) => return error::wrong(&error.body_text()),
        };
        let language = self.locale.language;
        let ExportedRun {
            name,
            page,
            address,
            events,
        } = run;
        let end = match (format, options.host, options.preview) {
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
            options,
            length: events.len(),
        };
        let make = move || {
            let events = recording::read(&events);
            let info = ExportInfo {
                title: title(&events, language),
                address,
            };
            export::export(&events, format, &info, language, options)
        };
        let exported = match format {
            Format::Png => self.server.pictures.get(picture, make).await,
            _ => blocking(make).await.map(Into::into),
        };
        match exported {
            Ok(bytes) => (headers, bytes).into_response(),
            Err(error) => error::failed(error.to_string()),
        }
    }
}

/// GET /api/runs/ID/FORMAT: of a run that goes on, what there is by now.
pub(crate) async fn of_run(
    request: ExportRequest,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    request.answer(RecordingRef::Run(id), &format).await
}

/// GET /api/recordings/ID/FORMAT
pub(crate) async fn of_lesson(
    request: ExportRequest,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    request.answer(RecordingRef::Lesson(id), &format).await
}

/// GET /api/r/ID/FORMAT
pub(crate) async fn of_kept(
    request: ExportRequest,
    Path((id, format)): Path<(String, String)>,
) -> Response {
    request.answer(RecordingRef::Kept(id), &format).await
}

/// GET /api/atlas/STATE/STIMULUS/FORMAT
pub(crate) async fn of_cell(
    request: ExportRequest,
    Path((state, stimulus, format)): Path<(String, String, String)>,
) -> Response {
    let cell = RecordingRef::Cell(format!("{state}/{stimulus}"));
    request.answer(cell, &format).await
}

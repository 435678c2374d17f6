//! QR codes: a room reads an address off a wall.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};

use crate::web::blocking::blocking;
use crate::web::error::ApiError;

/// POST /api/qr: the body as a QR code (ISO/IEC 18004), an SVG in black on white with the quiet zone that readers need.
pub(crate) async fn draw(text: String) -> Response {
    if text.is_empty() {
        return wrong("there is nothing to draw");
    }
    match blocking(move || code(&text)).await {
        Some(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        None => wrong("a QR code has room for 2,953 bytes"),
    }
}

/// A code with more correction where there is room for it: a short address can be read although a part is hidden.
fn code(text: &str) -> Option<String> {
    let levels = [EcLevel::M, EcLevel::L].into_iter();
    let code = levels
        .filter_map(|level| QrCode::with_error_correction_level(text, level).ok())
        .next()?;
    let mut drawing = code.render::<Color<'_>>();
    Some(drawing.module_dimensions(4, 4).build())
}

fn wrong(message: &str) -> Response {
    let refused = ApiError::Request {
        message: message.into(),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(refused)).into_response()
}

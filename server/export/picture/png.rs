//! Pictures as PNG: the same SVG, rendered with fonts that are embedded in the program. None of these has Chinese
//! characters; a Chinese picture needs a font of the machine, otherwise the picture is in English.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{self, Database};
use resvg::usvg::{self, FontResolver, Options, Tree};
use thiserror::Error;

use crate::event::Event;
use crate::export::options::{ExportInfo, ExportOptions};
use crate::export::picture::svg_writer::Fonts;
use crate::export::picture::{card, svg};
use crate::i18n::Language;

/// The most pixels of a picture, 4 bytes each. A longer picture gets a smaller scale.
const MAX_PIXELS: f32 = 6e6;
/// The scale of a picture, for screens of high density.
const MAX_SCALE: f32 = 2.0;

const EMBEDDED: Fonts = Fonts {
    sans: "DejaVu Sans",
    mono: "DejaVu Sans Mono",
};
/// Parts of the names of fonts that have Chinese characters, the best for a screen first.
const CHINESE: [&str; 11] = [
    "Noto Sans CJK SC",
    "Source Han Sans",
    "PingFang",
    "YaHei",
    "WenQuanYi",
    "Droid Sans Fallback",
    "Noto Sans SC",
    "Noto Sans CJK",
    "SimHei",
    "SimSun",
    "CJK",
];

/// Why a picture could not be rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The SVG cannot be read.
    #[error("reading the picture: {0}")]
    Read(#[from] usvg::Error),
    /// No picture can have this size.
    #[error("making a picture of {width} × {height} dots")]
    Size {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// The pixels cannot be encoded.
    #[error("packing the picture: {0}")]
    Pack(String),
}

/// A run as PNG: the picture, or the card for chats.
pub(crate) fn picture(
    events: &[Event],
    info: &ExportInfo,
    language: Language,
    options: ExportOptions,
) -> Result<Vec<u8>, RenderError> {
    let language = if *HAS_CHINESE {
        language
    } else {
        Language::English
    };
    if options.card {
        return render(
            &card::draw(events, info, language, options.theme, &EMBEDDED),
            1.0,
        );
    }
    render(
        &svg::draw(events, info, language, options.theme, &EMBEDDED),
        MAX_SCALE,
    )
}

/// An SVG as PNG, at a scale of at most `max_scale`.
fn render(svg: &str, max_scale: f32) -> Result<Vec<u8>, RenderError> {
    let tree = Tree::from_str(svg, &RENDERER)?;
    let size = tree.size();
    let scale = max_scale.min((MAX_PIXELS / (size.width() * size.height())).sqrt());
    let [width, height] =
        [size.width(), size.height()].map(|side| (side * scale).round().max(1.0) as u32);
    let mut pixels = Pixmap::new(width, height).ok_or(RenderError::Size { width, height })?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    pixels
        .encode_png()
        .map_err(|error| RenderError::Pack(error.to_string()))
}

/// The renderer's options with the fonts, read once: the embedded ones, and the machine's for other characters.
static RENDERER: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for font in [
        dejavu::sans::regular(),
        dejavu::sans::bold(),
        dejavu::sans_mono::regular(),
        dejavu::sans_mono::bold(),
    ] {
        fonts.load_font_data(font.to_vec());
    }
    fonts.load_system_fonts();
    let select_font = FontResolver::default_font_selector();
    let font_resolver = FontResolver {
        select_font,
        select_fallback: Box::new(|c, used, fonts| {
            let other = FontResolver::default_fallback_selector();
            let first = used.first().and_then(|id| fonts.face(*id));
            let weight = first.map_or(400, |face| face.weight.0);
            let chinese = find_chinese(fonts, weight);
            let chinese = chinese.filter(|id| u32::from(c) >= 0x2e80 && !used.contains(id));
            chinese.or_else(|| other(c, used, fonts))
        }),
    };
    Options {
        font_family: EMBEDDED.sans.into(),
        fontdb: Arc::new(fonts),
        font_resolver,
        ..Options::default()
    }
});

/// Whether there is a font with Chinese characters.
static HAS_CHINESE: LazyLock<bool> =
    LazyLock::new(|| find_chinese(&RENDERER.fontdb, 400).is_some());

/// The font with Chinese characters whose weight is closest to `weight`.
fn find_chinese(fonts: &Database, weight: u16) -> Option<fontdb::ID> {
    let named = |part: &&str| {
        let faces = fonts.faces();
        let faces = faces.filter(|face| face.families.iter().any(|(name, _)| name.contains(part)));
        faces
            .min_by_key(|face| face.weight.0.abs_diff(weight))
            .map(|face| face.id)
    };
    CHINESE.iter().find_map(named)
}

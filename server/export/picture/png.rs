//! Pictures as dots: the same SVG, drawn here with fonts that are in the program. Chinese has none there; it is written
//! where the machine has a font for it, else the picture is in English.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{self, Database};
use resvg::usvg::{self, FontResolver, Options, Tree};
use thiserror::Error;

use crate::event::Event;
use crate::export::options::{ExportInfo, ExportOptions};
use crate::export::picture::svg_writer::Faces;
use crate::export::picture::{card, svg};
use crate::i18n::Language;

/// Dots of a picture at most, 4 bytes each: what is longer gets fewer to a line.
const MOST_DOTS: f32 = 6e6;
/// As sharp as a good screen.
const SHARPEST: f32 = 2.0;

const EMBEDDED: Faces = Faces {
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

/// A picture could not be made of dots.
#[derive(Debug, Error)]
pub enum RenderError {
    /// Its SVG cannot be read.
    #[error("reading the picture: {0}")]
    Read(#[from] usvg::Error),
    /// There is no picture of that size.
    #[error("making a picture of {width} × {height} dots")]
    Size {
        /// Its width in dots.
        width: u32,
        /// Its height in dots.
        height: u32,
    },
    /// The dots cannot be packed.
    #[error("packing the picture: {0}")]
    Pack(String),
}

/// A run as PNG: the picture, or the card for chats.
pub(crate) fn picture(
    events: &[Event],
    about: &ExportInfo,
    language: Language,
    wish: ExportOptions,
) -> Result<Vec<u8>, RenderError> {
    let language = if chinese().is_some() {
        language
    } else {
        Language::English
    };
    if wish.preview {
        return render(
            &card::draw(events, about, language, wish.theme, &EMBEDDED),
            1.0,
        );
    }
    render(
        &svg::draw(events, about, language, wish.theme, &EMBEDDED),
        SHARPEST,
    )
}

/// An SVG as PNG, as sharp as wanted where that is not too large.
fn render(svg: &str, sharp: f32) -> Result<Vec<u8>, RenderError> {
    let tree = Tree::from_str(svg, options())?;
    let size = tree.size();
    let scale = sharp.min((MOST_DOTS / (size.width() * size.height())).sqrt());
    let [width, height] =
        [size.width(), size.height()].map(|side| (side * scale).round().max(1.0) as u32);
    let mut dots = Pixmap::new(width, height).ok_or(RenderError::Size { width, height })?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut dots.as_mut(),
    );
    dots.encode_png()
        .map_err(|error| RenderError::Pack(error.to_string()))
}

/// The fonts, read once: those in the program, and the machine's for what they lack.
fn options() -> &'static Options<'static> {
    static OPTIONS: OnceLock<Options<'static>> = OnceLock::new();
    OPTIONS.get_or_init(|| {
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
    })
}

fn chinese() -> Option<fontdb::ID> {
    static FOUND: OnceLock<Option<fontdb::ID>> = OnceLock::new();
    *FOUND.get_or_init(|| find_chinese(&options().fontdb, 400))
}

/// A font with Chinese characters, as close to that weight as there is.
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

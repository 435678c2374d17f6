//! Pictures, read as XML by a strict reader, and measured.

use std::collections::BTreeSet;

use fourwave::content::catalogue;
use fourwave::event::{Event, SegmentPhase, What};
use fourwave::export::format::Format;
use fourwave::export::options::ExportOptions;
use fourwave::export::{Theme, export, picture as draw};
use fourwave::i18n::Language;
use fourwave::recording;
use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::{Document, Node};

use super::{LANGUAGES, THEMES, about};
use crate::support::{play, recorded};

pub struct Picture<'a>(Document<'a>);

/// The width and height of a PNG in pixels, decoded.
pub fn size_of_png(bytes: &[u8]) -> [u32; 2] {
    let pixmap = Pixmap::decode_png(bytes).unwrap();
    // The picture shows something: not all pixels are equal.
    assert!(
        pixmap
            .pixels()
            .iter()
            .any(|pixel| *pixel != pixmap.pixels()[0])
    );
    [pixmap.width(), pixmap.height()]
}

impl<'a> Picture<'a> {
    pub fn read(svg: &'a str) -> Picture<'a> {
        Picture(Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}")))
    }

    pub fn size(&self) -> [f64; 2] {
        ["width", "height"].map(|name| number(self.0.root_element(), name))
    }

    fn words(&self) -> Vec<Node<'_, 'a>> {
        self.0
            .descendants()
            .filter(|node| node.has_tag_name("text"))
            .collect()
    }

    pub fn texts(&self) -> Vec<String> {
        self.words().into_iter().map(text).collect()
    }

    /// Every segment has a line.
    pub fn assert_has_every_segment(&self, events: &[Event], what: &str) {
        let sent = events.iter().filter_map(|event| match &event.what {
            What::Segment(segment)
                if matches!(segment.phase, SegmentPhase::Sent | SegmentPhase::Injected) =>
            {
                Some(segment.id.to_string())
            }
            _ => None,
        });
        let lines = self
            .0
            .descendants()
            .filter(|node| node.has_tag_name("line"));
        let drawn = lines.filter_map(|line| line.attribute("data-segment").map(Into::into));
        assert_eq!(
            drawn.collect::<BTreeSet<String>>(),
            sent.collect(),
            "{what}"
        );
    }

    /// No two texts overlap, and none leaves the picture.
    pub fn assert_words_stand_apart(&self, what: &str) {
        let words = self.words();
        let boxes: Vec<(String, Vec<[f64; 4]>)> = words
            .into_iter()
            .map(|word| (text(word), boxes(word)))
            .collect();
        let [width, height] = self.size();
        for (at, (text, own)) in boxes.iter().enumerate() {
            for [left, top, right, bottom] in own {
                assert!(
                    *left >= 0.0 && *top >= 0.0 && *right <= width && *bottom <= height,
                    "{what}: {text} leaves it"
                );
            }
            for (other, others) in &boxes[at + 1..] {
                let meet = own
                    .iter()
                    .any(|one| others.iter().any(|other| meet(one, other)));
                assert!(!meet, "{what}: {text:?} stands on {other:?}");
            }
        }
    }
}

fn meet(one: &[f64; 4], other: &[f64; 4]) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

fn text(node: Node) -> String {
    node.descendants()
        .filter_map(|node| node.text().filter(|_| node.is_text()))
        .collect()
}

fn number(node: Node, name: &str) -> f64 {
    node.attribute(name)
        .unwrap_or_else(|| panic!("no {name}"))
        .parse()
        .unwrap()
}

/// The boxes of a text, in parts: a letter is 0.6 of its size wide and stands 0.7 of it above the baseline.
fn boxes(node: Node) -> Vec<[f64; 4]> {
    const PARTS: usize = 8;
    let size = number(node, "font-size");
    let columns: usize = text(node)
        .chars()
        .map(|c| if u32::from(c) >= 0x2e80 { 2 } else { 1 })
        .sum();
    let width = columns as f64 * size * 0.6;
    let (x, y, tilt) = match node.attribute("transform") {
        None => (number(node, "x"), number(node, "y"), 0.0),
        Some(transform) => {
            let numbers = transform
                .split(|c: char| !"0123456789.-".contains(c))
                .filter_map(|text| text.parse::<f64>().ok());
            let [x, y, degrees]: [f64; 3] = numbers.collect::<Vec<_>>().try_into().unwrap();
            let (tilt, above) = (degrees.to_radians(), number(node, "y"));
            (x - tilt.sin() * above, y + tilt.cos() * above, tilt)
        }
    };
    let from = match node.attribute("text-anchor").unwrap() {
        "start" => 0.0,
        "middle" => -width / 2.0,
        _ => -width,
    };
    let part = width / PARTS as f64;
    let parts = (0..PARTS).map(|at| {
        let along = from + (at as f64 + 0.5) * part;
        let (x, y) = (x + tilt.cos() * along, y + tilt.sin() * along);
        [
            x - part / 2.0,
            y - size * 0.7,
            x + part / 2.0,
            y + size * 0.15,
        ]
    });
    parts.collect()
}

#[test]
fn every_picture_is_whole_and_its_words_stand_apart() {
    for scenario in catalogue::scenarios() {
        let events = recorded(&scenario.id);
        for (language, theme) in LANGUAGES.into_iter().zip(THEMES) {
            let svg = draw(
                &events,
                &about(language.of(&scenario.title)),
                language,
                theme,
            );
            let picture = Picture::read(&svg);
            picture.assert_has_every_segment(&events, &scenario.id);
            picture.assert_words_stand_apart(&scenario.id);
        }
    }
}

#[test]
fn a_long_run_is_cut_and_says_so() {
    let events = play(
        "server listen\nclient connect\nserver accept\nclient send 1M &\nserver recv 1M all\nwait client\n\
         client send 1M &\nserver recv 1M all\nwait client",
    );
    let events = recording::read(&events.to_string());
    assert!(events.len() > 1200, "{}", events.len());
    let about = about("much");
    let svg = draw(&events, &about, Language::English, Theme::Light);
    let picture = Picture::read(&svg);
    assert!(svg.len() < 300_000, "{}", svg.len());
    assert!(picture.texts().iter().any(|text| text.starts_with("… and ")
        && text.ends_with(" more that this picture has no room for")));
    let png = export(
        &events,
        Format::Png,
        &about,
        Language::English,
        ExportOptions::default(),
    )
    .unwrap();
    let [width, height] = size_of_png(&png);
    assert!(width * height <= 6_100_000, "{width} × {height}");
}

#[test]
fn pngs_are_as_large_as_promised() {
    let events = recorded("four-waves");
    let about = about("四次挥手 Four waves");
    let drawn = |wish, language| {
        let png = export(&events, Format::Png, &about, language, wish).unwrap();
        size_of_png(&png)
    };
    for theme in THEMES {
        let card = ExportOptions {
            preview: true,
            theme,
            ..ExportOptions::default()
        };
        for language in LANGUAGES {
            assert_eq!(drawn(card, language), [1200, 630]);
        }
    }
    let svg = draw(&events, &about, Language::English, Theme::Light);
    let [width, height] = Picture::read(&svg).size();
    assert_eq!(
        drawn(ExportOptions::default(), Language::English),
        [2.0 * width, 2.0 * height].map(|side| side.round() as u32)
    );
}

//! Runs in the formats of other tools: over HTTP from every source, by the command, and from the stage.

mod cards;
mod mermaid;
mod picture;

use fourwave::content::catalogue;
use fourwave::event::Event;
use fourwave::export::format::Format;
use fourwave::export::options::{ExportInfo, ExportOptions};
use fourwave::export::{Theme, export, from_json, picture as draw};
use fourwave::i18n::Language;
use fourwave::recording;
use reqwest::header;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::temp_dir::Folder;
use crate::support::{Server, command, ended_run, play_unchecked, recorded, request};
use picture::Picture;

const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];
const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

/// A connection with every kind of event that a picture has a shape for, and with data that must be escaped.
const HOSTILE: &str = "
server listen
client connect
server accept
client send \"<script>\"
client send \"]]>&amp;<!--\"
client send \"\u{202e}\u{1b}[2J;#\"
client send \"```\\nend\\n%%{init}%%\"
client thread wrap
wrap recv &
wire drop FIN from client
client shutdown write
server recv
wire hold FIN from server
server close
";

fn hostile() -> Vec<Event> {
    let lines = play_unchecked(HOSTILE).to_string();
    assert!(lines.contains("<script>"), "{lines}");
    recording::read(&lines)
}

fn about(title: &str) -> ExportInfo {
    ExportInfo {
        title: title.into(),
        address: Some("http://127.0.0.1/s/x".into()),
    }
}

/// The file name of an answer, and its first bytes.
async fn download(url: String) -> (u16, String, String, Vec<u8>) {
    let answer = reqwest::get(url).await.unwrap();
    let status = answer.status().as_u16();
    let text = |name| {
        answer
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
            .to_owned()
    };
    let (kind, place) = (
        text(header::CONTENT_TYPE),
        text(header::CONTENT_DISPOSITION),
    );
    (status, kind, place, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn every_source_is_given_in_every_format() {
    let server = Server::start(&[]);
    let script = "server listen\nclient connect\nserver accept\nclient close";
    let run = ended_run(&server, json!({ "script": script, "pace": "full" })).await;
    let sources = [
        (
            "/api/recordings/half-close".to_owned(),
            "half-close".to_owned(),
        ),
        ("/api/atlas/CLOSE_WAIT/fin".into(), "CLOSE_WAIT-fin".into()),
        (format!("/api/runs/{run}"), run),
    ];
    for (source, name) in sources {
        for (format, kind, file, begin) in [
            (
                "pcapng",
                "application/x-pcapng",
                ".pcapng",
                &b"\x0a\x0d\x0d\x0a"[..],
            ),
            ("json", "application/json", ".json", b"{"),
            (
                "svg",
                "image/svg+xml",
                ".svg",
                b"<svg xmlns=\"http://www.w3.org/2000/svg\"",
            ),
            ("png", "image/png", ".png", b"\x89PNG\r\n\x1a\n"),
            ("md", "text/markdown; charset=utf-8", ".md", b"# "),
            (
                "packetdrill",
                "text/plain; charset=utf-8",
                "-client.pkt",
                b"// ",
            ),
            (
                "packetdrill?host=server",
                "text/plain; charset=utf-8",
                "-server.pkt",
                b"// ",
            ),
            (
                "png?preview=1",
                "image/png",
                "-preview.png",
                b"\x89PNG\r\n\x1a\n",
            ),
        ] {
            let url = server.url(&format!("{source}/{format}"));
            let (status, media, place, bytes) = download(url).await;
            assert_eq!((status, media.as_str()), (200, kind), "{source}/{format}");
            assert!(
                place.ends_with(&format!("; filename=\"fourwave-{name}{file}\"")),
                "{place}"
            );
            assert!(
                bytes.starts_with(begin),
                "{source}/{format}: {:?}",
                &bytes[..bytes.len().min(60)]
            );
        }
    }
}

#[tokio::test]
async fn what_there_is_not_is_said() {
    let server = Server::start(&[]);
    for source in ["/api/recordings/half-close", "/api/atlas/CLOSE_WAIT/fin"] {
        let (status, answer) = request("GET", &server.url(&format!("{source}/docx")), None).await;
        assert_eq!((status, &answer["error"]), (404, &json!("unknown")));
        for format in Format::ALL {
            assert!(
                answer["message"].as_str().unwrap().contains(format.name()),
                "{answer}"
            );
        }
    }
    for unknown in [
        "/api/recordings/no-such/svg",
        "/api/recordings/atlas/svg",
        "/api/runs/nosuch/svg",
        "/api/atlas/X/y/svg",
    ] {
        assert_eq!(
            request("GET", &server.url(unknown), None).await.0,
            404,
            "{unknown}"
        );
    }
    for wrong in [
        "svg?theme=blue",
        "packetdrill?host=router",
        "png?preview=yes",
    ] {
        let url = server.url(&format!("/api/recordings/half-close/{wrong}"));
        let (status, answer) = request("GET", &url, None).await;
        assert_eq!(
            (status, &answer["error"]),
            (400, &json!("request")),
            "{wrong}"
        );
    }
}

#[test]
fn hostile_data_stays_data() {
    let events = hostile();
    let title = "<script>alert(1)</script> ]]> \u{202e}\u{0} `|` end; #1";
    for (language, theme) in LANGUAGES.into_iter().zip(THEMES) {
        let svg = draw(&events, &about(title), language, theme);
        let picture = Picture::read(&svg);
        picture.assert_has_every_segment(&events, "hostile");
        assert!(!svg.contains("<script") && !svg.contains("]]>"), "{svg}");
        assert!(!svg.contains(['\u{202e}', '\u{0}', '\u{1b}']), "{svg}");
        // The text is still readable.
        assert!(
            picture
                .texts()
                .iter()
                .any(|text| text.contains("\"<script>\"")),
            "{:?}",
            picture.texts()
        );
        for card in [false, true] {
            let wish = ExportOptions {
                theme,
                card,
                ..ExportOptions::default()
            };
            let png = export(&events, Format::Png, &about(title), language, wish).unwrap();
            picture::size_of_png(&png);
        }
        let text = export(
            &events,
            Format::Markdown,
            &about(title),
            language,
            ExportOptions::default(),
        )
        .unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains(['\u{202e}', '\u{0}', '\u{1b}']), "{text}");
        // The script is unchanged, inside a fence that no part of it closes.
        let parts: Vec<&str> = text.split("\n````\n").collect();
        assert_eq!(parts.len(), 3, "{text}");
        assert!(
            !parts[0].contains("<script") && parts[2].is_empty(),
            "{text}"
        );
        mermaid::check(&mermaid::diagram_of(&text))
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
    assert_same_events(&events);
}

/// A run survives the way to JSON and back.
fn assert_same_events(events: &[Event]) {
    let json = export(
        events,
        Format::Json,
        &ExportInfo::default(),
        Language::English,
        ExportOptions::default(),
    )
    .unwrap();
    let again = from_json(&String::from_utf8(json).unwrap()).unwrap();
    let lines = |events: &[Event]| {
        events
            .iter()
            .map(|event| serde_json::to_value(event).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&again), lines(events));
}

#[test]
fn a_recording_that_became_json_is_the_same_again() {
    for scenario in catalogue::scenarios() {
        assert_same_events(&recorded(&scenario.id));
    }
    let events = recorded("half-close");
    let json = export(
        &events,
        Format::Json,
        &ExportInfo::default(),
        Language::English,
        ExportOptions::default(),
    )
    .unwrap();
    let object: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        (&object["format"], &object["version"]),
        (&json!("fourwave recording"), &json!(1))
    );
    assert_eq!(object["scenario"], "half-close");
    assert_eq!(object["script"], object["events"][0]["script"]);
    assert_eq!(object["kernel"], object["events"][0]["kernel"]);
    assert_eq!(object["recorded"], object["events"][0]["began"]);
    assert!(
        from_json("{}")
            .unwrap_err()
            .to_string()
            .contains("expected a fourwave recording 1")
    );
    assert!(from_json("[").is_err());
}

#[test]
fn the_command_keeps_a_picture() {
    let folder = Folder::new();
    let file = folder.write("picture.svg", "");
    let output = command(&["run", "four-waves", "--svg", file.to_str().unwrap()], "");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let svg = std::fs::read_to_string(&file).unwrap();
    let texts = Picture::read(&svg).texts();
    for word in ["FIN, ACK", "TIME_WAIT", "CLOSED"] {
        assert!(
            texts.iter().any(|text| text == word),
            "no {word} in {texts:?}"
        );
    }
    let title = &catalogue::scenario("four-waves").unwrap().title.en;
    assert!(texts.contains(title), "{texts:?}");

    let output = command(&["run", "four-waves", "--svg", "/proc/no/where.svg"], "");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("writing /proc/no/where.svg: ") && text.contains("after --svg"),
        "{text}"
    );
}

#[tokio::test]
async fn the_menu_is_used_without_a_mouse() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/atlas/CLOSE_WAIT/fin")).await;
    browser.click(".invitation [data-act=recording]").await;
    browser.until_shown(".exports").await;
    browser.get("$('.exports summary').focus()").await;
    browser.press(Key::Enter).await;
    browser.until("$('.exports').open").await;
    let links = browser.get("$$('.exports a').map((link) => [new URL(link.href).pathname, link.checkVisibility(), link.download === ''])").await;
    let at = "/api/atlas/CLOSE_WAIT/fin";
    let expected = [
        "pcapng",
        "svg",
        "png",
        "md",
        "packetdrill",
        "packetdrill",
        "json",
        "html",
        "exercise",
    ];
    assert_eq!(
        links,
        json!(expected.map(|format| (format!("{at}/{format}"), true, true)))
    );
    let answers = browser
        .call("return Promise.all($$('.exports a').map(async ({ href }) => (await fetch(href)).status))")
        .await;
    assert_eq!(answers, json!(expected.map(|_| 200)));
    browser.press(Key::Tab).await;
    browser
        .until("document.activeElement.closest('.exports ul a') !== null")
        .await;
    browser.press(Key::Escape).await;
    browser
        .until("!$('.exports').open && document.activeElement.matches('.exports summary')")
        .await;
    browser.assert_quiet().await;
}

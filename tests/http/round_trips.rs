//! What leaves and comes back is what it was: a script in a link, a recording in the store.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use fourwave::content::catalogue;
use fourwave::recording;
use serde_json::{Value, json};

use crate::kernel::random::{arbitrary_events, author};
use crate::support::Server;
use crate::support::browser::Browser;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// base64url without padding, RFC 4648, section 5.
fn base64url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, index| {
            bits << 8 | u32::from(*three.get(index).unwrap_or(&0))
        });
        let letters =
            (0..=three.len()).map(|index| LETTERS[(bits >> (18 - 6 * index) & 63) as usize]);
        text.extend(letters.map(char::from));
    }
    text
}

fn bytes(base64url: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in base64url.bytes() {
        let value = LETTERS
            .iter()
            .position(|one| *one == letter)
            .expect("a letter of base64url");
        (bits, count) = (bits << 6 | value as u32, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

fn packed(script: &str, level: Compression) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), level);
    encoder.write_all(script.as_bytes()).unwrap();
    format!("1{}", base64url(&encoder.finish().unwrap()))
}

fn unpacked(text: &str) -> String {
    let mut script = String::new();
    let packed = bytes(text.strip_prefix('1').expect("the version"));
    DeflateDecoder::new(&packed[..])
        .read_to_string(&mut script)
        .unwrap();
    script
}

fn texts(value: &Value) -> Vec<&str> {
    let Value::Array(all) = value else {
        panic!("{value}");
    };
    all.iter().map(|one| one.as_str().unwrap()).collect()
}

/// What `map` makes of each of these in a page, where `link` is web/scripts/share/script-link.js.
async fn in_page(browser: &Browser, all: &[String], map: &str) -> Value {
    let all = json!(all);
    let body = format!(
        "const link = await import('/assets/now/scripts/share/script-link.js'); return Promise.all({all}.map(async (one) => {map}));"
    );
    browser.call(&body).await
}

#[tokio::test]
async fn a_thousand_scripts_go_into_links_and_come_back() {
    let scripts: Vec<String> = (0..1000)
        .map(|seed| format!("# 第 {seed} 个脚本 🌊\n{}", author::script(seed)))
        .collect();
    let server = Server::start(&[]);
    let browser = Browser::open("en", [800, 600]).await;
    browser.visit(server.url("/find")).await;

    let links = in_page(&browser, &scripts, "link.pack(one)").await;
    let links = texts(&links);
    for (script, link) in scripts.iter().zip(&links) {
        assert_eq!(
            &unpacked(link),
            script,
            "flate2 reads what the browser wrote"
        );
    }
    let links: Vec<String> = links.into_iter().map(Into::into).collect();
    let back = in_page(&browser, &links, "link.unpack(one)").await;
    assert_eq!(texts(&back), scripts);
    // Stored, quickly, well packed: whatever is raw DEFLATE.
    let levels = [
        Compression::none(),
        Compression::fast(),
        Compression::best(),
    ];
    let ours = scripts.iter().zip(levels.into_iter().cycle());
    let ours: Vec<String> = ours.map(|(script, level)| packed(script, level)).collect();
    let back = in_page(&browser, &ours, "link.unpack(one)").await;
    assert_eq!(texts(&back), scripts);
}

#[tokio::test]
async fn a_link_that_carries_no_script_says_why() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", [800, 600]).await;
    browser.visit(server.url("/find")).await;
    let whole = packed(
        "server listen\nclient connect\nserver accept",
        Compression::best(),
    );
    let mut not_text = DeflateEncoder::new(Vec::new(), Compression::best());
    not_text.write_all(&[0xff, 0xfe]).unwrap();
    let cases = [
        (String::new(), "letters"),
        ("1".into(), "letters"),
        (format!("2{}", &whole[1..]), "version"),
        (format!("{whole}!"), "letters"),
        (format!("{whole} "), "letters"),
        (whole[..whole.len() - 3].into(), "data"),
        (format!("{whole}AAAA"), "data"),
        (
            format!("1{}", base64url(&not_text.finish().unwrap())),
            "data",
        ),
        (
            packed(&"a".repeat(60 * 1024 + 1), Compression::best()),
            "large",
        ),
        // 60 MB in 60 KB: no more of it is made than is looked at.
        (packed(&"a".repeat(60 << 20), Compression::best()), "large"),
    ];
    let links: Vec<String> = cases.iter().map(|(link, _)| link.clone()).collect();
    let why = "link.unpack(one).then(() => 'fine', (error) => (error instanceof link.DamagedLink ? error.message : String(error)))";
    let said = in_page(&browser, &links, why).await;
    let wanted: Vec<&str> = cases.iter().map(|(_, why)| *why).collect();
    assert_eq!(texts(&said), wanted);
    let largest = ["a".repeat(60 * 1024), "a".repeat(60 * 1024 + 1)];
    let said = in_page(&browser, &largest, "link.pack(one).then(link.unpack).then((back) => String(back === one), (error) => error.message)").await;
    assert_eq!(texts(&said), ["true", "large"]);
}

#[tokio::test]
async fn every_lessons_script_fits_in_a_link() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", [800, 600]).await;
    browser.visit(server.url("/find")).await;
    let lessons = catalogue::scenarios();
    let scripts: Vec<String> = lessons
        .iter()
        .map(|lesson| lesson.script.text.clone())
        .collect();
    let links = in_page(
        &browser,
        &scripts,
        "`${location.origin}/try#s=${await link.pack(one)}`",
    )
    .await;
    let mut longest = (0, "");
    for (lesson, link) in lessons.iter().zip(texts(&links)) {
        assert!(
            link.len() <= 2000,
            "{}: {} characters",
            lesson.id,
            link.len()
        );
        longest = longest.max((link.len(), &lesson.id));
    }
    println!(
        "the longest link has {} characters: {}",
        longest.0, longest.1
    );
}

#[test]
fn a_thousand_recordings_are_written_and_read() {
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 0..1000 {
        let events = arbitrary_events::events(seed);
        let packed = recording::pack(&events).unwrap();
        let lines = recording::unpack(&packed).unwrap();
        assert_eq!(lines.lines().count(), events.len(), "seed {seed}");
        let back = recording::read(&lines);
        assert_eq!(format!("{back:?}"), format!("{events:?}"), "seed {seed}");
        assert_eq!(recording::pack(&back).unwrap(), packed, "seed {seed}");
        assert_eq!(
            recording::pack_lines(lines.lines()).unwrap(),
            packed,
            "seed {seed}"
        );
        kinds.extend(lines.lines().map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            event["type"].as_str().unwrap().to_owned()
        }));
    }
    assert_eq!(kinds.len(), 14, "{kinds:?}");
}

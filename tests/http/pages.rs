//! The pages, their words and their files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use crate::support::{Server, scenario_ids};

fn words(language: &str) -> BTreeMap<String, String> {
    toml::from_str(&std::fs::read_to_string(format!("web/words/{language}.toml")).unwrap()).unwrap()
}

/// A file, or every file of a folder and of the folders in it.
fn files(path: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return vec![std::fs::read_to_string(path).unwrap()];
    };
    let paths = entries.map(|entry| entry.unwrap().path().to_str().unwrap().to_owned());
    paths.flat_map(|path| files(&path)).collect()
}

#[test]
fn every_word_stands_in_both_languages_with_the_same_gaps() {
    let (en, zh) = (words("en"), words("zh"));
    assert_eq!(en.keys().collect::<Vec<_>>(), zh.keys().collect::<Vec<_>>());
    let gaps = |text: &str| -> BTreeSet<String> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name.to_owned())
            .collect()
    };
    for (key, text) in &en {
        assert_eq!(gaps(text), gaps(&zh[key]), "{key}");
        assert!(
            !text.trim().is_empty() && !zh[key].trim().is_empty(),
            "{key}"
        );
    }
}

#[test]
fn every_word_that_is_used_exists_and_every_one_is_used() {
    let sources = [
        files("web/pages"),
        files("web/scripts"),
        files("server/web"),
        files("server/content"),
        files("server/export"),
    ]
    .concat()
    .join("\n");
    let en = words("en");
    for call in ["w(\"", "words(\""] {
        for used in sources
            .split(call)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(en.contains_key(used), "there is no word {used:?}");
        }
    }
    for key in en.keys() {
        assert!(
            sources.contains(&format!("\"{key}\""))
                || key
                    .split_once('.')
                    .is_some_and(|(kind, _)| sources.contains(&format!("`{kind}.${{"))),
            "{key} is not used"
        );
    }
}

/// What stands in a page between two tags.
fn texts(page: &str) -> BTreeSet<&str> {
    let (_, body) = page.split_once("<body").unwrap();
    let behind_tags = body.split('>').skip(1);
    let texts = behind_tags.filter_map(|rest| rest.split_once('<'));
    texts.map(|(text, _)| text).collect()
}

#[tokio::test]
async fn every_page_speaks_both_languages() {
    let server = Server::start(&[]);
    let get = |path: String, accept: &'static str| {
        let request = reqwest::Client::new()
            .get(server.url(&path))
            .header("accept-language", accept);
        async move {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        }
    };
    let pages = [
        "/",
        "/try",
        "/play",
        "/compare",
        "/api",
        "/article",
        "/atlas",
        "/atlas/ESTABLISHED/rst-inside",
        "/find",
        "/find?q=FIN_WAIT_2",
        "/find?q=nothing+such",
        "/state/TIME_WAIT",
        "/error/EPIPE",
    ];
    let pages = pages
        .into_iter()
        .map(String::from)
        .chain(scenario_ids().into_iter().map(|id| format!("/s/{id}")));
    let (en, zh) = (words("en"), words("zh"));
    for page in pages {
        let (status, english) = get(page.clone(), "en-US,en;q=0.9,zh;q=0.5").await;
        assert_eq!(status, 200, "{page}");
        assert!(english.contains("<html lang=\"en\">"));
        let (_, chinese) = get(page.clone(), "fr, zh-Hans-CN;q=0.8, en;q=0.4").await;
        assert!(
            chinese.contains("<html lang=\"zh-CN\">") && chinese.contains("自己写脚本"),
            "{page}"
        );
        // What is missing stands there as its key; where one language has a word the other has its own.
        let (own, others) = (texts(&english), texts(&chinese));
        for (key, word) in &en {
            assert!(
                !own.contains(&**key) && !others.contains(&**key),
                "{page}: {key}"
            );
            if own.contains(&**word) && word.len() > 12 {
                assert!(others.contains(&*zh[key]), "{page}: {key}");
            }
        }
        let joint = if page.contains('?') { '&' } else { '?' };
        assert_eq!(
            get(format!("{page}{joint}lang=en"), "zh").await.1,
            english,
            "{page}"
        );
    }
    let (status, missing) = get("/s/none".into(), "en").await;
    assert_eq!(status, 404);
    assert!(missing.contains("There is no such page"));
}

#[tokio::test]
async fn the_chosen_language_is_remembered() {
    let server = Server::start(&[]);
    let response = reqwest::get(server.url("/?lang=zh-TW")).await.unwrap();
    let cookie = response.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let again = reqwest::Client::new()
        .get(server.url("/"))
        .header("cookie", cookie)
        .header("accept-language", "en");
    assert!(
        again
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("lang=\"zh-CN\"")
    );
}

#[tokio::test]
async fn files_are_kept_by_their_version_and_nothing_comes_from_elsewhere() {
    let server = Server::start(&[]);
    let response = reqwest::get(server.url("/s/four-waves")).await.unwrap();
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
        "{policy}"
    );
    let page = response.text().await.unwrap();
    let addresses: BTreeSet<&str> = ["href=\"", "src=\""]
        .iter()
        .flat_map(|name| page.split(name).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let assets: Vec<&&str> = addresses
        .iter()
        .filter(|address| address.starts_with("/assets/"))
        .collect();
    assert!(assets.len() >= 5, "{addresses:?}");
    for address in assets {
        let file = reqwest::get(server.url(address)).await.unwrap();
        assert_eq!(file.status(), 200, "{address}");
        assert!(
            file.headers()["cache-control"]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
    }
    for path in [
        "/assets/x/../../Cargo.toml",
        "/assets/x/..%2f..%2fCargo.toml",
        "/assets/x/pages/frame.html",
    ] {
        assert!(
            raw_get(&server.address, path).starts_with("HTTP/1.1 404"),
            "{path}"
        );
    }
}

/// The answer to a request whose path is sent as it is.
fn raw_get(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// What the parser says to a Chinese reader has no English sentence in it: what is in Latin letters is the script's own.
#[tokio::test]
async fn mistakes_are_told_in_the_readers_language() {
    let server = Server::start(&[]);
    let scripts = [
        "reader recv",
        "client jump",
        "client shutdown",
        "client send",
        "client send \"x",
        "client \\",
        "client send \"\\q\"",
        "client recv 9X",
        "client connect 0",
        "server listen 1 backlog x",
        "client set",
        "client set linger x",
        "client set keepalive",
        "client set nodelay x",
        "client set user_timeout x",
        "client get x",
        "client dup",
        "client dup on a as b on c",
        "client close as x",
        "client recv on",
        "client connect as",
        "wire",
        "wire delay x",
        "wire drop 0 FIN",
        "wire drop X",
        "wire inject RST",
        "wire inject RST to client seq x",
        "wire inject RST to client data 3",
        "wire hold any from x",
        "expect client",
        "expect x ESTABLISHED",
        "expect client recvq x",
        "expect client sent FIN since none",
        "expect client ESTABLISHED within x",
        "claim : x",
        "claim a client close",
        "sleep",
        "wait client",
        "client recv => ",
        "client link x",
        "client sysctl x",
        "client sysctl tcp_fin_timeout x",
        "server boot",
        "server crash\nserver recv",
        "a: settle\na: settle",
        "client kill\nclient close",
        "server listen\nserver accept &\nserver close",
        "settle &",
        "settle => 0",
        "client close => \"x\"",
        "client close => 0 &",
        "client thread client",
        "client send \"x\" on nothing",
        "",
        "settle settle",
        "client thread 1",
        "client exit\nclient thread x",
    ];
    let client = reqwest::Client::new();
    for script in scripts {
        let asked = client
            .post(server.url("/api/check"))
            .header("Accept-Language", "zh-CN")
            .body(script);
        let answer: serde_json::Value = asked.send().await.unwrap().json().await.unwrap();
        let mistakes = answer["mistakes"].as_array().unwrap();
        assert!(!mistakes.is_empty(), "{script:?}");
        for mistake in mistakes {
            for key in ["found", "expected"] {
                let text = mistake[key].as_str().unwrap();
                let english = [
                    " a ", " an ", "a number", "another", "the ", " such ", " that ", "which",
                    " of ", "first",
                ];
                let told = english
                    .iter()
                    .find(|word| format!(" {text} ").contains(**word));
                assert!(told.is_none(), "{script:?}: {text}");
            }
        }
    }
}

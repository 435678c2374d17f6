//! Completion: what the server offers where somebody writes.

use fourwave::content::scenario;
use fourwave::script;
use serde_json::json;

use crate::support::{Server, request, scenario_ids};

/// The words of a line that the language gives, or that lines above gave, each with its column: no free names, no texts,
/// no numbers.
fn words(line: &str) -> Vec<(usize, String)> {
    let is_word = |c: char| c.is_alphanumeric() || "_-+".contains(c);
    let chars: Vec<char> = line.chars().collect();
    let (mut words, mut at, mut quoted) = (Vec::new(), 0, false);
    let mut before = String::new();
    while at < chars.len() && (quoted || chars[at] != '#') {
        match chars[at] {
            '\\' if quoted => at += 1,
            '"' => quoted = !quoted,
            c if !quoted && is_word(c) => {
                let word: String = chars[at..].iter().take_while(|c| is_word(**c)).collect();
                let end = at + word.chars().count();
                let named = ["thread", "fork", "process", "as", "claim"].contains(&before.as_str());
                let label = chars.get(end) == Some(&':');
                let number = word.starts_with(|c: char| c.is_ascii_digit() || c == '-')
                    || word.starts_with("next");
                if !named && !label && !number {
                    words.push((at + 1, word.clone()));
                }
                before = word;
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    words
}

#[test]
fn every_word_of_every_lesson_is_offered_where_it_stands() {
    let mut places = 0;
    let mut missing = Vec::new();
    for id in scenario_ids() {
        let file = std::fs::read_to_string(format!("scenarios/{id}.toml")).unwrap();
        let text = scenario::parse(&id, &file).unwrap().script.text;
        for (line, shown) in (1..).zip(text.lines()) {
            for (column, word) in words(shown) {
                let found = script::complete(&text, line, column).unwrap();
                places += 1;
                if found.from != column || !found.completions.iter().any(|it| it.text == word) {
                    missing.push(format!("{id}:{line}:{column}: {word} in {shown:?}"));
                }
            }
        }
    }
    assert!(places > 3000, "{places} places");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn whatever_is_offered_the_parser_takes() {
    let before = "server listen\nclient connect\nserver accept as two\nclient thread reader\nreader recv &\n";
    for head in [
        "",
        "client ",
        "expect server.",
        "wire ",
        "client close ",
        "client recv => ",
        "server send 9 on ",
    ] {
        let text = format!("{before}{head}");
        let column = head.chars().count() + 1;
        let found = script::complete(&text, 6, column).unwrap();
        assert!(!found.completions.is_empty(), "{head}");
        for word in found.completions {
            let end = column + word.text.chars().count();
            let mistakes = script::parse(&format!("{text}{}", word.text))
                .err()
                .unwrap_or_default();
            let early: Vec<_> = mistakes
                .iter()
                .filter(|it| it.line < 6 || it.column < end)
                .collect();
            assert!(early.is_empty(), "{head}{}: {early:?}", word.text);
        }
    }
}

#[tokio::test]
async fn the_endpoint_offers_and_says_what_lacks_in_the_visitors_language() {
    let server = Server::start(&[]);
    let ask =
        async |place| request("POST", &server.url("/api/complete?lang=zh"), Some(place)).await;
    let place = json!({ "script": "谁: client shutdown w", "line": 1, "column": 21 });
    let expected = json!({
        "from": 20,
        "completions": [{ "text": "write", "kind": "keyword" }],
        "expected": "read、write 或 both",
    });
    assert_eq!(ask(place).await, (200, expected));
    for wrong in [
        json!({ "script": "settle", "line": 3, "column": 1 }),
        json!({ "script": "settle", "line": 1, "column": 8 }),
        json!({ "script": "settle", "line": 1 }),
    ] {
        let (status, answer) = ask(wrong).await;
        assert_eq!(
            (status, &answer["error"]),
            (400, &json!("request")),
            "{answer}"
        );
    }
    let long = json!({ "script": "settle\n".repeat(401), "line": 401, "column": 1 });
    assert_eq!(ask(long).await.1["completions"], json!([]));
}

//! The editor, as somebody uses it who writes a script.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::accessibility::violations;
use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, play, request, scenario_ids};

const AREA: &str = "$('.editor textarea')";

/// A page with an empty editor, the caret in it.
async fn blank(server: &Server, language: &str) -> Browser {
    let browser = Browser::open(language, LAPTOP).await;
    browser.visit(server.url("/try")).await;
    let area = browser.driver.find(By::Css(".editor textarea")).await;
    area.unwrap().clear().await.unwrap();
    browser.click(".editor textarea").await;
    browser
}

/// What is underlined, with the number of its line.
async fn marked(browser: &Browser) -> Value {
    let rows = "$$('.overlay .row')";
    let wrong = "[...row.querySelectorAll('.wrong')].map((part) => part.textContent).join('')";
    let with_number = format!("{rows}.map((row, index) => [index + 1, {wrong}])");
    browser
        .get(&format!("{with_number}.filter(([, wrong]) => wrong)"))
        .await
}

async fn until_offered(browser: &Browser, words: &[&str]) {
    let shown = "$$('.suggestions b').map((it) => it.parentElement.textContent).join(' ')";
    let wanted = json!(words.join(" "));
    browser.until(&format!("{shown} === {wanted}")).await;
}

async fn text(browser: &Browser) -> Value {
    browser.get(&format!("{AREA}.value")).await
}

#[tokio::test]
async fn mistakes_are_marked_where_they_are_in_the_visitors_language() {
    let server = Server::start(&[]);
    let browser = blank(&server, "zh-CN").await;
    // Characters of two and three bytes, and one of two UTF-16 units, before the mistake; a line too short; one that is right.
    browser
        .press("server send \"é你好🙂\" nowhere\nserver send\nserver listen")
        .await;
    browser.until("$$('.mistakes li').length === 2").await;
    assert_eq!(marked(&browser).await, json!([[1, "nowhere"], [2, " "]]));
    assert!(
        browser
            .text(".mistakes")
            .await
            .starts_with("第 1 行第 20 列：这里是 `nowhere`"),
        "{}",
        browser.text(".mistakes").await
    );
    let gutter = "$$('.gutter button').map((mark) => mark.textContent).join()";
    assert_eq!(browser.get(gutter).await, "1,2");
    assert_eq!(browser.get(&format!("{AREA}.ariaInvalid")).await, "true");

    // The message stands at the mark, and leads to its place.
    browser.get("$('.gutter button').focus()").await;
    assert!(browser.text(".tip").await.contains("`nowhere`"));
    browser.click(".gutter button").await;
    let selected = format!("{AREA}.value.slice({AREA}.selectionStart, {AREA}.selectionEnd)");
    assert_eq!(browser.get(&selected).await, "nowhere");

    // What is right again is marked no more; the other mark moves with its line.
    browser.press("\n").await;
    browser
        .until("$('.mistakes').textContent.includes('第 3 行')")
        .await;
    assert_eq!(marked(&browser).await, json!([[3, " "]]));
    browser
        .until("$('.said').textContent.startsWith('共 1 处错误')")
        .await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn words_are_completed_by_key_and_by_mouse() {
    let server = Server::start(&[]);
    let browser = blank(&server, "en").await;
    browser.press("client sh").await;
    until_offered(&browser, &["shutdown"]).await;
    let active = format!(
        "document.getElementById({AREA}.getAttribute('aria-activedescendant'))?.ariaSelected"
    );
    assert_eq!(browser.get(&active).await, "true");
    assert_eq!(
        violations(&browser).await,
        Vec::<String>::new(),
        "with the list open"
    );
    browser.press(Key::Enter).await;
    assert_eq!(text(&browser).await, "client shutdown");

    // By Ctrl+Space where nothing is typed yet, the second by arrow and Tab.
    browser.press(" ").await;
    browser.press_with(Key::Control, " ").await;
    until_offered(&browser, &["read", "write", "both"]).await;
    browser.press(Key::Down).await;
    browser.press(Key::Tab).await;
    assert_eq!(text(&browser).await, "client shutdown write");

    // A line that is whole ends with Enter, although longer words begin so.
    browser.press("\nclient set linger").await;
    until_offered(&browser, &["linger", "linger2"]).await;
    browser.press(Key::Enter).await;
    browser.press("exp").await;
    until_offered(&browser, &["expect"]).await;
    browser.click(".suggestions [role=option]").await;
    let whole = "client shutdown write\nclient set linger\nexpect";
    assert_eq!(text(&browser).await, whole);
    assert_eq!(
        browser.get("document.activeElement.tagName").await,
        "TEXTAREA"
    );

    // Escape closes the list; then Tab leaves the text, as everywhere.
    browser.press(" client LAS").await;
    until_offered(&browser, &["LAST_ACK"]).await;
    browser.press(Key::Escape).await;
    browser.until("$('.suggestions').hidden").await;
    browser.press(Key::Tab).await;
    assert_ne!(
        browser.get("document.activeElement.tagName").await,
        "TEXTAREA"
    );
    // And the browser's own undo knows what was completed.
    browser.click(".editor textarea").await;
    browser.until("$('.suggestions').hidden").await;
    assert_eq!(text(&browser).await, format!("{whole} client LAS"));
    browser.assert_quiet().await;
}

#[tokio::test]
async fn nothing_is_completed_while_an_input_method_composes() {
    let server = Server::start(&[]);
    let browser = blank(&server, "zh-CN").await;
    browser.press("client sh").await;
    until_offered(&browser, &["shutdown"]).await;
    let composing = format!(
        "{AREA}.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', isComposing: true, bubbles: true, cancelable: true }}))"
    );
    assert_eq!(
        browser.get(&composing).await,
        true,
        "the key is the input method's"
    );
    assert_eq!(text(&browser).await, "client sh");
    let composed = format!(
        "{AREA}.dispatchEvent(new InputEvent('input', {{ inputType: 'insertCompositionText', isComposing: true }})) && $('.suggestions').hidden"
    );
    assert_eq!(browser.get(&composed).await, true);
}

#[tokio::test]
async fn an_example_takes_the_texts_place_and_undo_brings_it_back() {
    let server = Server::start(&[]);
    let browser = blank(&server, "en").await;
    browser.press("client connect # mine").await;
    browser.click(".examples summary").await;
    browser.until("$$('.examples li').length > 100").await;
    browser.click(".examples [type=search]").await;
    browser.press("cut cable").await;
    let left = "$$('.examples li').filter((it) => it.checkVisibility())";
    let found = "it.textContent.toLowerCase().includes('cut cable') || it.dataset.text.includes('cut cable')";
    browser
        .until(&format!(
            "{left}.length < 9 && {left}.every((it) => {found})"
        ))
        .await;
    let before = browser.get("location.hash").await;
    let before = before.as_str().unwrap().to_owned();
    browser.click(".examples li:not([hidden]) button").await;
    browser
        .until(&format!("{AREA}.value.includes('wire mend')"))
        .await;
    assert_eq!(
        browser.get(&format!("{AREA}.value.includes('mine')")).await,
        false
    );
    browser
        .until("$('.overlay').textContent.includes('wire mend')")
        .await;
    // The address follows, so that it is there again after a reload.
    browser
        .until(&format!("location.hash !== '{before}'"))
        .await;

    browser.press_with(Key::Control, "z").await;
    assert_eq!(text(&browser).await, "client connect # mine");
    browser.click(".examples summary").await;
    browser.click(".examples li:not([hidden]) button").await;
    browser
        .until(&format!("{AREA}.value.includes('wire mend')"))
        .await;
    browser.click(".replaced button").await;
    assert_eq!(text(&browser).await, "client connect # mine");
    browser.until("$('.replaced').hidden").await;

    // The language in short, beside it.
    browser.click(".language summary").await;
    browser
        .until("$('.language').textContent.includes('client shutdown write')")
        .await;
    assert_eq!(violations(&browser).await, Vec::<String>::new());
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_lessons_script_is_opened_as_shown_and_run_by_key() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/atlas/TIME_WAIT/fin")).await;
    let script = browser
        .get("JSON.parse(document.getElementById('data').textContent).script")
        .await;
    browser.click("[data-act=edit]").await;
    browser.until(&format!("{AREA}?.value")).await;
    assert_eq!(text(&browser).await, script);

    browser.click(".editor textarea").await;
    browser.press_with(Key::Control, "a").await;
    browser.press("client connect => ECONNREFUSED").await;
    browser.press(Key::Escape).await;
    browser.press_with(Key::Control, Key::Enter).await;
    browser.until_text(".script .gave", "✓ ECONNREFUSED").await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn the_coloured_layer_has_the_texts_letters_in_its_places() {
    let server = Server::start(&[]);
    let browser = blank(&server, "en").await;
    // Tabs, CRLF, a line wider than the frame, more lines than it has: pasted.
    let fill = format!(
        "(() => {{ const lines = Array.from({{ length: 399 }}, (_, n) => 'l' + n + ': client send \"你好\t\"');
            lines[7] = '#' + ' wide'.repeat(400);
            const {{ clipboardData }} = new ClipboardEvent('paste', {{ clipboardData: new DataTransfer() }});
            {AREA}.focus();
            document.execCommand('insertText', false, lines.join('\\r\\n'));
            return clipboardData !== null; }})()"
    );
    browser.get(&fill).await;
    let same = format!(
        "$('.overlay').innerText.replaceAll('\\u00a0', ' ').trimEnd() === {AREA}.value.trimEnd()"
    );
    browser.until(&same).await;
    let sizes = browser
        .get(&format!(
            "[$$('.overlay .row').length, $$('.gutter > *').length,
              {AREA}.scrollWidth <= {AREA}.clientWidth, {AREA}.scrollHeight <= {AREA}.clientHeight,
              {AREA}.scrollTop, document.documentElement.scrollWidth <= innerWidth]"
        ))
        .await;
    assert_eq!(sizes, json!([399, 399, true, true, 0, true]));
    // The caret at the end is in sight.
    let frame = "$('.scroller').getBoundingClientRect()";
    let last = "$('.overlay .row:last-child').getBoundingClientRect()";
    browser
        .until(&format!(
            "{last}.bottom <= {frame}.bottom + 1 && {last}.top >= {frame}.top"
        ))
        .await;
    browser.until("$$('.mistakes li').length === 0").await;

    // Words are told apart; no letter is lost or added.
    let parts = browser
        .call(
            "const { tokens } = await import('/assets/now/scripts/script/tokenizer.js');
             const read = (line) => tokens(line).filter(({ kind }) => kind).map(({ text, kind }) => `${kind} ${text}`);
             const odd = ['', '\"', '\\\\', 'a:b::c', '=>=>', '🙂 \"🙂', '\\t# \"', 'x '.repeat(50)].filter((line) => tokens(line).map(({ text }) => text).join('') !== line);
             return [odd, read('fin: client send \"a # \\\\\" b\" => EPIPE or 5 # why'), read('claim two: server.b sent ACK,!FIN since fin'), read('wire drop 3 data from client'), read('client set keepalive 2s 1s 3'), read('expect client TIME_WAIT within 2s')];",
        )
        .await;
    let kinds = json!([
        [],
        [
            "label fin",
            "mark :",
            "actor client",
            "call send",
            "text \"a # \\\" b\"",
            "mark =>",
            "errno EPIPE",
            "keyword or",
            "number 5",
            "comment # why"
        ],
        [
            "keyword claim",
            "label two",
            "mark :",
            "actor server",
            "mark .",
            "name b",
            "keyword sent",
            "flag ACK",
            "mark ,",
            "mark !",
            "flag FIN",
            "keyword since",
            "label fin"
        ],
        [
            "actor wire",
            "call drop",
            "number 3",
            "keyword data",
            "keyword from",
            "actor client"
        ],
        [
            "actor client",
            "call set",
            "name keepalive",
            "number 2s",
            "number 1s",
            "number 3"
        ],
        [
            "keyword expect",
            "actor client",
            "state TIME_WAIT",
            "keyword within",
            "number 2s"
        ]
    ]);
    assert_eq!(parts, kinds);
}

#[tokio::test]
async fn every_small_example_is_true() {
    let server = Server::start(&[]);
    let (_, handbook) = request("GET", &server.url("/api/handbook?lang=en"), None).await;
    let (_, chinese) = request("GET", &server.url("/api/handbook?lang=zh"), None).await;
    let small = handbook["chapters"][0]["examples"].as_array().unwrap();
    assert!(small.len() >= 5);
    for example in small {
        play(example["script"].as_str().unwrap());
    }
    assert_eq!(chinese["chapters"][0]["examples"][1]["title"], "半关闭");
    let lessons = handbook["chapters"].as_array().unwrap().iter().skip(1);
    let lessons = lessons.map(|chapter| chapter["examples"].as_array().unwrap().len());
    assert_eq!(lessons.sum::<usize>(), scenario_ids().len());
}

//! The run as a table, and what is said to whoever listens.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::Server;
use crate::support::browser::{Browser, LAPTOP};

/// The rows of the table: host, what, why.
const ROWS: &str = "$$('.transcript tbody tr').map((row) => [...row.cells].slice(1).map((cell) => cell.textContent))";
const CURRENT: &str = "$('.transcript [aria-current]')";

async fn rows(browser: &Browser) -> Vec<Value> {
    browser.get(ROWS).await.as_array().unwrap().clone()
}

#[tokio::test]
async fn the_table_tells_what_happened_and_why_and_nothing_of_the_future() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.click(".views [data-view=table]").await;
    browser.click(".invitation [data-act=recording]").await;
    browser
        .until("$('.transcript tbody').rows.length > 3")
        .await;
    // While it plays, it is said too.
    browser
        .until("$('#said').textContent.includes('LISTEN')")
        .await;
    browser.press(Key::End).await;
    browser
        .until("$('.transcript tbody').textContent.includes('the run is over')")
        .await;
    browser
        .until_text("#said", "client: CLOSED; server: CLOSED")
        .await;

    let all = rows(&browser).await;
    let reset = "client sent RST because its program closed the socket with SO_LINGER set to 0 (socket(7); RFC 9293, 3.10.5).";
    for told in [
        json!(["", "line 6: rst: client close => 0", ""]),
        json!(["client", "calls close(3)", ""]),
        json!([
            "client",
            "ESTABLISHED → CLOSED",
            "its program called close(3)"
        ]),
        json!([
            "client",
            "sends RST, ACK, sequence 6, acknowledges 1",
            reset
        ]),
        json!(["server", "RST, ACK arrives", ""]),
        json!([
            "server",
            "ESTABLISHED → CLOSED",
            format!("RST, ACK arrived {reset}")
        ]),
        json!(["server", "recv(4) fails with ECONNRESET", ""]),
        json!(["", "check in line 10 holds: ECONNRESET", ""]),
    ] {
        assert!(all.contains(&told), "{told} is not among {all:#?}");
    }
    let semantics = "$$('.transcript :is(caption, th)').slice(0, 6).map((cell, index) => [index < 5 && cell.textContent, cell.scope ?? null])";
    assert_eq!(
        browser.get(semantics).await,
        json!([
            ["What has happened so far, oldest first", null],
            ["Time", "col"],
            ["Host", "col"],
            ["What happened", "col"],
            ["Why", "col"],
            [false, "row"]
        ])
    );

    // A row leads to its moment: it becomes the current one, and what came later is gone.
    let place = all
        .iter()
        .position(|row| row[1] == "RST, ACK arrives")
        .unwrap();
    let row = format!("$('.transcript tbody').rows[{place}]");
    browser
        .get(&format!("{row}.querySelector('button').focus()"))
        .await;
    browser.press(Key::Enter).await;
    browser
        .until(&format!(
            "{CURRENT}.cells[2].textContent === 'RST, ACK arrives'"
        ))
        .await;
    let past = rows(&browser).await;
    assert_eq!(past, all[..past.len()]);
    assert!(
        !past
            .iter()
            .any(|row| row[1] == "recv(4) fails with ECONNRESET")
    );
    let states = "$$('.host .state').map((state) => state.textContent)";
    assert_eq!(browser.get(states).await, json!(["CLOSED", "ESTABLISHED"]));

    // The whole table is one stop for the Tab key.
    let stops = "$$('.transcript tbody button:not([tabindex=\"-1\"])').length";
    assert_eq!(browser.get(stops).await, 1);

    // What is told last is in sight.
    let hidden = "(() => { const row = $('.transcript [aria-current]').getBoundingClientRect(); \
                  return row.bottom - $('.transcript').getBoundingClientRect().bottom })()";
    assert!(browser.get(hidden).await.as_f64() < Some(1.0));

    // Going forth again tells the same; the choice is remembered, and t takes it back.
    browser.press(Key::End).await;
    browser
        .until(&format!("{ROWS}.length === {}", all.len()))
        .await;
    assert_eq!(rows(&browser).await, all);
    browser.driver.refresh().await.unwrap();
    let pressed = "$('.views [aria-pressed=true]').dataset.view";
    assert_eq!(browser.get(pressed).await, "table");
    browser.press("t").await;
    browser.until(&format!("{pressed} === 'picture'")).await;
    browser.assert_quiet().await;
}

#[tokio::test]
async fn a_long_run_is_told_without_a_long_table_until_somebody_asks() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    // Many calls that give their result at once, as the narration takes them.
    let answer = browser
        .call(
            "const { Narration } = await import('/assets/now/scripts/model/narration.js');
             const { Transcript } = await import('/assets/now/scripts/views/transcript.js');
             const { Layout } = await import('/assets/now/scripts/model/layout.js');
             const words = (key, values = {}) => key + ' ' + Object.values(values).join(' ');
             const narration = new Narration(words), layout = new Layout();
             const call = { type: 'call', host: 'client', actor: 'client', call: 'getpeername', args: ['3'] };
             for (let n = 0; n < 1000; n += 1) {
               for (const event of [{ ...call, seq: 2 * n, t: n, phase: 'enter' }, { ...call, seq: 2 * n + 1, t: n, phase: 'exit', enter: 2 * n, result: 0 }]) {
                 narration.add(event); layout.add(event);
               }
             }
             const place = document.createElement('div'), views = document.createElement('div');
             document.body.append(place);
             const table = new Transcript(place, views, { words, onPick() {}, named: (seq, text) => ({ text }) });
             table.toggle();
             const touched = [];
             const look = new MutationObserver((records) => touched.push(records.reduce((sum, { addedNodes, removedNodes }) => sum + addedNodes.length + removedNodes.length, 0)));
             const shown = () => [...place.querySelectorAll('tbody tr')].map((row) => Number(row.getAttribute('aria-rowindex')) - 2);
             const right = [];
             for (const n of [2000, 1998, 1700, 1702, 1704, 1, 0, 1400, 2000]) {
               look.observe(place.querySelector('tbody'), { childList: true });
               const y = n ? layout.ys[n - 1] : -1;
               table.show({ narration, layout, playhead: { y } });
               await null;
               const rows = shown(), count = narration.count(layout.count(y));
               right.push(rows.length <= 200 && rows.every((row, index) => row === count - rows.length + index) && rows.length >= Math.min(count, 150));
             }
             place.querySelector('.earlier').click();
             return { rows: narration.rows.length, right, all: shown().length, count: place.querySelector('table').getAttribute('aria-rowcount'), small: touched.slice(3, 5) };",
        )
        .await;
    assert_eq!(
        answer,
        json!({ "rows": 1000, "right": vec![true; 9], "all": 1000, "count": "1001", "small": [51, 1] })
    );
}

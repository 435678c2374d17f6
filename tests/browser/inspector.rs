//! A segment opened, and the map of states: both against what the run itself told.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::browser::{Browser, LAPTOP};
use crate::support::{Server, events_to_end, start_run};

/// Options of all kinds, data that is cut, a forgery, a copy: a loss makes the server tell what it has (SACK).
const ALL_KINDS: &str = "server listen\nclient connect\nserver accept\nclient set nodelay on\n\
    wire drop data from client\nclient send \"lost\" => 4\nclient send \"kept\" => 4\nserver recv 8 all\n\
    client send 1000 => 1000\nserver recv 1000 all\nwire inject SYN to server\n\
    wire duplicate FIN\nclient shutdown write\nserver close\nclient close\n";

/// Names the page's own modules in a function's body.
const MODULES: &str = "
    const { bytesOf, dissect, fieldsAt } = await import('/assets/now/scripts/model/packet.js');
    const { segmentHistory, segmentIds } = await import('/assets/now/scripts/model/segment-history.js');
    const { History, isListener, pathOf, shown } = await import('/assets/now/scripts/model/model.js');
    const read = async (url) => (await (await fetch(url)).text()).trim().split('\\n').map((line) => JSON.parse(line));
";

#[tokio::test]
async fn the_fields_are_what_the_events_say_and_the_path_is_the_states() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    let run = start_run(&server, json!({ "script": ALL_KINDS, "pace": "full" })).await;
    let events = events_to_end(&server, &run).await;
    assert_eq!(events.reason(), "played to the end");
    let body = "
        const events = await read('/api/runs/RUN/events');
        const wrong = [], kinds = new Set();
        for (const id of segmentIds(events)) {
          const { first, shift } = segmentHistory(events, id);
          const bytes = bytesOf(first.bytes);
          const fields = dissect(bytes, { seq: first.seq_rel, ack: first.ack_rel, shift });
          const all = (fields) => fields.flatMap((field) => [field, ...all(field.children ?? [])]);
          const get = (key) => all(fields).find((field) => field.key === key);
          const is = (what, given, told) => JSON.stringify(given) === JSON.stringify(told) || wrong.push([id, what, given, told]);
          is('source', `${get('source_address').value}:${get('source_port').value}`, first.source);
          is('destination', `${get('destination_address').value}:${get('destination_port').value}`, first.destination);
          is('seq', get('sequence').value, String(first.seq_abs));
          is('seq_rel', get('sequence').note.n, first.seq_rel);
          is('ack', get('acknowledgment').value, String(first.ack_abs));
          is('ack_rel', get('acknowledgment').note.n ?? null, first.ack_rel);
          is('window', get('window').value, String(first.window));
          is('flags', get('flags').value.split(', ').sort(), [...first.flags].sort());
          is('bits', get('flags').children.filter(({ value }) => value === '1').map(({ key }) => key.toUpperCase()).sort(), [...first.flags].sort());
          is('len', parseInt(get('data')?.value ?? '0'), first.len);
          is('ip checksum', get('ip_checksum').note.key, 'right');
          is('checksum', get('checksum').note.key, first.len > 256 ? 'not_checked' : 'right');
          is('scale', get('window').note?.key, first.flags.includes('SYN') ? 'never_scaled' : 'scaled');
          const initial = first.ack_abs - first.ack_rel;
          const option = ({ key, value, children = [] }) => ({
            mss: `mss ${parseInt(value)}`, window_scale: `wscale ${parseInt(value)}`, sack_permitted: 'sackOK', nop: 'nop',
            timestamps: `TS val ${children[0]?.value} ecr ${children[1]?.value}`,
            sack: ['sack', ...children.map(({ value }) => value.split(' – ').map((edge) => (Number(edge) + initial) % 2 ** 32).join('-'))].join(' '),
          })[key];
          is('options', (get('options')?.children ?? []).map(option), first.options);
          for (const { key } of all(fields)) kinds.add(key);
          // Every byte belongs to something, and nothing reaches out of what it is in.
          bytes.forEach((_, at) => fieldsAt(fields, at).length || wrong.push([id, 'nothing at', at]));
          for (const field of all(fields)) for (const child of field.children ?? []) {
            if (child.start < field.start || child.end > field.end) wrong.push([id, field.key, child.key]);
          }
          // One wrong bit is found.
          const broken = bytes.slice();
          broken[26] ^= 1;
          if (first.len <= 256) is('broken', all(dissect(broken)).find(({ key }) => key === 'checksum').note.key, 'wrong');
        }
        const history = new History();
        for (const event of events) history.add(event);
        const order = [...Array(events.length + 1).keys()].sort((a, b) => ((a * 7919) % 131) - ((b * 7919) % 131));
        for (const n of order) for (const host of ['client', 'server']) {
          const states = events.slice(0, n).filter((event) => event.type === 'state' && event.host === host);
          const of = (listening) => states.filter(({ socket }) => isListener(socket) === listening).map(({ to }) => to);
          const told = of(true).slice(0, of(false).length ? 1 : undefined).concat(of(false));
          const model = history.at(n).hosts[host];
          const path = pathOf(model, shown(model)).map(({ state }) => state).slice(1);
          if (String(path) !== String(told)) wrong.push([n, host, path, told]);
        }
        return { wrong, kinds: [...kinds] };
    ";
    let body = body.replace("RUN", &run);
    let answer = browser.call(&format!("{MODULES}{body}")).await;
    assert_eq!(answer["wrong"], json!([]), "{answer}");
    for kind in ["sack_block", "mss", "window_scale", "ts_echo", "data"] {
        assert!(
            answer["kinds"].as_array().unwrap().contains(&json!(kind)),
            "no {kind}: {events}"
        );
    }
}

/// What is written on the map of a host.
async fn map_of(browser: &Browser, host: &str) -> Value {
    let svg = format!("$('#map svg[data-host={host}]')");
    browser
        .get(&format!(
            "[{svg}?.getAttribute('aria-label'), {svg}?.querySelector('.current')?.dataset.place ?? null]"
        ))
        .await
}

#[tokio::test]
async fn a_segment_is_opened_by_hand_and_by_keyboard_and_the_map_follows() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    browser.click(".invitation [data-act=recording]").await;
    browser.until_text(".host.server .state", "LISTEN").await;
    browser.press("m").await;
    browser.press(Key::End).await;
    browser
        .until("$('#map [data-host=server] .current')?.dataset.place === 'END'")
        .await;
    let client = "client: CLOSED → SYN_SENT → ESTABLISHED → FIN_WAIT_1 → FIN_WAIT_2 → TIME_WAIT";
    let path =
        "server: CLOSED → LISTEN → SYN_RECEIVED → ESTABLISHED → CLOSE_WAIT → LAST_ACK → CLOSED";
    assert_eq!(
        map_of(&browser, "client").await,
        json!([client, "TIME_WAIT"])
    );
    assert_eq!(map_of(&browser, "server").await, json!([path, "END"]));

    // The keyboard: the last segment, the one before, and what it changed.
    let title = "$('.inspector:not([hidden]) h2')?.textContent";
    let story = "$('.story').textContent";
    browser.press("i").await;
    browser
        .until(&format!("{title} === 'Segment 11 · ACK client → server'"))
        .await;
    browser
        .until("document.activeElement.matches('.inspector h2')")
        .await;
    browser.press("[").await;
    browser
        .until(&format!(
            "{title} === 'Segment 10 · FIN, ACK server → client'"
        ))
        .await;
    let told = browser.get(story).await;
    for part in [
        "why",
        "server's program called close(4).",
        "client FIN_WAIT_2 → TIME_WAIT",
        "client sent segment 11 (ACK 5)",
    ] {
        assert!(told.as_str().unwrap().contains(part), "{part}: {told}");
    }

    // A field marks its bytes, a byte its field.
    let marked =
        |what: &str| format!("$$('.inspector {what}').map((node) => node.textContent).join(' ')");
    browser.click(".fields [data-path='tcp source_port']").await;
    let port = browser.get("Number($(`[data-path='tcp source_port'] .value`).textContent).toString(16).padStart(4, '0').replace(/(..)(..)/, '$1 $2')").await;
    assert_eq!(browser.get(&marked("[role=gridcell].marked")).await, port);
    browser.press(Key::Down).await;
    browser
        .until("document.activeElement.dataset.path === 'tcp destination_port'")
        .await;
    browser
        .click("[role=row]:nth-child(2) [role=gridcell]:nth-of-type(3)")
        .await;
    let row = browser.get("$('.fields .marked').dataset.path").await;
    assert_eq!(row, "ipv4 protocol");
    assert_eq!(browser.get(&marked("[role=gridcell].marked")).await, "06");

    // Escape closes it; the hand opens another, and what is in its story leads on.
    browser.press(Key::Escape).await;
    browser.until("$('.inspector').hidden").await;
    browser.click(".name[data-segment='6']").await;
    browser
        .until(&format!(
            "{title} === 'Segment 6 · FIN, ACK client → server'"
        ))
        .await;
    let told = browser.get(story).await;
    assert!(
        told.as_str()
            .unwrap()
            .contains("server ESTABLISHED → CLOSE_WAIT"),
        "{told}"
    );

    // Back to where nothing has happened; the next segment takes the playhead along.
    browser.press(Key::Home).await;
    browser
        .until(&format!("{story}.includes('not been sent yet')"))
        .await;
    let none = [json!("client: no socket yet"), Value::Null];
    assert_eq!(map_of(&browser, "client").await, json!(none));
    browser.press("]").await;
    browser
        .until(&format!("{title} === 'Segment 7 · ACK server → client'"))
        .await;
    browser
        .until(&format!(
            "{story}.includes('client FIN_WAIT_1 → FIN_WAIT_2')"
        ))
        .await;
    let half = "server: CLOSED → LISTEN → SYN_RECEIVED → ESTABLISHED → CLOSE_WAIT";
    assert_eq!(
        map_of(&browser, "server").await,
        json!([half, "CLOSE_WAIT"])
    );

    // Whether the map is open is remembered.
    browser.driver.refresh().await.unwrap();
    browser.until("$('#map').open").await;
    browser.assert_quiet().await;
}

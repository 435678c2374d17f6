//! Two runs side by side: what is the same is found by cause, and where they part is told.

mod pairs;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::axe::violations;
use crate::privileges::server_that_is_refused;
use crate::support::browser::Browser;
use crate::support::{Server, request, scenario_ids, start_run};

use pairs::PAIRS;

const LAPTOP: [u32; 2] = [1280, 900];
/// In a page of ours: `read` gives the events at an address, `compare` holds two such lists against each other.
const MODULES: &str = "
    const folder = document.querySelector('script[type=module]').src.replace(/[^/]*$/, '');
    const { deeds } = await import(folder + 'deeds.js');
    const { align } = await import(folder + 'align.js');
    const { stretch } = await import(folder + 'stretch.js');
    const read = async (address) => (await (await fetch(address)).text()).trim().split('\\n').map((line) => JSON.parse(line));
    const lesson = (id) => read('/api/recordings/' + id);
    const compare = (a, b) => align(deeds(a), deeds(b));";

/// A page in which modules can be asked.
async fn page(server: &Server) -> Browser {
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/try")).await;
    browser
}

/// The pairs as the scenario files have them.
fn shipped() -> BTreeSet<(String, String)> {
    let pairs = scenario_ids().into_iter().flat_map(|id| {
        let text = std::fs::read_to_string(format!("scenarios/{id}.toml")).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let pairs = table
            .get("pairs")
            .and_then(|pairs| pairs.as_array().cloned());
        let with = pairs.unwrap_or_default().into_iter();
        with.map(move |pair| (id.clone(), pair["with"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    });
    pairs.collect()
}

#[tokio::test]
async fn each_pair_parts_where_it_must_and_nothing_differs_before() {
    let known: BTreeSet<_> = PAIRS
        .iter()
        .map(|(a, b, ..)| (String::from(*a), String::from(*b)))
        .collect();
    assert_eq!(
        known,
        shipped(),
        "what each pair shows is written down here"
    );
    let server = Server::start(&[]);
    let browser = page(&server).await;
    for (a, b, parting, outcome) in PAIRS {
        let found = browser
            .call(&format!(
                "{MODULES}
                 const [a, b] = [await lesson('{a}'), await lesson('{b}')];
                 const found = compare(a, b);
                 const {{ rows, parting, outcome, complete }} = found;
                 const key = (deed) => deed?.key ?? '';
                 // Each deed of a run stands in one row, and what differs comes after the first that does.
                 const each = ['a', 'b'].map((side) => [rows.map((row) => row[side]).filter(Boolean), parting[side]]);
                 const all = [deeds(a), deeds(b)];
                 const whole = each.every(([own], side) => own.length === all[side].length && new Set(own.map((deed) => deed.seq)).size === own.length);
                 const differ = (side) => rows.filter((row) => !row.same && row[side]).map((row) => row[side]);
                 const first = ['a', 'b'].every((side) => differ(side).every(({{ seq }}) => seq >= (parting[side] ?? differ(side)[0]).seq));
                 const before = ['a', 'b'].every((side) => rows.slice(0, parting.row).every((row) => row.same && row[side].seq < (parting[side]?.seq ?? Infinity)));
                 // What is in one row is at one height; in its own picture each event is where its run has it.
                 const layouts = stretch([a, b], found);
                 const chained = rows.filter((row) => row.a && row.b).filter((row) => Math.abs(layouts[0].ys[row.a.seq] - layouts[1].ys[row.b.seq]) < 0.1).length;
                 const both = rows.filter((row) => row.a && row.b).length;
                 const falls = layouts.every(({{ ys }}) => ys.every((y, seq) => seq === 0 || y >= ys[seq - 1]));
                 return {{ parting: [key(parting.a), key(parting.b)], outcome: outcome ? [key(outcome.deed.a), key(outcome.a), key(outcome.b)] : ['', '', ''],
                          whole, first, before, complete, falls, level: chained / both > 0.95 }};"
            ))
            .await;
        let told = format!("{a} and {b}: {found:#}");
        let is = |found: &Value, expected: &str| {
            let found = found.as_str().unwrap_or_else(|| panic!("{told}"));
            found.starts_with(expected) && (expected.is_empty() == found.is_empty())
        };
        assert!(
            (0..2).all(|side| is(&found["parting"][side], parting[side])),
            "{told}"
        );
        assert!(
            (0..3).all(|part| is(&found["outcome"][part], outcome[part])),
            "{told}"
        );
        for fact in ["whole", "first", "before", "complete", "falls", "level"] {
            assert_eq!(found[fact], true, "{fact}, {told}");
        }
    }
}

#[tokio::test]
async fn a_recording_differs_in_nothing_from_itself() {
    let server = Server::start(&[]);
    let browser = page(&server).await;
    let ids = serde_json::to_string(&scenario_ids()).unwrap();
    let wrong = browser
        .call(&format!(
            "{MODULES}
             const wrong = [];
             for (const id of {ids}) {{
               const events = await lesson(id);
               const {{ rows, parting, outcome, complete }} = compare(events, events);
               if (parting || outcome || !complete || rows.length < 10 || rows.some(({{ a, b }}) => a?.seq !== b?.seq)) wrong.push(id);
             }}
             return wrong;"
        ))
        .await;
    assert_eq!(wrong, json!([]));
}

#[tokio::test]
async fn a_run_here_is_the_same_as_the_recording() {
    let server = Server::start(&[]);
    let browser = page(&server).await;
    // Lessons in which no timer races with anything. Process ids, ports, numbers and all times are others.
    for id in [
        "four-waves",
        "half-close",
        "close-unread",
        "close-unread-after-fin",
        "reset-linger-0",
        "server-first",
        "kill-unread",
        "kill-nothing-unread",
        "dup",
        "error-order",
        "http-one-connection",
        "netty-half-closure",
        "reset-before-accept",
        "time-wait-survives",
    ] {
        let run = start_run(&server, json!({ "scenario": id, "pace": "full" })).await;
        let found = browser
            .call(&format!(
                "{MODULES}
                 const {{ follow }} = await import(folder + 'source.js');
                 const live = [];
                 await new Promise((done) => follow({{ id: '{run}', events: '/api/runs/{run}/events' }}, {{
                   onEvents(events) {{ live.push(...events); if (events.at(-1).type === 'end') done(); }}, onWait() {{}}, onLost() {{}}, onGone: done,
                 }}));
                 const {{ parting, rows }} = compare(await lesson('{id}'), live);
                 return parting && {{ common: parting.common?.a.key, a: parting.a?.key, b: parting.b?.key, rows: rows.length }};"
            ))
            .await;
        assert_eq!(found, Value::Null, "{id}");
    }
}

#[tokio::test]
async fn independent_things_may_happen_in_another_order() {
    let server = Server::start(&[]);
    let browser = page(&server).await;
    let found = browser
        .call(&format!(
            "{MODULES}
             const events = await lesson('four-waves');
             const anew = (all) => all.map((event, seq) => ({{ ...event, seq }}));
             // The server hears of the handshake's end before or after the client's connect returns: nobody waits for that.
             const exit = events.findIndex(({{ call, phase }}) => call === 'connect' && phase === 'exit');
             const moved = events.findIndex(({{ type, id, phase }}) => type === 'segment' && id === 3 && phase === 'delivered');
             const other = events.slice();
             other.splice(moved, 0, ...other.splice(exit, 1));
             const swapped = compare(events, other).parting;
             // A result that is another one parts them, and nothing before it.
             const changed = events.map((event) => (event.call === 'recv' && event.phase === 'exit' ? {{ ...event, result: -1, errno: 'ECONNRESET' }} : event));
             const {{ parting }} = compare(events, changed);
             // So does what somebody waits for: the order of a script's lines.
             const [accepted, closed] = [await lesson('reset-linger-0'), await lesson('reset-before-accept')];
             return [swapped, exit < moved, parting.a.key, parting.b.key, compare(accepted, closed).parting.a.key];"
        ))
        .await;
    assert_eq!(
        found,
        json!([
            null,
            true,
            "server server recv(socket 2, 65536) = 0",
            "server server recv(socket 2, 65536) = ECONNRESET",
            "server server accept(socket 1)"
        ])
    );
}

#[tokio::test]
async fn the_page_shows_both_and_says_where_they_part() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/close-unread")).await;
    let offered = "document.querySelector('.further .pairs a')";
    // What it asks would tell what the lesson's questions ask: it comes at the end.
    assert_eq!(
        browser.get(&format!("{offered}.checkVisibility()")).await,
        false
    );
    browser.click(".invitation [data-act=recording]").await;
    browser
        .until("document.querySelector('.origin').textContent")
        .await;
    browser.press(Key::End.value().to_string()).await;
    browser.until(&format!("{offered}.checkVisibility()")).await;
    assert_eq!(
        browser.get(&format!("{offered}.search")).await,
        "?a=s:close-unread&b=s:four-waves"
    );
    browser.get(&format!("{offered}.click()")).await;
    browser
        .until("document.querySelector('.findings .does')")
        .await;
    let told = "[...document.querySelectorAll('.findings p')].map((p) => p.textContent)";
    assert_eq!(
        browser.get(told).await,
        json!([
            "Where they part Up to there both did the same. The last of it: server: accept(3) returns 4. Here the scripts differ. Go there",
            "Left: line 4 server send \"hi\" ",
            "Right: Nothing of the kind: it goes straight on.",
            "The same deed, another outcome Both: line 6: client close. Go there",
            "Left: client sends RST, ACK, sequence 1, acknowledges 3 client sent RST because its program closed the socket while received data was still unread (RFC 9293, 3.6.1).",
            "Right: client sends FIN, ACK, sequence 1, acknowledges 1 its program called close(3)",
        ])
    );
    let states =
        "[...document.querySelectorAll('.now b')].map((state) => state.textContent).join(' ')";
    assert_eq!(browser.get(states).await, "CLOSED CLOSED TIME_WAIT CLOSED");
    // The same line runs through both pictures, and the close that both make stands at one height.
    let line = "[...document.querySelectorAll('.parting-line:not(.later)')].map((line) => line.getAttribute('y1'))";
    let lines = browser.get(line).await;
    assert!(lines[0].is_string() && lines[0] == lines[1], "{lines}");
    let closes = "[...document.querySelectorAll('.call')].filter((call) => call.textContent.startsWith('close(3)')).map((call) => [call.getAttribute('y'), call.classList.contains('alike')])";
    let closes = browser.get(closes).await;
    assert!(closes[0] == closes[1] && closes[0][1] == true, "{closes}");
    let kinds = "[...document.querySelectorAll('.segment.differs')].map((line) => line.classList[1]).sort().join(' ')";
    assert_eq!(browser.get(kinds).await, "ack ack ack data fin fin rst");

    // Keys go to the moments: before the outcome nobody has closed, a step later one side is gone.
    browser.press("d").await;
    browser
        .until(&format!(
            "{states} === 'ESTABLISHED ESTABLISHED ESTABLISHED ESTABLISHED'"
        ))
        .await;
    browser.press("o").await;
    browser
        .until(&format!(
            "{states} === 'CLOSED ESTABLISHED FIN_WAIT_1 ESTABLISHED'"
        ))
        .await;
    browser.press(Key::Home.value().to_string()).await;
    browser
        .until(&format!("{states} === 'CLOSED CLOSED CLOSED CLOSED'"))
        .await;
    browser.press(" ").await;
    browser
        .until("document.querySelectorAll('.chip.syn').length === 2")
        .await;
    browser.press(" ").await;
    browser.press(Key::End.value().to_string()).await;
    browser
        .until(&format!("{states} === 'CLOSED CLOSED TIME_WAIT CLOSED'"))
        .await;

    // The table says the same in words.
    browser.press("t").await;
    let row = "(text) => [...document.querySelectorAll('.aligned tbody tr')].map((row) => [...row.cells].map((cell) => cell.firstChild?.textContent ?? '')).find((cells) => cells.includes(text))";
    assert_eq!(
        browser
            .get(&format!(
                "({row})('client: sends RST, ACK, sequence 1, acknowledges 3')"
            ))
            .await,
        json!([
            "differs",
            "client: sends RST, ACK, sequence 1, acknowledges 3",
            "client: sends FIN, ACK, sequence 1, acknowledges 1"
        ])
    );
    assert_eq!(
        browser
            .get("document.querySelector('#parting').textContent")
            .await,
        "here they part only leftserver: calls send(4, \"hi\")its program called send(4, \"hi\")"
            .replace("its program called send(4, \"hi\")", "")
    );
    browser
        .get("document.querySelector('#parting button').click()")
        .await;
    browser
        .until(&format!(
            "{states} === 'ESTABLISHED ESTABLISHED ESTABLISHED ESTABLISHED'"
        ))
        .await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn both_are_played_here_and_judged_anew() {
    let server = Server::start(&[]);
    let browser = Browser::open("zh-CN", LAPTOP).await;
    let run = start_run(
        &server,
        json!({ "script": "server listen\nclient connect\n", "pace": "full" }),
    )
    .await;
    browser
        .visit(server.url("/compare?a=s:time-wait-assassination&b=s:time-wait-survives"))
        .await;
    let origins = "[...document.querySelectorAll('.versus .origin')].map((origin) => origin.textContent.slice(0, 2)).join(' ')";
    browser.until(&format!("{origins} === '录于 录于'")).await;
    browser.click("[data-act=both]").await;
    browser
        .until("document.querySelector('.findings .more')")
        .await;
    assert_eq!(
        browser.text(".findings .more").await,
        "分岔处与录制的相同。"
    );
    assert_eq!(browser.get("[...document.querySelectorAll('.versus .origin')].every((origin) => origin.textContent.startsWith('刚在'))").await, true);
    // Any two: a cell of the atlas, a run of this server.
    for pair in [
        "a=atlas:ESTABLISHED/rst-inside&b=s:blind-reset",
        &format!("a=run:{run}&b=s:handshake"),
    ] {
        browser.visit(server.url(&format!("/compare?{pair}"))).await;
        browser
            .until("document.querySelector('.findings .does')")
            .await;
    }
    browser.visit(server.url("/compare?a=s:dup&b=s:dup")).await;
    browser
        .until("document.querySelector('.findings').textContent.startsWith('从头到尾都相同')")
        .await;
    assert_eq!(
        browser
            .get("document.querySelectorAll('.parting-line, .differs').length")
            .await,
        0
    );
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_address_that_names_nothing_is_told_which() {
    let server = Server::start(&[]);
    for (query, status, wrong) in [
        ("", 200, vec![]),
        ("?a=s:four-waves", 200, vec![]),
        ("?a=s:nowhere&b=s:four-waves", 404, vec!["s:nowhere"]),
        (
            "?a=s:four-waves&b=atlas:ESTABLISHED/nothing",
            404,
            vec!["atlas:ESTABLISHED/nothing"],
        ),
        (
            "?a=run:nothing&b=four-waves",
            404,
            vec!["run:nothing", "four-waves"],
        ),
        (
            "?a=%3Cscript%3E&b=r:../x",
            404,
            vec!["&#60;script&#62;", "r:../x"],
        ),
    ] {
        let response = reqwest::get(server.url(&format!("/compare{query}")))
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{query}");
        let page = response.text().await.unwrap();
        let told: Vec<&str> = page
            .split("role=\"alert\">There is no such recording: <code>")
            .skip(1)
            .map(|rest| rest.split("</code>").next().unwrap())
            .collect();
        assert_eq!(told, wrong, "{query}");
        assert_eq!(
            page.matches("class=\"signs\"").count(),
            PAIRS.len(),
            "{query}"
        );
        let chosen = page.contains("<option value=\"s:four-waves\" selected>");
        assert_eq!(chosen, query.contains("s:four-waves"), "{query}");
    }
    // What only its own address can tell, the page does.
    let (status, _) = request("GET", &server.url("/api/r/nowhere"), None).await;
    assert_eq!(status, 404);
    let browser = Browser::open("en", LAPTOP).await;
    browser
        .visit(server.url("/compare?a=s:dup&b=r:nowhere"))
        .await;
    browser
        .until("document.querySelector('.notice:not([hidden])')?.textContent === 'Right: There is no such recording: r:nowhere'")
        .await;
}

#[tokio::test]
async fn what_is_on_the_stage_can_be_compared() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser
        .visit(server.url("/atlas/ESTABLISHED/rst-inside"))
        .await;
    browser.click(".invitation [data-act=recording]").await;
    browser
        .until("document.querySelector('.beside').checkVisibility()")
        .await;
    browser.click(".beside").await;
    browser
        .until("document.querySelector('#a')?.value === 'atlas:ESTABLISHED/rst-inside'")
        .await;
    assert_eq!(
        browser
            .get("[document.querySelector('#b').value, document.querySelector('[role=alert]')]")
            .await,
        json!(["", null])
    );
}

#[tokio::test]
async fn a_phone_shows_one_after_the_other_and_axe_finds_nothing() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    for (width, theme, language) in [
        (390, "dark", "zh-CN"),
        (1280, "light", "en"),
        (1920, "dark", "en"),
        (390, "light", "en"),
    ] {
        browser.visit(server.url("/find")).await;
        let remember =
            format!("localStorage.theme = '{theme}'; document.cookie = 'lang={language}; path=/'");
        browser.driver.execute(&remember, vec![]).await.unwrap();
        browser
            .driver
            .set_window_rect(0, 0, width, 900)
            .await
            .unwrap();
        for address in [
            "/compare?a=s:nothing",
            "/compare?a=s:close-unread&b=s:four-waves",
        ] {
            browser.visit(server.url(address)).await;
            browser
                .until("document.querySelector('.findings .does, .chooser')")
                .await;
            assert_eq!(
                violations(&browser).await,
                Vec::<String>::new(),
                "{address} {width} {theme}"
            );
            let overflow = "document.documentElement.scrollWidth - innerWidth";
            assert!(
                browser.get(overflow).await.as_i64() <= Some(0),
                "{address} {width}"
            );
        }
        if width == 390 {
            let visible = "[...document.querySelectorAll('.run')].map((run) => getComputedStyle(run).visibility).join(' ')";
            assert_eq!(browser.get(visible).await, "visible hidden");
            browser.click(".switches [data-run=b]").await;
            assert_eq!(browser.get(visible).await, "hidden visible");
        }
        browser.press("t").await;
        browser
            .until("document.querySelector('.aligned').checkVisibility()")
            .await;
        assert_eq!(
            violations(&browser).await,
            Vec::<String>::new(),
            "table {width} {theme}"
        );
    }
}

#[tokio::test]
async fn where_nothing_can_be_run_recordings_are_compared() {
    let server = server_that_is_refused();
    let browser = Browser::open("en", LAPTOP).await;
    browser
        .visit(server.url("/compare?a=s:kill-unread&b=s:kill-nothing-unread"))
        .await;
    browser
        .until("document.querySelector('.findings .does')")
        .await;
    let offered = "document.querySelector('[data-act=both]').checkVisibility()";
    assert_eq!(browser.get(offered).await, false);
    assert!(
        browser
            .text(".findings")
            .await
            .contains("received data was still unread")
    );
}

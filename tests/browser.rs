//! The pages in a real browser.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::privileges::server_that_is_refused;
use crate::support::browser::Browser;
use crate::support::{Events, Server, descendants, eventually, start_run, stop_run};

const LAPTOP: [u32; 2] = [1280, 900];

/// The states that the picture shows for a host, from top to bottom.
async fn shown_states(browser: &Browser, host: &str) -> Value {
    let side = if host == "client" { "end" } else { "start" };
    let words = format!("document.querySelectorAll('.state-word[text-anchor={side}]:not(.later)')");
    let sorted = format!("[...{words}].sort((a, b) => a.getAttribute('y') - b.getAttribute('y'))");
    browser
        .get(&format!("{sorted}.map((word) => word.textContent)"))
        .await
}

/// The id of the run that the page has started.
async fn run_of(browser: &Browser) -> String {
    browser.until("document.body.dataset.run").await;
    browser
        .get("document.body.dataset.run")
        .await
        .as_str()
        .unwrap()
        .to_owned()
}

async fn events_of(server: &Server, id: &str) -> Events {
    let url = server.url(&format!("/api/runs/{id}/events"));
    Events::parse(&reqwest::get(url).await.unwrap().text().await.unwrap())
}

/// The run on the stage can be kept as a capture, without a mouse too.
async fn assert_downloads_capture(browser: &Browser, address: &str) {
    let found = browser
        .call(
            "document.querySelector('.exports summary').click(); \
             const link = document.querySelector('.exports a[data-format=pcapng]'); link.focus(); \
             const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer()); \
             return [link.checkVisibility(), document.activeElement === link, link.hasAttribute('download'), \
                     new URL(link.href).pathname, [...bytes.slice(0, 4)]];",
        )
        .await;
    let section_header = [0x0a, 0x0d, 0x0d, 0x0a];
    assert_eq!(found, json!([true, true, true, address, section_header]));
}

#[tokio::test]
async fn run_shows_the_four_waves_as_the_kernel_gave_them() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/")).await;
    browser.click("a[href='/s/four-waves']").await;
    browser.click(".invitation [data-act=run]").await;
    let id = run_of(&browser).await;

    // A segment is seen on its way while the same packet is still held on the wire.
    browser.until("document.querySelector('.chip')").await;
    let so_far = events_of(&server, &id).await;
    assert!(so_far.of("end").is_empty(), "the run is still going on");

    browser
        .until("document.querySelector('.origin').textContent.startsWith('Played on this kernel')")
        .await;
    browser
        .until("document.querySelector('[data-act=play]').dataset.playing === 'false'")
        .await;
    assert_eq!(browser.text(".host.client .state").await, "TIME_WAIT");
    assert_eq!(browser.text(".host.server .state").await, "CLOSED");
    assert!(
        browser
            .text(".host.client .timer")
            .await
            .ends_with("s left")
    );

    let events = events_of(&server, &id).await;
    assert_eq!(
        shown_states(&browser, "client").await,
        json!(events.path("client", false))
    );
    let server_path = [events.path("server", true), events.path("server", false)].concat();
    assert_eq!(shown_states(&browser, "server").await, json!(server_path));
    assert_downloads_capture(&browser, &format!("/api/runs/{id}/pcapng")).await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_run_at_full_speed_is_played_so_that_it_can_be_followed() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.click("#pace option[value=full]").await;
    browser.click(".transport .primary").await;
    browser
        .until("document.querySelector('.head.rst:not(.later)')")
        .await;
    browser
        .until("document.querySelector('.host.server .state').textContent === 'CLOSED'")
        .await;
    browser.until("[...document.querySelectorAll('.call .failed')].some((gave) => gave.textContent === ' = ECONNRESET')").await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_recording_is_played_paused_stepped_and_scrubbed() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    assert_eq!(
        browser
            .get("document.querySelector('.exports').checkVisibility()")
            .await,
        json!(false)
    );
    browser.click(".invitation [data-act=recording]").await;
    browser
        .until("document.querySelector('.origin').textContent.startsWith('Recorded on Linux')")
        .await;
    let states = "[...document.querySelectorAll('.host .state')].map((state) => state.textContent).join(' ')";
    browser
        .until(&format!("{states} === 'ESTABLISHED ESTABLISHED'"))
        .await;

    browser.press(" ").await;
    browser
        .until("document.querySelector('[data-act=play]').dataset.playing === 'false'")
        .await;
    let paused = browser.get("document.querySelector('#scrub').value").await;
    browser.press(Key::Right.value().to_string()).await;
    browser
        .until(&format!(
            "Number(document.querySelector('#scrub').value) > {}",
            paused.as_str().unwrap()
        ))
        .await;
    browser.press(Key::Left.value().to_string()).await;
    browser.press(Key::Home.value().to_string()).await;
    browser
        .until(&format!("{states} === 'CLOSED CLOSED'"))
        .await;
    browser.press(Key::End.value().to_string()).await;
    browser
        .until(&format!("{states} === 'TIME_WAIT CLOSED'"))
        .await;

    // Scrubbing, as a hand on the slider does it.
    let scrub = "const scrub = document.querySelector('#scrub'); scrub.value = 600; scrub.dispatchEvent(new Event('input'))";
    browser.driver.execute(scrub, vec![]).await.unwrap();
    browser
        .until("document.querySelector('#scrub').style.getPropertyValue('--part') === '0.6'")
        .await;

    // A line of the script leads to its moment.
    browser.click(".script li[data-line='2']").await;
    browser
        .until(&format!("{states} === 'CLOSED LISTEN'"))
        .await;
    assert_downloads_capture(&browser, "/api/recordings/half-close/pcapng").await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_model_is_the_same_however_one_comes_to_a_moment() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    let answer = browser
        .call(
            "const folder = document.querySelector('script[type=module]').src.replace(/[^/]*$/, '');
             const { History, apply, nothing } = await import(folder + 'model.js');
             const { Layout } = await import(folder + 'layout.js');
             const lines = (await (await fetch('/api/recordings/half-close')).text()).trim().split('\\n');
             const events = lines.map((line) => JSON.parse(line));
             const history = new History(), layout = new Layout();
             for (const event of events) { history.add(event); layout.add(event); }
             // Frozen, so that whatever changes a model instead of making the next one fails.
             const freeze = (it) => {
               if (typeof it !== 'object' || it === null || Object.isFrozen(it)) return it;
               Object.values(Object.freeze(it)).forEach(freeze);
               return it;
             };
             const folded = [freeze(nothing)];
             for (const event of events) folded.push(freeze(apply(folded.at(-1), freeze(event))));
             // Nobody waits for a line in a lesson: what is idle is an open run.
             const untouched = Object.keys(nothing).filter((field) => field !== 'idle').filter((field) => JSON.stringify(folded.at(-1)[field]) === JSON.stringify(nothing[field]));
             const order = [...folded.keys()].sort((a, b) => (a * 7919) % 131 - (b * 7919) % 131);
             const differs = order.filter((n) => JSON.stringify(history.at(n)) !== JSON.stringify(folded[n]));
             const descends = layout.ys.filter((y, i) => i && y < layout.ys[i - 1]);
             const unknown = events.filter((event) => layout.count(layout.ys[event.seq]) <= event.seq);
             return { events: events.length, untouched, differs, descends, unknown };",
        )
        .await;
    assert!(answer["events"].as_u64() > Some(100), "{answer}");
    assert_eq!(
        [
            &answer["untouched"],
            &answer["differs"],
            &answer["descends"],
            &answer["unknown"]
        ],
        [&json!([]), &json!([]), &json!([]), &json!([])]
    );
}

#[tokio::test]
async fn a_script_of_ones_own_is_checked_played_and_carried_by_the_address() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/try")).await;
    let area = browser
        .driver
        .find(By::Css(".editor textarea"))
        .await
        .unwrap();
    area.clear().await.unwrap();
    area.send_keys("server listen\nclient conect")
        .await
        .unwrap();
    browser.until("document.querySelector('.mistakes')?.textContent.includes('Line 2, column 8: found `conect`')").await;
    browser.click(".transport .primary").await;
    browser
        .until(
            "getSelection().toString() === 'conect' || document.activeElement.matches('textarea')",
        )
        .await;
    assert_eq!(browser.get("document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)").await, "conect");

    area.clear().await.unwrap();
    area.send_keys("client connect => ECONNREFUSED")
        .await
        .unwrap();
    browser
        .until("document.querySelector('.mistakes').textContent === ''")
        .await;
    browser.click(".transport .primary").await;
    browser
        .until("document.querySelector('.script .gave')?.textContent === '✓ ECONNREFUSED'")
        .await;
    browser
        .until("document.querySelector('.name.rst:not(.later)')")
        .await;
    let address = browser.driver.current_url().await.unwrap();
    assert!(address.fragment().unwrap().contains("s=1"), "{address}");

    // The other language, the same script.
    browser.click("#language").await;
    browser
        .until("document.documentElement.lang === 'zh-CN'")
        .await;
    browser
        .until(
            "document.querySelector('.editor textarea').value === 'client connect => ECONNREFUSED'",
        )
        .await;

    // The link in another browser: the same script.
    let other = Browser::open("zh-CN", LAPTOP).await;
    other.visit(address.as_str()).await;
    other
        .until(
            "document.querySelector('.editor textarea').value === 'client connect => ECONNREFUSED'",
        )
        .await;
    // And the same run, which its server remembers.
    other
        .until("document.querySelector('.script .gave')?.textContent === '✓ ECONNREFUSED'")
        .await;
    assert_eq!(run_of(&other).await, run_of(&browser).await);
    assert_eq!(other.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_visitor_who_leaves_in_mid_run_leaves_nothing_behind() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/reset-linger-0")).await;
    browser.click(".invitation [data-act=run]").await;
    let id = run_of(&browser).await;
    drop(browser);
    let end = eventually("the run comes to its end alone", || async {
        events_of(&server, &id)
            .await
            .0
            .pop()
            .filter(|event| event["type"] == "end")
    })
    .await;
    assert_eq!(end["ok"], true);
    let pid = server.pid();
    let only_nursery = || async move { (descendants(pid).len() == 1).then_some(()) };
    eventually("its processes are gone", only_nursery).await;
}

#[tokio::test]
async fn where_the_server_is_lost_nothing_is_made_up() {
    let mut server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close")).await;
    browser.click(".invitation [data-act=run]").await;
    browser
        .until("document.querySelector('.name.syn:not(.later)')")
        .await;
    server.signal(rustix::process::Signal::KILL);
    server.ended();
    browser
        .until("document.querySelector('.notice').textContent.includes('was lost')")
        .await;
    let shown = "[...document.querySelectorAll('.host .state, .clock')].map((node) => node.textContent).join(' ')";
    browser
        .until("document.querySelector('.transport .primary').textContent === 'Run'")
        .await;
    let then = browser.get(shown).await;

    let again = Server::start_at(&server.address);
    browser.until("document.querySelector('.notice').textContent.includes('does not know this run any more')").await;
    assert_eq!(browser.get(shown).await, then, "time stands still");
    browser.click(".transport .primary").await;
    browser
        .until("document.querySelector('.origin').textContent.startsWith('Live on this kernel')")
        .await;
    drop(again);
}

#[tokio::test]
async fn each_of_two_connections_is_told_by_its_name() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    let script = "server listen\nclient connect\nserver accept\nclient connect as b\nserver accept as b\n\
                  client close\nserver close\nclient send \"=> b\" on b => 4\n";
    let json = serde_json::to_string(script).unwrap();
    let link = browser.get(&format!("encodeURIComponent({json})")).await;
    browser
        .visit(server.url(&format!("/try#script={}", link.as_str().unwrap())))
        .await;
    browser.click("#pace option[value=full]").await;
    browser.click(".transport .primary").await;
    browser
        .until("document.querySelector('.origin').textContent.startsWith('Played')")
        .await;
    browser
        .until("document.querySelector('[data-act=play]').dataset.playing === 'false'")
        .await;
    assert_eq!(browser.text(".host.client .state").await, "ESTABLISHED");
    assert_eq!(
        browser.text(".host.client .others").await,
        "conn: TIME_WAIT"
    );
    let shown = shown_states(&browser, "client").await;
    assert!(
        shown
            .as_array()
            .unwrap()
            .contains(&json!("conn: FIN_WAIT_2")),
        "{shown}"
    );
    assert_eq!(
        browser.text(".script li[data-line='8'] button").await,
        "client send \"=> b\" on b"
    );
    assert_eq!(
        browser.text(".script li[data-line='4'] .gave").await,
        "= 0",
        "what connect gave, not socket"
    );
}

#[tokio::test]
async fn language_and_theme_are_switched_and_remembered() {
    let server = Server::start(&[]);
    let browser = Browser::open("zh-CN,zh", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    assert_eq!(browser.text("h1").await, "四次挥手");
    browser.click("#language").await;
    browser
        .until("document.querySelector('h1').textContent === 'Four waves goodbye'")
        .await;
    browser.visit(server.url("/")).await;
    assert_eq!(browser.get("document.documentElement.lang").await, "en");
    let theme = browser.get("document.documentElement.dataset.theme").await;
    browser.click("#theme").await;
    browser.driver.refresh().await.unwrap();
    assert_ne!(
        browser.get("document.documentElement.dataset.theme").await,
        theme
    );
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn where_the_machine_refuses_the_recording_plays() {
    let server = server_that_is_refused();
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    let refusal = browser.text(".refusal").await;
    assert!(
        refusal.contains("opening /dev/net/tun")
            && refusal.contains("This command would allow it:"),
        "{refusal}"
    );
    browser.click(".invitation .primary").await;
    browser.click("#speed option[value='4']").await;
    browser
        .until("document.querySelector('.host.client .state').textContent === 'TIME_WAIT'")
        .await;
    assert!(
        browser
            .text(".origin")
            .await
            .starts_with("Recorded on Linux")
    );
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_address_keeps_the_moment_and_keys_move_it() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/half-close#t=3200")).await;
    browser
        .until("document.querySelector('.client .state').textContent === 'ESTABLISHED'")
        .await;
    browser
        .until("document.querySelector('.clock').textContent === '3.2 s'")
        .await;
    // To the change after and before: the states tell, and the address follows.
    browser.press_shifted('\u{e014}').await; // the right arrow
    browser
        .until("document.querySelector('.client .state').textContent === 'FIN_WAIT_1'")
        .await;
    browser
        .until("Number(new URLSearchParams(location.hash.slice(1)).get('t')) > 3200")
        .await;
    browser.press_shifted('\u{e012}').await;
    browser
        .until("document.querySelector('.client .state').textContent === 'ESTABLISHED'")
        .await;
    browser.press("?").await;
    browser.until("document.querySelector('#keys').open").await;
    browser.press("\u{e00c}").await;
    browser.until("!document.querySelector('#keys').open").await;
    browser.press("p").await;
    browser
        .until("'projector' in document.documentElement.dataset")
        .await;
    let fits = "document.documentElement.scrollHeight <= innerHeight && document.querySelector('.transport').getBoundingClientRect().bottom <= innerHeight + 1";
    browser.until(fits).await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn each_host_shows_its_programs_its_descriptors_and_its_buffers() {
    let server = Server::start(&[]);
    let browser = Browser::open("en", LAPTOP).await;
    let script = "server listen\nclient connect\nserver accept\nclient fork child\nclient thread reader\nreader recv &\n\
                  client send 3000\nclient close\nserver recv peek\nclient set keepalive 5s 5s 5\nsleep 1s";
    let script: String = script.bytes().map(|byte| format!("%{byte:02x}")).collect();
    browser
        .visit(server.url(&format!("/try#script={script}")))
        .await;
    browser.click("#pace option[value=full]").await;
    browser.click(".transport .primary").await;
    browser
        .until("document.body.dataset.run && document.querySelector('.origin').textContent.startsWith('Played')")
        .await;
    browser.press("\u{e010}").await; // End
    let rows = |css: &str| {
        format!("[...document.querySelectorAll('{css} li')].map((row) => row.textContent)")
    };
    browser
        .until(&format!(
            "{}.join() === 'child 3×1conn'",
            rows(".client .files")
        ))
        .await;
    let actors = browser.get(&rows(".client .actors")).await;
    assert_eq!(actors.as_array().unwrap().len(), 3, "{actors}");
    assert!(
        actors[2].as_str().unwrap().contains("recv(3) ⋯ waiting"),
        "{actors}"
    );
    assert_eq!(browser.text(".server .recv .bytes").await, "3000 B");
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn paper_gets_the_whole_run_and_the_screen_its_moment_back() {
    let server = Server::start(&[]);
    let browser = Browser::open("zh-CN", LAPTOP).await;
    browser.visit(server.url("/s/half-close#t=3200")).await;
    let state = "document.querySelector('.client .state').textContent";
    browser.until(&format!("{state} === 'ESTABLISHED'")).await;
    let fins = "document.querySelectorAll('.ladder .name.fin:not(.later)').length";
    assert_eq!(browser.get(fins).await, 0);
    browser
        .get("dispatchEvent(new Event('beforeprint')) && null")
        .await;
    assert_eq!(browser.get(fins).await, 2);
    assert_eq!(browser.get(state).await, "TIME_WAIT");
    browser
        .get("dispatchEvent(new Event('afterprint')) && null")
        .await;
    assert_eq!(browser.get(state).await, "ESTABLISHED");
    assert_eq!(browser.get(fins).await, 0);
    assert_eq!(browser.console().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_run_that_waits_says_its_place_in_the_middle_of_the_stage() {
    let server = Server::start(&["--max-runs", "1"]);
    let other = start_run(&server, json!({ "script": "server listen\nserver accept" })).await;
    let browser = Browser::open("en", LAPTOP).await;
    browser.visit(server.url("/s/four-waves")).await;
    browser.click(".invitation [data-act=run]").await;
    browser
        .until("document.querySelector('.notice:not([hidden])')?.textContent.includes('number 1 in the queue')")
        .await;
    stop_run(&server, &other).await;
    browser
        .until("document.querySelector('.notice').hidden && document.querySelector('.client .state').textContent === 'ESTABLISHED'")
        .await;
    assert_eq!(browser.console().await, Vec::<String>::new());
}

//! The Chromiums that the tests share. Each serves one test at a time, which gets a context of its own in it: nothing that a
//! page keeps comes from one test to the next.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::temp_dir::Folder;

/// Starts a Chromium and a chromedriver, and ends both when one of them has ended or the pipe to it is closed. The kernel
/// closes that pipe when the test program ends: nothing is left where the program is killed.
const KEEPER: &str = r#"
hash chromium chromedriver || exit
set -m # each job is a process group
chromium --user-data-dir="$1" "${@:2}" </dev/null &
chromedriver --port=0 </dev/null &
cat >/dev/null &
exec &>/dev/null # nobody reads what this shell tells of its jobs
wait -n
kill -KILL %1 %2 %3
rm -rf "$1"
"#;

const FLAGS: [&str; 17] = [
    "--headless",
    "--no-startup-window",
    "--remote-debugging-port=0",
    "--no-sandbox",
    "--test-type", // no bar in the window that warns of --no-sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-popup-blocking",
    "--disable-sync",
    "--disable-dev-shm-usage",
    // The suggestions below the address bar are a page, which takes half a second of a core in each window.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
];

/// How long a Chromium may take to open a window before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// The Chromiums that no test uses.
static IDLE: Mutex<Vec<Chromium>> = Mutex::new(Vec::new());

/// A headless Chromium and a chromedriver; both end when this is dropped.
pub struct Chromium {
    keeper: Child,
    language: String,
    /// The socket of the DevTools protocol, as in `ws://127.0.0.1:40123/devtools/browser/…`.
    devtools: String,
    /// The address of chromedriver, as in `http://127.0.0.1:40124`.
    pub chromedriver: String,
    _profile: Folder,
}

/// A Chromium that serves one test; it serves the next one when this is dropped.
pub struct Lent(Option<Chromium>);

/// The connection that holds a context and its window; both are closed with it.
#[derive(Debug)]
pub struct Context(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Chromium {
    fn start(language: &str) -> Chromium {
        let profile = Folder::new();
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER, "keeper", profile.as_str()])
            .args(FLAGS)
            .arg(format!("--accept-lang={language}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let devtools = told(keeper.stderr.take().unwrap(), "DevTools listening on ");
        let port = told(
            keeper.stdout.take().unwrap(),
            "started successfully on port ",
        );
        Chromium {
            keeper,
            language: language.to_owned(),
            devtools,
            chromedriver: format!("http://127.0.0.1:{}", port.trim_end_matches('.')),
            _profile: profile,
        }
    }

    /// As in `127.0.0.1:40123`.
    pub fn debugger_address(&self) -> &str {
        self.devtools.split('/').nth(2).unwrap()
    }
}

/// The rest of the line in which a program tells its address. Its further lines are read, so that it is never stuck on a
/// full pipe.
fn told(pipe: impl Read + Send + 'static, before: &str) -> String {
    let mut lines = BufReader::new(pipe).lines();
    let told = loop {
        let line = lines
            .next()
            .expect("tests/run installs Chromium and chromedriver")
            .unwrap();
        println!("{line}");
        if let Some((_, told)) = line.split_once(before) {
            break told.to_owned();
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    told
}

impl Drop for Chromium {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

impl Lent {
    /// An idle Chromium whose user reads `language`, or a new one; with a context that has a window of that size.
    pub async fn with_context(language: &str, size: [u32; 2]) -> (Lent, Context) {
        loop {
            let idle = take_idle(language);
            let is_new = idle.is_none();
            let chromium = idle.unwrap_or_else(|| Chromium::start(language));
            match timeout(PATIENCE, Context::open(&chromium, size)).await {
                Ok(Ok(context)) => return (Lent(Some(chromium)), context),
                failed if is_new => panic!("a new Chromium opens no window: {failed:?}"),
                _ => {} // it has crashed since, or hangs: it ends, and another takes its place
            }
        }
    }
}

fn take_idle(language: &str) -> Option<Chromium> {
    let mut idle = IDLE.lock().unwrap();
    let index = idle.iter().position(|it| it.language == language)?;
    Some(idle.swap_remove(index))
}

impl std::ops::Deref for Lent {
    type Target = Chromium;

    fn deref(&self) -> &Chromium {
        self.0.as_ref().expect("there until dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // A Chromium whose test has failed may be to blame: it ends.
        if !std::thread::panicking() {
            IDLE.lock().unwrap().extend(self.0.take());
        }
    }
}

impl Context {
    async fn open(chromium: &Chromium, [width, height]: [u32; 2]) -> Result<Context, Error> {
        let (socket, _) = connect_async(&chromium.devtools).await?;
        let mut context = Context(socket);
        // The window of the test before is closed with its connection, which takes a moment.
        while context.order("Target.getTargets", json!({})).await?["targetInfos"] != json!([]) {}
        let held = json!({ "disposeOnDetach": true });
        let id =
            context.order("Target.createBrowserContext", held).await?["browserContextId"].take();
        let window = json!({
            "url": "about:blank",
            "browserContextId": id,
            "newWindow": true,
            "width": width,
            "height": height,
        });
        context.order("Target.createTarget", window).await?;
        Ok(context)
    }

    /// What the browser answers to an order, the first of which has the number 0.
    async fn order(&mut self, method: &str, params: Value) -> Result<Value, Error> {
        let order = json!({ "id": 0, "method": method, "params": params });
        self.0.send(Message::text(order.to_string())).await?;
        while let Some(message) = self.0.next().await {
            let mut answer: Value = serde_json::from_str(message?.to_text()?).unwrap();
            if answer["id"] == 0 {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return Ok(answer["result"].take());
            }
        }
        Err(Error::ConnectionClosed)
    }
}

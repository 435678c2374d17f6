//! The live socket: a run's events while it goes on, from any `seq` on, and the same as one long answer. Each follower reads
//! from the run's list at its own speed, so that one who is slow, or gone, is nobody else's trouble.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{mpsc, watch};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::lab::{LiveRun, Progress};
use crate::web::error;
use crate::web::extract::flag::Flag;
use crate::web::state::AppState;

/// Where to begin, and whether to go on until the run's end.
#[derive(Deserialize)]
pub(crate) struct FollowQuery {
    #[serde(default)]
    from: usize,
    #[serde(default)]
    follow: Flag,
}

/// How long a follower may take to accept a message.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How many events go in one message at most.
const BATCH: usize = 256;
/// What happens within so short a time is told together. A segment's arrival makes several events: one message for all of
/// them is several times cheaper, and an eye sees no difference.
const COALESCED: Duration = Duration::from_millis(10);
/// A follower's buffers; the default of 128 KiB each is for other loads.
const BUFFER: usize = 8 * 1024;
/// Events, one a line.
const LINES: (header::HeaderName, &str) = (header::CONTENT_TYPE, "application/x-ndjson");

/// GET /api/runs/ID/events?from=SEQ: a WebSocket of text messages, each with one event a line; for a plain request what
/// there is by now, and with `follow=1` what comes too. On the socket a run that waits for its turn says
/// `{"waiting": PLACE}`, whenever that changes; a plain answer has events only, so that it is a recording as it stands.
pub(crate) async fn events(
    State(server): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<FollowQuery>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(Query(FollowQuery { from, follow })) = query else {
        return error::wrong("`from` is the number of an event, and `follow` is 1 or 0");
    };
    let Some(live) = server.lab.find(&id) else {
        return error::unknown_run(&id);
    };
    match upgrade {
        Ok(upgrade) => {
            let upgrade = upgrade
                .read_buffer_size(BUFFER)
                .write_buffer_size(BUFFER)
                .max_message_size(BUFFER);
            let follower = Follower::new(live, from, &server);
            upgrade.on_upgrade(move |socket| follow_by_socket(socket, follower))
        }
        Err(_) if follow == Flag::Yes => stream(live, from, &server),
        Err(_) => ([LINES], lines(&live.events(from))).into_response(),
    }
}

/// A run's events from a number on as one answer that goes on until the run's end. It is cut short where the other end does
/// not read.
pub(crate) fn stream(live: Arc<LiveRun>, from: usize, server: &AppState) -> Response {
    let mut follower = Follower::new(live, from, server);
    let (sender, body) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            let update = tokio::select! {
                update = follower.next() => update,
                () = sender.closed() => return,
            };
            let batch = match update {
                Update::Place(_) => continue,
                Update::Events(events) => Some(lines(&events)),
                Update::RunOver => None,
            };
            let is_last = batch.is_none();
            if sender.send_timeout(batch, SEND_TIMEOUT).await.is_err() || is_last {
                return;
            }
        }
    });
    let body = stream::unfold(body, |mut receiver| async {
        match receiver.recv().await {
            Some(Some(lines)) => Some((Ok(lines), receiver)),
            Some(None) => None,
            None => Some((Err(io::Error::from(io::ErrorKind::BrokenPipe)), receiver)),
        }
    });
    ([LINES], Body::from_stream(body)).into_response()
}

/// Each in a line of its own.
fn lines(events: &[Arc<str>]) -> String {
    events.iter().flat_map(|event| [event, "\n"]).collect()
}

/// Somebody who reads a run's events as they come.
struct Follower {
    live: Arc<LiveRun>,
    progress: watch::Receiver<Progress>,
    /// The server's end waits until this is dropped.
    _token: TaskTrackerToken,
    /// The number of the event that comes next.
    next: usize,
    place: usize,
}

/// What a follower hears next.
enum Update {
    /// The run's place among those that wait for their turn.
    Place(usize),
    Events(Vec<Arc<str>>),
    RunOver,
}

impl Follower {
    fn new(live: Arc<LiveRun>, from: usize, server: &AppState) -> Follower {
        Follower {
            progress: live.follow(),
            _token: server.followers.token(),
            next: from,
            place: 0,
            live,
        }
    }

    /// Waits for what comes next. Nothing is lost where this is dropped before it is ready.
    async fn next(&mut self) -> Update {
        loop {
            let now = *self.progress.borrow_and_update();
            if now.place > 0 && now.place != self.place {
                self.place = now.place;
                return Update::Place(now.place);
            }
            if now.events > self.next {
                let events = self.live.part(self.next, BATCH);
                self.next += events.len();
                return Update::Events(events);
            }
            if now.ended {
                return Update::RunOver;
            }
            if self.progress.changed().await.is_err() {
                return Update::RunOver;
            }
            tokio::time::sleep(COALESCED).await;
        }
    }
}

async fn follow_by_socket(mut socket: WebSocket, mut follower: Follower) {
    loop {
        let update = tokio::select! {
            update = follower.next() => update,
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue, // a follower has nothing to say
            },
        };
        let text = match update {
            Update::Place(place) => format!("{{\"waiting\":{place}}}"),
            Update::Events(events) => events.join("\n"),
            Update::RunOver => break,
        };
        if !send(&mut socket, Message::Text(text.into())).await {
            return;
        }
    }
    let frame = CloseFrame {
        code: close_code::NORMAL,
        reason: Utf8Bytes::from_static("the run is over"),
    };
    send(&mut socket, Message::Close(Some(frame))).await;
}

/// False where the follower is gone or does not read.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(
        tokio::time::timeout(SEND_TIMEOUT, socket.send(message)).await,
        Ok(Ok(()))
    )
}

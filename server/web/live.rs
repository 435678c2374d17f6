//! The live socket: a run's events while it goes on, from any `seq` on. Each follower reads from the run's list at its
//! own speed, so that one who is slow, or gone, is nobody else's trouble.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

use super::{Server, api};
use crate::lab::Live;

/// Where to begin.
#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    from: usize,
}

/// How long a follower may take to accept a message.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many events go in one message at most.
const BATCH: usize = 256;
/// A follower's buffers; the default of 128 KiB each is for other loads.
const BUFFER: usize = 8 * 1024;

/// GET /api/runs/ID/events?from=SEQ: a WebSocket of text messages, each with one event a line; for a plain request what
/// there is by now. A run that waits for its turn says `{"waiting": PLACE}` instead, whenever that changes.
pub(super) async fn events(
    State(server): State<Server>,
    Path(id): Path<String>,
    from: Result<Query<From>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(Query(From { from })) = from else {
        return api::wrong("`from` is the number of an event");
    };
    let Some(live) = server.lab.find(&id) else {
        return api::unknown_run(&id);
    };
    match upgrade {
        Ok(upgrade) => {
            let upgrade = upgrade
                .read_buffer_size(BUFFER)
                .write_buffer_size(BUFFER)
                .max_message_size(BUFFER);
            upgrade.on_upgrade(move |socket| follow(socket, live, from, server))
        }
        Err(_) => (
            [(header::CONTENT_TYPE, "application/x-ndjson")],
            live.events(from).join("\n"),
        )
            .into_response(),
    }
}

async fn follow(mut socket: WebSocket, live: Arc<Live>, from: usize, mut server: Server) {
    let mut sent = from;
    let mut progress = live.follow();
    let mut place = 0;
    let ended = loop {
        let now = *progress.borrow_and_update();
        if now.place > 0 && now.place != place {
            place = now.place;
            if !send(
                &mut socket,
                Message::Text(format!("{{\"waiting\":{place}}}").into()),
            )
            .await
            {
                return;
            }
        }
        if now.events > sent {
            for events in live.events(sent).chunks(BATCH) {
                sent += events.len();
                if !send(&mut socket, Message::Text(events.join("\n").into())).await {
                    return;
                }
            }
        }
        if now.ended {
            break "the run is over";
        }
        tokio::select! {
            changed = progress.changed() => if changed.is_err() { break "the run is over" },
            _ = server.ending.wait_for(|ending| *ending) => break "the server ends",
            said = socket.recv() => match said {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {} // a follower has nothing to say
            },
        }
    };
    let frame = CloseFrame {
        code: close_code::NORMAL,
        reason: Utf8Bytes::from_static(ended),
    };
    send(&mut socket, Message::Close(Some(frame))).await;
}

/// False where the follower is gone or does not read.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(
        tokio::time::timeout(PATIENCE, socket.send(message)).await,
        Ok(Ok(()))
    )
}

//! Scripts that nobody thought of, said line by line: whatever is taken, the composed script can always be played.

use std::time::Duration;

use fourwave::event::What;
use fourwave::{recording, script};
use futures_util::{StreamExt, stream};

use super::author;
use super::laws;
use super::rng::Dice;
use crate::support::Server;
use crate::support::interactive_run::{ByHand, end, replay};

const SEEDS: std::ops::Range<u64> = 0..30;
const AT_ONCE: usize = 10;

#[tokio::test]
async fn whatever_is_said_the_composed_script_can_be_played() {
    let server = Server::start(&["--run-limit", "60", "--open-limit", "60"]);
    let wrong: Vec<String> = stream::iter(SEEDS)
        .map(|seed| faults(&server, seed))
        .buffer_unordered(AT_ONCE)
        .concat()
        .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What is wrong with the play of a seed, in words.
async fn faults(server: &Server, seed: u64) -> Vec<String> {
    let mut dice = Dice::new(!seed);
    let run = ByHand::open(server, "", "full").await;
    let mut taken = 0;
    for line in author::script(seed).lines() {
        // Most people do not say what a call must give.
        let line = match dice.percent(70) {
            true => line
                .split(" =>")
                .next()
                .unwrap_or(line)
                .trim_end_matches('&'),
            false => line,
        };
        let (status, answer) = run.answer(line).await;
        match status {
            200 => taken += 1,
            422 => {}
            _ if answer["error"] == "over" => break,
            _ => return vec![format!("seed {seed}: {line}: {status} {answer}")],
        }
    }
    if taken == 0 {
        // A machine with other work may not build hosts in time; such a run says so, and keeps every law.
        return laws::broken(&run.stop().await, Duration::from_secs(60));
    }
    if taken < 3 {
        return vec![format!("seed {seed}: {taken} lines were taken")];
    }
    let _ = run.answer("").await; // the last line has ended, or the run has
    let events = run.stop().await;
    let mut faults = Vec::new();
    for (index, event) in events.iter().enumerate() {
        if let What::Script { .. } = event.what {
            let text = recording::script(&events[..=index]);
            if let Err(mistakes) = script::parse(&text) {
                faults.push(format!("seed {seed}: {:?}\n{text}", mistakes[0]));
            }
        }
    }
    let composed = recording::script(&events);
    let broken = laws::broken(&events, Duration::from_secs(60));
    faults.extend(
        broken
            .into_iter()
            .map(|law| format!("seed {seed}: {law}\n{composed}")),
    );
    let (_, how) = end(&events);
    if how == "TooMuch" {
        return faults; // two kernels that argue without end
    }
    let (_, again) = end(&replay(server, &composed, "full").await);
    if (how.as_str(), again.as_str()) != ("Finished", "Played") {
        faults.push(format!(
            "seed {seed} ends as {how}, and again as {again}:\n{composed}"
        ));
    }
    faults
}

//! `fourwave run`: plays a script once, here, and draws it.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use fourwave::content::catalogue;
use fourwave::content::scenario::{self, Scenario, draw_mistakes};
use fourwave::event::{Ending, Event, What};
use fourwave::export::options::ExportInfo;
use fourwave::export::terminal::Drawing;
use fourwave::export::{Theme, pcapng, picture};
use fourwave::i18n::Language;
use fourwave::lab::run::request::{Limits, Pace, RunRequest};
use fourwave::lab::run::{RunControl, play};
use fourwave::script;
use fourwave::script::ast::Script;

use crate::cli::args::Run;

/// Ends with 1 where a check failed, with 2 where the script was not played to its end.
pub(crate) fn run(run: &Run) -> Result<ExitCode> {
    let RunInput { id, title, script } = read_input(&run.what)?;
    let fork_server = crate::cli::start::fork_server()?;
    let pace = if run.slow { Pace::FOLLOW } else { Pace::FULL };
    let limits = Limits::of(Duration::from_secs(run.limit));
    let request = RunRequest {
        scenario: id,
        ..RunRequest::new(script, pace)
    };
    let mut drawing = Drawing::new(
        io::stdout().lock(),
        io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    );
    let mut written = Ok(());
    let (mut all_true, mut played) = (true, false);
    let mut events = Vec::new();
    let control = RunControl::new(false);
    let mut sink = |event: Event| {
        match &event.what {
            What::Check {
                ok, claim: None, ..
            } => all_true &= ok,
            What::End { how, .. } => played = *how == Ending::Played,
            _ => {}
        }
        let drawn = if run.json {
            print_json(&event)
        } else {
            drawing.event(&event)
        };
        if written.is_ok() && drawn.is_err() {
            written = drawn;
            control.stop(); // nobody reads any more
        }
        if run.pcapng.is_some() || run.svg.is_some() {
            events.push(event);
        }
    };
    play(&fork_server, &request, limits, &control, &mut sink)?;
    // A file that cannot be saved does not keep the other from being saved.
    let capture = run.pcapng.as_ref().map(|file| {
        let capture = pcapng::capture(&events);
        save("capture", "--pcapng", file, &capture)
    });
    let picture = run.svg.as_ref().map(|file| {
        let info = ExportInfo {
            title,
            address: None,
        };
        let picture = picture(&events, &info, Language::English, Theme::Light);
        save("picture", "--svg", file, picture.as_bytes())
    });
    let saved = [capture, picture].into_iter().flatten();
    let failures = saved.filter_map(|saved| Some(saved.err()?.to_string()));
    let failures: Vec<String> = failures.collect();
    if !failures.is_empty() {
        bail!(failures.join("\n"));
    }
    written.context("writing to standard output")?;
    Ok(ExitCode::from(if !played {
        2
    } else {
        u8::from(!all_true)
    }))
}

fn save(what: &str, option: &str, file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).map_err(|error| {
        anyhow!(
            "the run is over, but its {what} was not kept: writing {}: {error}; \
             name a file after {option} that can be written",
            file.display()
        )
    })
}

fn print_json(event: &Event) -> io::Result<()> {
    writeln!(io::stdout(), "{}", serde_json::to_string(event)?)
}

/// The script to play, with its names.
struct RunInput {
    /// The scenario's id; None for a bare script.
    id: Option<String>,
    /// The title of its picture.
    title: String,
    script: Script,
}

impl From<Scenario> for RunInput {
    fn from(scenario: Scenario) -> RunInput {
        RunInput {
            id: Some(scenario.id),
            title: scenario.title.en,
            script: scenario.script,
        }
    }
}

/// Reads a scenario or a script by its id, its file, or `-` for standard input.
fn read_input(what: &str) -> Result<RunInput> {
    if let Some(scenario) = catalogue::scenario(what) {
        return Ok(scenario.clone().into());
    }
    let text = if what == "-" {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .context("reading standard input")?;
        text
    } else if Path::new(what).exists() {
        fs::read_to_string(what).with_context(|| format!("reading {what}"))?
    } else {
        let ids: Vec<&str> = catalogue::scenarios()
            .iter()
            .map(|scenario| scenario.id.as_str())
            .collect();
        bail!(
            "there is no scenario and no file {what:?}; the scenarios are {}",
            ids.join(", ")
        );
    };
    if what.ends_with(".toml") {
        let scenario = scenario::parse(what, &text).map_err(|broken| anyhow!("{broken}"))?;
        return Ok(scenario.into());
    }
    let (name, title) = match what {
        "-" => ("standard input", "fourwave run -"),
        file => (file, file),
    };
    let script = script::parse(&text)
        .map_err(|mistakes| anyhow!("{}", draw_mistakes(name, &text, &mistakes)))?;
    Ok(RunInput {
        id: None,
        title: title.to_owned(),
        script,
    })
}

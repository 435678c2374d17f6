//! The program's roles: serve, run, check, record, and the hidden nursery.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use fourwave::config::{Config, Role, Run, Serve};
use fourwave::draw::Drawing;
use fourwave::event::{Event, What};
use fourwave::lab::Lab;
use fourwave::message::Refusal;
use fourwave::nursery::Nursery;
use fourwave::run::{Pace, Play, play};
use fourwave::scenario::{self, draw_mistakes};
use fourwave::script::{self, Script};
use fourwave::{catalogue, child, remedy, web};

fn main() -> ExitCode {
    let config = Config::parse();
    let done = match config.role {
        None => serve(&config.serve),
        Some(Role::Run(run)) => run_once(&run),
        Some(Role::Check { paths }) => check(&paths),
        Some(Role::Record { folder }) => record(&folder),
        Some(Role::Nursery) => child::nursery()
            .map(|()| ExitCode::SUCCESS)
            .map_err(Into::into),
    };
    done.unwrap_or_else(|error| {
        eprintln!("fourwave: {error:#}");
        ExitCode::from(2)
    })
}

fn serve(serve: &Serve) -> Result<ExitCode> {
    let lab = Lab::new(serve.max_runs, Duration::from_secs(serve.run_limit));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(serve.listen)
            .await
            .with_context(|| {
                format!(
                    "cannot serve on {}; --listen 127.0.0.1:0 takes any free port",
                    serve.listen
                )
            })?;
        println!("fourwave: http://{}", listener.local_addr()?);
        if let Err(refusal) = lab.ability() {
            eprintln!(
                "fourwave: no live runs, recordings only: {}",
                explain(&refusal)
            );
        }
        web::serve(listener, lab, web::terminated()).await?;
        Ok(ExitCode::SUCCESS)
    })
}

fn run_once(run: &Run) -> Result<ExitCode> {
    let (scenario, script) = script_named(&run.what)?;
    let nursery = Nursery::start().map_err(|refusal| anyhow!(explain(&refusal)))?;
    let pace = if run.slow { Pace::FOLLOW } else { Pace::FULL };
    let limit = Duration::from_secs(run.limit);
    let mut drawing = Drawing::new(
        io::stdout().lock(),
        io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    );
    let mut told = Ok(());
    let (mut all_true, mut played) = (true, false);
    let stop = AtomicBool::new(false);
    let mut sink = |event: Event| {
        match &event.what {
            What::Check {
                ok, claim: None, ..
            } => all_true &= ok,
            What::End { reason, .. } => played = reason.starts_with("played"),
            _ => {}
        }
        let drawn = if run.json {
            print_json(&event)
        } else {
            drawing.event(&event)
        };
        if told.is_ok() && drawn.is_err() {
            told = drawn;
            stop.store(true, std::sync::atomic::Ordering::Relaxed); // nobody reads any more
        }
    };
    play(
        &nursery,
        &Play {
            scenario: scenario.as_deref(),
            script: &script,
            pace,
            limit,
        },
        &stop,
        &mut sink,
    )?;
    told.context("writing to standard output")?;
    Ok(ExitCode::from(if !played {
        2
    } else {
        u8::from(!all_true)
    }))
}

fn print_json(event: &Event) -> io::Result<()> {
    use io::Write;
    writeln!(io::stdout(), "{}", serde_json::to_string(event)?)
}

/// A script by what the user called it, and the id where it is a scenario of ours.
fn script_named(what: &str) -> Result<(Option<String>, Script)> {
    if let Some(scenario) = catalogue::scenario(what) {
        return Ok((Some(scenario.id.clone()), scenario.script.clone()));
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
        return Ok((Some(scenario.id), scenario.script));
    }
    let name = if what == "-" { "standard input" } else { what };
    let script = script::parse(&text)
        .map_err(|mistakes| anyhow!("{}", draw_mistakes(name, &text, &mistakes)))?;
    Ok((None, script))
}

fn check(paths: &[PathBuf]) -> Result<ExitCode> {
    let mut broken = 0;
    let files = toml_files(paths)?;
    for file in &files {
        let text =
            fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        if let Err(mistakes) = scenario::parse(&file.to_string_lossy(), &text) {
            eprint!("{mistakes}");
            broken += 1;
        }
    }
    println!("{} scenarios, {broken} with mistakes", files.len());
    Ok(ExitCode::from(u8::from(broken > 0)))
}

fn record(folder: &Path) -> Result<ExitCode> {
    let nursery = Nursery::start().map_err(|refusal| anyhow!(explain(&refusal)))?;
    for file in toml_files(&[folder.to_owned()])? {
        let text =
            fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let scenario = scenario::parse(&file.to_string_lossy(), &text)
            .map_err(|broken| anyhow!("{broken}"))?;
        let mut events = Vec::new();
        let play_it = Play {
            scenario: Some(&scenario.id),
            script: &scenario.script,
            pace: Pace::FOLLOW,
            limit: Duration::from_secs(120),
        };
        play(&nursery, &play_it, &AtomicBool::new(false), &mut |event| {
            events.push(event)
        })?;
        if !matches!(
            events.last(),
            Some(Event {
                what: What::End { ok: true, .. },
                ..
            })
        ) {
            bail!(
                "{}: not every check was true; nothing recorded (see `fourwave run {}`)",
                file.display(),
                file.display()
            );
        }
        let path = folder.join(catalogue::recording_path(&scenario.id));
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        catalogue::write_recording(&events, fs::File::create(&path)?)?;
        println!("{}: {} events", path.display(), events.len());
    }
    Ok(ExitCode::SUCCESS)
}

/// The files among the paths, and the scenario files in the folders among them, in order.
fn toml_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).with_context(|| format!("reading {}", path.display()))?;
        let mut inside = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?;
        inside.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        });
        inside.sort();
        files.extend(inside);
    }
    Ok(files)
}

fn explain(refusal: &Refusal) -> String {
    let remedy = remedy::remedy(refusal);
    format!(
        "{}: {}\n  this would allow it: {}",
        remedy.tried, remedy.answer, remedy.command
    )
}

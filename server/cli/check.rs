//! `fourwave check`: reads scenario files and reports every mistake.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use fourwave::content::article::{self, Claim};
use fourwave::content::cross_check::{self, ScenarioFile};
use fourwave::content::file_error::FileError;
use fourwave::content::scenario;

/// Ends with 1 where there is a mistake. What lies beside a file is read too, since a scenario names others.
pub(crate) fn check(paths: &[PathBuf]) -> Result<ExitCode> {
    let files: BTreeSet<PathBuf> = crate::cli::files::scenario_files(paths)?
        .into_iter()
        .collect();
    let is_article = |file: &Path| file.file_name().is_some_and(|name| name == article::FILE);
    let (articles, scenarios): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) =
        files.into_iter().partition(|file| is_article(file));
    let inside = paths.iter().map(|path| path.join(article::FILE));
    let articles: BTreeSet<PathBuf> = articles
        .into_iter()
        .chain(inside.filter(|path| path.is_file()))
        .collect();

    let mut mistakes = Vec::new();
    for file in &articles {
        mistakes.extend(read_article(file)?.err());
    }
    let folders: BTreeSet<&Path> = scenarios.iter().filter_map(|file| file.parent()).collect();
    for folder in folders {
        check_folder(folder, &scenarios, &mut mistakes)?;
    }
    for mistake in &mistakes {
        eprint!("{mistake}");
    }
    let (files, wrong) = (scenarios.len(), mistakes.len());
    println!("{files} scenarios, {wrong} mistakes");
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

/// Checks those of a folder's scenarios that were asked for, against each other and the rest of them.
fn check_folder(
    folder: &Path,
    chosen: &BTreeSet<PathBuf>,
    mistakes: &mut Vec<FileError>,
) -> Result<()> {
    let named = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let here = chosen.iter().filter(|file| file.parent() == Some(folder));
    let beside = crate::cli::files::scenario_files(&[named.to_owned()])?;
    let is_chosen = |file: &PathBuf| chosen.iter().any(|one| one.file_name() == file.file_name());
    let beside = beside.into_iter().filter(|file| !is_chosen(file));
    let files: Vec<PathBuf> = here.cloned().chain(beside).collect();

    let stems = files.iter().filter_map(|file| file.file_stem());
    let ids: Vec<String> = stems
        .map(|stem| stem.to_string_lossy().into_owned())
        .collect();
    let mut read_files = Vec::new();
    for file in &files {
        let text = read(file)?;
        let name = file.to_string_lossy().into_owned();
        match scenario::parse(&name, &text) {
            Ok(scenario) => read_files.push(ScenarioFile {
                name,
                text,
                scenario,
            }),
            Err(broken) if chosen.contains(file) => mistakes.push(broken),
            Err(_) => {} // not chosen
        }
    }
    let article = folder.join(article::FILE);
    let claims = if article.is_file() {
        read_article(&article)?.ok()
    } else {
        None
    };
    for file in &read_files {
        if chosen.contains(Path::new(&file.name)) {
            let found = cross_check::mistakes(file, &read_files, &ids, claims.as_deref());
            mistakes.extend(found);
        }
    }
    Ok(())
}

fn read_article(file: &Path) -> Result<Result<Vec<Claim>, FileError>> {
    Ok(article::parse(&file.to_string_lossy(), &read(file)?))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

//! A strict checker of the statements that exports use, after Mermaid's `sequenceDiagram.jison`:
//!
//! - `;` ends a statement and `#` begins a comment, so a text has them only as entities, `#59;`.
//! - A text begins behind a colon, is not empty, and ends with its line; `wrap:` and `nowrap:` at its begin are no text.
//! - A line whose rest begins with `%%` is a comment, and `%%{` a directive wherever it stands.
//! - The word `end` closes a block: its documentation advises against it anywhere.
//! - Text that a browser would take for an element is removed.

use fourwave::content::catalogue;
use fourwave::event::host::Host;
use fourwave::event::{Event, SegmentPhase, What};
use fourwave::export::export;
use fourwave::export::format::Format;
use fourwave::export::options::ExportOptions;

use super::{LANGUAGES, about};
use crate::support::recorded;

/// The diagram in a Markdown text.
pub fn diagram_of(text: &str) -> String {
    let (_, rest) = text.split_once("\n```mermaid\n").expect("a diagram");
    let (diagram, _) = rest.split_once("\n```\n").expect("its end");
    format!("{diagram}\n")
}

/// The arrows of a diagram, each as its sender and whether it was lost; or the first text that Mermaid would refuse.
pub fn check(diagram: &str) -> Result<Vec<(Host, bool)>, String> {
    let mut lines = diagram.lines();
    if lines.next() != Some("sequenceDiagram") {
        return Err("no sequenceDiagram".into());
    }
    let (mut participants, mut arrows) = (Vec::new(), Vec::new());
    for line in lines {
        let wrong = |why: &str| format!("{why}: {line:?}");
        let statement = line
            .strip_prefix("    ")
            .ok_or_else(|| wrong("not indented"))?;
        if let Some(rest) = statement.strip_prefix("participant ") {
            let (name, shown) = rest.split_once(" as ").ok_or_else(|| wrong("no `as`"))?;
            check_text(shown).map_err(|why| wrong(&why))?;
            participants.push(name);
            continue;
        }
        let (head, text) = statement.split_once(':').ok_or_else(|| wrong("no colon"))?;
        check_text(text.strip_prefix(' ').ok_or_else(|| wrong("no blank"))?)
            .map_err(|why| wrong(&why))?;
        let known = |name: &str| participants.contains(&name);
        if let Some(place) = head.strip_prefix("Note ") {
            let beside = place
                .strip_prefix("left of ")
                .or(place.strip_prefix("right of "));
            let over = place
                .strip_prefix("over ")
                .and_then(|both| both.split_once(','));
            let fits = beside.is_some_and(known)
                || over.is_some_and(|(one, other)| known(one) && known(other));
            fits.then_some(())
                .ok_or_else(|| wrong("a note beside nobody"))?;
            continue;
        }
        let arrow = [("-->>", false), ("->>", false), ("--x", true), ("-x", true)]
            .into_iter()
            .find_map(|(arrow, lost)| head.split_once(arrow).map(|(from, to)| (from, to, lost)));
        let (from, to, lost) = arrow.ok_or_else(|| wrong("no arrow"))?;
        if !known(from) || !known(to) || from == to {
            return Err(wrong("an arrow between others"));
        }
        let from = Host::BOTH.into_iter().find(|host| host.name() == from);
        arrows.push((from.ok_or_else(|| wrong("no host"))?, lost));
    }
    Ok(arrows)
}

fn check_text(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("an empty text".into());
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("wrap:") || lower.starts_with("nowrap:") {
        return Err("a text that begins with wrap:".into());
    }
    if lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| word == "end")
    {
        return Err("the word end".into());
    }
    if let Some(wrong) = text
        .chars()
        .find(|c| c.is_control() || "<>%{}`\"".contains(*c))
    {
        return Err(format!("{wrong:?} in a text"));
    }
    let mut rest = text;
    while let Some(at) = rest.find(['#', ';']) {
        let entity = rest[at..]
            .strip_prefix('#')
            .and_then(|rest| rest.split_once(';'));
        let (number, after) = entity.ok_or("a # or ; of its own")?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        rest = if is_number {
            after
        } else {
            return Err(format!("#{number}; is no entity"));
        };
    }
    Ok(())
}

/// The arrivals and losses of the events, as many as a diagram has.
pub fn arrivals(events: &[Event]) -> Vec<(Host, bool)> {
    let over = events.iter().filter_map(|event| match &event.what {
        What::Segment(segment) => match segment.phase {
            SegmentPhase::Delivered => Some((segment.from, false)),
            SegmentPhase::Dropped => Some((segment.from, true)),
            _ => None,
        },
        What::Passed { from, .. } => Some((*from, false)),
        _ => None,
    });
    over.collect()
}

#[test]
fn markdown_has_a_diagram_that_mermaid_reads() {
    for scenario in catalogue::scenarios() {
        let events = recorded(&scenario.id);
        for language in LANGUAGES {
            let about = about(language.of(&scenario.title));
            let text = export(
                &events,
                Format::Markdown,
                &about,
                language,
                ExportOptions::default(),
            )
            .unwrap();
            let text = String::from_utf8(text).unwrap();
            let diagram = diagram_of(&text);
            let found = check(&diagram)
                .unwrap_or_else(|error| panic!("{}: {error}\n{diagram}", scenario.id));
            assert_eq!(found, arrivals(&events), "{}\n{diagram}", scenario.id);
        }
    }
}

#[test]
fn the_checker_of_diagrams_refuses_what_mermaid_would() {
    let order = "sequenceDiagram\n    participant client as client 127.0.0.1\n    participant server as server\n    \
                 Note left of client: a\n    client->>server: b #35;1\n    server--xclient: c\n    Note over client,server: d\n";
    check(order).unwrap();
    for (from, to) in [
        ("sequenceDiagram", "sequence"),
        ("->>", "=>"),
        ("a\n", "a; b\n"),
        ("a\n", "a # b\n"),
        ("a\n", "\n"),
        (" d\n", " end\n"),
        (" d\n", "wrap: d\n"),
        (" d\n", " %%{init}%%\n"),
        ("left of", "beside"),
        ("participant server as server\n", ""),
        ("b #35;1", "b\n1"),
        ("b #35;1", "<b>"),
    ] {
        let broken = order.replacen(from, to, 1);
        assert!(check(&broken).is_err(), "{from} → {to}");
    }
}

//! The atlas: a grid of states against what happens in them, each cell with what its recorded run shows.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::content::atlas::answer::{Answer, Gave};
use crate::content::atlas::recorded::recorded;
use crate::content::atlas::texts::{name, texts, title};
use crate::content::atlas::{self, Cell, Stimulus, Unreachable, cells};
use crate::content::source::Citation;
use crate::i18n::Language;
use crate::tcp::state::State as TcpState;
use crate::web::blocking::blocking;
use crate::web::extract::locale::Locale;
use crate::web::pages::layout::{Layout, moment, page};
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "atlas.html")]
struct Atlas {
    frame: Layout,
    /// The columns, with where the calls begin.
    stimuli: Vec<Column>,
    rows: Vec<Row>,
    notes: Vec<Noted>,
    reasons: Vec<(&'static str, String)>,
    /// The kernels that were recorded.
    recorded: String,
}

struct Column {
    stimulus: Stimulus,
    head: &'static str,
    what: &'static str,
}

struct Row {
    state: &'static str,
    cells: Vec<Shown>,
}

/// A cell as it is shown.
struct Shown {
    stimulus: Stimulus,
    /// Where it leads.
    href: String,
    /// All of it in a sentence.
    label: String,
    /// What the call gave, and whether that is `number`, `error` or `waits`.
    gave: Option<(String, &'static str)>,
    /// The segments that were sent, and which kind each is.
    sent: Vec<(String, &'static str)>,
    to: Option<&'static str>,
    /// Nothing was sent, given or changed.
    silent: bool,
    noted: bool,
    why: Option<&'static str>,
}

/// What is worth saying of a cell.
struct Noted {
    href: String,
    title: String,
    text: String,
    sources: &'static [Citation],
}

impl Atlas {
    fn t(&self, key: &str) -> &'static str {
        self.frame.lang.of(texts().page(key))
    }
}

/// GET /atlas
pub(crate) async fn atlas(State(server): State<AppState>, locale: Locale, uri: Uri) -> Response {
    // Reading all the runs for the first time takes tens of ms.
    let recorded = blocking(recorded).await;
    let frame = Layout::new(&server, &locale, &uri).await;
    let lang = locale.language;
    let kernels: BTreeSet<&str> = recorded.values().map(|run| run.kernel.as_str()).collect();
    let kernels = kernels.into_iter().collect::<Vec<_>>().join(", ");
    let column = |stimulus| {
        let words = texts().stimulus(stimulus);
        let (head, what) = (lang.of(&words.head), lang.of(&words.what));
        Column {
            stimulus,
            head,
            what,
        }
    };
    let row = |state: TcpState| Row {
        state: state.name(),
        cells: atlas::row(state)
            .iter()
            .map(|cell| shown(cell, lang))
            .collect(),
    };
    let reason = |why: Unreachable| (name(why), frame.html(&texts().why(why).text));
    let reasons = [Unreachable::NoConnection, Unreachable::NoWindow].map(reason);
    let atlas = Atlas {
        stimuli: Stimulus::ALL.map(column).into(),
        rows: TcpState::ALL.map(row).into(),
        notes: notes(&frame),
        reasons: reasons.into(),
        recorded: lang
            .of(texts().page("recorded"))
            .replace("{kernel}", &kernels),
        frame,
    };
    page(&atlas, &locale, StatusCode::OK)
}

fn notes(frame: &Layout) -> Vec<Noted> {
    let noted = cells()
        .iter()
        .filter_map(|cell| Some((cell, texts().note(cell)?)));
    let noted = noted.map(|(cell, note)| Noted {
        href: address(cell),
        title: title(cell, frame.lang),
        text: frame.html(&note.text),
        sources: &note.sources,
    });
    noted.collect()
}

/// Where a cell's recorded run is to be seen, all of it.
fn address(cell: &Cell) -> String {
    let end = recorded().get(&cell.id()).map(|run| moment(run.end));
    format!(
        "/{}{}",
        cell.id(),
        end.map_or(String::new(), |t| format!("#t={t}"))
    )
}

fn shown(cell: &Cell, lang: Language) -> Shown {
    let t = |key: &str| lang.of(texts().page(key));
    let title = title(cell, lang);
    let stimulus = cell.stimulus;
    if let Err(why) = cell.plan {
        let short = lang.of(&texts().why(why).short);
        return Shown {
            stimulus,
            href: format!("#{}", name(why)),
            label: format!("{title}: {short}"),
            gave: None,
            sent: Vec::new(),
            to: None,
            silent: false,
            noted: false,
            why: Some(short),
        };
    }
    let answer = recorded()
        .get(&cell.id())
        .and_then(|run| run.answer.clone());
    let answer = answer.unwrap_or(Answer {
        gave: None,
        sent: Vec::new(),
        to: None,
    });
    let gave = answer.gave.as_ref().map(|gave| match gave {
        Gave::Number(number) => (number.to_string(), "number"),
        Gave::Error(error) => (error.clone(), "error"),
        Gave::Blocked => (t("waits").to_owned(), "waits"),
    });
    let sent = answer.sent.iter().map(|bits| (bits.join(","), kind(bits)));
    Shown {
        stimulus,
        href: address(cell),
        label: format!("{title}: {}", told(&answer, lang)),
        silent: gave.is_none() && answer.sent.is_empty() && answer.to.is_none(),
        gave,
        sent: sent.collect(),
        to: answer.to.map(TcpState::name),
        noted: texts().note(cell).is_some(),
        why: None,
    }
}

/// The kind of a segment, as everywhere on these pages.
fn kind(bits: &[String]) -> &'static str {
    let has = |name: &str| bits.iter().any(|bit| bit == name);
    match () {
        () if has("RST") => "rst",
        () if has("SYN") => "syn",
        () if has("FIN") => "fin",
        () if has("PSH") => "data",
        () => "ack",
    }
}

/// An answer in a sentence.
fn told(answer: &Answer, lang: Language) -> String {
    let t = |key: &str| lang.of(texts().page(key));
    let gave = answer.gave.as_ref().map(|gave| match gave {
        Gave::Number(number) => t("says_gave").replace("{value}", &number.to_string()),
        Gave::Error(error) => t("says_gave").replace("{value}", error),
        Gave::Blocked => t("says_waits").to_owned(),
    });
    let sent = if answer.sent.is_empty() {
        vec![t("says_nothing").to_owned()]
    } else {
        let sent = answer.sent.iter();
        sent.map(|bits| t("says_sent").replace("{flags}", &bits.join(",")))
            .collect()
    };
    let to = match answer.to {
        Some(state) => t("says_to").replace("{state}", state.name()),
        None => t("says_stays").to_owned(),
    };
    let parts: Vec<String> = gave.into_iter().chain(sent).chain([to]).collect();
    parts.join(match lang {
        Language::English => ", ",
        Language::Chinese => "，",
    })
}

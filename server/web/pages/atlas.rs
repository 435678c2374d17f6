//! The atlas: a grid of states against what happens in them, each cell with what its recorded run shows.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use crate::content::atlas::answer::{Answer, Gave};
use crate::content::atlas::recorded::recorded;
use crate::content::atlas::texts::{name, texts, title};
use crate::content::atlas::{self, AtlasCell, Stimulus, Unreachable, cells};
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
    layout: Layout,
    /// The columns, with where the calls begin.
    stimuli: Vec<StimulusColumn>,
    rows: Vec<StateRow>,
    notes: Vec<NoteView>,
    reasons: Vec<(&'static str, String)>,
    /// The kernels that were recorded.
    recorded: String,
}

struct StimulusColumn {
    stimulus: Stimulus,
    head: &'static str,
    what: &'static str,
}

struct StateRow {
    state: &'static str,
    cells: Vec<CellView>,
}

/// A cell as it is shown.
struct CellView {
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
struct NoteView {
    href: String,
    title: String,
    text: String,
    sources: &'static [Citation],
}

impl Atlas {
    fn t(&self, key: &str) -> &'static str {
        self.layout.lang.of(texts().page(key))
    }
}

/// GET /atlas
pub(crate) async fn atlas(State(server): State<AppState>, locale: Locale, uri: Uri) -> Response {
    // Reading all the runs for the first time takes tens of ms.
    let recorded = blocking(recorded).await;
    let layout = Layout::new(&server, &locale, &uri).await;
    let lang = locale.language;
    let kernels: BTreeSet<&str> = recorded.values().map(|run| run.kernel.as_str()).collect();
    let kernels = kernels.into_iter().collect::<Vec<_>>().join(", ");
    let column = |stimulus| {
        let words = texts().stimulus(stimulus);
        let (head, what) = (lang.of(&words.head), lang.of(&words.what));
        StimulusColumn {
            stimulus,
            head,
            what,
        }
    };
    let row = |state: TcpState| StateRow {
        state: state.name(),
        cells: atlas::row(state)
            .iter()
            .map(|cell| cell_view(cell, lang))
            .collect(),
    };
    let reason = |why: Unreachable| (name(why), layout.html(&texts().why(why).text));
    let reasons = [Unreachable::NoConnection, Unreachable::NoWindow].map(reason);
    let atlas = Atlas {
        stimuli: Stimulus::ALL.map(column).into(),
        rows: TcpState::ALL.map(row).into(),
        notes: notes(&layout),
        reasons: reasons.into(),
        recorded: lang
            .of(texts().page("recorded"))
            .replace("{kernel}", &kernels),
        layout,
    };
    page(&atlas, &locale, StatusCode::OK)
}

fn notes(layout: &Layout) -> Vec<NoteView> {
    let cells = cells()
        .iter()
        .filter_map(|cell| Some((cell, texts().note(cell)?)));
    let views = cells.map(|(cell, note)| NoteView {
        href: cell_address(cell),
        title: title(cell, layout.lang),
        text: layout.html(&note.text),
        sources: &note.sources,
    });
    views.collect()
}

/// Where a cell's recorded run is to be seen, all of it.
fn cell_address(cell: &AtlasCell) -> String {
    let end = recorded().get(&cell.id()).map(|run| moment(run.end));
    format!(
        "/{}{}",
        cell.id(),
        end.map_or(String::new(), |t| format!("#t={t}"))
    )
}

fn cell_view(cell: &AtlasCell, lang: Language) -> CellView {
    let t = |key: &str| lang.of(texts().page(key));
    let title = title(cell, lang);
    let stimulus = cell.stimulus;
    if let Err(why) = cell.plan {
        let short = lang.of(&texts().why(why).short);
        return CellView {
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
    CellView {
        stimulus,
        href: cell_address(cell),
        label: format!("{title}: {}", sentence(&answer, lang)),
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
    if has("RST") {
        "rst"
    } else if has("SYN") {
        "syn"
    } else if has("FIN") {
        "fin"
    } else if has("PSH") {
        "data"
    } else {
        "ack"
    }
}

/// An answer in a sentence.
fn sentence(answer: &Answer, lang: Language) -> String {
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

//! The log of a server, on standard error.

use std::fmt;

use clap::ValueEnum;
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The form of a line in the log.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// Time, level, spans and fields, for people.
    Text,
    /// The same as one JSON object a line.
    Json,
}

/// Starts the log. With neither option the log has warnings only, each as a plain line of the command.
pub(crate) fn start_log(filter: Option<&str>, format: Option<LogFormat>) {
    let level = filter.unwrap_or("fourwave=warn");
    let log = tracing_subscriber::fmt()
        .with_env_filter(read_filter(level).expect("clap has read the filter before"))
        .with_writer(std::io::stderr);
    match (filter, format) {
        (_, Some(LogFormat::Json)) => log.json().init(),
        (None, None) => log.event_format(PlainLine).init(),
        _ => log.init(),
    }
}

/// A filter as `EnvFilter` writes it, such as `info` or `fourwave=debug`.
fn read_filter(text: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(text)
}

/// Refuses a text that is no filter; clap calls it.
pub(crate) fn log_filter(text: &str) -> Result<String, ParseError> {
    read_filter(text).map(|_| text.to_owned())
}

/// `fourwave: MESSAGE`, as every other message of the command.
struct PlainLine;

impl<S, N> FormatEvent<S, N> for PlainLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        line.write_str("fourwave: ")?;
        context.format_fields(line.by_ref(), event)?;
        writeln!(line)
    }
}

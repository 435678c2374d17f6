//! A forged segment: its numbers, `Decoder::forge` in server/lab/run/wire/decoder.rs and `bases` in
//! web/scripts/script/wire-commands.js; its line, server/script/parser/wire.rs and `forged` in wire-commands.js.

use std::net::SocketAddrV4;

use etherparse::PacketBuilder;
use fourwave::event::host::Host;
use fourwave::lab::run::wire::decoder::Decoder;
use fourwave::script::ast::{Action, Forgery, WireAction};
use fourwave::script::parse;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answered, Page, read};

#[derive(Deserialize)]
struct Table {
    numbers: Vec<Numbers>,
    lines: Vec<Line>,
}

/// Packets that were sent, and the numbers of a segment that is forged for a host after them.
#[derive(Deserialize)]
struct Numbers {
    sent: Vec<Sent>,
    to: Host,
    seq: Option<Number>,
    ack: Option<Number>,
}

#[derive(Deserialize)]
struct Sent {
    from: Host,
    flags: String,
    seq: u32,
    ack: Option<u32>,
    #[serde(default)]
    len: usize,
}

#[derive(Deserialize, Serialize)]
struct Number {
    rel: u32,
    abs: u32,
}

#[derive(Deserialize)]
struct Line {
    line: String,
    forgery: PageForgery,
}

/// A forgery as the page's dialog has it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct PageForgery {
    flags: String,
    to: String,
    #[serde(default = "usual")]
    socket: String,
    #[serde(default)]
    seq: i64,
    #[serde(default)]
    ack: i64,
    #[serde(default)]
    data: String,
}

fn usual() -> String {
    "conn".into()
}

fn end_of(host: Host) -> SocketAddrV4 {
    match host {
        Host::Client => "10.0.0.1:40000".parse().unwrap(),
        Host::Server => "10.0.0.2:7000".parse().unwrap(),
    }
}

impl Sent {
    fn packet(&self) -> Vec<u8> {
        let (source, destination) = (end_of(self.from), end_of(self.from.other()));
        let ip = PacketBuilder::ipv4(source.ip().octets(), destination.ip().octets(), 64);
        let mut tcp = ip.tcp(source.port(), destination.port(), self.seq, 1000);
        for bit in self.flags.split(',') {
            tcp = match bit {
                "SYN" => tcp.syn(),
                "FIN" => tcp.fin(),
                "RST" => tcp.rst(),
                "PSH" => tcp.psh(),
                "ACK" => tcp.ack(self.ack.expect("an ACK has a number")),
                other => panic!("no bit {other}"),
            };
        }
        let mut packet = Vec::new();
        tcp.write(&mut packet, &vec![b'x'; self.len]).unwrap();
        packet
    }
}

impl Numbers {
    fn answered(&self) -> Answered {
        let mut decoder = Decoder::default();
        let decoded = self
            .sent
            .iter()
            .map(|sent| decoder.decode(sent.from, &sent.packet()).unwrap());
        let segments: Vec<_> = decoded.collect();
        let script =
            parse("server listen\nclient connect\nserver accept\nwire inject ACK to server")
                .unwrap();
        let Some(Action::Wire(WireAction::Inject(forgery))) =
            script.steps.into_iter().next_back().map(|step| step.action)
        else {
            panic!("the last line forges a segment");
        };
        let forgery = Forgery {
            to: self.to,
            ..forgery
        };
        let (local, peer) = (end_of(self.to), end_of(self.to.other()));
        let (forged, _) = decoder.forge(&forgery, local, peer);
        let number = |rel: Option<u32>, abs| rel.map(|rel| Number { rel, abs });
        let server = json!([
            number(forged.seq_rel, forged.seq_abs),
            number(forged.ack_rel, forged.ack_abs)
        ]);
        Answered {
            given: json!({ "segments": segments, "local": local, "peer": peer }),
            expected: json!([self.seq, self.ack]),
            server,
        }
    }
}

impl Line {
    fn answered(&self) -> Answered {
        Answered {
            given: json!(self.forgery),
            expected: json!([self.line, self.forgery]),
            server: json!([self.line, parsed(&self.line)]),
        }
    }
}

/// The forgery of a line, as the parser reads it.
fn parsed(line: &str) -> Value {
    let script = format!("server listen\nclient connect\nserver accept as second\n{line}");
    let script = parse(&script).unwrap_or_else(|mistakes| panic!("{line}: {mistakes:?}"));
    match script.steps.into_iter().next_back().unwrap().action {
        Action::Wire(WireAction::Inject(forgery)) => json!(PageForgery {
            flags: forgery.flags.to_string(),
            to: forgery.to.name().into(),
            socket: forgery.socket,
            seq: forgery.seq,
            ack: forgery.ack,
            data: forgery.data,
        }),
        _ => panic!("{line} forges nothing"),
    }
}

pub async fn compare(page: &mut Page) {
    let table: Table = read(include_str!("forged_numbers.toml"));
    let numbers = table.numbers.iter().map(Numbers::answered);
    let bases = "
        const { bases } = await import('/assets/now/scripts/script/wire-commands.js');
        const found = bases({ segments: Object.fromEntries(given.segments.map((segment) => [segment.id, segment])) }, given);
        return [found?.seq ?? null, found?.ack ?? null];";
    page.compare("forged numbers", numbers.collect(), bases)
        .await;
    let lines = table.lines.iter().map(Line::answered);
    let forged = "
        const { forged } = await import('/assets/now/scripts/script/wire-commands.js');
        return [forged(given), given];";
    page.compare("forged lines", lines.collect(), forged).await;
}

//! One reading of a host's sockets, with a dozen of them in each.

use std::time::Instant;

use fourwave::lab::run::SocketTable;
use fourwave::tcp::call::Call;

use super::Bench;
use super::pair::Pair;
use super::table::{Promise, Row, median};

const READINGS: usize = 2000;
const CONNECTIONS: usize = 11;

pub fn measure(bench: &Bench) -> Row {
    let mut pair = Pair::new(&bench.fork_server);
    let listen = Call::Listen {
        port: 7000,
        backlog: 16,
    };
    pair.server.call("listener", listen.clone());
    pair.client.call("listener", listen);
    for number in 0..CONNECTIONS {
        let name = format!("conn{number}");
        pair.client.call(&name, Call::Connect { port: 7000 });
        pair.server.call(&name, Call::Accept);
    }
    let tables = [&mut pair.client, &mut pair.server].map(|host| host.socket_table.take());
    let mut tables = tables
        .map(|table| SocketTable::new(table.expect("each host has a table until it is taken")));
    let mut costs = Vec::new();
    for _ in 0..READINGS {
        for table in &mut tables {
            let start = Instant::now();
            let readings = table.read().expect("the table can be read");
            costs.push(start.elapsed().as_secs_f64() * 1e6);
            assert_eq!(readings.len(), 1 + CONNECTIONS);
        }
    }
    let cost = median(costs);
    Row {
        what: "one reading of a dozen sockets",
        ours: format!("{cost:.1} µs"),
        reference: None,
        figure: cost,
        promise: Promise::AtMost(50.0, "µs"),
    }
}

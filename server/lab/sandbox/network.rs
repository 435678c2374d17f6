//! The two hosts of a run, and how each kernel is set.

use std::net::Ipv4Addr;

use crate::event::host::Host;
use crate::lab::sandbox::protocol::HostPlan;

/// The plans of both hosts, the client's first.
pub fn plans() -> [HostPlan; 2] {
    // What distributions set differently, or what a new network namespace inherits; see ip-sysctl and tcp(7).
    const PINNED: [(&str, &str); 5] = [
        ("net.ipv4.conf.wire0.route_localnet", "1"), // lets 127.0.0.0/8 cross a wire
        ("net.ipv4.tcp_congestion_control", "reno"),
        ("net.ipv4.tcp_rmem", "4096 131072 6291456"),
        ("net.ipv4.tcp_wmem", "4096 16384 4194304"),
        ("net.ipv4.tcp_fin_timeout", "60"),
    ];
    let [client, server] = [Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 0, 2)];
    [(client, server), (server, client)].map(|(address, peer)| HostPlan {
        address,
        peer,
        sysctls: PINNED
            .map(|(name, value)| (name.into(), value.into()))
            .to_vec(),
    })
}

/// One host's plan.
pub(crate) fn plan(host: Host) -> HostPlan {
    let [client, server] = plans();
    match host {
        Host::Client => client,
        Host::Server => server,
    }
}

//! What is left of a connection when its programs are done with it.

use super::{Row, bare, opened};

/// The time that was left in ms when the client's last such wait began.
fn left(row: &Row) -> u64 {
    *row.timers("time_wait").last().unwrap()
}

#[test]
fn time_wait_60() {
    let row = opened(
        "client sysctl tcp_fin_timeout 2
         client close => 0
         server close => 0",
    )
    .client("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
    assert!(left(&row) > 50_000, "{}", row.events);
}

#[test]
fn orphan_fin_wait_2() {
    let usual = opened("client close => 0").client("FIN_WAIT_1 FIN_WAIT_2");
    let waits = usual.timers("fin_wait_2");
    assert!(waits.len() == 1 && waits[0] > 50_000, "{}", usual.events);
    opened(
        "client sysctl tcp_fin_timeout 2
         client close => 0
         expect client CLOSED within 10s
         server send \"late\" => 4
         server send \"x\" => EPIPE",
    )
    .sent("client:FIN,ACK server:ACK server:PSH,ACK(4) client:RST")
    .client("FIN_WAIT_1 FIN_WAIT_2 CLOSED")
    .server("CLOSE_WAIT CLOSED");
}

#[test]
fn kept_fin_wait_2() {
    let row = opened(
        "client sysctl tcp_fin_timeout 1
         client shutdown write => 0
         sleep 2s",
    )
    .client("FIN_WAIT_1 FIN_WAIT_2");
    assert!(row.timers("fin_wait_2").is_empty(), "{}", row.events);
}

#[test]
fn close_wait_leak() {
    opened(
        "client sysctl tcp_fin_timeout 1
         client close => 0
         expect client CLOSED within 10s
         expect server CLOSE_WAIT
         server recv => 0
         server close => 0",
    )
    .sent("client:FIN,ACK server:ACK server:FIN,ACK client:RST")
    .client("FIN_WAIT_1 FIN_WAIT_2 CLOSED")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
}

#[test]
fn reuseaddr() {
    for (old, new, gives) in [
        ("off", "off", "EADDRINUSE"),
        ("off", "on", "EADDRINUSE"),
        ("on", "off", "EADDRINUSE"),
        ("on", "on", "0"),
    ] {
        bare(&format!(
            "server socket as listener
             server set reuseaddr {old} on listener
             server listen
             client connect
             server accept
             server close
             client close
             expect server TIME_WAIT
             server close on listener
             server socket as again
             server set reuseaddr {new} on again
             server bind 7000 on again => {gives}"
        ))
        .path("server", "listener", "LISTEN CLOSED");
    }
}

#[test]
fn syn_to_time_wait() {
    bare(
        "server listen
         client bind 40000
         client connect
         server accept
         server close
         client close
         expect server TIME_WAIT
         client bind 40000 => 0
         client connect => 0
         server accept => 4",
    )
    .sent(
        "client:SYN server:SYN,ACK client:ACK server:FIN,ACK client:ACK client:FIN,ACK server:ACK \
         client:SYN server:SYN,ACK client:ACK",
    )
    .client("SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED SYN_SENT ESTABLISHED")
    .server(
        "SYN_RECEIVED ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT CLOSED SYN_RECEIVED ESTABLISHED",
    );
}

#[test]
fn same_port_client() {
    let play = |timestamps: u8, reuse: &str, bind: &str, connect: &str| {
        bare(&format!(
            "client sysctl tcp_timestamps {timestamps}
             server listen
             client socket
             client set reuseaddr {reuse}
             client bind 40000
             client connect
             server accept as first
             client close
             server close on first
             expect client TIME_WAIT
             client socket
             client set reuseaddr {reuse}
             client bind 40000 => {bind}
             {connect}"
        ))
    };
    let ended = "SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT";
    play(1, "on", "0", "client connect => 0")
        .client(&format!("{ended} CLOSED SYN_SENT ESTABLISHED"));
    play(0, "on", "0", "client connect => EADDRNOTAVAIL").client(ended);
    play(1, "off", "EADDRINUSE", "").client(ended);
}

#[test]
fn ports_exhausted() {
    bare(
        "client sysctl ip_local_port_range 40000 40001
         server listen
         client connect as one => 0
         client connect as two => 0
         client connect as three => EADDRNOTAVAIL",
    )
    .sent("client:SYN server:SYN,ACK client:ACK client:SYN server:SYN,ACK client:ACK");
    // A port in TIME_WAIT is not free either, unless the kernel may reuse it.
    for (reuse, gives) in [(0, "EADDRNOTAVAIL"), (1, "0")] {
        bare(&format!(
            "client sysctl ip_local_port_range 40000 40000
             client sysctl tcp_tw_reuse {reuse}
             server listen
             client connect as one => 0
             server accept as first
             client close on one
             server close on first
             expect client.one TIME_WAIT
             sleep 2s
             client connect as two => {gives}"
        ));
    }
}

#[test]
fn fin_again_in_time_wait() {
    let row = opened(
        "client close => 0
         wire drop ACK from client
         server close => 0
         expect client TIME_WAIT
         expect server CLOSED within 10s",
    )
    .sent("client:FIN,ACK server:ACK server:FIN,ACK client:ACK client:ACK")
    .client("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
    assert_eq!(row.sent_again(), ["server:FIN,ACK"]);
    // TIME_WAIT, and TIME_WAIT from its start again.
    let told = row.timers("time_wait");
    assert!(
        told.len() == 2 && told.iter().all(|left| *left > 50_000),
        "{told:?}"
    );
}

#[test]
fn time_wait_assassination() {
    let reset = |rfc1337: u8, seq: &str| {
        opened(&format!(
            "client sysctl tcp_rfc1337 {rfc1337}
             client close => 0
             server close => 0
             expect client TIME_WAIT
             wire inject RST to client seq {seq}"
        ))
        .sent("client:FIN,ACK server:ACK server:FIN,ACK client:ACK")
    };
    reset(0, "next").client("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT CLOSED");
    reset(0, "next+100").client("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT");
    reset(1, "next").client("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT");
}

/// The socket is kept by shutdown until its last ACK: one that nobody holds any more needs a bucket in FIN_WAIT_2 already.
#[test]
fn no_time_wait_buckets() {
    let row = opened(
        "client sysctl tcp_max_tw_buckets 0
         client shutdown write => 0
         expect client FIN_WAIT_2
         wire drop ACK from client
         server close => 0
         expect client CLOSED
         expect server CLOSED within 10s",
    )
    .sent("client:FIN,ACK server:ACK server:FIN,ACK client:ACK client:RST")
    .client("FIN_WAIT_1 FIN_WAIT_2 CLOSED")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
    assert_eq!(row.sent_again(), ["server:FIN,ACK"]);
    opened(
        "client sysctl tcp_max_tw_buckets 0
         client close => 0
         server close => 0",
    )
    .sent("client:FIN,ACK server:ACK server:FIN,ACK client:RST")
    .client("FIN_WAIT_1 CLOSED")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
}

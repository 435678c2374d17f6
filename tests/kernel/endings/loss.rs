//! Segments that are lost, and ends that are dead.

use super::{bare, opened, opened_small};

#[test]
fn lost_fin() {
    let row = opened(
        "wire drop 2 FIN from client
         client close => 0
         expect client FIN_WAIT_1
         expect server ESTABLISHED
         expect client FIN_WAIT_2 within 10s",
    )
    .sent("client:FIN,ACK server:ACK")
    .client("FIN_WAIT_1 FIN_WAIT_2")
    .server("CLOSE_WAIT");
    assert_eq!(row.sent_again(), ["client:FIN,ACK"; 2]);
    let mut lost = row.all("segment").filter(|it| it["phase"] == "dropped");
    assert!(lost.all(|it| it["reason"] == "dropped by the script"));
}

#[test]
fn lost_last_ack() {
    let row = opened(
        "client close => 0
         wire drop 2 ACK from client
         server close => 0
         expect server LAST_ACK
         expect client TIME_WAIT
         expect server CLOSED within 10s",
    )
    .sent("client:FIN,ACK server:ACK server:FIN,ACK client:ACK client:ACK client:ACK")
    .client("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
    assert_eq!(row.sent_again(), ["server:FIN,ACK"; 2]);
}

#[test]
fn fin_before_lost_data() {
    opened(
        "wire hold data from client
         client send \"x\" => 1
         fin: client close => 0
         expect client sent FIN since fin
         expect server sent ACK since fin
         expect server ESTABLISHED
         filled: wire release
         expect server sent ACK since filled
         server recv => \"x\"
         server recv => 0",
    )
    .client("FIN_WAIT_1 FIN_WAIT_2")
    .server("CLOSE_WAIT");
}

#[test]
fn cable_idle() {
    opened(
        "wire cut
         sleep 1s
         expect client ESTABLISHED
         expect server ESTABLISHED
         wire mend
         client send \"x\" => 1
         server recv => \"x\"",
    )
    .sent("client:PSH,ACK(1) server:ACK")
    .client("")
    .server("");
}

#[test]
fn cable_send() {
    let row = opened_small(
        "client set nonblock on
         wire cut
         client send 2000 => 2000
         client send 64K
         client send \"x\" => EAGAIN",
    )
    .client("")
    .server("");
    let queued = row.bytes("client", "send");
    assert!((2001..64 * 1024).contains(&queued), "{}", row.events);
}

#[test]
fn user_timeout() {
    let row = opened(
        "client set user_timeout 1500ms => 0
         wire cut
         client send \"x\" => 1
         client recv => ETIMEDOUT
         client recv => 0
         client send \"x\" => EPIPE",
    )
    .sent("client:PSH,ACK(1)")
    .client("CLOSED")
    .server("");
    assert!(row.sent_again().len() > 2, "{}", row.events);
    opened(
        "client set user_timeout 500ms => 0
         wire cut
         sleep 1s",
    )
    .sent("")
    .client("");
}

/// A probe carries the last sequence number that was acknowledged.
#[test]
fn keepalive() {
    let row = opened(
        "client set keepalive 1s 1s 2 => 0
         wire cut
         client recv => ETIMEDOUT",
    )
    .sent("client:ACK client:ACK client:RST,ACK")
    .client("CLOSED")
    .server("");
    let sent = row
        .all("segment")
        .filter(|segment| segment["phase"] == "sent");
    let probes: Vec<_> = sent
        .skip(3)
        .take(2)
        .map(|probe| probe["seq_rel"].clone())
        .collect();
    assert_eq!(probes, [0, 0]);
}

#[test]
fn peer_reboot() {
    opened(
        "server crash
         server boot
         client send \"x\" => 1
         client recv => ECONNRESET",
    )
    .sent("client:PSH,ACK(1) server:RST")
    .client("CLOSED");
}

#[test]
fn half_open_new_syn() {
    let row = bare(
        "server listen
         client bind 40000
         client connect
         server accept as old
         client crash
         client boot
         expect server.old ESTABLISHED
         client bind 40000
         client connect => 0
         server recv on old => ECONNRESET
         server accept",
    )
    .sent(
        "client:SYN server:SYN,ACK client:ACK \
         client:SYN server:ACK client:RST server:SYN,ACK client:ACK",
    )
    .client("SYN_SENT ESTABLISHED CLOSED SYN_SENT ESTABLISHED")
    .path(
        "server",
        "old",
        "SYN_RECEIVED ESTABLISHED CLOSED SYN_RECEIVED ESTABLISHED",
    );
    assert_eq!(row.sent_again(), ["client:SYN"]);
}

#[test]
fn zero_window_close() {
    let row = opened_small(
        "client set nonblock on
         client send 64K
         client close => 0
         expect client FIN_WAIT_1
         expect client sent no FIN
         server recv 64K all
         server recv => 0
         expect client FIN_WAIT_2",
    )
    .client("FIN_WAIT_1 FIN_WAIT_2")
    .server("CLOSE_WAIT");
    let (queued, arrived) = (row.bytes("client", "send"), row.bytes("server", "recv"));
    assert!(0 < queued && queued == arrived, "{}", row.events);
}

/// Shortened: without the sysctl it is eight retries for an orphan.
#[test]
fn orphan_fin_wait_1() {
    let row = opened(
        "client sysctl tcp_orphan_retries 2
         wire cut
         client close => 0
         expect client FIN_WAIT_1
         expect client CLOSED within 20s",
    )
    .sent("client:FIN,ACK")
    .client("FIN_WAIT_1 CLOSED")
    .server("");
    let again = row.sent_again();
    assert!(
        again.len() > 1 && again.iter().all(|sent| sent == "client:FIN,ACK"),
        "{again:?}"
    );
}

//! Endings with a FIN from each side, and what shutdown does besides.

use super::{bare, opened, opened_small};

#[test]
fn four_segments() {
    opened(
        "client close => 0
         sleep 100ms
         server recv => 0
         server close => 0",
    )
    .sent("client:FIN,ACK server:ACK server:FIN,ACK client:ACK")
    .client("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
}

/// Where data was received before, the acknowledgment of a FIN waits for 40 ms: a FIN that is sent by then takes it along.
#[test]
fn three_segments() {
    opened(
        "client send \"x\" => 1
         server recv => \"x\"
         client close &
         expect server CLOSE_WAIT within 5s
         server close => 0",
    )
    .sent("client:PSH,ACK(1) server:ACK client:FIN,ACK server:FIN,ACK client:ACK")
    .client("FIN_WAIT_1 TIME_WAIT")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
}

#[test]
fn server_first() {
    opened(
        "server close => 0
         client recv => 0
         client close => 0",
    )
    .sent("server:FIN,ACK client:ACK client:FIN,ACK server:ACK")
    .client("CLOSE_WAIT LAST_ACK CLOSED")
    .server("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT");
}

#[test]
fn both_at_once() {
    opened(
        "wire hold FIN
         client close &
         server close &
         wire release
         wait client => 0
         wait server => 0",
    )
    .sent("client:FIN,ACK server:FIN,ACK server:ACK client:ACK")
    .client("FIN_WAIT_1 CLOSING TIME_WAIT")
    .server("FIN_WAIT_1 CLOSING TIME_WAIT");
}

#[test]
fn half_close() {
    opened(
        "client shutdown write => 0
         server poll => IN OUT RDHUP
         server recv => 0
         server send \"late\" => 4
         expect client FIN_WAIT_2
         client recv => \"late\"
         client send \"x\" => EPIPE
         server close => 0
         client recv => 0",
    )
    .sent(
        "client:FIN,ACK server:ACK server:PSH,ACK(4) client:ACK \
         server:FIN,ACK client:ACK",
    )
    .client("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT")
    .server("CLOSE_WAIT LAST_ACK CLOSED");
}

#[test]
fn fin_on_data() {
    opened(
        "client send \"bye\" more => 3
         client close => 0
         server recv => \"bye\"
         server recv => 0",
    )
    .sent("client:FIN,ACK(3) server:ACK")
    .client("FIN_WAIT_1 FIN_WAIT_2")
    .server("CLOSE_WAIT");
}

#[test]
fn shutdown_read() {
    opened(
        "client shutdown read => 0
         client recv => 0
         server send \"hello\" => 5
         client recv => \"hello\"
         client recv => 0",
    )
    .sent("server:PSH,ACK(5) client:ACK")
    .client("")
    .server("");
    opened(
        "client shutdown read => 0
         server send \"unread\" => 6
         expect client recvq 6
         client close => 0
         server recv => ECONNRESET",
    )
    .sent("server:PSH,ACK(6) client:ACK client:RST,ACK")
    .client("CLOSED")
    .server("CLOSED");
    let full = opened_small(
        "client shutdown read => 0
         server set nonblock on
         server send 64K",
    );
    let closed = full
        .all("segment")
        .any(|segment| segment["from"] == "client" && segment["window"] == 0);
    assert!(closed, "{}", full.events);
}

#[test]
fn shutdown_both() {
    opened(
        "client shutdown both => 0
         client recv => 0
         client send \"x\" => EPIPE
         expect client FIN_WAIT_2
         server send \"late\" => 4
         server send \"x\" => EPIPE",
    )
    .sent("client:FIN,ACK server:ACK server:PSH,ACK(4) client:RST")
    .client("FIN_WAIT_1 FIN_WAIT_2 CLOSED")
    .server("CLOSE_WAIT CLOSED");
}

#[test]
fn shutdown_listener() {
    bare(
        "server listen
         server thread other
         server accept => blocked
         other shutdown both on listener => 0
         wait server => EINVAL
         client connect => ECONNREFUSED
         client close
         other listen => 0
         client connect => 0
         server accept => 4",
    )
    .sent("client:SYN server:RST,ACK client:SYN server:SYN,ACK client:ACK")
    .path("server", "listener", "LISTEN CLOSED LISTEN")
    .server("SYN_RECEIVED ESTABLISHED");
}

#[test]
fn shutdown_unconnected() {
    bare(
        "client socket => 3
         client shutdown read => ENOTCONN
         client shutdown write => ENOTCONN
         client shutdown both => ENOTCONN",
    )
    .sent("");
}

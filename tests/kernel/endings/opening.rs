//! Connections that hardly began, forged segments, and answers that come too early.

use super::{bare, opened};

#[test]
fn refused() {
    bare("client connect => ECONNREFUSED")
        .sent("client:SYN server:RST,ACK")
        .client("SYN_SENT CLOSED");
}

#[test]
fn client_gone_in_handshake() {
    bare(
        "server listen
         wire hold SYN,ACK
         client connect => blocked
         client kill
         wire release
         expect server.listener LISTEN",
    )
    .sent("client:SYN server:SYN,ACK client:RST")
    .client("SYN_SENT CLOSED")
    .server("SYN_RECEIVED CLOSED");
}

#[test]
fn listener_closed_with_backlog() {
    bare(
        "server listen
         client connect as one => 0
         server accept as accepted
         client connect as two => 0
         client connect as three => 0
         server close on listener => 0
         client recv on two => ECONNRESET
         client recv on three => ECONNRESET
         client send \"x\" on one => 1
         server recv on accepted => \"x\"",
    )
    .sent(
        "client:SYN server:SYN,ACK client:ACK client:SYN server:SYN,ACK client:ACK \
         client:SYN server:SYN,ACK client:ACK server:RST,ACK server:RST,ACK \
         client:PSH,ACK(1) server:ACK",
    )
    .path("client", "one", "SYN_SENT ESTABLISHED")
    .path("client", "two", "SYN_SENT ESTABLISHED CLOSED")
    .path("client", "three", "SYN_SENT ESTABLISHED CLOSED")
    .path("server", "accepted", "SYN_RECEIVED ESTABLISHED")
    .path("server", "listener", "LISTEN CLOSED");
}

/// A queue of length 0 takes one connection: it is full once it has more than its length.
#[test]
fn backlog_full() {
    bare(
        "server listen backlog 0
         client connect as one => 0
         client connect as two => blocked
         expect client.two SYN_SENT",
    )
    .sent("client:SYN server:SYN,ACK client:ACK client:SYN")
    .path("client", "one", "SYN_SENT ESTABLISHED")
    .path("client", "two", "SYN_SENT");
    bare(
        "server sysctl tcp_syncookies 0
         server sysctl tcp_abort_on_overflow 1
         server listen backlog 1
         client connect as one => 0
         wire hold ACK,!SYN from client
         client connect as two => 0
         client connect as three => 0
         wire release
         client recv on three => ECONNRESET",
    )
    .sent(
        "client:SYN server:SYN,ACK client:ACK client:SYN server:SYN,ACK client:ACK \
         client:SYN server:SYN,ACK client:ACK server:RST",
    )
    .path("client", "two", "SYN_SENT ESTABLISHED")
    .path("client", "three", "SYN_SENT ESTABLISHED CLOSED");
}

#[test]
fn reset_before_accept() {
    bare(
        "server listen
         client connect
         client send \"x\" => 1
         client set linger 0
         client close => 0
         expect server CLOSED
         server accept => 4
         server recv => \"x\"
         server recv => ECONNRESET
         server recv => 0",
    )
    .sent("client:SYN server:SYN,ACK client:ACK client:PSH,ACK(1) server:ACK client:RST,ACK")
    .client("SYN_SENT ESTABLISHED CLOSED")
    .server("SYN_RECEIVED ESTABLISHED CLOSED");
}

#[test]
fn blind_reset() {
    opened(
        "wire inject RST to client seq next
         client recv => ECONNRESET",
    )
    .sent("")
    .client("CLOSED")
    .server("");
    // Inside the window: an answer, but only one in half a second.
    opened(
        "wire inject RST to client seq next+1000
         wire inject RST to client seq next+1000
         sleep 1s
         wire inject RST to client seq next+1000",
    )
    .sent("client:ACK client:ACK")
    .client("")
    .server("");
    opened("wire inject RST to client seq next-1000")
        .sent("")
        .client("")
        .server("");
}

/// Both SYNs are sent again with an ACK, under the same sequence number. A socket that connects to itself is not played:
/// between a host and itself lies no wire.
#[test]
fn both_connect() {
    let row = bare(
        "client bind 40000
         server bind 40001
         wire hold SYN
         client connect 40001 => blocked
         server connect 40000 => blocked
         wire release SYN,!ACK
         expect client SYN_RECEIVED
         expect server SYN_RECEIVED
         wire release
         wait client => 0
         wait server => 0",
    )
    .sent("client:SYN server:SYN client:ACK server:ACK")
    .client("SYN_SENT SYN_RECEIVED ESTABLISHED")
    .server("SYN_SENT SYN_RECEIVED ESTABLISHED");
    assert_eq!(row.sent_again(), ["server:SYN,ACK", "client:SYN,ACK"]);
}

#[test]
fn destroyed() {
    opened(
        "client destroy
         client recv => ECONNABORTED
         client recv => 0
         client send \"x\" => EPIPE
         server recv => ECONNRESET",
    )
    .sent("client:RST,ACK")
    .client("CLOSED")
    .server("CLOSED");
    bare(
        "server listen
         server accept => blocked
         server destroy listener
         wait server => EINVAL",
    )
    .path("server", "listener", "LISTEN CLOSED");
}

#[test]
fn early_answer_and_close() {
    opened(
        "client send \"POST\" => 4
         server recv => \"POST\"
         client send \"body\" => 4
         server send \"413\" => 3
         server close => 0
         client send \"more\" => ECONNRESET
         client recv => \"413\"
         client recv => 0",
    )
    .sent(
        "client:PSH,ACK(4) server:ACK client:PSH,ACK(4) server:ACK server:PSH,ACK(3) client:ACK \
         server:RST,ACK",
    )
    .client("CLOSED")
    .server("CLOSED");
}

#[test]
fn lingering_close() {
    opened(
        "client send \"POST\" => 4
         server recv => \"POST\"
         server send \"413\" => 3
         server shutdown write => 0
         client send \"body\" => 4
         server recv => \"body\"
         client recv => \"413\"
         client recv => 0
         client close => 0
         server recv => 0
         server close => 0",
    )
    .sent(
        "client:PSH,ACK(4) server:ACK server:PSH,ACK(3) client:ACK server:FIN,ACK client:ACK \
         client:PSH,ACK(4) server:ACK client:FIN,ACK server:ACK",
    )
    .client("CLOSE_WAIT LAST_ACK CLOSED")
    .server("FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT");
}

//! Endings with a RST, and what looks like one.

use super::{opened, opened_small};

#[test]
fn close_unread() {
    for how in ["", "client recv peek => \"x\"\n"] {
        opened(&format!(
            "server send \"x\" => 1
             {how}client close => 0
             server recv => ECONNRESET"
        ))
        .sent("server:PSH,ACK(1) client:ACK client:RST,ACK")
        .client("CLOSED")
        .server("CLOSED");
    }
}

#[test]
fn close_unread_after_fin() {
    opened(
        "client send \"x\" => 1
         client shutdown write => 0
         expect client FIN_WAIT_2
         server close => 0
         client recv => ECONNRESET",
    )
    .sent("client:PSH,ACK(1) server:ACK client:FIN,ACK server:ACK server:RST,ACK")
    .client("FIN_WAIT_1 FIN_WAIT_2 CLOSED")
    .server("CLOSE_WAIT CLOSED");
}

/// A RST that comes before the data in front of it is not believed at first: the client asks where the server stands,
/// and the answer to that is exact (RFC 9293, section 3.10.7.4).
#[test]
fn reset_overtakes_response() {
    opened(
        "client send \"request\" => 7
         server recv 3 => \"req\"
         wire hold data from server
         server send \"response\" => 8
         server close => 0
         client recv => ECONNRESET
         client recv => 0",
    )
    .sent(
        "client:PSH,ACK(7) server:ACK server:PSH,ACK(8) server:RST,ACK \
         client:ACK server:RST",
    )
    .client("CLOSED")
    .server("CLOSED");
}

#[test]
fn linger_0() {
    opened(
        "client set linger 0 => 0
         client close => 0
         server recv => ECONNRESET",
    )
    .sent("client:RST,ACK")
    .client("CLOSED")
    .server("CLOSED");
    opened(
        "client shutdown write => 0
         client set linger 0 => 0
         client close => 0
         server recv => 0
         server send \"x\" => EPIPE",
    )
    .sent("client:FIN,ACK server:ACK client:RST,ACK")
    .client("FIN_WAIT_1 FIN_WAIT_2 CLOSED")
    .server("CLOSE_WAIT CLOSED");
    opened(
        "server shutdown write => 0
         client set linger 0 => 0
         client close => 0
         server recv => ECONNRESET",
    )
    .sent("server:FIN,ACK client:ACK client:RST,ACK")
    .client("CLOSE_WAIT CLOSED")
    .server("FIN_WAIT_1 FIN_WAIT_2 CLOSED");
    // What was received stays readable; what waited in the send queue never comes.
    let unsent = opened_small(
        "client set nonblock on
         client send 64K
         client set linger 0 => 0
         client close => 0
         server recv 64K
         server recv => ECONNRESET",
    );
    let (queued, arrived) = (
        unsent.bytes("client", "send"),
        unsent.bytes("server", "recv"),
    );
    assert!(0 < arrived && arrived < queued, "{}", unsent.events);
    unsent.client("CLOSED").server("CLOSED");
}

#[test]
fn linger_n() {
    // Into a black hole: it waits its second on a non-blocking socket too, gives 0, and the kernel goes on.
    for nonblock in ["off", "on"] {
        opened(&format!(
            "client set linger 1s => 0
             client set nonblock {nonblock} => 0
             wire cut
             client send \"x\" => 1
             client close => blocked
             wait client => 0
             expect client FIN_WAIT_1
             expect server ESTABLISHED
             wire mend
             expect client FIN_WAIT_2 within 10s
             server recv => \"x\"
             server recv => 0"
        ))
        .sent("client:PSH,ACK(1) client:FIN,ACK server:ACK")
        .client("FIN_WAIT_1 FIN_WAIT_2")
        .server("CLOSE_WAIT");
    }
    // Into a window that is closed.
    opened_small(
        "client set linger 1s => 0
         client set nonblock on => 0
         client send 64K
         client close => blocked
         wait client => 0
         expect client FIN_WAIT_1
         server recv 64K all
         server recv => 0
         expect client FIN_WAIT_2 within 10s",
    )
    .client("FIN_WAIT_1 FIN_WAIT_2")
    .server("CLOSE_WAIT");
}

#[test]
fn kill() {
    opened(
        "client kill
         server recv => 0",
    )
    .sent("client:FIN,ACK server:ACK")
    .client("FIN_WAIT_1 FIN_WAIT_2")
    .server("CLOSE_WAIT");
    opened(
        "server send \"unread\" => 6
         client kill
         server recv => ECONNRESET",
    )
    .sent("server:PSH,ACK(6) client:ACK client:RST,ACK")
    .client("CLOSED")
    .server("CLOSED");
}

#[test]
fn stopped_peer() {
    opened(
        "client set keepalive 1s 1s 2 => 0
         server stop
         client send \"x\" => 1
         expect client sendq 0
         expect server recvq 1
         probe: expect client ESTABLISHED
         expect server sent ACK since probe within 10s
         server continue
         server recv => \"x\"",
    )
    .sent("client:PSH,ACK(1) server:ACK client:ACK server:ACK")
    .client("")
    .server("");
}

#[test]
fn write_after_peer_close() {
    opened(
        "server close => 0
         client send \"x\" => 1
         client send \"x\" => EPIPE",
    )
    .sent("server:FIN,ACK client:ACK client:PSH,ACK(1) server:RST")
    .client("CLOSE_WAIT CLOSED")
    .server("FIN_WAIT_1 FIN_WAIT_2 CLOSED");
}

#[test]
fn error_order() {
    for first in ["recv", "send \"x\"", "get error"] {
        opened(&format!(
            "server set linger 0
             server close
             client {first} => ECONNRESET
             client get error => 0
             client recv => 0
             client send \"x\" => EPIPE"
        ))
        .sent("server:RST,ACK")
        .client("CLOSED")
        .server("CLOSED");
    }
}

#[test]
fn disconnect() {
    opened(
        "client disconnect => 0
         server recv => ECONNRESET
         client connect => 0
         server accept => 5",
    )
    .sent("client:RST,ACK client:SYN server:SYN,ACK client:ACK")
    .client("CLOSED SYN_SENT ESTABLISHED")
    .server("CLOSED SYN_RECEIVED ESTABLISHED");
}

#[test]
fn linger2() {
    opened(
        "client set linger2 -1 => 0
         client close => 0
         server recv => 0
         server send \"x\" => EPIPE",
    )
    .sent("client:FIN,ACK server:ACK client:RST")
    .client("FIN_WAIT_1 CLOSED")
    .server("CLOSE_WAIT CLOSED");
}

#[test]
fn reset_lost() {
    opened(
        "wire drop RST from client
         client set linger 0
         client close => 0
         expect client CLOSED
         expect server ESTABLISHED
         server send \"x\" => 1
         server recv => ECONNRESET",
    )
    .sent("client:RST,ACK server:PSH,ACK(1) client:RST")
    .client("CLOSED")
    .server("CLOSED");
}

//! What each pair of lessons shows.

/// The pairs that lessons offer: what each side does where they part, and the first entry of both with another outcome.
/// Entries are written as normalize.js names them, from their beginnings on; "" is nothing.
pub const PAIRS: [(&str, &str, [&str; 2], [&str; 3]); 17] = [
    (
        "close-unread",
        "four-waves",
        ["server server send(socket 2, \"hi\", 2)", ""],
        [
            "client client close(socket 1)",
            "client connection 1 RST,ACK 1 3 0 unread_data",
            "client connection 1 FIN,ACK 1 1 0",
        ],
    ),
    (
        "close-unread-after-fin",
        "netty-half-closure",
        [
            "client client send(socket 1, \"request\"",
            "client client send(socket 1, \"question\"",
        ],
        [
            "server server close(socket 2)",
            "server connection 1 RST,ACK 1 9 0 unread_data",
            "server connection 1 FIN,ACK 1 10 0",
        ],
    ),
    (
        "close-while-poll",
        "close-while-epoll",
        ["client poller poll(", "client poller epoll_create1("],
        [
            "client client close(socket 1)",
            "",
            "client connection 1 FIN,ACK",
        ],
    ),
    (
        "close-while-recv",
        "shutdown-while-recv",
        [
            "client client close(socket 1)",
            "client client shutdown(socket 1, SHUT_WR)",
        ],
        [
            "client reader recv(socket 1, 65536)",
            "client connection 1 FIN,ACK",
            "",
        ],
    ),
    (
        "early-answer-and-close",
        "lingering-close",
        [
            "client client send(socket 1, \"POST",
            "client client send(socket 1, \"POST",
        ],
        [
            "client client send(socket 1, …, 4096)",
            "client client send(socket 1, …, 4096) = ECONNRESET",
            "client client send(socket 1, …, 4096) = 4096",
        ],
    ),
    (
        "http-keep-alive-race",
        "http-keep-alive",
        ["", "client thread reader"],
        ["", "", ""],
    ),
    (
        "kept-fin-wait-2",
        "orphan-fin-wait-2",
        [
            "client client shutdown(socket 1, SHUT_WR)",
            "client client close(socket 1)",
        ],
        [
            "delivered server connection 1 PSH,ACK",
            "client connection 1 ACK 2 5 0",
            "client connection 1 RST 2 null 0 no_such_connection",
        ],
    ),
    (
        "kill-unread",
        "kill-nothing-unread",
        [
            "server server send(socket 2, \"work\", 4)",
            "client client send(socket 1, \"part one of\", 11)",
        ],
        [
            "client kill",
            "client connection 1 RST,ACK 1 5 0 kill unread_data",
            "client connection 1 FIN,ACK 12 1 0 kill",
        ],
    ),
    (
        "linger2",
        "four-waves",
        ["client client setsockopt(socket 1, TCP_LINGER2, -1)", ""],
        [
            "delivered server connection 1 ACK 1 2 0",
            "client connection 1 RST 2 null 0 linger2",
            "client connection 1 FIN_WAIT_1 FIN_WAIT_2",
        ],
    ),
    (
        "lost-fin",
        "four-waves",
        ["wire drop 2 FIN from client", ""],
        ["", "", ""],
    ),
    (
        "netty-half-closure",
        "netty-half-closure-true",
        ["", "server server send(socket 2, \"answer\", 6)"],
        ["", "", ""],
    ),
    (
        "reset-before-accept",
        "accept-comes-later",
        [
            "client client setsockopt(socket 1, SO_LINGER, {l_onoff=1, l_linger=0})",
            "",
        ],
        [
            "client client close(socket 1)",
            "client connection 1 RST,ACK 6 1 0 linger_zero",
            "client connection 1 FIN,ACK 6 1 0",
        ],
    ),
    (
        "server-first",
        "half-close",
        ["", "client client shutdown(socket 1, SHUT_WR)"],
        [
            "server server close(socket 2)",
            "server connection 1 ESTABLISHED FIN_WAIT_1",
            "server connection 1 CLOSE_WAIT LAST_ACK",
        ],
    ),
    (
        "three-segments",
        "four-waves",
        ["client client send(socket 1, \"hello\", 5)", ""],
        ["", "", ""],
    ),
    (
        "time-wait-assassination",
        "time-wait-survives",
        ["", "client sysctl tcp_rfc1337 1"],
        [
            "delivered server connection 1 RST 2 null 0",
            "client connection 1 TIME_WAIT CLOSED",
            "",
        ],
    ),
    (
        "time-wait-on-server",
        "reuseaddr",
        ["server process next", ""],
        [
            "server server close(socket 2)",
            "server connection 1 CLOSE_WAIT LAST_ACK",
            "server connection 1 ESTABLISHED FIN_WAIT_1",
        ],
    ),
    (
        "write-after-peer-close",
        "three-queue-closer",
        [
            "server server close(socket 2)",
            "server server shutdown(socket 2, SHUT_RDWR)",
        ],
        ["", "", ""],
    ),
];

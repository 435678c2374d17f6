//! Socket options in C.

use crate::message::{Query, SocketOption};

pub(super) fn set(fd: &str, option: &SocketOption) -> String {
    let socket = |name: &str, value: i64| format!("set_option({fd}, SOL_SOCKET, {name}, {value});");
    let tcp = |name: &str, value: i64| format!("set_option({fd}, IPPROTO_TCP, {name}, {value});");
    match *option {
        SocketOption::Linger(seconds) => format!(
            "if (setsockopt({fd}, SOL_SOCKET, SO_LINGER, &(struct linger){{{}, {}}}, sizeof(struct linger)) < 0)\n    \
             perror(\"setsockopt\");",
            i32::from(seconds.is_some()),
            seconds.unwrap_or(0),
        ),
        SocketOption::Keepalive(None) => socket("SO_KEEPALIVE", 0),
        SocketOption::Keepalive(Some((idle, interval, count))) => [
            tcp("TCP_KEEPIDLE", idle.into()),
            tcp("TCP_KEEPINTVL", interval.into()),
            tcp("TCP_KEEPCNT", count.into()),
            socket("SO_KEEPALIVE", 1),
        ]
        .join("\n"),
        SocketOption::UserTimeout(time) => tcp("TCP_USER_TIMEOUT", time.as_millis() as i64),
        SocketOption::ReuseAddr(on) => socket("SO_REUSEADDR", on.into()),
        SocketOption::NoDelay(on) => tcp("TCP_NODELAY", on.into()),
        SocketOption::RcvBuf(bytes) => socket("SO_RCVBUF", bytes.into()),
        SocketOption::SndBuf(bytes) => socket("SO_SNDBUF", bytes.into()),
        SocketOption::Linger2(seconds) => tcp("TCP_LINGER2", seconds.into()),
        SocketOption::NonBlock(on) => format!(
            "if (fcntl({fd}, F_SETFL, {}) < 0)\n    perror(\"fcntl\");",
            if on { "O_NONBLOCK" } else { "0" }
        ),
    }
}

pub(super) fn get(fd: &str, query: Query) -> String {
    let (level, option, of, print) = match query {
        Query::Error => (
            "SOL_SOCKET",
            "SO_ERROR",
            "int value = 0",
            "printf(\"SO_ERROR: %d\\n\", value);",
        ),
        Query::RcvBuf => (
            "SOL_SOCKET",
            "SO_RCVBUF",
            "int value = 0",
            "printf(\"SO_RCVBUF: %d\\n\", value);",
        ),
        Query::SndBuf => (
            "SOL_SOCKET",
            "SO_SNDBUF",
            "int value = 0",
            "printf(\"SO_SNDBUF: %d\\n\", value);",
        ),
        Query::State => (
            "IPPROTO_TCP",
            "TCP_INFO",
            "struct tcp_info value = {0}",
            "printf(\"state: %d\\n\", value.tcpi_state);",
        ),
    };
    format!(
        "{{\n    {of};\n    socklen_t length = sizeof value;\n    \
         if (getsockopt({fd}, {level}, {option}, &value, &length) < 0)\n        perror(\"getsockopt\");\n    \
         else\n        {print}\n}}"
    )
}

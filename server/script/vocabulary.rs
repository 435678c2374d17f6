//! The words of the language.

/// What a line can begin with besides an actor.
pub(crate) const WORDS: [&str; 6] = ["wire", "expect", "claim", "wait", "sleep", "settle"];

/// Words of the language that belong to no list of their own.
pub(crate) const KEYWORDS: [&str; 35] = [
    "expect", "wire", "wait", "sleep", "settle", "claim", "sent", "recvq", "sendq", "no",
    "nothing", "since", "within", "any", "data", "from", "to", "seq", "ack", "next", "read",
    "write", "both", "on", "off", "up", "down", "as", "all", "peek", "more", "backlog", "error",
    "blocked", "or",
];

/// What numbers end in: times and sizes.
pub(crate) const UNITS: [&str; 4] = ["ms", "s", "K", "M"];

/// The states' own word as a query, and the sockets that come without being named.
pub(crate) const SOCKETS: [&str; 2] = ["conn", "listener"];

/// The control bits that scripts name, RFC 9293, section 3.1.
pub(crate) const BITS: [&str; 6] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

/// What can be said of an actor or a host besides its calls.
pub(crate) const OTHER_ACTIONS: [&str; 12] = [
    "thread", "fork", "process", "kill", "stop", "continue", "exit", "link", "crash", "boot",
    "sysctl", "destroy",
];

/// The sysctls that a script may write: each belongs to the host's own network namespace (ip-sysctl).
pub(crate) const SYSCTLS: [&str; 20] = [
    "tcp_abort_on_overflow",
    "tcp_fin_timeout",
    "tcp_invalid_ratelimit",
    "tcp_keepalive_intvl",
    "tcp_keepalive_probes",
    "tcp_keepalive_time",
    "tcp_max_syn_backlog",
    "tcp_max_tw_buckets",
    "tcp_orphan_retries",
    "tcp_retries1",
    "tcp_retries2",
    "tcp_rfc1337",
    "tcp_sack",
    "tcp_syn_retries",
    "tcp_synack_retries",
    "tcp_syncookies",
    "tcp_timestamps",
    "tcp_tw_reuse",
    "tcp_window_scaling",
    "ip_local_port_range",
];

/// The calls.
pub(crate) const CALLS: [&str; 17] = [
    "socket",
    "bind",
    "listen",
    "connect",
    "disconnect",
    "accept",
    "send",
    "recv",
    "shutdown",
    "close",
    "dup",
    "poll",
    "epoll",
    "set",
    "get",
    "name",
    "peer",
];

/// The socket options.
pub(crate) const SOCKET_OPTIONS: [&str; 9] = [
    "linger",
    "keepalive",
    "user_timeout",
    "reuseaddr",
    "nodelay",
    "rcvbuf",
    "sndbuf",
    "nonblock",
    "linger2",
];

/// What can be done on the wire.
pub(crate) const WIRE_ACTIONS: [&str; 8] = [
    "delay",
    "cut",
    "mend",
    "drop",
    "hold",
    "release",
    "duplicate",
    "inject",
];

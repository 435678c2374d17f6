//! The lines of a call in C.

use crate::codegen::posix_names::{self, Setting, direction, events, setting};
use crate::codegen::source_text::quoted;
use crate::codegen::statements::CallSite;
use crate::tcp::call::{Await, Call, Payload, Query, SocketOption};

/// The lines of a call. A line that makes the socket comes first where the socket is new.
pub(crate) fn lines(name: &dyn Fn(usize) -> String, site: &CallSite) -> String {
    let fd = name(site.socket);
    let lines = of_call(name, site, &fd);
    match site.makes == Some(site.socket) {
        true => format!("{fd} = check(\"socket\", socket(AF_INET, SOCK_STREAM, 0));\n{lines}"),
        false => lines,
    }
}

fn of_call(name: &dyn Fn(usize) -> String, site: &CallSite, fd: &str) -> String {
    let checked = |call: &str, code: String| match site.may_fail {
        true => tried(call, &code),
        false => format!("check(\"{call}\", {code});"),
    };
    let to = |own, port| {
        let name = address_name(own, port);
        format!("(struct sockaddr *)&{name}, sizeof {name}")
    };
    let bind = |port| checked("bind", format!("bind({fd}, {})", to(true, port)));
    match &site.call {
        Call::Socket => String::new(),
        Call::Bind { port } => bind(*port),
        Call::Listen { port, backlog } => {
            let listen = checked("listen", format!("listen({fd}, {backlog})"));
            match site.bound {
                Some(_) => listen,
                None => format!("{}\n{listen}", bind(*port)),
            }
        }
        Call::Connect { port } => {
            checked("connect", format!("connect({fd}, {})", to(false, *port)))
        }
        Call::Disconnect => format!(
            "{{\n    struct sockaddr none = {{.sa_family = AF_UNSPEC}};\n    {}\n}}",
            checked("connect", format!("connect({fd}, &none, sizeof none)"))
                .replace('\n', "\n    "),
        ),
        Call::Accept | Call::Dup => {
            let (call, code) = match site.call {
                Call::Accept => ("accept", format!("accept({fd}, NULL, NULL)")),
                _ => ("dup", format!("dup({fd})")),
            };
            match site.makes.map(name) {
                Some(made) if site.may_fail => {
                    format!("{made} = {code};\n{}", tried(call, &made))
                }
                Some(made) => format!("{made} = check(\"{call}\", {code});"),
                None => checked(call, code),
            }
        }
        Call::Send { payload, more } => {
            let (bytes, length) = match payload {
                Payload::Text(text) => (text_of(text), text.len()),
                Payload::Bytes(count) => ("bulk".into(), *count),
            };
            let more = if *more { " | MSG_MORE" } else { "" };
            checked(
                "send",
                format!("send({fd}, {bytes}, {length}, MSG_NOSIGNAL{more})"),
            )
        }
        Call::Recv { room, all, peek } => {
            let flags = match (all, peek) {
                (false, false) => "0",
                (true, false) => "MSG_WAITALL",
                (false, true) => "MSG_PEEK",
                (true, true) => "MSG_WAITALL | MSG_PEEK",
            };
            format!("tell(recv({fd}, buffer, {room}, {flags}), buffer);")
        }
        Call::Shutdown(how) => checked("shutdown", format!("shutdown({fd}, {})", direction(*how))),
        Call::Close => checked("close", format!("close({fd})")),
        Call::Poll(awaited) => format!(
            "{{\n    struct pollfd polled = {{.fd = {fd}, .events = {}}};\n    \
             check(\"poll\", poll(&polled, 1, {}));\n    \
             printf(\"poll: events 0x%x\\n\", (unsigned)polled.revents);\n}}",
            events("POLL", awaited),
            time(awaited),
        ),
        Call::Epoll(awaited) => format!(
            "{{\n    int epoll = check(\"epoll_create1\", epoll_create1(0));\n    \
             struct epoll_event event = {{.events = {}}};\n    \
             if (epoll_ctl(epoll, EPOLL_CTL_ADD, {fd}, &event) < 0)\n        perror(\"epoll_ctl\");\n    \
             else if (check(\"epoll_wait\", epoll_wait(epoll, &event, 1, {})) > 0)\n        \
             printf(\"epoll: events 0x%x\\n\", (unsigned)event.events);\n    close(epoll);\n}}",
            events("EPOLL", awaited),
            time(awaited),
        ),
        Call::Set(option) => set(fd, option),
        Call::Get(query) => get(fd, *query),
        Call::Name => format!("show({fd}, getsockname);"),
        Call::Peer => format!("show({fd}, getpeername);"),
    }
}

/// A call whose error is printed.
fn tried(call: &str, code: &str) -> String {
    format!("if ({code} < 0)\n    perror(\"{call}\");")
}

fn text_of(text: &str) -> String {
    let octal = |c: char| {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).bytes();
        bytes.map(|byte| format!("\\{byte:03o}")).collect()
    };
    quoted(text, octal).replace("??", "?\\?")
}

fn time(awaited: &Await) -> i128 {
    awaited.time.map_or(-1, |time| time.as_millis() as i128)
}

fn set(fd: &str, option: &SocketOption) -> String {
    match setting(option) {
        Setting::Numbers(numbers) => posix_names::lines(numbers, |(level, option, value)| {
            format!("set_option({fd}, {level}, {option}, {value});")
        }),
        Setting::Linger { on, seconds } => tried(
            "setsockopt",
            &format!(
                "setsockopt({fd}, SOL_SOCKET, SO_LINGER, &(struct linger){{{on}, {seconds}}}, sizeof(struct linger))"
            ),
        ),
        Setting::NonBlock(on) => {
            let flags = if on { "O_NONBLOCK" } else { "0" };
            tried("fcntl", &format!("fcntl({fd}, F_SETFL, {flags})"))
        }
    }
}

fn get(fd: &str, query: Query) -> String {
    const NUMBER: [&str; 2] = ["int value = 0", "value"];
    let (level, option, [of, value]) = match query {
        Query::Error => ("SOL_SOCKET", "SO_ERROR", NUMBER),
        Query::RcvBuf => ("SOL_SOCKET", "SO_RCVBUF", NUMBER),
        Query::SndBuf => ("SOL_SOCKET", "SO_SNDBUF", NUMBER),
        Query::State => (
            "IPPROTO_TCP",
            "TCP_INFO",
            ["struct tcp_info value = {0}", "value.tcpi_state"],
        ),
    };
    let label = if query == Query::State {
        "state"
    } else {
        option
    };
    format!(
        "{{\n    {of};\n    socklen_t length = sizeof value;\n    \
         if (getsockopt({fd}, {level}, {option}, &value, &length) < 0)\n        perror(\"getsockopt\");\n    \
         else\n        printf(\"{label}: %d\\n\", {value});\n}}"
    )
}

/// The variable of an address: the host's own or its peer's, and the port.
pub(crate) fn address_name(own: bool, port: u16) -> String {
    let whose = if own { "here" } else { "there" };
    match port {
        7000 => whose.into(),
        port => format!("{whose}_{port}"),
    }
}

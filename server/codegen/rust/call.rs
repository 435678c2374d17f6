//! The lines of a call in Rust, or the reason why std cannot make the call.

use crate::codegen::posix_names::{self, Setting, setting};
use crate::codegen::source_text::quoted;
use crate::codegen::statements::CallSite;
use crate::tcp::call::{Call, How, Payload, Query, SocketOption};

/// A call whose error is printed, or ends the program.
pub(crate) fn checked(site: &CallSite, code: &str) -> String {
    match site.may_fail {
        true => format!(
            "if let Err(error) = {code} {{\n    println!(\"{}: {{error}}\");\n}}",
            site.word()
        ),
        false => format!("{code}?;"),
    }
}

/// A call whose value is printed.
fn printed(site: &CallSite, code: &str, pattern: &str, value: &str) -> String {
    let word = site.word();
    match site.may_fail {
        true => format!(
            "match {code} {{\n    Ok({pattern}) => println!(\"{word}: {{:?}}\", {value}),\n    \
             Err(error) => println!(\"{word}: {{error}}\"),\n}}"
        ),
        false => match pattern == value {
            true => format!("println!(\"{word}: {{:?}}\", {code}?);"),
            false => format!("let {pattern} = {code}?;\nprintln!(\"{word}: {{:?}}\", {value});"),
        },
    }
}

/// The lines of a call, or the reason why std cannot make it.
pub(crate) fn lines(
    receiver: &str,
    name: &str,
    listens: bool,
    site: &CallSite,
    most: usize,
) -> Result<String, String> {
    const STREAM: &str = "a TcpListener cannot do this";
    let is_of_streams = matches!(
        site.call,
        Call::Send { .. }
            | Call::Recv { .. }
            | Call::Shutdown(_)
            | Call::Peer
            | Call::Connect { .. }
    );
    if listens && is_of_streams {
        return Err(STREAM.into());
    }
    let get = |option: &str| format!("get_option(&{name}, {option})");
    Ok(match &site.call {
        Call::Send { payload, more } => {
            let bytes = match payload {
                Payload::Text(text) => bytes(text),
                Payload::Bytes(count) => format!("&[b'x'; {count}]"),
            };
            let write = match site.nonblocking {
                true => printed(
                    site,
                    &format!("{receiver}.write({bytes})"),
                    "count",
                    "count",
                ),
                false => checked(site, &format!("{receiver}.write_all({bytes})")),
            };
            match more {
                true => format!("// std has no MSG_MORE: these bytes leave at once\n{write}"),
                false => write,
            }
        }
        Call::Recv { room, all, peek } => {
            let buffer = match *room == most {
                true => "&mut buffer".into(),
                false => format!("&mut buffer[..{room}]"),
            };
            let counted = "buffer[..count].escape_ascii().to_string()";
            match (all, peek) {
                (_, true) => printed(site, &format!("{name}.peek({buffer})"), "count", counted),
                (true, false) => printed(
                    site,
                    &format!("{receiver}.read_exact({buffer})"),
                    "()",
                    &format!("buffer[..{room}].escape_ascii().to_string()"),
                ),
                (false, false) => printed(
                    site,
                    &format!("{receiver}.read({buffer})"),
                    "count",
                    counted,
                ),
            }
        }
        Call::Shutdown(how) => {
            let how = match how {
                How::Read => "Read",
                How::Write => "Write",
                How::Both => "Both",
            };
            checked(site, &format!("{name}.shutdown(Shutdown::{how})"))
        }
        Call::Disconnect => {
            return Err("std has no connect with AF_UNSPEC, which aborts the connection".into());
        }
        Call::Connect { .. } => return Err("std does not connect a TcpStream again".into()),
        Call::Accept => return Err("a TcpStream cannot accept".into()),
        Call::Listen { .. } => return Err("std does not listen on a socket again".into()),
        Call::Poll(_) | Call::Epoll(_) => {
            return Err("std has no poll; the crates polling and mio have".into());
        }
        Call::Set(option) => set(name, option, listens, site)?,
        Call::Get(Query::Error) => printed(site, &format!("{name}.take_error()"), "error", "error"),
        Call::Get(Query::State) => {
            printed(site, &get("IPPROTO_TCP, TCP_INFO"), "state", "state & 0xff")
        }
        Call::Get(Query::RcvBuf) => printed(site, &get("SOL_SOCKET, SO_RCVBUF"), "size", "size"),
        Call::Get(Query::SndBuf) => printed(site, &get("SOL_SOCKET, SO_SNDBUF"), "size", "size"),
        Call::Name => printed(site, &format!("{name}.local_addr()"), "address", "address"),
        Call::Peer => printed(site, &format!("{name}.peer_addr()"), "address", "address"),
        Call::Socket | Call::Bind { .. } | Call::Dup | Call::Close => String::new(),
    })
}

fn set(
    name: &str,
    option: &SocketOption,
    listens: bool,
    site: &CallSite,
) -> Result<String, String> {
    let set = |level: &str, option: &str, value: String| {
        checked(
            site,
            &format!("set_option(&{name}, {level}, {option}, {value})"),
        )
    };
    Ok(match option {
        SocketOption::NoDelay(_) if listens => {
            return Err("a TcpListener has no set_nodelay".into());
        }
        SocketOption::NoDelay(on) => checked(site, &format!("{name}.set_nodelay({on})")),
        option => match setting(option) {
            Setting::Numbers(numbers) => posix_names::lines(numbers, |(level, option, value)| {
                set(level, option, format!("{value}i32"))
            }),
            Setting::Linger { on, seconds } => set(
                "SOL_SOCKET",
                "SO_LINGER",
                format!("[{on}, {seconds}] as [i32; 2]"),
            ),
            Setting::NonBlock(on) => checked(site, &format!("{name}.set_nonblocking({on})")),
        },
    })
}

fn bytes(text: &str) -> String {
    let escape = |c: char| format!("\\u{{{:x}}}", u32::from(c));
    let quoted = quoted(text, escape);
    match text
        .chars()
        .all(|c| matches!(c, ' '..='~' | '\n' | '\r' | '\t'))
    {
        true => format!("b{quoted}"),
        false => format!("{quoted}.as_bytes()"),
    }
}

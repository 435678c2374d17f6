//! System calls in packetdrill's notation: `send(3, ..., 5, 0) = 5`. packetdrill knows the calls of its
//! `system_call_table`, and the descriptors that the script's calls have opened and not closed.

use std::collections::BTreeSet;

use crate::event::Exit;
use crate::tcp::errno;

/// The open descriptors of the script.
#[derive(Default)]
pub(crate) struct OpenDescriptors(BTreeSet<i64>);

impl OpenDescriptors {
    /// A call with its result; None where packetdrill cannot express it.
    pub(crate) fn spell(&mut self, call: &str, args: &[String], exit: &Exit) -> Option<String> {
        let arg = |at: usize| args.get(at).map(String::as_str);
        let makes = matches!(call, "socket" | "accept" | "epoll_create1");
        let fd = || {
            let fd: i64 = arg(0)?.split('<').next()?.parse().ok()?;
            self.0.contains(&fd).then_some(fd)
        };
        let number = |at: usize| arg(at)?.parse::<i64>().ok();
        let flags = |at: usize| match arg(at) {
            None => Some("0".to_owned()),
            Some(names) => is_symbols(names).then(|| names.to_owned()),
        };
        let text = match call {
            "socket" => "socket(..., SOCK_STREAM, IPPROTO_TCP)".into(),
            "bind" => format!("bind({}, ..., ...)", fd()?),
            "listen" => format!("listen({}, {})", fd()?, number(1)?),
            "accept" => format!("accept({}, ..., ...)", fd()?),
            "connect" if arg(1) == Some("AF_UNSPEC") => {
                format!("connect({}, AF_UNSPEC, ...)", fd()?)
            }
            "connect" => format!("connect({}, ..., ...)", fd()?),
            "send" => format!("send({}, ..., {}, {})", fd()?, number(2)?, flags(3)?),
            "recv" => format!("recv({}, ..., {}, {})", fd()?, number(1)?, flags(2)?),
            "shutdown" => format!("shutdown({}, {})", fd()?, flags(1)?),
            "close" => format!("close({})", fd()?),
            "fcntl" => {
                let on = if arg(2)? == "O_NONBLOCK" {
                    "O_RDWR|O_NONBLOCK"
                } else {
                    "O_RDWR"
                };
                format!("fcntl({}, F_SETFL, {on})", fd()?)
            }
            "setsockopt" => {
                let (name, value) = (arg(1)?, arg(2)?);
                let (value, length) = match name {
                    "SO_LINGER" => (linger(value)?, 8),
                    _ => (format!("[{}]", value.parse::<i64>().ok()?), 4),
                };
                format!(
                    "setsockopt({}, {}, {name}, {value}, {length})",
                    fd()?,
                    level(name)?
                )
            }
            "getsockopt" if arg(1) == Some("SO_ERROR") && exit.errno.is_none() => {
                let error = exit.words.as_deref().filter(|word| is_symbols(word))?;
                format!(
                    "getsockopt({}, SOL_SOCKET, SO_ERROR, [{error}], [4])",
                    fd()?
                )
            }
            "poll" => {
                // The requested events are not recorded, so a poll without a result cannot be written.
                let given = events(exit.words.as_deref()?)?;
                format!(
                    "poll([{{fd={}, events={given}, revents={given}}}], 1, {})",
                    fd()?,
                    number(1)?
                )
            }
            _ => return None,
        };
        if exit.errno.is_none() && makes {
            self.0.insert(exit.result);
        }
        if call == "close" {
            self.0.remove(&number(0)?);
        }
        Some(match &exit.errno {
            None => format!("{text} = {}", exit.result),
            Some(name) => format!("{text} = -1 {name} ({})", meaning(name)?),
        })
    }
}

/// Whether a text is names joined by `|`, which packetdrill looks up.
fn is_symbols(text: &str) -> bool {
    let is_symbol = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    text.split('|').all(is_symbol)
}

/// The value `{l_onoff=1, l_linger=0}` in packetdrill's notation.
fn linger(value: &str) -> Option<String> {
    let number = |name: &str| {
        let (_, rest) = value.split_once(&format!("{name}="))?;
        rest.split([',', '}']).next()?.parse::<u32>().ok()
    };
    let seconds = number("l_linger").unwrap_or(0); // where it is off it does not matter
    Some(format!(
        "{{onoff={}, linger={seconds}}}",
        number("l_onoff")?
    ))
}

fn level(option: &str) -> Option<&'static str> {
    match option {
        _ if !is_symbols(option) => None,
        _ if option.starts_with("TCP_") => Some("SOL_TCP"),
        _ if option.starts_with("SO_") => Some("SOL_SOCKET"),
        _ => None,
    }
}

/// `IN RDHUP` as `POLLIN|POLLRDHUP`.
fn events(words: &str) -> Option<String> {
    let names: Vec<String> = words.split(' ').map(|name| format!("POLL{name}")).collect();
    Some(names.join("|")).filter(|names| is_symbols(names))
}

/// The text of strerror(3), in the letters that packetdrill allows between parentheses. packetdrill does not compare it.
fn meaning(name: &str) -> Option<String> {
    let text = errno::text(errno::number(name)?);
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    Some(words.collect::<Vec<_>>().join(" "))
}

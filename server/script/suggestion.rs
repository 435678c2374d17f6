//! What each actor can do after a script: lines that could come next, each with what is in its way, if anything is.
//!
//! Whether a line can come the [`Checker`] decides, as it does for a whole script. What the script says of sockets besides
//! (`conn` was closed, nothing listens) makes an offer senseless rather than wrong: whoever writes such a line gets what
//! the kernel gives.

use std::collections::BTreeMap;

use crate::event::LineKind;
use crate::event::host::Host;
use crate::script::ast::{Action, Beginning, HostAction, Outcome, Step};
use crate::script::checker::Checker;
use crate::script::diagnostic::{Diagnostic, Expected, Found};
use crate::script::lexer::{self, Token, TokenKind};
use crate::script::parse::parse_beginning;
use crate::script::{facts, parser};
use crate::tcp::call::Call;

/// A line that could come next.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Who would do it: an actor, or the host that it is done to.
    pub actor: String,
    /// Where.
    pub host: Host,
    /// The line.
    pub line: String,
    /// The kind of its action.
    pub kind: LineKind,
    /// The script's word for the action.
    pub verb: &'static str,
    /// The words behind the verb, without the names of sockets.
    pub arguments: String,
    /// The socket that the line names, where it is not the usual one.
    pub socket: Option<String>,
    /// The name of the socket that the line makes, where the line has one.
    pub makes: Option<String>,
    /// It is asked for seldom.
    pub rare: bool,
    /// Why it cannot come now, if it cannot.
    pub reason: Option<Diagnostic>,
}

/// The lines that could come after a script, by actor; a script without lines is the beginning.
///
/// # Errors
/// Every mistake of the script.
pub fn offers(text: &str) -> Result<Vec<Suggestion>, Vec<Diagnostic>> {
    let script = parse_beginning(text)?;
    let mut stage = Stage::new(text.lines().count() + 1);
    script.steps.into_iter().for_each(|step| stage.play(step));
    Ok(Host::BOTH
        .into_iter()
        .flat_map(|host| stage.of_host(host))
        .collect())
}

/// A socket of a process, as far as the script says what became of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum SocketState {
    Fresh,
    Listening,
    Connected,
    Closed,
}

/// A process's sockets by name.
type Sockets = BTreeMap<String, SocketState>;

/// What the script has made by its end.
struct Stage {
    checker: Checker,
    /// The number of the line that would come next.
    next: usize,
    /// By process.
    sockets: BTreeMap<String, Sockets>,
    /// By actor: the socket that its waiting call would make, and what that would be.
    pending: BTreeMap<String, (String, SocketState)>,
    /// Hosts whose interface is down.
    cut_off: Vec<Host>,
}

impl Stage {
    fn new(next: usize) -> Stage {
        Stage {
            checker: Checker::default(),
            next,
            sockets: BTreeMap::new(),
            pending: BTreeMap::new(),
            cut_off: Vec::new(),
        }
    }

    fn process(&self, actor: &str) -> String {
        let mut present = self.checker.present();
        let found = present.find(|(name, ..)| *name == actor);
        found.map_or(actor, |(_, _, process)| process).to_owned()
    }

    fn play(&mut self, step: Step) {
        let failed = step.expected.iter().any(is_failure);
        let waits = step.background || step.expected.contains(&Outcome::Blocked);
        match &step.action {
            Action::Call {
                actor,
                on,
                named,
                call,
            } => {
                let sockets = self.sockets.entry(self.process(actor)).or_default();
                let made = match call {
                    Call::Socket | Call::Bind { .. } => Some(SocketState::Fresh),
                    Call::Listen { .. } => Some(SocketState::Listening),
                    Call::Connect { .. } | Call::Accept => Some(SocketState::Connected),
                    Call::Dup => sockets.get(on).copied(),
                    Call::Disconnect => Some(SocketState::Fresh),
                    Call::Close => Some(SocketState::Closed),
                    _ => None,
                };
                // These make their socket before they fail or wait.
                if matches!(call, Call::Connect { .. } | Call::Listen { .. }) && (failed || waits) {
                    sockets.entry(named.clone()).or_insert(SocketState::Fresh);
                }
                match made {
                    Some(made) if waits => {
                        self.pending.insert(actor.clone(), (named.clone(), made));
                    }
                    Some(made) if !failed => {
                        sockets.insert(named.clone(), made);
                    }
                    _ => {}
                }
            }
            Action::Wait { actor } if !waits => {
                if let Some((named, made)) = self.pending.remove(actor)
                    && !failed
                {
                    let sockets = self.sockets.entry(self.process(actor)).or_default();
                    sockets.insert(named, made);
                }
            }
            Action::Start {
                actor,
                name,
                beginning: Beginning::Fork,
            } => {
                let inherited = self.sockets.get(&self.process(actor)).cloned();
                self.sockets
                    .insert(name.clone(), inherited.unwrap_or_default());
            }
            Action::Host {
                host,
                action: HostAction::Boot,
            } => {
                self.sockets.remove(host.name());
                self.cut_off.retain(|other| other != host);
            }
            Action::Host {
                host,
                action: HostAction::Link { up },
            } => {
                self.cut_off.retain(|other| other != host);
                if !up {
                    self.cut_off.push(*host);
                }
            }
            _ => {}
        }
        // Checked when the script was read: the same checker admits it again.
        let _ = self.checker.admit(step);
    }

    fn of_host(&self, host: Host) -> Vec<Suggestion> {
        let present: Vec<String> = self
            .checker
            .present()
            .filter(|(_, of, _)| *of == host)
            .map(|(name, ..)| name.to_owned())
            .collect();
        let own = host.name().to_owned();
        // A host's own actor stays in sight when its process has ended: its buttons say so.
        let gone = (!present.contains(&own)).then(|| own.clone());
        let mut offers: Vec<Suggestion> = gone
            .iter()
            .chain(&present)
            .flat_map(|actor| self.of_actor(host, actor))
            .collect();
        let is_dark = self.checker.is_dark(host);
        let link = if self.cut_off.contains(&host) {
            "up"
        } else {
            "down"
        };
        let power = if is_dark { "boot" } else { "crash" };
        for action in [
            format!("process {}", self.free_name("other")),
            format!("link {link}"),
            power.to_owned(),
        ] {
            offers.push(self.offer(host, &own, &action, true, None));
        }
        offers
    }

    fn of_actor(&self, host: Host, actor: &str) -> Vec<Suggestion> {
        let nothing = Sockets::new();
        let sockets = self.sockets.get(&self.process(actor)).unwrap_or(&nothing);
        let of = |wanted: &[SocketState]| -> Vec<&String> {
            let all = sockets.iter().filter(|(_, kind)| wanted.contains(kind));
            all.map(|(name, _)| name).collect()
        };
        let listening = of(&[SocketState::Listening]);
        let connections = of(&[SocketState::Fresh, SocketState::Connected]);
        let conn = sockets.get("conn");
        let conn_is_open = connections.iter().any(|name| *name == "conn");
        let mut offers = Vec::new();
        let mut add = |action: &str, rare: bool, senseless: Option<(Found, Expected)>| {
            offers.push(self.offer(host, actor, action, rare, senseless));
        };

        let connected = matches!(conn, Some(SocketState::Connected)).then(|| {
            let other = unused(sockets, "other");
            let found = Found::Connected {
                actor: actor.into(),
            };
            (
                found,
                Expected::literal(format!("{actor} connect as {other}")),
            )
        });
        add("connect", host == Host::Server, connected);
        let listens = (!listening.is_empty()).then(|| {
            let found = Found::Listening {
                actor: actor.into(),
            };
            (found, Expected::literal(format!("{actor} accept")))
        });
        add("listen", host == Host::Client, listens);
        if listening.is_empty() {
            let found = Found::NotListening {
                actor: actor.into(),
            };
            let first = Expected::ListenFirst {
                actor: actor.into(),
            };
            add("accept", host == Host::Client, Some((found, first)));
        }
        for listener in &listening {
            let on = on(listener, "listener");
            let named = match conn_is_open {
                true => format!(" as {}", unused(sockets, "other")),
                false => String::new(),
            };
            add(&format!("accept{on}{named}"), false, None);
        }

        let usual = "conn".to_owned();
        let lacks = connections.is_empty().then(|| match conn {
            Some(_) => Found::ConnectionClosed {
                actor: actor.into(),
            },
            None => Found::NoConnection {
                actor: actor.into(),
            },
        });
        let how = match (host, listening.is_empty()) {
            (_, false) => Expected::AcceptFirst {
                actor: actor.into(),
            },
            (Host::Server, true) => Expected::ListenFirst {
                actor: actor.into(),
            },
            (Host::Client, true) => Expected::ConnectFirst {
                actor: actor.into(),
            },
        };
        let usable = match connections.is_empty() {
            true => vec![&usual],
            false => connections.clone(),
        };
        for name in usable {
            let on = on(name, "conn");
            let lacks = || lacks.clone().map(|found| (found, how.clone()));
            for action in [
                "send \"hello\"",
                "recv",
                "close",
                "shutdown write",
                "shutdown read",
                "shutdown both",
                "set linger 0",
                "poll",
            ] {
                add(&format!("{action}{on}"), false, lacks());
            }
            for action in ["send 64K", "get error"] {
                add(&format!("{action}{on}"), true, lacks());
            }
            add(
                &format!("dup{on} as {}", unused(sockets, "copy")),
                true,
                lacks(),
            );
        }
        for listener in &listening {
            let on = on(listener, "conn");
            add(&format!("close{on}"), true, None);
        }
        if matches!(conn, Some(SocketState::Connected)) {
            let other = unused(sockets, "other");
            add(&format!("connect as {other}"), true, None);
        }
        add(&format!("thread {}", self.free_name("reader")), true, None);
        add(&format!("fork {}", self.free_name("child")), true, None);
        add("exit", true, None);
        add("kill", true, None);
        offers
    }

    /// An offer, with what the checker says against it, or else why it would be senseless: what was found, what is needed.
    fn offer(
        &self,
        host: Host,
        actor: &str,
        action: &str,
        rare: bool,
        senseless: Option<(Found, Expected)>,
    ) -> Suggestion {
        let text = format!("{actor} {action}");
        let step = parser::parse(self.next, &text).ok().flatten();
        let step = step.expect("the grammar of a suggestion is right");
        let (kind, verb) = (facts::kind(&step.action), facts::verb(&step.action));
        let parts = Parts::of(action);
        let admitted = self.checker.clone().admit(step);
        let senseless =
            senseless.map(|(found, expected)| Diagnostic::new(self.next, 1, 1, found, expected));
        Suggestion {
            actor: actor.into(),
            host,
            line: text,
            kind,
            verb: verb.unwrap_or_default(),
            arguments: parts.arguments,
            socket: parts.socket,
            makes: parts.makes,
            rare,
            reason: admitted.err().or(senseless),
        }
    }

    /// A name for a new actor that nobody has had.
    fn free_name(&self, stem: &str) -> String {
        numbered(stem, |name| self.checker.is_unheard_of(name))
    }
}

/// A name for a new socket.
fn unused(sockets: &Sockets, stem: &str) -> String {
    numbered(stem, |name| !sockets.contains_key(name))
}

/// `other`, `other2`, `other3` …: the first that is free.
fn numbered(stem: &str, is_free: impl Fn(&str) -> bool) -> String {
    let names = (1..).map(|number| match number {
        1 => stem.to_owned(),
        _ => format!("{stem}{number}"),
    });
    let mut free = names.filter(|name| is_free(name));
    free.next().expect("numbers do not end")
}

/// How a call names its socket, where it is not the usual one.
fn on(name: &str, usual: &str) -> String {
    match name == usual {
        true => String::new(),
        false => format!(" on {name}"),
    }
}

/// The words of an action behind its verb.
struct Parts {
    arguments: String,
    socket: Option<String>,
    makes: Option<String>,
}

impl Parts {
    fn of(action: &str) -> Parts {
        let tokens = lexer::split(1, action).unwrap_or_default(); // a suggestion has no mistakes
        let is = |token: &Token, word: &str| token.kind == TokenKind::Word(word.into());
        let behind = |word: &str| {
            let at = tokens.iter().position(|token| is(token, word))?;
            match &tokens.get(at + 1)?.kind {
                TokenKind::Word(name) => Some(name.clone()),
                _ => None,
            }
        };
        let end = tokens
            .iter()
            .find(|token| is(token, "on") || is(token, "as"));
        let length = end.or(tokens.last()).map_or(0, |end| end.column - 1);
        let words: String = action.chars().take(length).collect();
        let arguments = words.split_once(' ').map_or("", |(_, rest)| rest.trim());
        Parts {
            arguments: arguments.to_owned(),
            socket: behind("on"),
            makes: behind("as"),
        }
    }
}

/// Whether a call that gives this has made nothing.
fn is_failure(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Words(words) if words.iter().any(|word| crate::tcp::errno::is_name(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::mistake::Mistake;
    use crate::i18n::Language;
    use crate::script::parse::parse;

    /// What an actor can do, and what not, with the reason.
    fn of(script: &str, actor: &str) -> (Vec<String>, BTreeMap<String, String>) {
        let (mut can, mut cannot) = (Vec::new(), BTreeMap::new());
        for offer in offers(script).unwrap() {
            if offer.actor != actor {
                continue;
            }
            let action = offer.line[actor.len() + 1..].to_owned();
            match offer.reason {
                None => can.push(action),
                Some(reason) => {
                    let Mistake {
                        found, expected, ..
                    } = Mistake::new(&reason, Language::English);
                    cannot.insert(action, format!("{found}; {expected}"));
                }
            }
        }
        (can, cannot)
    }

    #[test]
    fn at_the_beginning_one_connects_and_the_other_listens() {
        let (can, cannot) = of("# nothing yet\n", "client");
        assert!(can.contains(&"connect".to_owned()), "{can:?}");
        assert_eq!(
            cannot["send \"hello\""],
            "client, which has no connection; `client connect` first"
        );
        let (can, cannot) = of("", "server");
        assert!(can.contains(&"listen".to_owned()), "{can:?}");
        assert_eq!(
            cannot["accept"],
            "server, which does not listen; `server listen` first"
        );
    }

    #[test]
    fn a_connection_can_be_used_until_it_is_closed() {
        let open = "server listen => 0\nclient connect => 0\nserver accept => 4\n";
        for actor in ["client", "server"] {
            let (can, _) = of(open, actor);
            for action in [
                "send \"hello\"",
                "recv",
                "shutdown both",
                "close",
                "set linger 0",
            ] {
                assert!(can.contains(&action.to_owned()), "{actor}: {can:?}");
            }
        }
        let (can, _) = of(open, "server");
        assert!(can.contains(&"accept as other".to_owned()), "{can:?}");
        let (can, cannot) = of(&format!("{open}client close => 0"), "client");
        assert_eq!(
            cannot["recv"],
            "`conn` of client, which is closed; `client connect` first"
        );
        assert!(can.contains(&"connect".to_owned()), "{can:?}");
    }

    #[test]
    fn whoever_waits_in_a_call_can_do_nothing_but_be_killed() {
        let (can, cannot) = of("client connect => blocked", "client");
        assert_eq!(
            can,
            ["kill", "process other", "link down", "crash"].map(String::from)
        );
        assert_eq!(
            cannot["close"],
            "client, still in its call of line 1; `wait client` first, or a thread"
        );
        let (can, _) = of("client connect => blocked\nwait client => 0", "client");
        assert!(can.contains(&"close".to_owned()), "{can:?}");
        let (_, cannot) = of("client connect => ECONNREFUSED", "client");
        assert!(!cannot.contains_key("connect"), "{cannot:?}");
    }

    #[test]
    fn names_are_new_and_processes_have_sockets_of_their_own() {
        let script = "server listen\nclient connect\nserver accept\nserver fork child\nclient process other\n\
                      client thread reader\nserver dup as copy\n";
        let (can, _) = of(script, "server");
        for action in ["fork child2", "thread reader2", "process other2"] {
            assert!(can.contains(&action.to_owned()), "{action}: {can:?}");
        }
        assert!(can.contains(&"recv on copy".to_owned()), "{can:?}");
        let (child, _) = of(script, "child");
        assert!(child.contains(&"recv".to_owned()), "{child:?}");
        let (other, cannot) = of(script, "other");
        assert!(other.contains(&"connect".to_owned()), "{other:?}");
        assert!(cannot.contains_key("recv"), "{cannot:?}");
        let (reader, _) = of(script, "reader");
        assert!(reader.contains(&"close".to_owned()), "{reader:?}");
    }

    #[test]
    fn a_host_without_power_can_only_be_booted() {
        let (can, cannot) = of("client crash", "client");
        assert_eq!(can, ["boot"]);
        assert_eq!(
            cannot["connect"],
            "client, ended on line 1; an actor that is still there"
        );
        let (can, _) = of("client crash\nclient boot", "client");
        assert!(can.contains(&"connect".to_owned()), "{can:?}");
    }

    #[test]
    fn every_offer_that_has_no_reason_can_be_played() {
        let mut script = String::from("server listen\nclient connect\nserver accept\n");
        for line in [
            "server fork child",
            "client dup as copy",
            "server process other",
        ] {
            script.push_str(line);
            script.push('\n');
            for offer in offers(&script).unwrap() {
                let whole = format!("{script}{}", offer.line);
                let admitted = parse(&whole);
                assert!(offer.reason.is_some() || admitted.is_ok(), "{whole}");
            }
        }
    }

    #[test]
    fn an_offer_has_its_words_apart() {
        let script = "server listen\nclient connect\nserver accept\nserver accept as other";
        let of = |line: &str| {
            let mut all = offers(script).unwrap().into_iter();
            let offer = all.find(|offer| offer.line == line).unwrap();
            let names = [offer.socket, offer.makes].map(Option::unwrap_or_default);
            (offer.verb, offer.arguments, names.join(" "))
        };
        for (line, verb, arguments, names) in [
            (
                "server shutdown write on other",
                "shutdown",
                "write",
                "other ",
            ),
            ("server dup on other as copy", "dup", "", "other copy"),
            ("client send \"hello\"", "send", "\"hello\"", " "),
            ("client thread reader", "thread", "reader", " "),
            ("server link down", "link", "down", " "),
        ] {
            assert_eq!(of(line), (verb, arguments.into(), names.into()));
        }
    }

    #[test]
    fn a_script_with_mistakes_offers_nothing() {
        assert_eq!(offers("client jump").unwrap_err()[0].line, 1);
    }
}

//! What a program calls.

use super::{Author, Returns};

impl Author {
    pub(super) fn call(&mut self) {
        let Some(mut actor) = self.free() else {
            return self.coming_and_going();
        };
        let (mut call, mut returns) = self.some_call(actor.host);
        if actor.stopped {
            returns = Returns::WhoKnows;
        }
        if self.dice.percent(12) && !call.contains(" as ") && !call.contains(" on ") {
            let other = self.socket_of(actor.host);
            call = format!("{call} on {other}");
            if returns == Returns::AtOnce && !call.starts_with("set") && !call.starts_with("close")
            {
                returns = Returns::WhoKnows;
            }
        }
        if returns == Returns::AtOnce || self.dice.percent(2) {
            let end = match self.dice.below(12) {
                0 => " => 0",
                1 => " => EPIPE or ECONNRESET or 0",
                _ => "",
            };
            return self.write(format!("{} {call}{end}", actor.name));
        }
        if !actor.stopped && self.dice.percent(60) && self.actors.len() < 8 {
            let name = self.new_name();
            self.write(format!("{} thread {name}", actor.name));
            actor.name.clone_from(&name);
            self.actors.push(actor.clone());
        }
        let end = self.dice.pick(&["&", "&", "&", "=> blocked or 0"]);
        self.write(format!("{} {call} {end}", actor.name));
        self.known(&actor.name, |actor| actor.busy = true);
    }

    /// A socket's name that some line gave, or one of the usual two.
    pub(super) fn socket_of(&mut self, host: usize) -> String {
        match self.sockets[host].as_slice() {
            [] => "listener".into(),
            names => names[self.dice.below(names.len())].clone(),
        }
    }

    /// A call, and whether it returns at once.
    pub(super) fn some_call(&mut self, host: usize) -> (String, Returns) {
        use Returns::{AtOnce, WhoKnows};
        let peer = 1 - host;
        let if_whole = |author: &Author| if author.whole { AtOnce } else { WhoKnows };
        match self.dice.below(34) {
            0..5 => {
                let size = ["\"x\"", "\"hello\"", "1", "1460", "4K", "20K", "64K"];
                self.readable[peer] = self.whole;
                let more = if self.dice.percent(10) { " more" } else { "" };
                (format!("send {}{more}", self.dice.pick(&size)), AtOnce)
            }
            5 => ("send 1M".into(), WhoKnows),
            6..12 => {
                let returns = if self.readable[host] {
                    AtOnce
                } else {
                    WhoKnows
                };
                let recv = ["recv", "recv", "recv 2", "recv peek", "recv 1 peek"];
                self.readable[host] = self.ended[host];
                (self.dice.pick(&recv).into(), returns)
            }
            12 => ("recv 3 all".into(), WhoKnows),
            13..17 => {
                let how = self.dice.pick(&["write", "write", "read", "both"]);
                if how != "read" && self.whole {
                    (self.readable[peer], self.ended[peer]) = (true, true);
                }
                (format!("shutdown {how}"), AtOnce)
            }
            17..21 => {
                if self.whole {
                    (self.readable[peer], self.ended[peer]) = (true, true);
                }
                ("close".into(), AtOnce)
            }
            21 => {
                let name = format!("d{}", self.lines.len());
                self.sockets[host].push(name.clone());
                (format!("dup as {name}"), AtOnce)
            }
            22 => {
                let poll = ["poll 0ms", "poll 30ms", "epoll 20ms"];
                (self.dice.pick(&poll).into(), AtOnce)
            }
            23 => (self.dice.pick(&["poll", "epoll"]).into(), WhoKnows),
            24..27 => (self.option(), AtOnce),
            27 => {
                let get = ["get error", "get state", "get rcvbuf", "name", "peer"];
                (self.dice.pick(&get).into(), AtOnce)
            }
            28 => ("disconnect".into(), AtOnce),
            29 => {
                let name = format!("c{}", self.lines.len());
                self.sockets[host].push(name.clone());
                self.queued += 1;
                (format!("connect as {name}"), if_whole(self))
            }
            30 => ("connect".into(), if_whole(self)),
            31 => {
                let returns = if self.queued > 0 { AtOnce } else { WhoKnows };
                self.queued = self.queued.saturating_sub(1);
                let name = format!("a{}", self.lines.len());
                self.sockets[host].push(name.clone());
                (format!("accept as {name}"), returns)
            }
            32 => {
                let listen = [
                    "listen",
                    "listen backlog 0",
                    "listen 8000",
                    "close on listener",
                ];
                (self.dice.pick(&listen).into(), AtOnce)
            }
            _ => (
                self.dice.pick(&["bind 4000", "bind 7000", "socket"]).into(),
                AtOnce,
            ),
        }
    }

    pub(super) fn option(&mut self) -> String {
        let option = self.dice.pick(&[
            "linger 0",
            "linger 0",
            "linger 1s",
            "linger off",
            "nonblock on",
            "nonblock on",
            "nodelay on",
            "reuseaddr on",
            "keepalive 1s 1s 1",
            "user_timeout 300ms",
            "rcvbuf 4K",
            "sndbuf 4K",
            "linger2 -1",
            "linger2 1s",
        ]);
        format!("set {option}")
    }
}

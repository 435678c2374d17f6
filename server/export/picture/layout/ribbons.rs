//! The choice of the socket that a host's ribbon shows. A host has one ribbon; the states of its other sockets are texts
//! only.

use std::net::SocketAddrV4;

use crate::event::host::Host;
use crate::event::{Socket, What};
use crate::export::picture::layout::item::ItemKind;
use crate::tcp::state::State;

/// The sockets of both hosts, oldest first, and the states on their ribbons.
#[derive(Default)]
pub(crate) struct Ribbons {
    sockets: [Vec<RibbonSocket>; 2],
    shows: [Option<(Key, State)>; 2],
}

type Key = (SocketAddrV4, SocketAddrV4);

#[derive(Clone)]
struct RibbonSocket {
    key: Key,
    name: Option<String>,
    state: State,
}

/// The visible effects of a change of state.
pub(crate) struct RibbonChange {
    /// The text for a socket that the ribbon does not show.
    pub(crate) aside: Option<ItemKind>,
    /// The new state on the ribbon.
    pub(crate) shown: Option<ItemKind>,
}

fn is_listener(key: &Key) -> bool {
    key.1.port() == 0
}

impl Ribbons {
    /// Whether one of the hosts has or had more than one connection.
    pub(crate) fn several(&self) -> bool {
        Host::BOTH
            .into_iter()
            .any(|host| self.connections(host).count() > 1)
    }

    fn connections(&self, host: Host) -> impl DoubleEndedIterator<Item = &RibbonSocket> {
        let sockets = self.sockets[host as usize].iter();
        sockets.filter(|socket| !is_listener(&socket.key))
    }

    /// The socket on a host's ribbon: the newest connection that is not closed, otherwise the newest connection; before
    /// the first connection, the listening socket.
    fn shown(&self, host: Host) -> Option<&RibbonSocket> {
        let mut open = self
            .connections(host)
            .rev()
            .filter(|socket| socket.state != State::Closed);
        let open = open.next();
        let newest = open.or_else(|| self.connections(host).next_back());
        newest.or_else(|| self.sockets[host as usize].first())
    }

    /// Takes a `state` or a `gap` event.
    pub(crate) fn change(&mut self, host: Host, what: &What) -> Option<RibbonChange> {
        let (socket, to, observed, gap) = match what {
            What::State {
                socket,
                to,
                observed,
                ..
            } => (socket, *to, *observed, false),
            What::Gap { socket, to, .. } => (socket, *to, true, true),
            _ => return None,
        };
        let own = self.note(host, socket, to);
        let several = self.connections(host).count() > 1;
        let drawn = |socket: &RibbonSocket, ribbon: bool, observed: bool, gap: bool| {
            let name = match several {
                true => format!("{}: ", socket.name.as_deref().unwrap_or("?")),
                false => String::new(),
            };
            let (state, text) = (socket.state, name + socket.state.name());
            ItemKind::State {
                host,
                state,
                text,
                ribbon,
                observed,
                gap,
            }
        };
        let stands = self.shown(host)?.clone();
        let is_own = stands.key == own.key;
        let aside = !is_own && !is_listener(&own.key);
        let shows = (stands.key, stands.state);
        let changes = self.shows[host as usize] != Some(shows);
        let change = RibbonChange {
            aside: aside.then(|| drawn(&own, false, observed, gap)),
            shown: changes.then(|| drawn(&stands, true, !is_own || observed, is_own && gap)),
        };
        self.shows[host as usize] = Some(shows);
        Some(change)
    }

    /// Notes a socket's newest state. The order of sockets stays.
    fn note(&mut self, host: Host, socket: &Socket, state: State) -> RibbonSocket {
        let sockets = &mut self.sockets[host as usize];
        let name = socket.name.clone();
        let tracked = RibbonSocket {
            key: (socket.local, socket.peer),
            name,
            state,
        };
        match sockets.iter_mut().find(|other| other.key == tracked.key) {
            Some(before) => *before = tracked.clone(),
            None => sockets.push(tracked.clone()),
        }
        tracked
    }
}

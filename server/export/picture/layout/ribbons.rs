//! Which of a host's sockets its ribbon shows. There is one ribbon a host; what happens to a socket that it does not show
//! is only said.

use std::net::SocketAddrV4;

use crate::event::host::Host;
use crate::event::{Socket, What};
use crate::export::picture::layout::item::Drawn;
use crate::tcp::state::State;

/// The sockets of both hosts, oldest first, and what their ribbons show.
#[derive(Default)]
pub(crate) struct Ribbons {
    sockets: [Vec<Known>; 2],
    shows: [Option<(Key, State)>; 2],
}

type Key = (SocketAddrV4, SocketAddrV4);

#[derive(Clone)]
struct Known {
    key: Key,
    name: Option<String>,
    state: State,
}

/// What a change of state makes visible.
pub(crate) struct Change {
    /// Of a socket that the ribbon does not show.
    pub(crate) aside: Option<Drawn>,
    /// On the ribbon.
    pub(crate) shown: Option<Drawn>,
}

fn is_listener(key: &Key) -> bool {
    key.1.port() == 0
}

impl Ribbons {
    /// Whether a host has, or had, more than one connection.
    pub(crate) fn several(&self) -> bool {
        Host::BOTH
            .into_iter()
            .any(|host| self.connections(host).count() > 1)
    }

    fn connections(&self, host: Host) -> impl DoubleEndedIterator<Item = &Known> {
        let sockets = self.sockets[host as usize].iter();
        sockets.filter(|known| !is_listener(&known.key))
    }

    /// The socket that stands for a host: its newest connection, if there are several the newest that is not closed;
    /// before there is one the socket that listens.
    fn shown(&self, host: Host) -> Option<&Known> {
        let mut open = self
            .connections(host)
            .rev()
            .filter(|known| known.state != State::Closed);
        let open = open.next();
        let newest = open.or_else(|| self.connections(host).next_back());
        newest.or_else(|| self.sockets[host as usize].first())
    }

    /// Takes a `state` or a `gap`.
    pub(crate) fn change(&mut self, host: Host, what: &What) -> Option<Change> {
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
        let drawn = |known: &Known, ribbon: bool, observed: bool, gap: bool| {
            let name = match several {
                true => format!("{}: ", known.name.as_deref().unwrap_or("?")),
                false => String::new(),
            };
            let (state, text) = (known.state, name + known.state.name());
            Drawn::State {
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
        let change = Change {
            aside: aside.then(|| drawn(&own, false, observed, gap)),
            shown: changes.then(|| drawn(&stands, true, !is_own || observed, is_own && gap)),
        };
        self.shows[host as usize] = Some(shows);
        Some(change)
    }

    /// Keeps a socket's newest state. A socket keeps its place among the others.
    fn note(&mut self, host: Host, socket: &Socket, state: State) -> Known {
        let sockets = &mut self.sockets[host as usize];
        let name = socket.name.clone();
        let known = Known {
            key: (socket.local, socket.peer),
            name,
            state,
        };
        match sockets.iter_mut().find(|other| other.key == known.key) {
            Some(before) => *before = known.clone(),
            None => sockets.push(known.clone()),
        }
        known
    }
}

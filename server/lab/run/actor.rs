//! The server's handle on an actor.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal};

use crate::event::host::Host;
use crate::event::{CallPhase, Cause, Exit, ProcessChange, What};
use crate::lab::sandbox::channel::Channel;
use crate::lab::sandbox::protocol::{Made, Order, Report, Returned};
use crate::tcp::call::Call;
use crate::tcp::errno;

/// One actor: a thread of a process in one of the hosts.
pub(crate) struct Actor {
    pub(crate) name: String,
    pub(crate) host: Host,
    pub(crate) pid: i32,
    pub(crate) tid: i32,
    channel: Channel,
    /// Refers to the process, also when its number was given to another: pidfd_open(2). Shared by its threads.
    process: Rc<OwnedFd>,
    life: Life,
    /// How it ends by the script's doing.
    ending: Option<ProcessChange>,
    /// The call that it is in: the event at enter, and its `seq`.
    call: Option<(What, u32)>,
    /// The inode that its call is on.
    on: Option<u64>,
    /// What woke its call, where it had slept.
    woken: Option<Cause>,
    /// Whether it said that its call returned, which may not be told yet.
    returned: bool,
    /// Whether its call fell asleep, and a table was read since: from then on it does nothing until it wakes.
    slept: bool,
    /// Whether the enter that was read last, and perhaps not told yet, was of a call that may act.
    entered_acting: bool,
    /// Whether its last order was to send or to receive, which changes no state.
    moves_data: bool,
    /// What its last order gave; None while it is being carried out.
    pub(crate) outcome: Option<Returned>,
}

#[derive(Clone, Copy, PartialEq)]
enum Life {
    /// It exists, or will as soon as it says so.
    Alive,
    /// Its channel closed: its process is ending, and the kernel closes what it had open.
    Dying,
    /// Its process has ended, and that was told.
    Gone,
}

impl Actor {
    /// The first actor of a process.
    pub(crate) fn first(
        name: String,
        host: Host,
        channel: Channel,
        pid: i32,
        tid: i32,
    ) -> io::Result<Actor> {
        let number = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidData)?;
        let process = Rc::new(rustix::process::pidfd_open(number, PidfdFlags::empty())?);
        Ok(Actor::new(name, host, channel, process, [pid, tid]))
    }

    /// Another thread of the same process, or a fork of it, whose end of the channel travels to it. It is there once it
    /// has a `tid`.
    pub(crate) fn another(&mut self, name: String, order: &Order) -> io::Result<Actor> {
        let (ours, theirs) = Channel::pair()?;
        self.outcome = None;
        self.slept = false;
        self.channel.send(order, &[theirs.as_fd()])?;
        Ok(Actor::new(
            name,
            self.host,
            ours,
            self.process.clone(),
            [self.pid, 0],
        ))
    }

    fn new(
        name: String,
        host: Host,
        channel: Channel,
        process: Rc<OwnedFd>,
        [pid, tid]: [i32; 2],
    ) -> Actor {
        Actor {
            name,
            host,
            pid,
            tid,
            channel,
            process,
            life: Life::Alive,
            ending: None,
            call: None,
            on: None,
            woken: None,
            returned: false,
            slept: false,
            entered_acting: false,
            moves_data: false,
            outcome: Some(Returned::default()),
        }
    }

    /// Gives it something to do.
    pub(crate) fn order(&mut self, order: &Order) -> io::Result<()> {
        self.outcome = None;
        self.slept = false;
        self.moves_data = matches!(
            order,
            Order::Call {
                call: Call::Send { .. } | Call::Recv { .. },
                ..
            }
        );
        self.channel.send(order, &[])
    }

    /// The next thing that it said, if there is one. Where there will be none any more, it is dying.
    pub(crate) fn hear(&mut self) -> io::Result<Option<Report>> {
        if self.life != Life::Alive {
            return Ok(None);
        }
        match self.channel.try_receive::<Report>() {
            Ok(Some((report, _))) => Ok(Some(report)),
            Ok(None) => {
                self.life = Life::Dying;
                Ok(None)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The fd to poll: the channel while the actor lives, the pidfd while it is dying.
    pub(crate) fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        match self.life {
            Life::Alive => Some(self.channel.as_fd()),
            Life::Dying => Some(self.process.as_fd()),
            Life::Gone => None,
        }
    }

    /// Sends a signal to its process.
    pub(crate) fn signal(&self, signal: Signal) -> io::Result<()> {
        match rustix::process::pidfd_send_signal(&*self.process, signal) {
            Err(rustix::io::Errno::SRCH) => Ok(()),
            sent => Ok(sent?),
        }
    }

    /// The script lets its process end by itself.
    pub(crate) fn exiting(&mut self) {
        self.ending = Some(ProcessChange::Exited);
    }

    /// The script kills its process.
    pub(crate) fn killed(&mut self) {
        self.ending = Some(ProcessChange::Killed);
    }

    /// Whether it is an actor of the same process.
    pub(crate) fn is_of(&self, process: &Rc<OwnedFd>) -> bool {
        Rc::ptr_eq(&self.process, process)
    }

    pub(crate) fn process(&self) -> &Rc<OwnedFd> {
        &self.process
    }

    /// Whether its end was not told yet.
    pub(crate) fn is_alive(&self) -> bool {
        self.life != Life::Gone
    }

    /// Whether what its host does of itself now comes from the end of its process.
    pub(crate) fn is_dying(&self) -> bool {
        self.life == Life::Dying || (self.ending.is_some() && self.life == Life::Alive)
    }

    /// Whether it was dying, and its process has ended by now.
    pub(crate) fn has_ended(&self) -> bool {
        self.life == Life::Dying
            && self.awaits_end(Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            })
    }

    /// Waits so long at most until its process has ended; whether it has.
    pub(crate) fn awaits_end(&self, patience: Timespec) -> bool {
        poll(
            &mut [PollFd::new(&*self.process, PollFlags::IN)],
            Some(&patience),
        )
        .is_ok_and(|ended| ended > 0)
    }

    /// Its process has ended. That is no news of a thread or a fork which never took up its work.
    pub(crate) fn gone(&mut self) -> Option<What> {
        self.life = Life::Gone;
        self.call = None;
        let what = self.ending.unwrap_or(ProcessChange::Lost);
        (self.tid != 0).then(|| What::Process {
            host: self.host,
            actor: self.name.clone(),
            pid: self.pid,
            tid: self.tid,
            what,
        })
    }

    /// Marks the actor as running; `pid` differs from its maker's where it was forked.
    pub(crate) fn ready(&mut self, pid: i32, tid: i32) -> What {
        let forked = pid != self.pid;
        if let Some(number) = Pid::from_raw(pid).filter(|_| forked)
            && let Ok(process) = rustix::process::pidfd_open(number, PidfdFlags::empty())
        {
            self.process = Rc::new(process);
        }
        (self.pid, self.tid) = (pid, tid);
        let what = if forked {
            ProcessChange::Forked
        } else {
            ProcessChange::Started
        };
        What::Process {
            host: self.host,
            actor: self.name.clone(),
            pid,
            tid,
            what,
        }
    }

    /// Whether a report that was just read has to wait until the wire was read once more, and all that follow with it.
    pub(crate) fn must_wait(&mut self, report: &Report) -> bool {
        match report {
            Report::Enter { call, .. } => {
                (self.entered_acting, self.returned) = (may_act(call), false);
            }
            Report::Exit { .. } => {
                self.returned = true;
                return self.entered_acting;
            }
            _ => {}
        }
        false
    }

    /// It enters a call on a socket of that inode.
    pub(crate) fn enter(&mut self, call: String, args: Vec<String>, on: Option<u64>) -> What {
        let what = What::Call {
            host: self.host,
            actor: self.name.clone(),
            pid: self.pid,
            tid: self.tid,
            call,
            args,
            phase: CallPhase::Enter,
        };
        self.call = Some((what.clone(), 0));
        self.on = on;
        (self.slept, self.woken) = (false, None);
        what
    }

    /// The enter was told as event `seq`.
    pub(crate) fn entered(&mut self, seq: u32) {
        if let Some((_, told)) = &mut self.call {
            *told = seq;
        }
    }

    /// The `seq` of the call that it is in, where that call may act.
    pub(crate) fn acting(&self) -> Option<u32> {
        match &self.call {
            Some((What::Call { call, .. }, seq)) if may_act(call) => Some(*seq),
            _ => None,
        }
    }

    /// The call that it sleeps in, and the inode that it is on.
    pub(crate) fn waits_on(&self) -> Option<(u32, u64)> {
        let waits = self.slept || self.woken.is_some();
        let (_, seq) = self.call.as_ref().filter(|_| waits)?;
        Some((*seq, self.on?))
    }

    /// The name of the call that it is in.
    pub(crate) fn call_name(&self) -> Option<&str> {
        match &self.call {
            Some((What::Call { call, .. }, _)) => Some(call),
            _ => None,
        }
    }

    /// Its call returned; `cause` had woken it.
    pub(crate) fn exit(
        &mut self,
        returned: Returned,
        socket: Option<Made>,
        cause: Option<Cause>,
    ) -> Option<What> {
        let (mut what, seq) = self.call.take()?;
        if let What::Call { phase, .. } = &mut what {
            *phase = CallPhase::Exit(Exit {
                enter: seq,
                result: returned.result,
                errno: returned.errno.map(errno::name),
                data: returned
                    .data
                    .filter(|data| !data.is_empty())
                    .map(|data| text(&data)),
                words: returned.words,
                made: socket.map(|made| made.name),
                cause,
            });
        }
        Some(what)
    }

    /// Whether something may happen in its host that comes from it: it carries out an order and does not sleep in a
    /// call, or was woken in one, or its process ends.
    pub(crate) fn is_busy(&self) -> bool {
        let works = self.life == Life::Alive && self.outcome.is_none() && !self.is_asleep();
        works || self.is_dying()
    }

    /// The same for what is more than the moving of data.
    pub(crate) fn may_change_states(&self) -> bool {
        self.is_dying() || (!self.moves_data && self.is_busy())
    }

    /// Whether its thread sleeps in a call, as it does in one that blocks, or was stopped before it could enter one.
    pub(crate) fn is_asleep(&self) -> bool {
        match self.acting() {
            Some(_) => self.is_in(&['S', 'T']),
            None => self.is_stopped(), // it sleeps also between two orders
        }
    }

    /// Whether its thread was stopped: SIGSTOP, signal(7).
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_in(&['T'])
    }

    /// Whether its thread is in one of these states: /proc/PID/task/TID/stat, proc(5).
    fn is_in(&self, states: &[char]) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/task/{}/stat", self.pid, self.tid));
        stat.is_ok_and(|stat| {
            let rest = stat.rsplit(')').next();
            rest.is_some_and(|rest| rest.trim_start().starts_with(states))
        })
    }

    /// It got a signal, which wakes it where it sleeps: from here on its call may do more.
    pub(crate) fn rouse(&mut self) {
        self.slept = false;
    }

    /// Whether its call fell asleep, and what it had done by then was seen.
    pub(crate) fn slept(&self) -> bool {
        self.slept
    }

    /// What its call had done when it fell asleep was seen.
    pub(crate) fn seen_asleep(&mut self) {
        (self.slept, self.woken) = (true, None);
    }

    /// Its call woke up, and may act again.
    pub(crate) fn wake(&mut self, by: Option<Cause>) {
        if by.is_some() {
            (self.slept, self.woken) = (false, by);
        }
    }

    /// Whether it said that its call returned.
    pub(crate) fn has_returned(&self) -> bool {
        self.returned
    }

    /// What woke its call.
    pub(crate) fn woken(&self) -> Option<Cause> {
        self.woken
    }
}

/// A call that only makes a socket or sets an option neither sends nor changes a state. After it the actor may already be in
/// its next, which is what wire and table would show.
fn may_act(call: &str) -> bool {
    ![
        "socket",
        "bind",
        "setsockopt",
        "dup",
        "fcntl",
        "getsockopt",
        "getsockname",
        "getpeername",
        "epoll_create1",
        "epoll_ctl",
    ]
    .contains(&call)
}

/// Bytes as text; escaped where they are no UTF-8, so that none is hidden.
pub(crate) fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.escape_ascii().to_string(),
    }
}

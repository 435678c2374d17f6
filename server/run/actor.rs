//! The server's handle on an actor.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

use rustix::process::{Pid, PidfdFlags, Signal};

use crate::channel::Channel;
use crate::errno;
use crate::event::{CallPhase, Host, ProcessChange, What};
use crate::message::{Made, Order, Report, Returned};

/// One actor: a thread of a process in one of the hosts.
pub(super) struct Actor {
    pub(super) name: String,
    pub(super) host: Host,
    pub(super) channel: Channel,
    pub(super) pid: i32,
    pub(super) tid: i32,
    /// Refers to the process, also when its number was given to another: pidfd_open(2). Shared by its threads.
    process: Rc<OwnedFd>,
    life: Life,
    /// The call that it is in: the event at enter, and its `seq`.
    call: Option<(What, u32)>,
    /// Whether the enter that was read last, and perhaps not told yet, was of a call that may act.
    reading_of_deed: bool,
    /// What its last order gave; None while it is being carried out.
    pub(super) outcome: Option<Returned>,
}

#[derive(Clone, Copy, PartialEq)]
enum Life {
    /// It exists, or will as soon as it says so.
    Alive,
    /// The script sent SIGKILL.
    Killed,
    /// Its end was told.
    Gone(bool),
}

impl Actor {
    /// The first actor of a process.
    pub(super) fn first(
        name: String,
        host: Host,
        channel: Channel,
        pid: i32,
        tid: i32,
    ) -> io::Result<Actor> {
        let number = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidData)?;
        let process = Rc::new(rustix::process::pidfd_open(number, PidfdFlags::empty())?);
        Ok(Actor {
            name,
            host,
            channel,
            pid,
            tid,
            process,
            life: Life::Alive,
            call: None,
            reading_of_deed: false,
            outcome: None,
        })
    }

    /// Another thread of the same process, whose end of the channel travels to it.
    pub(super) fn thread(&self, name: String) -> io::Result<Actor> {
        let (ours, theirs) = Channel::pair()?;
        self.channel.send(&Order::Thread, &[theirs.as_fd()])?;
        let (host, process) = (self.host, self.process.clone());
        Ok(Actor {
            name,
            host,
            channel: ours,
            pid: self.pid,
            tid: 0,
            process,
            life: self.life,
            call: None,
            reading_of_deed: false,
            outcome: None,
        })
    }

    /// Gives it something to do.
    pub(super) fn order(&mut self, order: &Order) -> io::Result<()> {
        self.outcome = None;
        self.channel.send(order, &[])
    }

    /// Sends SIGKILL to its process.
    pub(super) fn kill(&self) -> io::Result<()> {
        match rustix::process::pidfd_send_signal(&*self.process, Signal::KILL) {
            Err(rustix::io::Errno::SRCH) => Ok(()),
            sent => Ok(sent?),
        }
    }

    /// A handle on its process that becomes readable when it has ended.
    pub(super) fn process(&self) -> &Rc<OwnedFd> {
        &self.process
    }

    pub(super) fn is_of(&self, process: &Rc<OwnedFd>) -> bool {
        Rc::ptr_eq(&self.process, process)
    }

    pub(super) fn is_alive(&self) -> bool {
        matches!(self.life, Life::Alive | Life::Killed)
    }

    pub(super) fn was_killed(&self) -> bool {
        matches!(self.life, Life::Killed | Life::Gone(true))
    }

    /// The script kills it.
    pub(super) fn killing(&mut self) {
        self.life = Life::Killed;
    }

    /// Its process has ended.
    pub(super) fn gone(&mut self) {
        self.life = Life::Gone(self.life == Life::Killed);
    }

    /// It took up its work.
    pub(super) fn ready(&mut self, pid: i32, tid: i32) -> What {
        (self.pid, self.tid) = (pid, tid);
        What::Process {
            host: self.host,
            actor: self.name.clone(),
            pid,
            tid,
            what: ProcessChange::Started,
        }
    }

    /// It enters a call.
    pub(super) fn enter(&mut self, call: String, args: Vec<String>) -> What {
        let what = What::Call {
            host: self.host,
            actor: self.name.clone(),
            pid: self.pid,
            tid: self.tid,
            call,
            args,
            phase: CallPhase::Enter,
            enter: None,
            result: None,
            errno: None,
            data: None,
            made: None,
        };
        self.call = Some((what.clone(), 0));
        what
    }

    /// The enter was told as event `seq`.
    pub(super) fn entered(&mut self, seq: u32) {
        if let Some((_, told)) = &mut self.call {
            *told = seq;
        }
    }

    /// The `seq` of the call that it is in.
    pub(super) fn running(&self) -> Option<u32> {
        self.call.as_ref().map(|(_, seq)| *seq)
    }

    /// Whether the call that it is in can send something or change a socket in the kernel's table.
    pub(super) fn may_act(&self) -> bool {
        matches!(&self.call, Some((What::Call { call, .. }, _)) if may_act(call))
    }

    /// Whether a report that was just read has to wait until the wire was read once more, and all that follow with it.
    pub(super) fn must_wait(&mut self, report: &Report) -> bool {
        match report {
            Report::Enter { call, .. } => self.reading_of_deed = may_act(call),
            Report::Exit { .. } => return self.reading_of_deed,
            _ => {}
        }
        false
    }

    /// Its call returned.
    pub(super) fn exit(&mut self, returned: Returned, socket: Option<Made>) -> Option<What> {
        let (mut what, seq) = self.call.take()?;
        if let What::Call {
            phase,
            enter,
            result,
            errno,
            data,
            made,
            ..
        } = &mut what
        {
            *phase = CallPhase::Exit;
            *enter = Some(seq);
            *result = Some(returned.result);
            *errno = returned.errno.map(errno::name);
            *data = returned
                .data
                .filter(|data| !data.is_empty())
                .map(|data| String::from_utf8_lossy(&data).into_owned());
            *made = socket.map(|made| made.name);
        }
        Some(what)
    }

    /// Its order is carried out.
    pub(super) fn done(&mut self, returned: Returned) {
        self.outcome = Some(returned);
    }

    /// Whether its thread sleeps in the kernel, as it does in a call that blocks: /proc/PID/task/TID/stat, proc(5).
    pub(super) fn is_asleep(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/task/{}/stat", self.pid, self.tid));
        stat.is_ok_and(|stat| {
            stat.rsplit(')')
                .next()
                .is_some_and(|rest| rest.trim_start().starts_with('S'))
        })
    }
}

/// A call that only makes or dresses a socket neither sends nor changes a state. After it the actor may already be in
/// its next, which is what wire and table would show.
fn may_act(call: &str) -> bool {
    !["socket", "bind", "setsockopt"].contains(&call)
}

//! The server's handle on an actor.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

use rustix::process::{Pid, PidfdFlags, Signal};

use crate::channel::Channel;
use crate::errno;
use crate::event::{CallPhase, Host, ProcessChange, What};
use crate::message::{Made, Order, Returned};

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
    pub(super) fn first(name: String, host: Host, channel: Channel, pid: i32, tid: i32) -> io::Result<Actor> {
        let number = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidData)?;
        let process = Rc::new(rustix::process::pidfd_open(number, PidfdFlags::empty())?);
        Ok(Actor { name, host, channel, pid, tid, process, life: Life::Alive, call: None, outcome: None })
    }

    /// Another thread of the same process, whose end of the channel travels to it.
    pub(super) fn thread(&self, name: String) -> io::Result<Actor> {
        let (ours, theirs) = Channel::pair()?;
        self.channel.send(&Order::Thread, &[theirs.as_fd()])?;
        let (host, process) = (self.host, self.process.clone());
        Ok(Actor { name, host, channel: ours, pid: self.pid, tid: 0, process, life: self.life, call: None, outcome: None })
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
        What::Process { host: self.host, actor: self.name.clone(), pid, tid, what: ProcessChange::Started }
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

    /// Whether the call that it is in can change what the kernel's table says. After one that cannot, the actor may
    /// already be in its next, which is what the table would show.
    pub(super) fn may_change_sockets(&self) -> bool {
        const NEVER: [&str; 3] = ["socket", "bind", "setsockopt"];
        matches!(&self.call, Some((What::Call { call, .. }, _)) if !NEVER.contains(&call.as_str()))
    }

    /// Its call returned.
    pub(super) fn exit(&mut self, returned: Returned, socket: Option<Made>) -> Option<What> {
        let (mut what, seq) = self.call.take()?;
        if let What::Call { phase, enter, result, errno, data, made, .. } = &mut what {
            *phase = CallPhase::Exit;
            *enter = Some(seq);
            *result = Some(returned.result);
            *errno = returned.errno.map(errno::name);
            *data = returned.data.filter(|data| !data.is_empty()).map(|data| String::from_utf8_lossy(&data).into_owned());
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
        stat.is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('S')))
    }
}

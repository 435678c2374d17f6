//! What the director does besides calls: actors come and go, hosts fail, the wire is touched.

use std::io;

use rustix::event::Timespec;
use rustix::process::Signal as ProcessSignal;

use crate::event::host::Host;
use crate::event::{Cause, Ending, HostChange, ProcessChange, What};
use crate::lab::run::actor::Actor;
use crate::lab::run::director::{Director, Interruption};
use crate::lab::run::engine::Power;
use crate::lab::run::error::RunError;
use crate::lab::run::kernel::sock_diag::SocketTable;
use crate::lab::sandbox::clock::now;
use crate::lab::sandbox::forkserver::SpawnedHost;
use crate::lab::sandbox::network::plan;
use crate::lab::sandbox::protocol::{HostTask, Order};
use crate::script::ast::{Beginning, HostAction, Signal, WireAction};

impl Director<'_, '_> {
    /// Another actor comes.
    pub(crate) fn start(
        &mut self,
        actor: &str,
        name: &str,
        beginning: Beginning,
    ) -> Result<(), Interruption> {
        let order = match beginning {
            Beginning::Thread => Order::Thread,
            Beginning::Fork => Order::Fork,
            Beginning::Process => return self.join(actor, name),
        };
        let maker = self.present(actor)?;
        let made = self.engine.actors[maker].another(name.to_owned(), &order);
        let made = made.map_err(|source| self.failed(maker, source))?;
        self.engine.actors.push(made);
        let made = self.engine.actors.len() - 1;
        self.until(|engine| {
            let done = engine.actors[maker].outcome.as_ref();
            let failed = done.is_some_and(|outcome| outcome.errno.is_some());
            failed
                || (done.is_some() && engine.actors[made].tid != 0)
                || !engine.actors[maker].is_alive()
        })?;
        if !self.engine.actors[maker].is_alive() {
            return Err(self.missing(maker));
        }
        if self.engine.actors[made].tid == 0 {
            let reason = format!("line {}: the machine has no room for {name}", self.line);
            return Err(self.ended(Ending::Failed, reason));
        }
        Ok(())
    }

    /// Another program starts on a host.
    fn join(&mut self, host: &str, name: &str) -> Result<(), Interruption> {
        let Some(host) = Host::BOTH.into_iter().find(|known| known.name() == host) else {
            return Ok(());
        };
        let Some(power) = &self.engine.hosts[host as usize].power else {
            return Ok(());
        };
        let joined = self.fork_server.join(plan(host), &power.namespace);
        let actor = joined
            .and_then(|(channel, pid)| Actor::first(name.to_owned(), host, channel, pid, pid));
        let mut actor = actor.map_err(|source| RunError::Actor {
            name: name.to_owned(),
            source,
        })?;
        let (pid, tid) = (actor.pid, actor.tid);
        self.engine.timeline.emit(actor.ready(pid, tid));
        self.engine.actors.push(actor);
        Ok(())
    }

    /// An actor's process gets a signal; after SIGKILL the kernel has closed what it had open.
    pub(crate) fn signal(&mut self, actor: &str, signal: Signal) -> Result<(), Interruption> {
        let actor = self.present(actor)?;
        let (number, change) = match signal {
            Signal::Kill => {
                return self.end(
                    actor,
                    |actor| actor.signal(ProcessSignal::KILL),
                    Actor::killed,
                );
            }
            Signal::Stop => (ProcessSignal::STOP, ProcessChange::Stopped),
            Signal::Continue => (ProcessSignal::CONT, ProcessChange::Continued),
        };
        self.engine.actors[actor]
            .signal(number)
            .map_err(|source| self.failed(actor, source))?;
        let Actor {
            host,
            name,
            pid,
            tid,
            ..
        } = &self.engine.actors[actor];
        let what = What::Process {
            host: *host,
            actor: name.clone(),
            pid: *pid,
            tid: *tid,
            what: change,
        };
        self.engine.timeline.emit(what);
        let (host, process) = (*host, self.engine.actors[actor].process().clone());
        self.engine
            .actors
            .iter_mut()
            .filter(|actor| actor.is_of(&process))
            .for_each(Actor::rouse);
        // Stopped, it has let go of what its calls held open; an order that it got meanwhile is carried out when it
        // goes on.
        self.until(|engine| {
            let mut own = engine.actors.iter().filter(|actor| actor.is_of(&process));
            own.all(|actor| {
                let arrived = match signal {
                    Signal::Stop => actor.is_stopped(),
                    _ => !actor.is_busy(),
                };
                arrived || !actor.is_alive()
            })
        })?;
        Ok(self.engine.observe(host, None)?)
    }

    /// An actor's process ends by itself.
    pub(crate) fn exit(&mut self, actor: &str) -> Result<(), Interruption> {
        let actor = self.present(actor)?;
        self.end(actor, |actor| actor.order(&Order::Exit), Actor::exiting)
    }

    /// Ends a process, and waits until that was told of each of its actors.
    fn end(
        &mut self,
        actor: usize,
        order: impl FnOnce(&mut Actor) -> io::Result<()>,
        mark: impl Fn(&mut Actor),
    ) -> Result<(), Interruption> {
        let process = self.engine.actors[actor].process().clone();
        self.engine
            .actors
            .iter_mut()
            .filter(|actor| actor.is_of(&process))
            .for_each(mark);
        order(&mut self.engine.actors[actor]).map_err(|source| self.failed(actor, source))?;
        self.until(|engine| {
            !engine
                .actors
                .iter()
                .any(|actor| actor.is_of(&process) && actor.is_alive())
        })
    }

    /// Something is done to a host.
    pub(crate) fn host_action(
        &mut self,
        host: Host,
        action: &HostAction,
    ) -> Result<(), Interruption> {
        match action {
            HostAction::Link { up } => {
                self.run_task(host, HostTask::Link { up: *up })?;
                self.emit_host(
                    host,
                    if *up {
                        HostChange::LinkUp
                    } else {
                        HostChange::LinkDown
                    },
                );
            }
            HostAction::Sysctl { name, value } => {
                self.run_task(
                    host,
                    HostTask::Sysctl {
                        name: name.clone(),
                        value: value.clone(),
                    },
                )?;
                let sysctl = format!("{name}={value}");
                self.emit_host(host, HostChange::Sysctl { sysctl });
            }
            HostAction::Destroy { socket } => self.destroy(host, socket)?,
            HostAction::Crash => self.crash(host)?,
            HostAction::Boot => self.boot(host)?,
        }
        Ok(())
    }

    fn emit_host(&mut self, host: Host, what: HostChange) {
        self.engine.timeline.emit(What::Host { host, what });
    }

    pub(crate) fn run_task(&self, host: Host, task: HostTask) -> Result<(), Interruption> {
        let Some(power) = &self.engine.hosts[host as usize].power else {
            return Ok(());
        };
        let done = self.fork_server.send_on(task, plan(host), &power.namespace);
        Ok(done.map_err(|source| RunError::Host { host, source })?)
    }

    fn destroy(&mut self, host: Host, socket: &str) -> Result<(), Interruption> {
        let end = &mut self.engine.hosts[host as usize];
        let (Some(ends), Some(power)) = (end.tracker.ends(socket), &mut end.power) else {
            return Ok(());
        };
        match power.table.destroy(ends.0, ends.1) {
            // There is no such socket any more, and nothing to destroy.
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => {}
            destroyed => destroyed.map_err(|source| RunError::Host { host, source })?,
        }
        let packets = self.engine.read_wire(host)?;
        self.engine
            .observe_sent(host, Some(Cause::Destroy), packets)?;
        self.engine.observe(host, Some(Cause::Destroy))?; // it may have been a listening one
        Ok(())
    }

    /// Power fails: first nothing leaves the host any more, then all that was in it is gone.
    fn crash(&mut self, host: Host) -> Result<(), Interruption> {
        self.engine.turn(now())?; // what had left by now did leave
        let power = self.engine.hosts[host as usize].power.take();
        self.emit_host(host, HostChange::Crashed);
        self.engine.observe(host, Some(Cause::Crash))?;
        for actor in self
            .engine
            .actors
            .iter_mut()
            .filter(|actor| actor.host == host && actor.is_alive())
        {
            actor.killed();
            // A process that is gone already is what is wanted.
            let _ = actor.signal(ProcessSignal::KILL);
            actor.awaits_end(Timespec {
                tv_sec: 1,
                tv_nsec: 0,
            });
        }
        drop(power);
        self.until(|engine| {
            !engine
                .actors
                .iter()
                .any(|actor| actor.host == host && actor.is_alive())
        })
    }

    fn boot(&mut self, host: Host) -> Result<(), Interruption> {
        let spawned = self
            .fork_server
            .spawn(plan(host))
            .map_err(RunError::ForkServer)?
            .ready();
        let SpawnedHost {
            channel,
            pid,
            tid,
            tun,
            socket_table,
            namespace,
            ..
        } = spawned.map_err(RunError::Refused)?;
        let name = host.name().to_owned();
        let actor = Actor::first(name.clone(), host, channel, pid, tid);
        let mut actor = actor.map_err(|source| RunError::Actor { name, source })?;
        let table = SocketTable::new(socket_table);
        self.engine.hosts[host as usize].power = Some(Power {
            tun,
            table,
            namespace,
        });
        self.emit_host(host, HostChange::Booted);
        self.engine.timeline.emit(actor.ready(pid, tid));
        self.engine.actors.push(actor);
        Ok(())
    }

    /// Something is done on the wire.
    pub(crate) fn wire_action(&mut self, action: &WireAction) -> Result<(), Interruption> {
        self.engine.turn(now())?; // what was sent by now was sent before
        let wire = &mut self.engine.wire;
        match action {
            WireAction::Delay(delay) => wire.orders.delay = *delay,
            WireAction::Mend => wire.orders.cut = false,
            WireAction::Drop(count, filter) => {
                for lost in wire.drop(*count, filter) {
                    self.engine.emit_segment(now(), (lost, None));
                }
            }
            WireAction::Hold(filter) => wire.orders.holds.push(filter.clone()),
            WireAction::Duplicate(filter) => {
                for copy in wire.duplicate(filter) {
                    self.engine.emit_segment(now(), (copy, None));
                }
            }
            WireAction::Release(filter) => wire.release(filter.as_ref(), now()),
            WireAction::Cut => {
                for lost in wire.cut() {
                    self.engine.emit_segment(now(), (lost, None));
                }
            }
            WireAction::Inject(forgery) => {
                let Some((local, peer)) = self.engine.hosts[forgery.to as usize]
                    .tracker
                    .ends(&forgery.socket)
                else {
                    let reason = format!(
                        "line {}: {} has no connection {} yet",
                        self.line, forgery.to, forgery.socket
                    );
                    return Err(self.ended(Ending::Failed, reason));
                };
                let told = self.engine.wire.inject(forgery, local, peer, now());
                self.engine.emit_segment(now(), told);
            }
        }
        Ok(())
    }
}

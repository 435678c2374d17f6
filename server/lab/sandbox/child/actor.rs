//! An actor: real sockets, real threads. One loop for each thread takes an order, makes the system calls, and reports
//! each call when it starts and when it returns.
//!
//! Sockets are kept by name as descriptor numbers and never forgotten, so that a call on a socket that was closed is
//! made all the same and gives what the kernel gives. The low numbers are theirs alone: channels live above 900.

use std::cell::Cell;
use std::sync::Arc;
use std::{io, thread};

use crate::lab::sandbox::channel::Channel;
use crate::lab::sandbox::child::caller::{Caller, plain};
use crate::lab::sandbox::child::process::Process;
use crate::lab::sandbox::protocol::{Order, Report, Returned};
use crate::lab::sandbox::sys;

/// The report of a thread that can take orders.
pub(crate) fn ready(process: &Process, sysctls: Vec<(String, String)>) -> Report {
    let (pid, tid) = (rustix::process::getpid(), rustix::thread::gettid());
    Report::Ready {
        pid: pid.as_raw_nonzero().get(),
        tid: tid.as_raw_nonzero().get(),
        sysctls,
        open: process.open(),
    }
}

/// Carries out orders until the server is gone.
pub(crate) fn serve(channel: &Channel, process: &Arc<Process>) {
    while let Ok(Some((order, fds))) = channel.receive::<Order>() {
        let other = fds.into_iter().next().map(Channel::from);
        let done = match (order, other) {
            (Order::Call { on, named, call }, _) => {
                let caller = Caller {
                    channel,
                    process,
                    on: &on,
                    named: &named,
                    call: Cell::default(),
                };
                caller.carry_out(&call)
            }
            (Order::Thread, Some(other)) => Ok(start_thread(other, process)),
            (Order::Fork, Some(other)) => Ok(fork(other, process)),
            (Order::Exit, _) => std::process::exit(0),
            (Order::Thread | Order::Fork, None) => Err(io::ErrorKind::InvalidData.into()),
        };
        if done
            .and_then(|returned| channel.send(&Report::Done(returned), &[]))
            .is_err()
        {
            return;
        }
    }
}

/// Fails in what it returns, like a call, where there is no room for another thread.
fn start_thread(channel: Channel, process: &Arc<Process>) -> Returned {
    let started = sys::move_high(channel.into())
        .map(Channel::from)
        .and_then(|channel| {
            let process = process.clone();
            thread::Builder::new()
                .stack_size(256 * 1024)
                .spawn(move || {
                    if channel.send(&ready(&process, Vec::new()), &[]).is_ok() {
                        serve(&channel, &process);
                    }
                })
        });
    plain(
        started
            .map(|_| 0)
            .map_err(|error| error.raw_os_error().unwrap_or(libc::EAGAIN)),
    )
}

/// Forks this process: what fork(2) returned. The child takes orders on its own channel, and ends here.
fn fork(channel: Channel, process: &Arc<Process>) -> Returned {
    let sockets = process.sockets.lock(); // so that no other thread holds the lock in the child's copy
    match sys::fork_sibling() {
        Ok(true) => {
            drop(sockets);
            crate::lab::sandbox::child::process::die_with_parent();
            sys::close_high(); // else the parent's channels would not close with it
            if let Ok(channel) = sys::move_high(channel.into()).map(Channel::from)
                && channel.send(&ready(process, Vec::new()), &[]).is_ok()
            {
                serve(&channel, process);
            }
            std::process::exit(0)
        }
        Ok(false) => plain(Ok(0)),
        Err(error) => plain(Err(error.raw_os_error().unwrap_or(libc::EAGAIN))),
    }
}

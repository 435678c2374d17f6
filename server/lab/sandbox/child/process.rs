//! An actor's process.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};

use crate::lab::sandbox::protocol::{HostPlan, OpenDescriptor};
use crate::lab::sandbox::sys;

/// Asks the kernel to kill this process when its parent ends. See PR_SET_PDEATHSIG, prctl(2).
pub(crate) fn die_with_parent() {
    let signal = Some(rustix::process::Signal::KILL);
    rustix::process::set_parent_process_death_signal(signal).expect("SIGKILL is a valid signal");
}

/// What the threads of a process share.
pub(crate) struct Process {
    pub(crate) own: Ipv4Addr,
    pub(crate) peer: Ipv4Addr,
    pub(crate) sockets: Mutex<HashMap<String, Descriptor>>,
    /// The highest descriptor that any call gave.
    pub(crate) highest: AtomicI32,
}

#[derive(Clone, Copy)]
pub(crate) struct Descriptor {
    pub(crate) fd: RawFd,
    pub(crate) open: bool,
    pub(crate) bound: bool,
}

impl Process {
    pub(crate) fn new(plan: &HostPlan) -> Arc<Process> {
        Arc::new(Process {
            own: plan.address,
            peer: plan.peer,
            sockets: Mutex::default(),
            highest: AtomicI32::new(2),
        })
    }

    /// Its open sockets: what the kernel says now.
    pub(crate) fn open(&self) -> Vec<OpenDescriptor> {
        let numbers = 3..=self.highest.load(Ordering::Relaxed);
        let open = |fd| sys::inode(fd).map(|inode| OpenDescriptor { fd, inode });
        numbers.filter_map(open).collect()
    }
}

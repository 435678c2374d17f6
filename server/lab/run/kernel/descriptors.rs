//! Which descriptors of a host refer to which open sockets. Pure: what processes reported in, events out.

use std::collections::BTreeMap;

use crate::event::host::Host;
use crate::event::{Descriptor, OpenFile, What};
use crate::lab::sandbox::protocol::OpenDescriptor;

/// The open sockets of a host.
pub(crate) struct Descriptors {
    host: Host,
    /// Of each process, by its number, as it last reported them.
    tables: BTreeMap<i32, Vec<OpenDescriptor>>,
    /// Inodes in the order in which they came.
    order: Vec<u64>,
    told: Vec<OpenFile>,
}

impl Descriptors {
    pub(crate) fn new(host: Host) -> Descriptors {
        Descriptors {
            host,
            tables: BTreeMap::new(),
            order: Vec::new(),
            told: Vec::new(),
        }
    }

    /// A process reported what it has open.
    pub(crate) fn report(&mut self, pid: i32, open: Vec<OpenDescriptor>) {
        for OpenDescriptor { inode, .. } in &open {
            if !self.order.contains(inode) {
                self.order.push(*inode);
            }
        }
        self.tables.insert(pid, open);
    }

    /// A process has ended, and the kernel has closed what it had open.
    pub(crate) fn ended(&mut self, pid: i32) {
        self.tables.remove(&pid);
    }

    /// What a descriptor of a process refers to.
    pub(crate) fn inode(&self, pid: i32, fd: i32) -> Option<u64> {
        let open = self.tables.get(&pid)?.iter().find(|open| open.fd == fd)?;
        Some(open.inode)
    }

    /// Whether any descriptor refers to that socket.
    pub(crate) fn refer_to(&self, inode: u64) -> bool {
        !self.referring_to(inode).is_empty()
    }

    /// The event, where something has changed since the last one. `calls` are those that wait, and on which inode.
    pub(crate) fn changed(
        &mut self,
        calls: &[(u32, u64)],
        name: impl Fn(u64) -> Option<String>,
    ) -> Option<What> {
        let mut files: Vec<OpenFile> = (self.order.iter())
            .map(|inode| OpenFile {
                inode: *inode,
                socket: name(*inode),
                descriptors: self.referring_to(*inode),
                calls: (calls.iter().filter(|(_, on)| on == inode))
                    .map(|(seq, _)| *seq)
                    .collect(),
            })
            .collect();
        files.retain(|file| !file.descriptors.is_empty() || !file.calls.is_empty());
        self.order
            .retain(|inode| files.iter().any(|file| file.inode == *inode));
        if files == self.told {
            return None;
        }
        self.told.clone_from(&files);
        let host = self.host;
        Some(What::Descriptors { host, files })
    }

    fn referring_to(&self, inode: u64) -> Vec<Descriptor> {
        let all = (self.tables.iter()).flat_map(|(pid, open)| open.iter().map(|open| (*pid, open)));
        all.filter(|(_, open)| open.inode == inode)
            .map(|(pid, open)| Descriptor { pid, fd: open.fd })
            .collect()
    }
}

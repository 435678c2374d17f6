//! The system calls for which there is no safe wrapper: forking, namespaces, network interfaces, and the socket calls
//! themselves, which an actor makes on plain descriptor numbers so that it can make them wrongly too.
//!
//! This is the only file with unsafe code.
#![expect(
    unsafe_code,
    reason = "raw system calls; each block says why it is sound"
)]

use std::ffi::c_int;
use std::io;
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

/// What a system call gave: its result, or its errno.
pub type Returned = Result<i64, i32>;

/// A C return value as a [`Returned`].
fn returned(value: i64) -> Returned {
    if value < 0 {
        Err(io::Error::last_os_error().raw_os_error().unwrap_or(0))
    } else {
        Ok(value)
    }
}

/// The same for calls whose failure is a failure of ours, not something to show.
fn done(value: c_int) -> io::Result<()> {
    if value < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Forks this process, which must have a single thread. True in the child. See fork(2).
pub fn fork_is_child() -> io::Result<bool> {
    // SAFETY: a process with one thread holds no lock of another's in its copy.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        pid => Ok(pid == 0),
    }
}

/// Forks this process, as a child of its own parent: clone(2), CLONE_PARENT. True in the child, which has this thread alone.
pub fn fork_sibling() -> io::Result<bool> {
    let flags = libc::c_long::from(libc::CLONE_PARENT | libc::SIGCHLD);
    // SAFETY: like fork(2), without a stack of its own and without shared memory. Other threads of an actor sit in system
    // calls, and hold no lock that the child's loop needs.
    match unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) } {
        -1 => Err(io::Error::last_os_error()),
        pid => Ok(pid == 0),
    }
}

/// Lets the kernel reap this process's children by itself. See sigaction(2), SIGCHLD.
pub fn ignore_children() {
    // SAFETY: SIG_IGN installs no handler.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
}

/// Moves this process into new namespaces of its own; a user namespace asks for a single thread. See unshare(2).
pub fn unshare(user: bool, net: bool) -> io::Result<()> {
    let flags =
        if user { libc::CLONE_NEWUSER } else { 0 } | if net { libc::CLONE_NEWNET } else { 0 };
    // SAFETY: neither flag unshares the descriptor table.
    done(unsafe { libc::unshare(flags) })
}

/// Where the high descriptors begin.
const HIGH: RawFd = 900;

/// Moves a descriptor out of the low numbers, which belong to the sockets that are shown. See fcntl(2), F_DUPFD_CLOEXEC.
pub fn move_high(fd: OwnedFd) -> io::Result<OwnedFd> {
    rustix::io::fcntl_dupfd_cloexec(&fd, HIGH).map_err(Into::into)
}

/// Closes every descriptor that was moved high, in a forked child that shall not hold its parent's. See close_range(2).
pub fn close_high() {
    // SAFETY: their owners are not used in the child any more.
    unsafe { libc::close_range(HIGH as u32, u32::MAX, 0) };
}

/// Takes standard input, on which a parent left one end of a socket pair.
pub fn take_stdin() -> io::Result<OwnedFd> {
    let stdin = io::stdin().as_fd().try_clone_to_owned()?;
    let null = std::fs::File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    move_high(stdin)
}

/// A borrowed descriptor from its number.
///
/// The caller keeps it open for as long as it is used.
fn borrow<'a>(fd: RawFd) -> BorrowedFd<'a> {
    // SAFETY: used only for calls that fail with EBADF where the number is not open.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

/// The inode of the socket that descriptor `fd` refers to, by which the kernel's socket table knows it; None where it
/// refers to nothing, or to something else.
pub fn inode(fd: RawFd) -> Option<u64> {
    // A name that never was a socket has the number -1, which cannot be borrowed.
    let file = rustix::fs::fstat(borrow((fd >= 0).then_some(fd)?)).ok()?;
    let kind = rustix::fs::FileType::from_raw_mode(file.st_mode);
    (kind == rustix::fs::FileType::Socket).then_some(file.st_ino)
}

// Network interfaces: netdevice(7), tun.txt.

fn request(device: &str) -> libc::ifreq {
    // SAFETY: all-zero is a valid ifreq.
    let mut request: libc::ifreq = unsafe { zeroed() };
    for (to, from) in request
        .ifr_name
        .iter_mut()
        .zip(device.bytes().take(libc::IFNAMSIZ - 1))
    {
        *to = from as libc::c_char;
    }
    request
}

fn address(address: SocketAddrV4) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: address.port().to_be(),
        sin_addr: libc::in_addr {
            s_addr: u32::from(*address.ip()).to_be(),
        },
        sin_zero: [0; 8],
    }
}

fn plain(ip: Ipv4Addr) -> libc::sockaddr {
    // SAFETY: both are 16 bytes of plain data.
    unsafe { std::mem::transmute(address(SocketAddrV4::new(ip, 0))) }
}

/// Moves this process into the network namespace that a descriptor refers to. See setns(2).
pub fn enter_network(namespace: &OwnedFd) -> io::Result<()> {
    // SAFETY: the namespace is changed for this process alone, which has a single thread.
    done(unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) })
}

/// Makes the TUN device `name` of an open /dev/net/tun: packets begin at their IP header.
pub fn tun_create(tun: &OwnedFd, name: &str) -> io::Result<()> {
    let mut request = request(name);
    request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as i16;
    // SAFETY: the request is a valid ifreq.
    done(unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNSETIFF, &request) })
}

/// Lets a TUN device live on when its descriptor is closed, until its network namespace goes. See tun.txt, TUNSETPERSIST.
pub fn tun_persist(tun: &OwnedFd) -> io::Result<()> {
    // SAFETY: the argument is a number.
    done(unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNSETPERSIST as _, 1) })
}

/// Gives `device`, which is point-to-point, the address `own`, and thus /32; `socket` is any IPv4 socket.
pub fn interface_address(socket: &OwnedFd, device: &str, own: Ipv4Addr) -> io::Result<()> {
    let mut request = request(device);
    request.ifr_ifru.ifru_addr = plain(own);
    // SAFETY: the request is valid and outlives the call.
    done(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFADDR, &request) })
}

/// Takes `device` down.
pub fn interface_down(socket: &OwnedFd, device: &str) -> io::Result<()> {
    let mut request = request(device);
    request.ifr_ifru.ifru_flags = (libc::IFF_NOARP | libc::IFF_POINTOPOINT) as i16;
    // SAFETY: the request is valid and outlives the call.
    done(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &request) })
}

/// Brings `device` up and routes `peer`/32 through it; the kernel forgets a device's routes when it goes down.
pub fn interface_up(socket: &OwnedFd, device: &str, peer: Ipv4Addr) -> io::Result<()> {
    let socket = socket.as_raw_fd();
    let mut request = request(device);
    request.ifr_ifru.ifru_flags =
        (libc::IFF_UP | libc::IFF_RUNNING | libc::IFF_NOARP | libc::IFF_POINTOPOINT) as i16;
    // SAFETY: the request is valid and outlives the call.
    done(unsafe { libc::ioctl(socket, libc::SIOCSIFFLAGS, &request) })?;
    // SAFETY: all-zero is a valid rtentry.
    let mut route: libc::rtentry = unsafe { zeroed() };
    route.rt_dst = plain(peer);
    route.rt_genmask = plain(Ipv4Addr::BROADCAST);
    route.rt_flags = libc::RTF_UP | libc::RTF_HOST;
    route.rt_dev = request.ifr_name.as_mut_ptr();
    // SAFETY: the route and the name that it points to outlive the call.
    match done(unsafe { libc::ioctl(socket, libc::SIOCADDRT, &route) }) {
        // The interface was up already.
        Err(error) if error.raw_os_error() == Some(libc::EEXIST) => Ok(()),
        added => added,
    }
}

// The calls that an actor makes.

/// socket(AF_INET, SOCK_STREAM, 0), socket(2).
pub fn socket() -> Returned {
    // SAFETY: no pointers.
    returned(
        unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) }.into(),
    )
}

/// bind(2).
pub fn bind(fd: RawFd, to: SocketAddrV4) -> Returned {
    let to = address(to);
    // SAFETY: the address outlives the call and its length is its own.
    returned(
        unsafe {
            libc::bind(
                fd,
                (&raw const to).cast(),
                size_of::<libc::sockaddr_in>() as u32,
            )
        }
        .into(),
    )
}

/// listen(2).
pub fn listen(fd: RawFd, backlog: i32) -> Returned {
    // SAFETY: no pointers.
    returned(unsafe { libc::listen(fd, backlog) }.into())
}

/// connect(2).
pub fn connect(fd: RawFd, to: SocketAddrV4) -> Returned {
    let to = address(to);
    // SAFETY: the address outlives the call and its length is its own.
    returned(
        unsafe {
            libc::connect(
                fd,
                (&raw const to).cast(),
                size_of::<libc::sockaddr_in>() as u32,
            )
        }
        .into(),
    )
}

/// accept4(2), without the peer's address.
pub fn accept(fd: RawFd) -> Returned {
    // SAFETY: the address may be null.
    returned(
        unsafe {
            libc::accept4(
                fd,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                libc::SOCK_CLOEXEC,
            )
        }
        .into(),
    )
}

/// connect(2) with AF_UNSPEC.
pub fn disconnect(fd: RawFd) -> Returned {
    // SAFETY: all-zero is a valid sockaddr, of the family AF_UNSPEC.
    let nowhere: libc::sockaddr = unsafe { zeroed() };
    // SAFETY: the address outlives the call and its length is its own.
    returned(unsafe { libc::connect(fd, &nowhere, size_of::<libc::sockaddr>() as u32) }.into())
}

/// send(2) with MSG_NOSIGNAL (EPIPE instead of the signal SIGPIPE) and these flags.
pub fn send(fd: RawFd, data: &[u8], flags: c_int) -> Returned {
    // SAFETY: pointer and length are the slice's.
    returned(unsafe {
        libc::send(
            fd,
            data.as_ptr().cast(),
            data.len(),
            libc::MSG_NOSIGNAL | flags,
        )
    } as i64)
}

/// recv(2).
pub fn recv(fd: RawFd, into: &mut [u8], flags: c_int) -> Returned {
    // SAFETY: pointer and length are the slice's.
    returned(unsafe { libc::recv(fd, into.as_mut_ptr().cast(), into.len(), flags) } as i64)
}

/// dup(2).
pub fn dup(fd: RawFd) -> Returned {
    // SAFETY: no pointers.
    returned(unsafe { libc::dup(fd) }.into())
}

/// poll(2) on one descriptor: the number of ready ones, and its events.
pub fn poll(fd: RawFd, events: i16, timeout_ms: i32) -> (Returned, i16) {
    let mut polled = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: one pollfd, which outlives the call.
    let ready = returned(unsafe { libc::poll(&raw mut polled, 1, timeout_ms) }.into());
    (ready, polled.revents)
}

/// epoll_create1(2).
pub fn epoll_create() -> Returned {
    // SAFETY: no pointers.
    returned(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) }.into())
}

/// epoll_ctl(2), EPOLL_CTL_ADD.
pub fn epoll_add(epoll: RawFd, fd: RawFd, events: u32) -> Returned {
    let mut wanted = libc::epoll_event { events, u64: 0 };
    // SAFETY: the event outlives the call.
    returned(unsafe { libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, fd, &raw mut wanted) }.into())
}

/// epoll_wait(2) for one event: how many there are, and it.
pub fn epoll_wait(epoll: RawFd, timeout_ms: i32) -> (Returned, u32) {
    let mut event = libc::epoll_event { events: 0, u64: 0 };
    // SAFETY: room for one event, which outlives the call.
    let ready = returned(unsafe { libc::epoll_wait(epoll, &raw mut event, 1, timeout_ms) }.into());
    (ready, event.events)
}

/// getsockname(2), or getpeername(2) where `peer`.
pub fn name(fd: RawFd, peer: bool) -> (Returned, SocketAddrV4) {
    // SAFETY: all-zero is a valid sockaddr_in.
    let mut address: libc::sockaddr_in = unsafe { zeroed() };
    let mut length = size_of::<libc::sockaddr_in>() as u32;
    let to = (&raw mut address).cast();
    // SAFETY: address and length outlive the calls, the length is the address's.
    let given = unsafe {
        if peer {
            libc::getpeername(fd, to, &raw mut length)
        } else {
            libc::getsockname(fd, to, &raw mut length)
        }
    };
    let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
    (
        returned(given.into()),
        SocketAddrV4::new(ip, u16::from_be(address.sin_port)),
    )
}

/// How many received bytes a socket has that were not read: SIOCINQ, tcp(7). None where it is no such socket.
pub fn unread(fd: RawFd) -> Option<u32> {
    let mut bytes: c_int = 0;
    // SAFETY: the number outlives the call.
    let asked = unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut bytes) };
    (asked == 0).then_some(bytes as u32)
}

/// shutdown(2); `how` is SHUT_RD, SHUT_WR or SHUT_RDWR.
pub fn shutdown(fd: RawFd, how: c_int) -> Returned {
    // SAFETY: no pointers.
    returned(unsafe { libc::shutdown(fd, how) }.into())
}

/// close(2) by number.
pub fn close(fd: RawFd) -> Returned {
    // SAFETY: an actor keeps its sockets as numbers; nothing else in the process owns the low ones.
    returned(unsafe { libc::close(fd) }.into())
}

/// setsockopt(2) with a number.
pub fn set_option(fd: RawFd, level: c_int, option: c_int, value: c_int) -> Returned {
    let length = size_of::<c_int>() as u32;
    // SAFETY: the value outlives the call and its length is its own.
    returned(
        unsafe { libc::setsockopt(fd, level, option, (&raw const value).cast(), length) }.into(),
    )
}

/// setsockopt(SO_LINGER), socket(7); None switches it off.
pub fn set_linger(fd: RawFd, seconds: Option<i32>) -> Returned {
    let value = libc::linger {
        l_onoff: seconds.is_some().into(),
        l_linger: seconds.unwrap_or(0),
    };
    let length = size_of::<libc::linger>() as u32;
    let value = (&raw const value).cast();
    // SAFETY: the value outlives the call and its length is its own.
    returned(
        unsafe { libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_LINGER, value, length) }.into(),
    )
}

/// getsockopt(SO_LINGER): its seconds; None where it is off.
pub fn linger(fd: RawFd) -> Option<i32> {
    let mut value = libc::linger {
        l_onoff: 0,
        l_linger: 0,
    };
    let mut length = size_of::<libc::linger>() as u32;
    let to = (&raw mut value).cast();
    // SAFETY: value and length outlive the call, the length is the value's.
    unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_LINGER, to, &raw mut length) };
    (value.l_onoff != 0).then_some(value.l_linger)
}

/// Sets or clears O_NONBLOCK: fcntl(2), F_SETFL.
pub fn set_nonblocking(fd: RawFd, on: bool) -> Returned {
    // SAFETY: no pointers.
    returned(
        unsafe { libc::fcntl(fd, libc::F_SETFL, if on { libc::O_NONBLOCK } else { 0 }) }.into(),
    )
}

/// getsockopt(2) for a number, or for the first byte of what is longer.
pub fn get_option(fd: RawFd, level: c_int, option: c_int) -> (Returned, c_int) {
    let mut value: c_int = 0;
    let mut length = size_of::<c_int>() as u32;
    let to = (&raw mut value).cast();
    // SAFETY: value and length outlive the call, the length is the value's; the kernel writes no more than that.
    (
        returned(unsafe { libc::getsockopt(fd, level, option, to, &raw mut length) }.into()),
        value,
    )
}

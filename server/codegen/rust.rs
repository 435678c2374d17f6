//! Rust: std::net, and setsockopt where std has no call for an option.
//!
//! Ownership decides what can be written: nobody uses a socket that was dropped, and one that threads share is closed
//! when the last of them lets go of it. What the compiler would refuse is a comment.

pub(crate) mod call;

use std::collections::BTreeSet;

use crate::codegen::rust::call::{lines, told};
use crate::codegen::source_text::{Page, head};
use crate::codegen::statements::{Deal, Plan, Role, Statement};
use crate::tcp::call::Call;

const SET: &str = "
/// std has no call for these options; the crates socket2 and libc have.
fn set_option<T>(socket: &impl AsRawFd, level: i32, option: i32, value: T) -> io::Result<()> {
    let length = size_of::<T>() as u32;
    match unsafe { setsockopt(socket.as_raw_fd(), level, option, (&raw const value).cast(), length) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
";
const GET: &str = "
/// The first four bytes of an option's value.
fn get_option(socket: &impl AsRawFd, level: i32, option: i32) -> io::Result<u32> {
    let (mut value, mut length) = (0u32, 4);
    match unsafe { getsockopt(socket.as_raw_fd(), level, option, (&raw mut value).cast(), &mut length) } {
        0 => Ok(value),
        _ => Err(io::Error::last_os_error()),
    }
}
";
const CONSTANTS: [(&str, i32); 13] = [
    ("SOL_SOCKET", 1),
    ("SO_REUSEADDR", 2),
    ("SO_SNDBUF", 7),
    ("SO_RCVBUF", 8),
    ("SO_KEEPALIVE", 9),
    ("SO_LINGER", 13),
    ("IPPROTO_TCP", 6),
    ("TCP_KEEPIDLE", 4),
    ("TCP_KEEPINTVL", 5),
    ("TCP_KEEPCNT", 6),
    ("TCP_LINGER2", 8),
    ("TCP_INFO", 11),
    ("TCP_USER_TIMEOUT", 18),
];

pub(crate) fn program(plan: &Plan) -> String {
    let mut writer = Writer {
        plan,
        shared: plan.has_threads(),
    };
    let mut functions = String::new();
    let mut first = String::new();
    for body in plan.programs() {
        let name = &plan.bodies[body].name;
        first.push_str(&format!(
            "if std::env::args().nth(1).as_deref() == Some(\"{name}\") {{\n    return run_{name}();\n}}\n"
        ));
        functions.push_str(&format!(
            "\n{}",
            writer.function(&format!("run_{name}"), body, "")
        ));
    }
    let code = format!("{}{functions}", writer.function("main", 0, &first));
    let host = plan.host;
    let how = format!("rustc --edition 2024 {host}.rs && ./{host}");
    let note = match code.contains("TcpListener::bind") {
        true => "TcpListener::bind is socket, SO_REUSEADDR, bind and listen in one.",
        false => "",
    };
    let mut text = head("//", host, &how, note);
    text.push('\n');
    text.push_str(&imports(&code));
    let externs: Vec<&str> = [
        ("set_option(", "    fn setsockopt(fd: i32, level: i32, option: i32, value: *const c_void, length: u32) -> i32;\n"),
        ("get_option(", "    fn getsockopt(fd: i32, level: i32, option: i32, value: *mut c_void, length: *mut u32) -> i32;\n"),
    ]
    .into_iter()
    .filter(|(sign, _)| code.contains(sign))
    .map(|(_, line)| line)
    .collect();
    if !externs.is_empty() {
        for (name, value) in CONSTANTS {
            if code.contains(name) {
                text.push_str(&format!("const {name}: i32 = {value};\n"));
            }
        }
        text.push_str(&format!(
            "\nunsafe extern \"C\" {{\n{}}}\n",
            externs.concat()
        ));
    }
    for (helper, sign) in [(SET, "set_option("), (GET, "get_option(")] {
        if code.contains(sign) {
            text.push_str(helper);
        }
    }
    text.push('\n');
    text.push_str(&code);
    text
}

fn imports(code: &str) -> String {
    let any = |signs: &[&str]| signs.iter().any(|sign| code.contains(sign));
    let mut lines = Vec::new();
    if any(&["set_option(", "get_option("]) {
        lines.push("use std::ffi::c_void;".to_owned());
    }
    let traits: Vec<&str> = [("Read", ".read"), ("Write", ".write")]
        .into_iter()
        .filter(|(_, sign)| code.contains(sign))
        .map(|(name, _)| name)
        .collect();
    lines.push(match traits.is_empty() {
        true => "use std::io;".into(),
        false => format!("use std::io::{{self, {}}};", traits.join(", ")),
    });
    let of_net: Vec<&str> = ["Shutdown", "TcpListener", "TcpStream"]
        .into_iter()
        .filter(|name| code.contains(&format!("{name}::")))
        .collect();
    match of_net.as_slice() {
        [] => {}
        [one] => lines.push(format!("use std::net::{one};")),
        more => lines.push(format!("use std::net::{{{}}};", more.join(", "))),
    }
    for (sign, line) in [
        ("t_option(", "use std::os::fd::AsRawFd;"),
        ("Arc::", "use std::sync::Arc;"),
        ("thread::", "use std::thread;"),
        ("Duration::", "use std::time::Duration;"),
    ] {
        if code.contains(sign) {
            lines.push(line.to_owned());
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

struct Writer<'a> {
    plan: &'a Plan,
    /// Sockets are behind an Arc, so that threads share them.
    shared: bool,
}

impl Writer<'_> {
    fn function(&mut self, name: &str, body: usize, first: &str) -> String {
        let mut page = Page::new(0);
        page.put(format!("fn {name}() -> io::Result<()> {{"));
        page.indent();
        page.put(first);
        self.block(&mut page, body, &mut BTreeSet::new());
        page.outdent();
        page.put("}");
        page.text()
    }

    /// A body, up to its value. `open` are the variables that it owns.
    fn block(&mut self, page: &mut Page, body: usize, open: &mut BTreeSet<usize>) {
        let mut has_buffer = false;
        let mut threads = Vec::new();
        let statements = &self.plan.bodies[body].statements;
        for statement in statements {
            match statement {
                Statement::Comment(text) => page.put(format!("// {text}")),
                Statement::Rest(time, why) => {
                    let time = time.as_millis();
                    page.put(format!(
                        "// {why}\nthread::sleep(Duration::from_millis({time}));"
                    ));
                }
                Statement::Exit => page.put("std::process::exit(0);"),
                Statement::Call(deal) => {
                    if matches!(deal.call, Call::Recv { .. })
                        && open.contains(&deal.socket)
                        && !self.plan.variables[deal.socket].listens
                        && !has_buffer
                    {
                        has_buffer = true;
                        page.put(format!("let mut buffer = vec![0; {}];", self.plan.room()));
                    }
                    self.call(page, deal, body, open);
                }
                Statement::Start(other) => self.start(page, *other, open, &mut threads),
            }
        }
        // Nothing but comments follows the end of a process.
        if self.plan.exits(body) {
            return;
        }
        for thread in threads {
            page.put(format!(
                "{thread}.join().expect(\"a thread that does not panic\")?;"
            ));
        }
        page.put("Ok(())");
    }

    fn start(
        &mut self,
        page: &mut Page,
        other: usize,
        open: &BTreeSet<usize>,
        threads: &mut Vec<String>,
    ) {
        let plan = self.plan;
        let started = &plan.bodies[other];
        if started.role == Role::Fork {
            page.put(
                "// Rust's std has no fork, nor can it be safe there. What the child would do:",
            );
            return plan
                .said(other)
                .iter()
                .for_each(|text| page.put(format!("//   {text}")));
        }
        let name = &started.name;
        page.put(format!("let {name} = thread::spawn({{"));
        page.indent();
        let used = plan.used(other, &[Role::Thread]);
        let mut given: BTreeSet<usize> = open
            .iter()
            .copied()
            .filter(|one| used.contains(one))
            .collect();
        for variable in &given {
            let name = plan.name(*variable);
            page.put(format!("let {name} = Arc::clone(&{name});"));
        }
        page.put("move || -> io::Result<()> {");
        page.indent();
        self.block(page, other, &mut given);
        page.outdent();
        page.put("}");
        page.outdent();
        page.put("});");
        threads.push(name.clone());
    }

    fn call(&self, page: &mut Page, deal: &Deal, body: usize, open: &mut BTreeSet<usize>) {
        let plan = self.plan;
        let name = plan.name(deal.socket);
        let own = crate::codegen::source_text::address(plan.host);
        let peer = crate::codegen::source_text::address(plan.host.other());
        let listens = plan.variables[deal.socket].listens;
        match &deal.call {
            Call::Socket | Call::Bind { .. } => {
                let sooner = "std makes a socket where it binds or connects; the crate socket2 can do this apart";
                return page.put(format!("// {sooner}"));
            }
            Call::Listen { port, .. } if listens && !open.contains(&deal.socket) => {
                let port = deal.bound.unwrap_or(*port);
                let code = format!("TcpListener::bind(\"{own}:{port}\")");
                return self.open(page, deal, deal.socket, code, body, open);
            }
            Call::Connect { port } if !listens && !open.contains(&deal.socket) && !deal.closed => {
                let code = format!("TcpStream::connect(\"{peer}:{port}\")");
                return self.open(page, deal, deal.socket, code, body, open);
            }
            _ if !open.contains(&deal.socket) => {
                return page.put(if deal.closed {
                    format!("// {name} was dropped: Rust lets nobody use it any more")
                } else {
                    format!("// {name} is not a variable of this function, or not connected: std has no way to do this")
                });
            }
            Call::Accept if listens => {
                let code = format!("{name}.accept()");
                return match deal.makes {
                    Some(made) => self.open(page, deal, made, code, body, open),
                    None => page.put(told(deal, &code)),
                };
            }
            Call::Dup => {
                let code = format!("{name}.try_clone()");
                return match deal.makes {
                    Some(made) => self.open(page, deal, made, code, body, open),
                    None => page.put(told(deal, &code)),
                };
            }
            Call::Close => {
                open.remove(&deal.socket);
                return page.put(match self.shared {
                    true => format!("drop({name}); // closed once no thread has it any more"),
                    false => format!("drop({name});"),
                });
            }
            _ => {}
        }
        let receiver = match self.shared {
            true => format!("(&*{name})"),
            false => name.to_owned(),
        };
        page.put(match lines(&receiver, name, listens, deal, plan.room()) {
            Ok(lines) => lines,
            Err(missing) => format!("// {missing}"),
        });
    }

    /// `let NAME = CODE`, or only its error where it is there to fail.
    fn open(
        &self,
        page: &mut Page,
        deal: &Deal,
        made: usize,
        code: String,
        body: usize,
        open: &mut BTreeSet<usize>,
    ) {
        let fails = deal.may_fail && !matches!(deal.call, Call::Accept | Call::Dup);
        if fails {
            return page.put(told(deal, &code));
        }
        let writes = |of: &&&Deal| {
            of.socket == made
                && matches!(of.call, Call::Send { .. } | Call::Recv { peek: false, .. })
        };
        let calls = self.plan.calls(body, &[]);
        let is_written = calls.iter().filter(writes).any(|of| !of.closed);
        let listens = self.plan.variables[made].listens;
        let mark = if is_written && !self.shared && !listens {
            "mut "
        } else {
            ""
        };
        let name = self.plan.name(made);
        open.insert(made);
        let (pattern, code) = match (&deal.call, self.shared) {
            (Call::Accept, false) => (format!("({mark}{name}, _)"), format!("{code}?")),
            (Call::Accept, true) => (name.to_owned(), format!("Arc::new({code}?.0)")),
            (_, false) => (format!("{mark}{name}"), format!("{code}?")),
            (_, true) => (name.to_owned(), format!("Arc::new({code}?)")),
        };
        page.put(format!("let {pattern} = {code};"));
    }
}

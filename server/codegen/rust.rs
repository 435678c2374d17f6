//! Rust: std::net, and setsockopt where std has no call for an option.
//!
//! Ownership decides which calls can be written. A dropped socket cannot be used any more; a socket that threads share is
//! closed when the last of them drops it. A call that the compiler would refuse becomes a comment.

pub(crate) mod call;

use std::collections::BTreeSet;

use crate::codegen::rust::call::{checked, lines};
use crate::codegen::source_text::{SourceText, header};
use crate::codegen::statements::{BodyKind, CallSite, HostProgram, Statement};
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

pub(crate) fn program(program: &HostProgram) -> String {
    let mut writer = Writer {
        program,
        shared: program.has_threads(),
    };
    let mut functions = String::new();
    let mut first = String::new();
    for body in program.programs() {
        let name = &program.bodies[body].name;
        first.push_str(&format!(
            "if std::env::args().nth(1).as_deref() == Some(\"{name}\") {{\n    return run_{name}();\n}}\n"
        ));
        functions.push_str(&format!(
            "\n{}",
            writer.function(&format!("run_{name}"), body, "")
        ));
    }
    let code = format!("{}{functions}", writer.function("main", 0, &first));
    let host = program.host;
    let how = format!("rustc --edition 2024 {host}.rs && ./{host}");
    let note = match code.contains("TcpListener::bind") {
        true => "TcpListener::bind is socket, SO_REUSEADDR, bind and listen in one.",
        false => "",
    };
    let mut text = header("//", host, &how, note);
    text.push('\n');
    text.push_str(&imports(&code));
    let externs: Vec<&str> = [
        ("set_option(", "    fn setsockopt(fd: i32, level: i32, option: i32, value: *const c_void, length: u32) -> i32;\n"),
        ("get_option(", "    fn getsockopt(fd: i32, level: i32, option: i32, value: *mut c_void, length: *mut u32) -> i32;\n"),
    ]
    .into_iter()
    .filter(|(token, _)| code.contains(token))
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
    for (helper, token) in [(SET, "set_option("), (GET, "get_option(")] {
        if code.contains(token) {
            text.push_str(helper);
        }
    }
    text.push('\n');
    text.push_str(&code);
    text
}

fn imports(code: &str) -> String {
    let any = |tokens: &[&str]| tokens.iter().any(|token| code.contains(token));
    let mut lines = Vec::new();
    if any(&["set_option(", "get_option("]) {
        lines.push("use std::ffi::c_void;".to_owned());
    }
    let traits: Vec<&str> = [("Read", ".read"), ("Write", ".write")]
        .into_iter()
        .filter(|(_, token)| code.contains(token))
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
    for (token, line) in [
        ("t_option(", "use std::os::fd::AsRawFd;"),
        ("Arc::", "use std::sync::Arc;"),
        ("thread::", "use std::thread;"),
        ("Duration::", "use std::time::Duration;"),
    ] {
        if code.contains(token) {
            lines.push(line.to_owned());
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

struct Writer<'a> {
    program: &'a HostProgram,
    /// Whether threads share the sockets, each behind an Arc.
    shared: bool,
}

impl Writer<'_> {
    fn function(&mut self, name: &str, body: usize, first: &str) -> String {
        let mut source = SourceText::new(0);
        source.put(format!("fn {name}() -> io::Result<()> {{"));
        source.indent();
        source.put(first);
        self.block(&mut source, body, &mut BTreeSet::new());
        source.outdent();
        source.put("}");
        source.text()
    }

    /// The statements of a body, and its value. `open` has the variables that the body owns.
    fn block(&mut self, source: &mut SourceText, body: usize, open: &mut BTreeSet<usize>) {
        let mut has_buffer = false;
        let mut threads = Vec::new();
        let statements = &self.program.bodies[body].statements;
        for statement in statements {
            match statement {
                Statement::Comment(text) => source.put(format!("// {text}")),
                Statement::Sleep(time, why) => {
                    let time = time.as_millis();
                    source.put(format!(
                        "// {why}\nthread::sleep(Duration::from_millis({time}));"
                    ));
                }
                Statement::Exit => source.put("std::process::exit(0);"),
                Statement::Call(site) => {
                    if matches!(site.call, Call::Recv { .. })
                        && open.contains(&site.socket)
                        && !self.program.variables[site.socket].listens
                        && !has_buffer
                    {
                        has_buffer = true;
                        source.put(format!(
                            "let mut buffer = vec![0; {}];",
                            self.program.room()
                        ));
                    }
                    self.call(source, site, body, open);
                }
                Statement::Start(other) => self.start(source, *other, open, &mut threads),
            }
        }
        // After the end of a process there are only comments.
        if self.program.exits(body) {
            return;
        }
        for thread in threads {
            source.put(format!(
                "{thread}.join().expect(\"a thread that does not panic\")?;"
            ));
        }
        source.put("Ok(())");
    }

    fn start(
        &mut self,
        source: &mut SourceText,
        other: usize,
        open: &BTreeSet<usize>,
        threads: &mut Vec<String>,
    ) {
        let program = self.program;
        let started = &program.bodies[other];
        if started.kind == BodyKind::Fork {
            source.put(
                "// Rust's std has no fork, nor can it be safe there. What the child would do:",
            );
            return program
                .comments(other)
                .iter()
                .for_each(|text| source.put(format!("//   {text}")));
        }
        let name = &started.name;
        source.put(format!("let {name} = thread::spawn({{"));
        source.indent();
        let used = program.used(other, &[BodyKind::Thread]);
        let mut given: BTreeSet<usize> = open
            .iter()
            .copied()
            .filter(|one| used.contains(one))
            .collect();
        for variable in &given {
            let name = program.name(*variable);
            source.put(format!("let {name} = Arc::clone(&{name});"));
        }
        source.put("move || -> io::Result<()> {");
        source.indent();
        self.block(source, other, &mut given);
        source.outdent();
        source.put("}");
        source.outdent();
        source.put("});");
        threads.push(name.clone());
    }

    fn call(
        &self,
        source: &mut SourceText,
        site: &CallSite,
        body: usize,
        open: &mut BTreeSet<usize>,
    ) {
        let program = self.program;
        let name = program.name(site.socket);
        let own = crate::codegen::source_text::address(program.host);
        let peer = crate::codegen::source_text::address(program.host.other());
        let listens = program.variables[site.socket].listens;
        match &site.call {
            Call::Socket | Call::Bind { .. } => {
                let reason = "std makes a socket where it binds or connects; the crate socket2 can do this apart";
                return source.put(format!("// {reason}"));
            }
            Call::Listen { port, .. } if listens && !open.contains(&site.socket) => {
                let port = site.bound.unwrap_or(*port);
                let code = format!("TcpListener::bind(\"{own}:{port}\")");
                return self.open(source, site, site.socket, code, body, open);
            }
            Call::Connect { port } if !listens && !open.contains(&site.socket) && !site.closed => {
                let code = format!("TcpStream::connect(\"{peer}:{port}\")");
                return self.open(source, site, site.socket, code, body, open);
            }
            _ if !open.contains(&site.socket) => {
                return source.put(if site.closed {
                    format!("// {name} was dropped: Rust lets nobody use it any more")
                } else {
                    format!("// {name} is not a variable of this function, or not connected: std has no way to do this")
                });
            }
            Call::Accept if listens => {
                let code = format!("{name}.accept()");
                return match site.makes {
                    Some(made) => self.open(source, site, made, code, body, open),
                    None => source.put(checked(site, &code)),
                };
            }
            Call::Dup => {
                let code = format!("{name}.try_clone()");
                return match site.makes {
                    Some(made) => self.open(source, site, made, code, body, open),
                    None => source.put(checked(site, &code)),
                };
            }
            Call::Close => {
                open.remove(&site.socket);
                return source.put(match self.shared {
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
        source.put(
            match lines(&receiver, name, listens, site, program.room()) {
                Ok(lines) => lines,
                Err(missing) => format!("// {missing}"),
            },
        );
    }

    /// `let NAME = CODE`, or only the printed error where the call may fail.
    fn open(
        &self,
        source: &mut SourceText,
        site: &CallSite,
        made: usize,
        code: String,
        body: usize,
        open: &mut BTreeSet<usize>,
    ) {
        let fails = site.may_fail && !matches!(site.call, Call::Accept | Call::Dup);
        if fails {
            return source.put(checked(site, &code));
        }
        let writes = |of: &&&CallSite| {
            of.socket == made
                && matches!(of.call, Call::Send { .. } | Call::Recv { peek: false, .. })
        };
        let calls = self.program.calls(body, &[]);
        let is_written = calls.iter().filter(writes).any(|of| !of.closed);
        let listens = self.program.variables[made].listens;
        let mark = if is_written && !self.shared && !listens {
            "mut "
        } else {
            ""
        };
        let name = self.program.name(made);
        open.insert(made);
        let (pattern, code) = match (&site.call, self.shared) {
            (Call::Accept, false) => (format!("({mark}{name}, _)"), format!("{code}?")),
            (Call::Accept, true) => (name.to_owned(), format!("Arc::new({code}?.0)")),
            (_, false) => (format!("{mark}{name}"), format!("{code}?")),
            (_, true) => (name.to_owned(), format!("Arc::new({code}?)")),
        };
        source.put(format!("let {pattern} = {code};"));
    }
}

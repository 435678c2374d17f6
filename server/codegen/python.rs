//! A program in Python: the module `socket` wraps the system calls in objects.

use crate::codegen::posix_names::{self, Setting, direction, events, setting};
use crate::codegen::source_text::{SourceText, header, quoted};
use crate::codegen::statements::{BodyKind, CallSite, HostProgram, Statement};
use crate::tcp::call::{Call, Payload, Query, SocketOption};

pub(crate) fn program(program: &HostProgram) -> String {
    let writer = Writer { program };
    let mut functions = String::new();
    for body in program.threads().chain(program.programs()) {
        functions.push_str(&writer.function(body));
    }
    let mut main = SourceText::new(0);
    for body in program.programs() {
        let name = &program.bodies[body].name;
        main.put(format!(
            "if sys.argv[1:] == [\"{name}\"]:\n    {name}()\n    sys.exit()\n\n"
        ));
    }
    writer.statements(&mut main, 0);
    let code = format!("{functions}{}", main.text());
    let how = format!("python3 {}.py", program.host);
    let mut text = header("#", program.host, &how, "");
    text.push('\n');
    for module in [
        "errno",
        "os",
        "select",
        "socket",
        "struct",
        "sys",
        "threading",
        "time",
    ] {
        if code.contains(&format!("{module}.")) {
            text.push_str(&format!("import {module}\n"));
        }
    }
    text.push('\n');
    text.push_str(code.trim_end());
    text.push('\n');
    text
}

struct Writer<'a> {
    program: &'a HostProgram,
}

impl Writer<'_> {
    fn function(&self, body: usize) -> String {
        let mut source = SourceText::new(0);
        source.put(format!("def {}():", self.program.bodies[body].name));
        source.indent();
        let made: Vec<&str> = self
            .program
            .calls(body, &[BodyKind::Fork])
            .iter()
            .filter_map(|site| Some(self.program.name(site.makes?)))
            .collect();
        if !made.is_empty() {
            source.put(format!("global {}", made.join(", ")));
        }
        self.block(&mut source, body);
        source.put("\n\n");
        source.text()
    }

    /// A function's statements. Python wants at least one.
    fn block(&self, source: &mut SourceText, body: usize) {
        let acts = |statement: &Statement| match statement {
            Statement::Comment(_) => false,
            Statement::Call(site) => site.call != Call::Disconnect, // a comment in Python
            _ => true,
        };
        self.statements(source, body);
        if !self.program.bodies[body].statements.iter().any(acts) {
            source.put("pass");
        }
    }

    fn statements(&self, source: &mut SourceText, body: usize) {
        for statement in &self.program.bodies[body].statements {
            match statement {
                Statement::Comment(text) => source.put(format!("# {text}")),
                Statement::Sleep(time, why) => {
                    source.put(format!("# {why}\ntime.sleep({})", time.as_secs_f64()));
                }
                Statement::Call(site) => self.call(source, site),
                Statement::Exit => source.put("os._exit(0)"),
                Statement::Start(other) => {
                    let started = &self.program.bodies[*other];
                    let name = &started.name;
                    if started.kind == BodyKind::Fork {
                        source.put("if os.fork() == 0:");
                        source.indent();
                        self.statements(source, *other);
                        if !self.program.exits(*other) {
                            source.put("os._exit(0)");
                        }
                        source.outdent();
                    } else {
                        source.put(format!("threading.Thread(target={name}).start()"));
                    }
                }
            }
        }
    }

    fn call(&self, source: &mut SourceText, site: &CallSite) {
        let name = self.program.name(site.socket);
        if site.makes == Some(site.socket) {
            source.put(format!("{name} = socket.socket()"));
        }
        let lines = self.lines(name, site);
        let prints_error = site.may_fail && !matches!(site.call, Call::Socket | Call::Disconnect);
        if !prints_error {
            return source.put(lines);
        }
        source.put("try:");
        source.indent();
        source.put(lines);
        source.outdent();
        let call = site.word();
        source.put(format!(
            "except OSError as error:\n    print(\"{call}:\", error)"
        ));
    }

    fn lines(&self, name: &str, site: &CallSite) -> String {
        let own = crate::codegen::source_text::address(self.program.host);
        let peer = crate::codegen::source_text::address(self.program.host.other());
        let made = site.makes.map_or("_", |made| self.program.name(made));
        match &site.call {
            Call::Socket => String::new(),
            Call::Bind { port } => format!("{name}.bind((\"{own}\", {port}))"),
            Call::Listen { port, backlog } => match site.bound {
                Some(_) => format!("{name}.listen({backlog})"),
                None => format!("{name}.bind((\"{own}\", {port}))\n{name}.listen({backlog})"),
            },
            Call::Connect { port } => format!("{name}.connect((\"{peer}\", {port}))"),
            Call::Disconnect => {
                "# Python has no call for it: connect with AF_UNSPEC, which aborts the connection"
                    .into()
            }
            Call::Accept => format!("{made}, address = {name}.accept()"),
            Call::Dup => format!("{made} = {name}.dup()"),
            Call::Send { payload, more } => {
                let bytes = match payload {
                    Payload::Text(text) => bytes(text),
                    Payload::Bytes(count) => format!("b\"x\" * {count}"),
                };
                match (more, site.nonblocking) {
                    (true, _) => format!("{name}.send({bytes}, socket.MSG_MORE)"),
                    (false, true) => format!("print(\"send:\", {name}.send({bytes}))"),
                    (false, false) => format!("{name}.sendall({bytes})"),
                }
            }
            Call::Recv { room, all, peek } => {
                let flags = match (all, peek) {
                    (false, false) => "",
                    (true, false) => ", socket.MSG_WAITALL",
                    (false, true) => ", socket.MSG_PEEK",
                    (true, true) => ", socket.MSG_WAITALL | socket.MSG_PEEK",
                };
                format!("print(\"recv:\", {name}.recv({room}{flags}))")
            }
            Call::Shutdown(how) => format!("{name}.shutdown(socket.{})", direction(*how)),
            Call::Close => format!("{name}.close()"),
            Call::Poll(awaited) => {
                let time = awaited
                    .time
                    .map_or(String::new(), |time| time.as_millis().to_string());
                format!(
                    "poll = select.poll()\npoll.register({name}, {})\nprint(\"poll:\", poll.poll({time}))",
                    events("select.POLL", awaited)
                )
            }
            Call::Epoll(awaited) => {
                let time = awaited
                    .time
                    .map_or(String::new(), |time| time.as_secs_f64().to_string());
                format!(
                    "with select.epoll() as epoll:\n    epoll.register({name}, {})\n    \
                     print(\"epoll:\", epoll.poll({time}))",
                    events("select.EPOLL", awaited)
                )
            }
            Call::Set(option) => set(name, option),
            Call::Get(query) => match query {
                Query::Error => format!(
                    "number = {name}.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)\n\
                     print(\"SO_ERROR:\", errno.errorcode.get(number, number))"
                ),
                Query::State => format!(
                    "print(\"state:\", {name}.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0])"
                ),
                Query::RcvBuf => get(name, "SO_RCVBUF"),
                Query::SndBuf => get(name, "SO_SNDBUF"),
            },
            Call::Name => format!("print({name}.getsockname())"),
            Call::Peer => format!("print({name}.getpeername())"),
        }
    }
}

fn bytes(text: &str) -> String {
    let escape = |c: char| format!("\\U{:08x}", u32::from(c));
    let quoted = quoted(text, escape);
    match text
        .chars()
        .all(|c| matches!(c, ' '..='~' | '\n' | '\r' | '\t'))
    {
        true => format!("b{quoted}"),
        false => format!("{quoted}.encode()"),
    }
}

fn get(name: &str, option: &str) -> String {
    format!("print(\"{option}:\", {name}.getsockopt(socket.SOL_SOCKET, socket.{option}))")
}

fn set(name: &str, option: &SocketOption) -> String {
    match setting(option) {
        Setting::Numbers(numbers) => posix_names::lines(numbers, |(level, option, value)| {
            format!("{name}.setsockopt(socket.{level}, socket.{option}, {value})")
        }),
        Setting::Linger { on, seconds } => format!(
            "{name}.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(\"ii\", {on}, {seconds}))"
        ),
        Setting::NonBlock(on) => {
            format!("{name}.setblocking({})", if on { "False" } else { "True" })
        }
    }
}

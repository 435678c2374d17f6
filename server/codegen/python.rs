//! Python: the module `socket`, which is the system calls with objects.

use crate::codegen::posix_names::{self, Setting, direction, events, setting};
use crate::codegen::source_text::{Page, head, quoted};
use crate::codegen::statements::{Deal, Plan, Role, Statement};
use crate::tcp::call::{Call, Payload, Query, SocketOption};

pub(crate) fn program(plan: &Plan) -> String {
    let writer = Writer { plan };
    let mut functions = String::new();
    for body in plan.threads().chain(plan.programs()) {
        functions.push_str(&writer.function(body));
    }
    let mut main = Page::new(0);
    for body in plan.programs() {
        let name = &plan.bodies[body].name;
        main.put(format!(
            "if sys.argv[1:] == [\"{name}\"]:\n    {name}()\n    sys.exit()\n\n"
        ));
    }
    writer.statements(&mut main, 0);
    let code = format!("{functions}{}", main.text());
    let how = format!("python3 {}.py", plan.host);
    let mut text = head("#", plan.host, &how, "");
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
    plan: &'a Plan,
}

impl Writer<'_> {
    fn function(&self, body: usize) -> String {
        let mut page = Page::new(0);
        page.put(format!("def {}():", self.plan.bodies[body].name));
        page.indent();
        let made: Vec<&str> = self
            .plan
            .calls(body, &[Role::Fork])
            .iter()
            .filter_map(|deal| Some(self.plan.name(deal.makes?)))
            .collect();
        if !made.is_empty() {
            page.put(format!("global {}", made.join(", ")));
        }
        self.block(&mut page, body);
        page.put("\n\n");
        page.text()
    }

    /// Statements where Python wants at least one.
    fn block(&self, page: &mut Page, body: usize) {
        let acts = |statement: &Statement| match statement {
            Statement::Comment(_) => false,
            Statement::Call(deal) => deal.call != Call::Disconnect, // which is a comment
            _ => true,
        };
        self.statements(page, body);
        if !self.plan.bodies[body].statements.iter().any(acts) {
            page.put("pass");
        }
    }

    fn statements(&self, page: &mut Page, body: usize) {
        for statement in &self.plan.bodies[body].statements {
            match statement {
                Statement::Comment(text) => page.put(format!("# {text}")),
                Statement::Rest(time, why) => {
                    page.put(format!("# {why}\ntime.sleep({})", time.as_secs_f64()));
                }
                Statement::Call(deal) => self.call(page, deal),
                Statement::Exit => page.put("os._exit(0)"),
                Statement::Start(other) => {
                    let started = &self.plan.bodies[*other];
                    let name = &started.name;
                    if started.role == Role::Fork {
                        page.put("if os.fork() == 0:");
                        page.indent();
                        self.statements(page, *other);
                        if !self.plan.exits(*other) {
                            page.put("os._exit(0)");
                        }
                        page.outdent();
                    } else {
                        page.put(format!("threading.Thread(target={name}).start()"));
                    }
                }
            }
        }
    }

    fn call(&self, page: &mut Page, deal: &Deal) {
        let name = self.plan.name(deal.socket);
        if deal.makes == Some(deal.socket) {
            page.put(format!("{name} = socket.socket()"));
        }
        let lines = self.lines(name, deal);
        let tells = deal.may_fail && !matches!(deal.call, Call::Socket | Call::Disconnect);
        if !tells {
            return page.put(lines);
        }
        page.put("try:");
        page.indent();
        page.put(lines);
        page.outdent();
        let said = deal.word();
        page.put(format!(
            "except OSError as error:\n    print(\"{said}:\", error)"
        ));
    }

    fn lines(&self, name: &str, deal: &Deal) -> String {
        let own = crate::codegen::source_text::address(self.plan.host);
        let peer = crate::codegen::source_text::address(self.plan.host.other());
        let made = deal.makes.map_or("_", |made| self.plan.name(made));
        match &deal.call {
            Call::Socket => String::new(),
            Call::Bind { port } => format!("{name}.bind((\"{own}\", {port}))"),
            Call::Listen { port, backlog } => match deal.bound {
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
                match (more, deal.restless) {
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
        Setting::Linger([on, seconds]) => format!(
            "{name}.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(\"ii\", {on}, {seconds}))"
        ),
        Setting::NonBlock(on) => {
            format!("{name}.setblocking({})", if on { "False" } else { "True" })
        }
    }
}

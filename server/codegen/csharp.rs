//! C#: System.Net.Sockets.Socket, which is near to the system calls.

use std::collections::BTreeSet;

use crate::codegen::source_text::{Page, head, quoted, utf16};
use crate::codegen::statements::{Deal, Plan, Role, Statement};
use crate::tcp::call::{Call, How, POLL_EVENTS, Payload, Query, SocketOption};

pub(crate) fn program(plan: &Plan) -> String {
    let writer = Writer {
        plan,
        shared: plan.has_threads(),
    };
    let class = plan.class();
    let mut page = Page::new(0);
    page.put(format!("class {class}\n{{"));
    page.indent();
    if writer.shared {
        for variable in 0..plan.variables.len() {
            if plan.is_made(variable) {
                page.put(format!("static Socket {};", plan.name(variable)));
            }
        }
        page.put("\n");
    }
    page.put("static void Main(string[] args)\n{");
    page.indent();
    for body in plan.programs() {
        let name = &plan.bodies[body].name;
        page.put(format!(
            "if (args.Length > 0 && args[0] == \"{name}\")\n{{\n    Run_{name}();\n    return;\n}}"
        ));
    }
    writer.block(&mut page, 0);
    page.outdent();
    page.put("}");
    for body in plan.threads().chain(plan.programs()) {
        page.put(format!(
            "\nstatic void Run_{}()\n{{",
            plan.bodies[body].name
        ));
        page.indent();
        writer.block(&mut page, body);
        page.outdent();
        page.put("}");
    }
    page.outdent();
    page.put("}");
    let code = page.text();
    let how = "As Program.cs of a console project: dotnet run";
    let mut text = head("//", plan.host, how, "");
    text.push('\n');
    for (space, signs) in [
        ("System", &["Console.", "BitConverter."][..]),
        ("System.Net", &["IPAddress.", "IPEndPoint("]),
        ("System.Net.Sockets", &["Socket"]),
        ("System.Text", &["Encoding."]),
        ("System.Threading", &["Thread"]),
    ] {
        if signs.iter().any(|sign| code.contains(sign)) {
            text.push_str(&format!("using {space};\n"));
        }
    }
    format!("{text}\n{code}")
}

struct Writer<'a> {
    plan: &'a Plan,
    /// Threads share the sockets: they are fields.
    shared: bool,
}

impl Writer<'_> {
    /// What stands before a variable that gets its first value.
    fn declares(&self, deal: &Deal) -> &'static str {
        match self.shared || deal.may_fail {
            true => "",
            false => "Socket ",
        }
    }

    fn block(&self, page: &mut Page, body: usize) {
        let mut known = BTreeSet::new();
        let calls = self.plan.calls(body, &[]);
        if calls
            .iter()
            .any(|deal| matches!(deal.call, Call::Recv { .. }))
        {
            page.put(format!("var buffer = new byte[{}];", self.plan.room()));
        }
        if calls
            .iter()
            .any(|deal| matches!(deal.call, Call::Recv { all: false, .. }))
        {
            page.put("int count;");
        }
        for statement in &self.plan.bodies[body].statements {
            match statement {
                Statement::Comment(text) => page.put(format!("// {text}")),
                Statement::Rest(time, why) => {
                    page.put(format!("// {}\nThread.Sleep({});", why, time.as_millis()));
                }
                Statement::Exit => page.put("Environment.Exit(0);"),
                Statement::Call(deal) => self.call(page, deal, &mut known),
                Statement::Start(other) if self.plan.bodies[*other].role == Role::Fork => {
                    page.put("// .NET has no fork. What the child would do:");
                    for text in self.plan.said(*other) {
                        page.put(format!("//   {}", text));
                    }
                }
                Statement::Start(other) => {
                    let name = &self.plan.bodies[*other].name;
                    page.put(format!("new Thread(Run_{name}).Start();"));
                }
            }
        }
    }

    fn call(&self, page: &mut Page, deal: &Deal, known: &mut BTreeSet<usize>) {
        let name = self.plan.name(deal.socket);
        let declares = if self.shared { "" } else { "Socket " };
        if deal.makes == Some(deal.socket) {
            page.put(format!(
                "{declares}{name} = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);"
            ));
            known.insert(deal.socket);
        }
        let is_known = match self.shared {
            true => self.plan.is_made(deal.socket),
            false => known.contains(&deal.socket),
        };
        if !is_known {
            return page.put(format!("// .NET has no {name} here: neither dup nor fork"));
        }
        if let (Call::Accept, Some(made)) = (&deal.call, deal.makes)
            && !self.shared
        {
            if deal.may_fail {
                page.put(format!("Socket {} = null;", self.plan.name(made)));
            }
            known.insert(made);
        }
        match self.lines(name, deal) {
            Ok(lines) if lines.is_empty() => {}
            Ok(lines) if deal.may_fail => {
                page.put("try\n{");
                page.indent();
                page.put(lines);
                page.outdent();
                // A socket that was disposed throws something else than the others.
                let error = if deal.closed {
                    "ObjectDisposedException"
                } else {
                    "SocketException"
                };
                let word = deal.word();
                page.put(format!(
                    "}}\ncatch ({error} error)\n{{\n    Console.WriteLine(\"{word}: \" + error.Message);\n}}"
                ));
            }
            Ok(lines) => page.put(lines),
            Err(missing) => page.put(format!("// {missing}")),
        }
    }

    fn lines(&self, name: &str, deal: &Deal) -> Result<String, String> {
        let plan = self.plan;
        let at = |host, port| {
            format!(
                "new IPEndPoint(IPAddress.Parse(\"{}\"), {port})",
                crate::codegen::source_text::address(host)
            )
        };
        let bind = |port: u16| format!("{name}.Bind({});", at(plan.host, port));
        Ok(match &deal.call {
            Call::Socket => String::new(),
            Call::Bind { port } => bind(*port),
            Call::Listen { backlog, .. } if deal.bound.is_some() => {
                format!("{name}.Listen({backlog});")
            }
            Call::Listen { port, backlog } => format!("{}\n{name}.Listen({backlog});", bind(*port)),
            Call::Connect { port } => format!("{name}.Connect({});", at(plan.host.other(), *port)),
            Call::Disconnect => {
                format!("{name}.Disconnect(reuseSocket: true); // on Linux: connect with AF_UNSPEC")
            }
            Call::Accept => match deal.makes {
                Some(made) => format!(
                    "{}{} = {name}.Accept();",
                    self.declares(deal),
                    plan.name(made)
                ),
                None => format!("{name}.Accept();"),
            },
            Call::Dup => return Err(".NET has no dup".into()),
            Call::Send { payload, more } => {
                let bytes = match payload {
                    Payload::Text(text) => {
                        format!("Encoding.UTF8.GetBytes({})", quoted(text, utf16))
                    }
                    Payload::Bytes(count) => format!("new byte[{count}]"),
                };
                let send = format!("{name}.Send({bytes});");
                match more {
                    true => format!("// .NET has no MSG_MORE: these bytes leave at once\n{send}"),
                    false => send,
                }
            }
            Call::Recv {
                room, all: true, ..
            } => format!(
                "new NetworkStream({name}).ReadExactly(buffer, 0, {room}); // .NET has no MSG_WAITALL\n\
                 Console.WriteLine(\"recv: \" + Encoding.UTF8.GetString(buffer, 0, {room}));"
            ),
            Call::Recv { room, peek, .. } => {
                let room = match (*room == plan.room(), peek) {
                    (true, false) => String::new(),
                    (true, true) => ", SocketFlags.Peek".into(),
                    (false, false) => format!(", 0, {room}, SocketFlags.None"),
                    (false, true) => format!(", 0, {room}, SocketFlags.Peek"),
                };
                format!(
                    "count = {name}.Receive(buffer{room}); // 0: the end of the stream\n\
                     Console.WriteLine(\"recv: \" + Encoding.UTF8.GetString(buffer, 0, count));"
                )
            }
            Call::Shutdown(how) => {
                let how = match how {
                    How::Read => "Receive",
                    How::Write => "Send",
                    How::Both => "Both",
                };
                format!("{name}.Shutdown(SocketShutdown.{how});")
            }
            Call::Close => format!("{name}.Close();"),
            Call::Poll(awaited) | Call::Epoll(awaited) => {
                const IN: u32 = POLL_EVENTS[0].1;
                let mode = if awaited.events & IN != 0 {
                    "SelectRead"
                } else {
                    "SelectWrite"
                };
                let time = awaited.time.map_or(-1, |time| time.as_micros() as i64);
                format!(
                    "// .NET asks for one event at a time, and does not know RDHUP.\n\
                     Console.WriteLine(\"poll: \" + {name}.Poll({time}, SelectMode.{mode}));"
                )
            }
            Call::Set(option) => set(name, option),
            Call::Get(query) => match query {
                Query::Error => get(name, "Error"),
                Query::RcvBuf => get(name, "ReceiveBuffer"),
                Query::SndBuf => get(name, "SendBuffer"),
                Query::State => return Err(".NET has no name for TCP_INFO".into()),
            },
            Call::Name => format!("Console.WriteLine({name}.LocalEndPoint);"),
            Call::Peer => format!("Console.WriteLine({name}.RemoteEndPoint);"),
        })
    }
}

fn get(name: &str, option: &str) -> String {
    format!(
        "Console.WriteLine({name}.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.{option}));"
    )
}

fn set(name: &str, option: &SocketOption) -> String {
    let tcp = |option: &str, value: i64| {
        format!(
            "{name}.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.{option}, {value});"
        )
    };
    let raw = |option: &str, number: i32, value: i64| {
        format!(
            "{name}.SetRawSocketOption(6, {number}, BitConverter.GetBytes({value})); // {option} on Linux"
        )
    };
    let socket = |option: &str, on: bool| {
        format!(
            "{name}.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.{option}, {on});"
        )
    };
    match *option {
        SocketOption::Linger(seconds) => format!(
            "{name}.LingerState = new LingerOption({}, {});",
            seconds.is_some(),
            seconds.unwrap_or(0)
        ),
        SocketOption::Keepalive(None) => socket("KeepAlive", false),
        SocketOption::Keepalive(Some((idle, interval, count))) => [
            tcp("TcpKeepAliveTime", idle.into()),
            tcp("TcpKeepAliveInterval", interval.into()),
            tcp("TcpKeepAliveRetryCount", count.into()),
            socket("KeepAlive", true),
        ]
        .join("\n"),
        SocketOption::UserTimeout(time) => raw("TCP_USER_TIMEOUT", 18, time.as_millis() as i64),
        SocketOption::Linger2(seconds) => raw("TCP_LINGER2", 8, seconds.into()),
        SocketOption::ReuseAddr(on) => socket("ReuseAddress", on),
        SocketOption::NoDelay(on) => format!("{name}.NoDelay = {on};"),
        SocketOption::RcvBuf(bytes) => format!("{name}.ReceiveBufferSize = {bytes};"),
        SocketOption::SndBuf(bytes) => format!("{name}.SendBufferSize = {bytes};"),
        SocketOption::NonBlock(on) => format!("{name}.Blocking = {};", !on),
    }
}

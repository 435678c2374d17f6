//! A program in C#: System.Net.Sockets.Socket is close to the system calls.

use std::collections::BTreeSet;

use crate::codegen::source_text::{SourceText, header, quoted, utf16};
use crate::codegen::statements::{BodyKind, CallSite, HostProgram, Statement};
use crate::tcp::call::{Call, How, POLL_EVENTS, Payload, Query, SocketOption};

pub(crate) fn program(program: &HostProgram) -> String {
    let writer = Writer {
        program,
        shared: program.has_threads(),
    };
    let class = program.class();
    let mut source = SourceText::new(0);
    source.put(format!("class {class}\n{{"));
    source.indent();
    if writer.shared {
        for variable in 0..program.variables.len() {
            if program.is_made(variable) {
                source.put(format!("static Socket {};", program.name(variable)));
            }
        }
        source.put("\n");
    }
    source.put("static void Main(string[] args)\n{");
    source.indent();
    for body in program.programs() {
        let name = &program.bodies[body].name;
        source.put(format!(
            "if (args.Length > 0 && args[0] == \"{name}\")\n{{\n    Run_{name}();\n    return;\n}}"
        ));
    }
    writer.block(&mut source, 0);
    source.outdent();
    source.put("}");
    for body in program.threads().chain(program.programs()) {
        source.put(format!(
            "\nstatic void Run_{}()\n{{",
            program.bodies[body].name
        ));
        source.indent();
        writer.block(&mut source, body);
        source.outdent();
        source.put("}");
    }
    source.outdent();
    source.put("}");
    let code = source.text();
    let how = "As Program.cs of a console project: dotnet run";
    let mut text = header("//", program.host, how, "");
    text.push('\n');
    for (space, tokens) in [
        ("System", &["Console.", "BitConverter."][..]),
        ("System.Net", &["IPAddress.", "IPEndPoint("]),
        ("System.Net.Sockets", &["Socket"]),
        ("System.Text", &["Encoding."]),
        ("System.Threading", &["Thread"]),
    ] {
        if tokens.iter().any(|token| code.contains(token)) {
            text.push_str(&format!("using {space};\n"));
        }
    }
    format!("{text}\n{code}")
}

struct Writer<'a> {
    program: &'a HostProgram,
    /// Whether threads share the sockets, as fields of the class.
    shared: bool,
}

impl Writer<'_> {
    /// The type in front of a variable that gets its first value here.
    fn declares(&self, site: &CallSite) -> &'static str {
        match self.shared || site.may_fail {
            true => "",
            false => "Socket ",
        }
    }

    fn block(&self, source: &mut SourceText, body: usize) {
        let mut known = BTreeSet::new();
        let calls = self.program.calls(body, &[]);
        if calls
            .iter()
            .any(|site| matches!(site.call, Call::Recv { .. }))
        {
            source.put(format!("var buffer = new byte[{}];", self.program.room()));
        }
        if calls
            .iter()
            .any(|site| matches!(site.call, Call::Recv { all: false, .. }))
        {
            source.put("int count;");
        }
        for statement in &self.program.bodies[body].statements {
            match statement {
                Statement::Comment(text) => source.put(format!("// {text}")),
                Statement::Sleep(time, why) => {
                    source.put(format!("// {}\nThread.Sleep({});", why, time.as_millis()));
                }
                Statement::Exit => source.put("Environment.Exit(0);"),
                Statement::Call(site) => self.call(source, site, &mut known),
                Statement::Start(other) if self.program.bodies[*other].kind == BodyKind::Fork => {
                    source.put("// .NET has no fork. What the child would do:");
                    for text in self.program.comments(*other) {
                        source.put(format!("//   {}", text));
                    }
                }
                Statement::Start(other) => {
                    let name = &self.program.bodies[*other].name;
                    source.put(format!("new Thread(Run_{name}).Start();"));
                }
            }
        }
    }

    fn call(&self, source: &mut SourceText, site: &CallSite, known: &mut BTreeSet<usize>) {
        let name = self.program.name(site.socket);
        let declares = if self.shared { "" } else { "Socket " };
        if site.makes == Some(site.socket) {
            source.put(format!(
                "{declares}{name} = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);"
            ));
            known.insert(site.socket);
        }
        let is_known = match self.shared {
            true => self.program.is_made(site.socket),
            false => known.contains(&site.socket),
        };
        if !is_known {
            return source.put(format!("// .NET has no {name} here: neither dup nor fork"));
        }
        if let (Call::Accept, Some(made)) = (&site.call, site.makes)
            && !self.shared
        {
            if site.may_fail {
                source.put(format!("Socket {} = null;", self.program.name(made)));
            }
            known.insert(made);
        }
        match self.lines(name, site) {
            Ok(lines) if lines.is_empty() => {}
            Ok(lines) if site.may_fail => {
                source.put("try\n{");
                source.indent();
                source.put(lines);
                source.outdent();
                // A disposed socket throws an exception of another type.
                let error = if site.closed {
                    "ObjectDisposedException"
                } else {
                    "SocketException"
                };
                let word = site.word();
                source.put(format!(
                    "}}\ncatch ({error} error)\n{{\n    Console.WriteLine(\"{word}: \" + error.Message);\n}}"
                ));
            }
            Ok(lines) => source.put(lines),
            Err(missing) => source.put(format!("// {missing}")),
        }
    }

    fn lines(&self, name: &str, site: &CallSite) -> Result<String, String> {
        let program = self.program;
        let at = |host, port| {
            format!(
                "new IPEndPoint(IPAddress.Parse(\"{}\"), {port})",
                crate::codegen::source_text::address(host)
            )
        };
        let bind = |port: u16| format!("{name}.Bind({});", at(program.host, port));
        Ok(match &site.call {
            Call::Socket => String::new(),
            Call::Bind { port } => bind(*port),
            Call::Listen { backlog, .. } if site.bound.is_some() => {
                format!("{name}.Listen({backlog});")
            }
            Call::Listen { port, backlog } => format!("{}\n{name}.Listen({backlog});", bind(*port)),
            Call::Connect { port } => {
                format!("{name}.Connect({});", at(program.host.other(), *port))
            }
            Call::Disconnect => {
                format!("{name}.Disconnect(reuseSocket: true); // on Linux: connect with AF_UNSPEC")
            }
            Call::Accept => match site.makes {
                Some(made) => format!(
                    "{}{} = {name}.Accept();",
                    self.declares(site),
                    program.name(made)
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
                let room = match (*room == program.room(), peek) {
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

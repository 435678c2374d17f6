//! A program in Java: java.net.Socket and ServerSocket.

use std::collections::BTreeSet;

use crate::codegen::source_text::{SourceText, header, quoted, utf16};
use crate::codegen::statements::{BodyKind, CallSite, HostProgram, Statement};
use crate::tcp::call::{Call, How, Payload, Query, SocketOption};

pub(crate) fn program(program: &HostProgram) -> String {
    let writer = Writer {
        program,
        shared: program.has_threads(),
    };
    let class = program.class();
    let mut source = SourceText::new(0);
    source.put(format!("class {class} {{"));
    source.indent();
    if writer.shared {
        for variable in 0..program.variables.len() {
            if program.is_made(variable) {
                source.put(format!(
                    "static {} {};",
                    writer.class_of(variable),
                    program.name(variable)
                ));
            }
        }
        source.put("\n");
    }
    source.put("public static void main(String[] args) throws Exception {");
    source.indent();
    for body in program.programs() {
        let name = &program.bodies[body].name;
        source.put(format!(
            "if (args.length > 0 && args[0].equals(\"{name}\")) {{\n    run_{name}();\n    return;\n}}"
        ));
    }
    writer.block(&mut source, 0);
    source.outdent();
    source.put("}");
    for body in program.threads().chain(program.programs()) {
        source.put(format!(
            "\nstatic void run_{}() throws Exception {{",
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
    let how = format!("java {class}.java");
    let mut text = header("//", program.host, &how, "");
    text.push('\n');
    for (import, token) in [
        ("java.io.IOException", "IOException"),
        ("java.net.InetSocketAddress", "InetSocketAddress("),
        ("java.net.ServerSocket", "ServerSocket"),
        ("java.net.Socket", " Socket"),
        ("java.nio.charset.StandardCharsets", "StandardCharsets."),
        ("java.util.Arrays", "Arrays."),
        ("jdk.net.ExtendedSocketOptions", "ExtendedSocketOptions."),
    ] {
        if code.contains(token) {
            text.push_str(&format!("import {import};\n"));
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
    fn class_of(&self, variable: usize) -> &'static str {
        match self.program.variables[variable].listens {
            true => "ServerSocket",
            false => "Socket",
        }
    }

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
        let reads = |site: &&CallSite| {
            matches!(
                site.call,
                Call::Recv {
                    all: false,
                    peek: false,
                    ..
                }
            )
        };
        if calls.iter().any(reads) {
            source.put(format!(
                "byte[] buffer = new byte[{}];\nint count;",
                self.program.room()
            ));
        }
        for statement in &self.program.bodies[body].statements {
            match statement {
                Statement::Comment(text) => source.put(format!("// {}", comment(text))),
                Statement::Sleep(time, why) => {
                    source.put(format!(
                        "// {}\nThread.sleep({});",
                        comment(why),
                        time.as_millis()
                    ));
                }
                Statement::Exit => source.put("Runtime.getRuntime().halt(0);"),
                Statement::Call(site) => self.call(source, site, &mut known),
                Statement::Start(other) if self.program.bodies[*other].kind == BodyKind::Fork => {
                    source.put("// Java has no fork. What the child would do:");
                    for text in self.program.comments(*other) {
                        source.put(format!("//   {}", comment(text)));
                    }
                }
                Statement::Start(other) => {
                    let name = &self.program.bodies[*other].name;
                    source.put(format!(
                        "new Thread(() -> {{\n    try {{\n        run_{name}();\n    }} catch (Exception error) {{\n        \
                         System.out.println(\"{name}: \" + error);\n    }}\n}}).start();"
                    ));
                }
            }
        }
    }

    fn call(&self, source: &mut SourceText, site: &CallSite, known: &mut BTreeSet<usize>) {
        let name = self.program.name(site.socket);
        let listens = self.program.variables[site.socket].listens;
        if site.makes == Some(site.socket) {
            let class = self.class_of(site.socket);
            source.put(match self.shared {
                true => format!("{name} = new {class}();"),
                false => format!("{class} {name} = new {class}();"),
            });
            known.insert(site.socket);
        }
        let is_known = match self.shared {
            true => self.program.is_made(site.socket),
            false => known.contains(&site.socket),
        };
        if !is_known {
            return source.put(format!("// Java has no {name} here: neither dup nor fork"));
        }
        if let (Call::Accept, Some(made)) = (&site.call, site.makes)
            && listens
            && !self.shared
        {
            if site.may_fail {
                source.put(format!("Socket {} = null;", self.program.name(made)));
            }
            known.insert(made);
        }
        match self.lines(name, listens, site) {
            Ok(lines) if lines.is_empty() => {}
            // Name and Peer do not throw: they give null.
            Ok(lines) if site.may_fail && !matches!(site.call, Call::Name | Call::Peer) => {
                source.put("try {");
                source.indent();
                source.put(lines);
                source.outdent();
                let word = site.word();
                source.put(format!(
                    "}} catch (IOException error) {{\n    System.out.println(\"{word}: \" + error.getMessage());\n}}"
                ));
            }
            Ok(lines) => source.put(lines),
            Err(missing) => source.put(format!("// {missing}")),
        }
    }

    fn lines(&self, name: &str, listens: bool, site: &CallSite) -> Result<String, String> {
        let program = self.program;
        let own = crate::codegen::source_text::address(program.host);
        let peer = crate::codegen::source_text::address(program.host.other());
        let is_of_streams = matches!(
            site.call,
            Call::Send { .. }
                | Call::Recv { .. }
                | Call::Shutdown(_)
                | Call::Peer
                | Call::Connect { .. }
        );
        if listens && is_of_streams {
            return Err("a ServerSocket cannot do this".into());
        }
        Ok(match &site.call {
            Call::Socket => String::new(),
            Call::Bind { .. } if listens => {
                return Err("a ServerSocket binds and listens in one, below".into());
            }
            Call::Bind { port } => {
                format!("{name}.bind(new InetSocketAddress(\"{own}\", {port}));")
            }
            Call::Listen { port, backlog } if listens => {
                let port = site.bound.unwrap_or(*port);
                format!("{name}.bind(new InetSocketAddress(\"{own}\", {port}), {backlog});")
            }
            Call::Connect { port } => {
                format!("{name}.connect(new InetSocketAddress(\"{peer}\", {port}));")
            }
            Call::Disconnect => {
                return Err(
                    "Java has no connect with AF_UNSPEC, which aborts the connection".into(),
                );
            }
            Call::Accept if listens => match site.makes {
                Some(made) => format!(
                    "{}{} = {name}.accept();",
                    self.declares(site),
                    program.name(made)
                ),
                None => format!("{name}.accept();"),
            },
            Call::Listen { .. } | Call::Accept => return Err("a Socket cannot do this".into()),
            Call::Dup => return Err("Java has no dup".into()),
            Call::Send { payload, more } => {
                let bytes = match payload {
                    Payload::Text(text) => {
                        format!("{}.getBytes(StandardCharsets.UTF_8)", text_of(text))
                    }
                    Payload::Bytes(count) => format!("new byte[{count}]"),
                };
                let write = format!("{name}.getOutputStream().write({bytes});");
                match more {
                    true => format!("// Java has no MSG_MORE: these bytes leave at once\n{write}"),
                    false => write,
                }
            }
            Call::Recv { peek: true, .. } => {
                return Err("Java has no MSG_PEEK: what is read is taken".into());
            }
            Call::Recv {
                room, all: true, ..
            } => format!(
                "System.out.println(\"recv: \" + Arrays.toString({name}.getInputStream().readNBytes({room})));"
            ),
            Call::Recv { room, .. } => format!(
                "count = {name}.getInputStream().read(buffer{}); // -1 at the end of the stream\n\
                 System.out.println(\"recv: \" + (count < 0 ? \"end\" : new String(buffer, 0, count, StandardCharsets.UTF_8)));",
                match *room == program.room() {
                    true => String::new(),
                    false => format!(", 0, {room}"),
                }
            ),
            Call::Shutdown(how) => match how {
                How::Read => format!("{name}.shutdownInput();"),
                How::Write => format!("{name}.shutdownOutput();"),
                How::Both => format!("{name}.shutdownInput();\n{name}.shutdownOutput();"),
            },
            Call::Close => format!("{name}.close();"),
            Call::Poll(_) | Call::Epoll(_) => {
                return Err(
                    "java.net.Socket has no poll; a java.nio Selector has, over SocketChannels"
                        .into(),
                );
            }
            Call::Set(option) => set(name, listens, option)?,
            Call::Get(Query::Error) => {
                return Err("Java has no SO_ERROR: the next call throws".into());
            }
            Call::Get(Query::State) => return Err("Java has no TCP_INFO".into()),
            Call::Get(Query::RcvBuf) => {
                format!("System.out.println({name}.getReceiveBufferSize());")
            }
            Call::Get(Query::SndBuf) if listens => {
                return Err("a ServerSocket has no send buffer".into());
            }
            Call::Get(Query::SndBuf) => format!("System.out.println({name}.getSendBufferSize());"),
            Call::Name => format!("System.out.println({name}.getLocalSocketAddress());"),
            Call::Peer => format!("System.out.println({name}.getRemoteSocketAddress());"),
        })
    }
}

/// A text as a comment. In Java a backslash and a `u` begin an escape even in comments.
fn comment(text: &str) -> String {
    text.replace("\\u", "\\ u")
}

fn text_of(text: &str) -> String {
    let escape = |c: char| match u32::from(c) {
        code @ 0..=0xff => format!("\\{code:03o}"),
        _ => utf16(c),
    };
    quoted(text, escape)
}

fn set(name: &str, listens: bool, option: &SocketOption) -> Result<String, String> {
    let is_of_streams = !matches!(
        option,
        SocketOption::ReuseAddr(_) | SocketOption::RcvBuf(_) | SocketOption::NonBlock(_)
    );
    if listens && is_of_streams {
        return Err("a ServerSocket has no such option".into());
    }
    Ok(match *option {
        SocketOption::Linger(Some(seconds)) => format!("{name}.setSoLinger(true, {seconds});"),
        SocketOption::Linger(None) => format!("{name}.setSoLinger(false, 0);"),
        SocketOption::Keepalive(None) => format!("{name}.setKeepAlive(false);"),
        SocketOption::Keepalive(Some((idle, interval, count))) => format!(
            "{name}.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, {idle});\n\
             {name}.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, {interval});\n\
             {name}.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, {count});\n{name}.setKeepAlive(true);"
        ),
        SocketOption::UserTimeout(_) => return Err("Java has no TCP_USER_TIMEOUT".into()),
        SocketOption::Linger2(_) => return Err("Java has no TCP_LINGER2".into()),
        SocketOption::ReuseAddr(on) => format!("{name}.setReuseAddress({on});"),
        SocketOption::NoDelay(on) => format!("{name}.setTcpNoDelay({on});"),
        SocketOption::RcvBuf(bytes) => format!("{name}.setReceiveBufferSize({});", bytes.max(1)),
        SocketOption::SndBuf(bytes) => format!("{name}.setSendBufferSize({});", bytes.max(1)),
        SocketOption::NonBlock(on) => format!(
            "{name}.setSoTimeout({}); // java.net.Socket always blocks, a SocketChannel need not: 1 ms comes near it",
            i32::from(on)
        ),
    })
}

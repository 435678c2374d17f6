//! Java: java.net.Socket and ServerSocket.

use std::collections::BTreeSet;

use crate::codegen::source_text::{Page, head, quoted, utf16};
use crate::codegen::statements::{Deal, Plan, Role, Statement};
use crate::tcp::call::{Call, How, Payload, Query, SocketOption};

pub(crate) fn program(plan: &Plan) -> String {
    let writer = Writer {
        plan,
        shared: plan.has_threads(),
    };
    let class = plan.class();
    let mut page = Page::new(0);
    page.put(format!("class {class} {{"));
    page.indent();
    if writer.shared {
        for variable in 0..plan.variables.len() {
            if plan.is_made(variable) {
                page.put(format!(
                    "static {} {};",
                    writer.kind(variable),
                    plan.name(variable)
                ));
            }
        }
        page.put("\n");
    }
    page.put("public static void main(String[] args) throws Exception {");
    page.indent();
    for body in plan.programs() {
        let name = &plan.bodies[body].name;
        page.put(format!(
            "if (args.length > 0 && args[0].equals(\"{name}\")) {{\n    run_{name}();\n    return;\n}}"
        ));
    }
    writer.block(&mut page, 0);
    page.outdent();
    page.put("}");
    for body in plan.threads().chain(plan.programs()) {
        page.put(format!(
            "\nstatic void run_{}() throws Exception {{",
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
    let how = format!("java {class}.java");
    let mut text = head("//", plan.host, &how, "");
    text.push('\n');
    for (import, sign) in [
        ("java.io.IOException", "IOException"),
        ("java.net.InetSocketAddress", "InetSocketAddress("),
        ("java.net.ServerSocket", "ServerSocket"),
        ("java.net.Socket", " Socket"),
        ("java.nio.charset.StandardCharsets", "StandardCharsets."),
        ("java.util.Arrays", "Arrays."),
        ("jdk.net.ExtendedSocketOptions", "ExtendedSocketOptions."),
    ] {
        if code.contains(sign) {
            text.push_str(&format!("import {import};\n"));
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
    fn kind(&self, variable: usize) -> &'static str {
        match self.plan.variables[variable].listens {
            true => "ServerSocket",
            false => "Socket",
        }
    }

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
        let reads = |deal: &&Deal| {
            matches!(
                deal.call,
                Call::Recv {
                    all: false,
                    peek: false,
                    ..
                }
            )
        };
        if calls.iter().any(reads) {
            page.put(format!(
                "byte[] buffer = new byte[{}];\nint count;",
                self.plan.room()
            ));
        }
        for statement in &self.plan.bodies[body].statements {
            match statement {
                Statement::Comment(text) => page.put(format!("// {}", comment(text))),
                Statement::Rest(time, why) => {
                    page.put(format!(
                        "// {}\nThread.sleep({});",
                        comment(why),
                        time.as_millis()
                    ));
                }
                Statement::Exit => page.put("Runtime.getRuntime().halt(0);"),
                Statement::Call(deal) => self.call(page, deal, &mut known),
                Statement::Start(other) if self.plan.bodies[*other].role == Role::Fork => {
                    page.put("// Java has no fork. What the child would do:");
                    for text in self.plan.said(*other) {
                        page.put(format!("//   {}", comment(text)));
                    }
                }
                Statement::Start(other) => {
                    let name = &self.plan.bodies[*other].name;
                    page.put(format!(
                        "new Thread(() -> {{\n    try {{\n        run_{name}();\n    }} catch (Exception error) {{\n        \
                         System.out.println(\"{name}: \" + error);\n    }}\n}}).start();"
                    ));
                }
            }
        }
    }

    fn call(&self, page: &mut Page, deal: &Deal, known: &mut BTreeSet<usize>) {
        let name = self.plan.name(deal.socket);
        let listens = self.plan.variables[deal.socket].listens;
        if deal.makes == Some(deal.socket) {
            let kind = self.kind(deal.socket);
            page.put(match self.shared {
                true => format!("{name} = new {kind}();"),
                false => format!("{kind} {name} = new {kind}();"),
            });
            known.insert(deal.socket);
        }
        let is_known = match self.shared {
            true => self.plan.is_made(deal.socket),
            false => known.contains(&deal.socket),
        };
        if !is_known {
            return page.put(format!("// Java has no {name} here: neither dup nor fork"));
        }
        if let (Call::Accept, Some(made)) = (&deal.call, deal.makes)
            && listens
            && !self.shared
        {
            if deal.may_fail {
                page.put(format!("Socket {} = null;", self.plan.name(made)));
            }
            known.insert(made);
        }
        match self.lines(name, listens, deal) {
            Ok(lines) if lines.is_empty() => {}
            // What these cannot tell they give as null.
            Ok(lines) if deal.may_fail && !matches!(deal.call, Call::Name | Call::Peer) => {
                page.put("try {");
                page.indent();
                page.put(lines);
                page.outdent();
                let word = deal.word();
                page.put(format!(
                    "}} catch (IOException error) {{\n    System.out.println(\"{word}: \" + error.getMessage());\n}}"
                ));
            }
            Ok(lines) => page.put(lines),
            Err(missing) => page.put(format!("// {missing}")),
        }
    }

    fn lines(&self, name: &str, listens: bool, deal: &Deal) -> Result<String, String> {
        let plan = self.plan;
        let own = crate::codegen::source_text::address(plan.host);
        let peer = crate::codegen::source_text::address(plan.host.other());
        let is_of_streams = matches!(
            deal.call,
            Call::Send { .. }
                | Call::Recv { .. }
                | Call::Shutdown(_)
                | Call::Peer
                | Call::Connect { .. }
        );
        if listens && is_of_streams {
            return Err("a ServerSocket cannot do this".into());
        }
        Ok(match &deal.call {
            Call::Socket => String::new(),
            Call::Bind { .. } if listens => {
                return Err("a ServerSocket binds and listens in one, below".into());
            }
            Call::Bind { port } => {
                format!("{name}.bind(new InetSocketAddress(\"{own}\", {port}));")
            }
            Call::Listen { port, backlog } if listens => {
                let port = deal.bound.unwrap_or(*port);
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
            Call::Accept if listens => match deal.makes {
                Some(made) => format!(
                    "{}{} = {name}.accept();",
                    self.declares(deal),
                    plan.name(made)
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
                match *room == plan.room() {
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

/// In Java a backslash and a `u` mean a character even in comments.
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

//! A program in C: the system calls themselves.

pub(crate) mod call;

use std::collections::BTreeSet;

use crate::codegen::source_text::{self, SourceText, header};
use crate::codegen::statements::{BodyKind, CallSite, HostProgram, Statement};
use crate::tcp::call::{Call, Payload};

/// The helper functions of a program, each written only where the program uses it.
const CHECK: &str = "\
// Ends the program where a call fails that should not.
static int check(const char *call, int result)
{
    if (result < 0) {
        perror(call);
        exit(1);
    }
    return result;
}

";
const TELL: &str = "\
// Prints what recv gave: bytes, the end of the stream (0), or why it failed (-1).
static void tell(ssize_t result, const char *buffer)
{
    if (result < 0)
        perror(\"recv\");
    else
        printf(\"recv: %zd \\\"%.*s\\\"\\n\", result, (int)(result < 60 ? result : 60), buffer);
}

";
const SET: &str = "\
// Sets an option that is a number.
static void set_option(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof value) < 0)
        perror(\"setsockopt\");
}

";
const SHOW: &str = "\
// Prints an address: getsockname's or getpeername's.
static void show(int fd, int (*name)(int, struct sockaddr *restrict, socklen_t *restrict))
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (name(fd, (struct sockaddr *)&address, &length) < 0)
        perror(\"name\");
    else
        printf(\"%s:%d\\n\", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
}

";
/// The headers, and the tokens that need them.
const HEADERS: [(&str, &[&str]); 12] = [
    ("arpa/inet.h", &["inet_addr(", "inet_ntoa("]),
    ("errno.h", &["errno"]),
    ("fcntl.h", &["fcntl("]),
    ("netinet/tcp.h", &["TCP_"]),
    ("poll.h", &["poll("]),
    ("pthread.h", &["pthread_"]),
    ("stdio.h", &["printf(", "perror("]),
    ("stdlib.h", &["exit("]),
    ("string.h", &["strcmp(", "memset("]),
    ("sys/epoll.h", &["epoll_"]),
    ("sys/socket.h", &["socket", "AF_", "shutdown("]),
    (
        "unistd.h",
        &["close(", "dup(", "usleep(", "fork(", "_exit("],
    ),
];

pub(crate) fn program(program: &HostProgram) -> String {
    let writer = Writer {
        program,
        shared: program.has_threads(),
    };
    let mut functions = String::new();
    for body in program.threads() {
        let name = &program.bodies[body].name;
        let signature = format!("static void *run_{name}(void *unused)");
        let first = ["(void)unused;".to_owned()];
        functions.push_str(&writer.function(&signature, &first, body, "return NULL;"));
    }
    for body in program.programs() {
        let name = &program.bodies[body].name;
        let signature = format!("static int run_{name}(void)");
        functions.push_str(&writer.function(&signature, &[], body, "return 0;"));
    }
    let programs: Vec<String> = program
        .programs()
        .map(|body| {
            let name = &program.bodies[body].name;
            format!("if (argc > 1 && strcmp(argv[1], \"{name}\") == 0)\n    return run_{name}();")
        })
        .collect();
    let main = match programs.is_empty() {
        true => "int main(void)",
        false => "int main(int argc, char **argv)",
    };
    functions.push_str(&writer.function(main, &programs, 0, "return 0;"));
    writer.file(&functions)
}

struct Writer<'a> {
    program: &'a HostProgram,
    /// Whether threads share the sockets, in one struct.
    shared: bool,
}

impl Writer<'_> {
    /// The text of the program around its functions.
    fn file(&self, functions: &str) -> String {
        let host = self.program.host;
        let how = format!("cc -pthread -o {host} {host}.c && ./{host}");
        let note = match functions.contains("MSG_NOSIGNAL") {
            true => {
                "MSG_NOSIGNAL: on a broken connection send gives EPIPE, and does not end the program by SIGPIPE."
            }
            false => "",
        };
        let mut text = header("//", host, &how, note);
        let mut helpers = String::new();
        for (helper, token) in [
            (CHECK, "check("),
            (TELL, "tell("),
            (SET, "set_option("),
            (SHOW, "show("),
        ] {
            if functions.contains(token) {
                helpers.push_str(helper);
            }
        }
        if self.shared {
            let names: Vec<&str> = self
                .program
                .variables
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            if !names.is_empty() {
                let unmade = vec!["-1"; names.len()].join(", ");
                helpers.push_str(&format!(
                    "// The threads share the descriptors.\nstatic struct {{ int {}; }} shared = {{{unmade}}};\n\n",
                    names.join(", ")
                ));
            }
        }
        let code = format!("{helpers}{functions}");
        text.push_str("\n#define _GNU_SOURCE\n");
        for (header, tokens) in HEADERS {
            if tokens.iter().any(|token| code.contains(token)) {
                text.push_str(&format!("#include <{header}>\n"));
            }
        }
        text.push('\n');
        text.push_str(code.trim_end());
        text.push('\n');
        text
    }

    fn function(&self, signature: &str, first: &[String], body: usize, last: &str) -> String {
        let mut source = SourceText::new(0);
        source.put(format!("{signature}\n{{"));
        source.indent();
        first.iter().for_each(|lines| source.put(lines));
        self.declare(&mut source, body);
        self.statements(&mut source, body);
        self.keep(&mut source, body);
        source.put(last);
        source.outdent();
        source.put("}\n\n");
        source.text()
    }

    /// Declares the sockets, buffers and addresses of a function.
    fn declare(&self, source: &mut SourceText, body: usize) {
        let program = self.program;
        let used = program.used(body, &[BodyKind::Fork]);
        if !self.shared && !used.is_empty() {
            let names: Vec<String> = used
                .iter()
                .map(|variable| format!("{} = -1", program.name(*variable)))
                .collect();
            source.put(format!("int {};", names.join(", ")));
        }
        let calls = program.calls(body, &[BodyKind::Fork]);
        if calls
            .iter()
            .any(|site| matches!(site.call, Call::Recv { .. }))
        {
            source.put(format!("char buffer[{}];", program.room()));
        }
        let bulk = calls.iter().filter_map(|site| match &site.call {
            Call::Send {
                payload: Payload::Bytes(count),
                ..
            } => Some((*count).max(1)),
            _ => None,
        });
        if let Some(most) = bulk.max() {
            source.put(format!(
                "static char bulk[{most}];\nmemset(bulk, 'x', sizeof bulk);"
            ));
        }
        let addresses: BTreeSet<(bool, u16)> =
            calls.iter().filter_map(|site| address(site)).collect();
        for (own, port) in addresses {
            let host = if own {
                program.host
            } else {
                program.host.other()
            };
            let name = call::address_name(own, port);
            source.put(format!(
                "struct sockaddr_in {name} = {{.sin_family = AF_INET, .sin_port = htons({port})}};\n\
                 {name}.sin_addr.s_addr = inet_addr(\"{}\");",
                source_text::address(host),
            ));
        }
        if !used.is_empty() {
            source.put("\n");
        }
    }

    /// Marks descriptors that are only held as used, so that the compiler does not warn.
    fn keep(&self, source: &mut SourceText, body: usize) {
        if self.shared {
            return;
        }
        let calls = self.program.calls(body, &[BodyKind::Fork]);
        for variable in self.program.used(body, &[BodyKind::Fork]) {
            let is_used = calls.iter().any(|site| {
                site.socket == variable
                    && (site.makes != Some(variable) || site.call != Call::Socket)
            });
            if !is_used {
                source.put(format!(
                    "(void){}; // only held",
                    self.program.name(variable)
                ));
            }
        }
    }

    /// A body's statements, and the joins of the threads that it starts.
    fn statements(&self, source: &mut SourceText, body: usize) {
        let mut threads = Vec::new();
        for statement in &self.program.bodies[body].statements {
            match statement {
                Statement::Comment(text) => source.put(format!("// {}", comment(text))),
                Statement::Sleep(time, why) => {
                    source.put(format!("// {}", comment(why)));
                    source.put(format!("usleep({} * 1000);", time.as_millis()));
                }
                Statement::Call(site) => {
                    source.put(call::lines(&|variable| self.name(variable), site))
                }
                Statement::Exit => source.put("_exit(0);"),
                Statement::Start(other) => {
                    let started = &self.program.bodies[*other];
                    if started.kind == BodyKind::Fork {
                        source.put("if (fork() == 0) {");
                        source.indent();
                        self.statements(source, *other);
                        if !self.program.exits(*other) {
                            source.put("_exit(0);");
                        }
                        source.outdent();
                        source.put("}");
                    } else {
                        let name = &started.name;
                        source.put(format!(
                            "pthread_t {name};\npthread_create(&{name}, NULL, run_{name}, NULL);"
                        ));
                        threads.push(name);
                    }
                }
            }
        }
        for thread in threads {
            source.put(format!("pthread_join({thread}, NULL);"));
        }
    }

    fn name(&self, variable: usize) -> String {
        let name = self.program.name(variable);
        match self.shared {
            true => format!("shared.{name}"),
            false => name.to_owned(),
        }
    }
}

/// A text as a comment. A backslash at a line's end would make the next line a comment too.
fn comment(text: &str) -> String {
    let text = text.replace("/*", "/ *").replace("??/", "?? /");
    match text.strip_suffix('\\') {
        Some(rest) => format!("{rest}\\ ."),
        None => text,
    }
}

/// The address that a call needs: whether it is the host's own, and its port.
fn address(site: &CallSite) -> Option<(bool, u16)> {
    match site.call {
        Call::Bind { port } => Some((true, port)),
        Call::Listen { port, .. } if site.bound.is_none() => Some((true, port)),
        Call::Connect { port } => Some((false, port)),
        _ => None,
    }
}

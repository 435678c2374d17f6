//! C: the system calls themselves.

pub(crate) mod call;

use std::collections::BTreeSet;

use crate::codegen::source_text::{self, Page, head};
use crate::codegen::statements::{Deal, Plan, Role, Statement};
use crate::tcp::call::{Call, Payload};

/// Helpers, and the headers that calls need: each is written only where it is used.
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

pub(crate) fn program(plan: &Plan) -> String {
    let writer = Writer {
        plan,
        shared: plan.has_threads(),
    };
    let mut functions = String::new();
    for body in plan.threads() {
        let name = &plan.bodies[body].name;
        let signature = format!("static void *run_{name}(void *unused)");
        let first = ["(void)unused;".to_owned()];
        functions.push_str(&writer.function(&signature, &first, body, "return NULL;"));
    }
    for body in plan.programs() {
        let name = &plan.bodies[body].name;
        let signature = format!("static int run_{name}(void)");
        functions.push_str(&writer.function(&signature, &[], body, "return 0;"));
    }
    let programs: Vec<String> = plan
        .programs()
        .map(|body| {
            let name = &plan.bodies[body].name;
            format!("if (argc > 1 && strcmp(argv[1], \"{name}\") == 0)\n    return run_{name}();")
        })
        .collect();
    let main = match programs.is_empty() {
        true => "int main(void)",
        false => "int main(int argc, char **argv)",
    };
    functions.push_str(&writer.function(main, &programs, 0, "return 0;"));
    writer.whole(&functions)
}

struct Writer<'a> {
    plan: &'a Plan,
    /// Threads share the sockets: they stand in one struct.
    shared: bool,
}

impl Writer<'_> {
    fn whole(&self, functions: &str) -> String {
        let host = self.plan.host;
        let how = format!("cc -pthread -o {host} {host}.c && ./{host}");
        let note = match functions.contains("MSG_NOSIGNAL") {
            true => {
                "MSG_NOSIGNAL: on a broken connection send gives EPIPE, and does not end the program by SIGPIPE."
            }
            false => "",
        };
        let mut text = head("//", host, &how, note);
        let mut helpers = String::new();
        for (helper, sign) in [
            (CHECK, "check("),
            (TELL, "tell("),
            (SET, "set_option("),
            (SHOW, "show("),
        ] {
            if functions.contains(sign) {
                helpers.push_str(helper);
            }
        }
        if self.shared {
            let names: Vec<&str> = self
                .plan
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
        for (header, signs) in HEADERS {
            if signs.iter().any(|sign| code.contains(sign)) {
                text.push_str(&format!("#include <{header}>\n"));
            }
        }
        text.push('\n');
        text.push_str(code.trim_end());
        text.push('\n');
        text
    }

    fn function(&self, signature: &str, first: &[String], body: usize, last: &str) -> String {
        let mut page = Page::new(0);
        page.put(format!("{signature}\n{{"));
        page.indent();
        first.iter().for_each(|lines| page.put(lines));
        self.declare(&mut page, body);
        self.statements(&mut page, body);
        self.keep(&mut page, body);
        page.put(last);
        page.outdent();
        page.put("}\n\n");
        page.text()
    }

    /// What a function needs: its sockets, room for recv, the addresses.
    fn declare(&self, page: &mut Page, body: usize) {
        let plan = self.plan;
        let used = plan.used(body, &[Role::Fork]);
        if !self.shared && !used.is_empty() {
            let names: Vec<String> = used
                .iter()
                .map(|variable| format!("{} = -1", plan.name(*variable)))
                .collect();
            page.put(format!("int {};", names.join(", ")));
        }
        let calls = plan.calls(body, &[Role::Fork]);
        if calls
            .iter()
            .any(|deal| matches!(deal.call, Call::Recv { .. }))
        {
            page.put(format!("char buffer[{}];", plan.room()));
        }
        let bulk = calls.iter().filter_map(|deal| match &deal.call {
            Call::Send {
                payload: Payload::Bytes(count),
                ..
            } => Some((*count).max(1)),
            _ => None,
        });
        if let Some(most) = bulk.max() {
            page.put(format!(
                "static char bulk[{most}];\nmemset(bulk, 'x', sizeof bulk);"
            ));
        }
        let addresses: BTreeSet<(bool, u16)> =
            calls.iter().filter_map(|deal| address(deal)).collect();
        for (own, port) in addresses {
            let host = if own { plan.host } else { plan.host.other() };
            let name = call::address_name(own, port);
            page.put(format!(
                "struct sockaddr_in {name} = {{.sin_family = AF_INET, .sin_port = htons({port})}};\n\
                 {name}.sin_addr.s_addr = inet_addr(\"{}\");",
                source_text::address(host),
            ));
        }
        if !used.is_empty() {
            page.put("\n");
        }
    }

    /// The compiler shall not think that a descriptor is of no use that is only held.
    fn keep(&self, page: &mut Page, body: usize) {
        if self.shared {
            return;
        }
        let calls = self.plan.calls(body, &[Role::Fork]);
        for variable in self.plan.used(body, &[Role::Fork]) {
            let is_used = calls.iter().any(|deal| {
                deal.socket == variable
                    && (deal.makes != Some(variable) || deal.call != Call::Socket)
            });
            if !is_used {
                page.put(format!("(void){}; // only held", self.plan.name(variable)));
            }
        }
    }

    /// A body's statements, up to the end of the threads that it starts.
    fn statements(&self, page: &mut Page, body: usize) {
        let mut threads = Vec::new();
        for statement in &self.plan.bodies[body].statements {
            match statement {
                Statement::Comment(text) => page.put(format!("// {}", comment(text))),
                Statement::Rest(time, why) => {
                    page.put(format!("// {}", comment(why)));
                    page.put(format!("usleep({} * 1000);", time.as_millis()));
                }
                Statement::Call(deal) => {
                    page.put(call::lines(&|variable| self.name(variable), deal))
                }
                Statement::Exit => page.put("_exit(0);"),
                Statement::Start(other) => {
                    let started = &self.plan.bodies[*other];
                    if started.role == Role::Fork {
                        page.put("if (fork() == 0) {");
                        page.indent();
                        self.statements(page, *other);
                        if !self.plan.exits(*other) {
                            page.put("_exit(0);");
                        }
                        page.outdent();
                        page.put("}");
                    } else {
                        let name = &started.name;
                        page.put(format!(
                            "pthread_t {name};\npthread_create(&{name}, NULL, run_{name}, NULL);"
                        ));
                        threads.push(name);
                    }
                }
            }
        }
        for thread in threads {
            page.put(format!("pthread_join({thread}, NULL);"));
        }
    }

    fn name(&self, variable: usize) -> String {
        let name = self.plan.name(variable);
        match self.shared {
            true => format!("shared.{name}"),
            false => name.to_owned(),
        }
    }
}

/// A backslash at a line's end would make the next line a comment too.
fn comment(text: &str) -> String {
    let text = text.replace("/*", "/ *").replace("??/", "?? /");
    match text.strip_suffix('\\') {
        Some(rest) => format!("{rest}\\ ."),
        None => text,
    }
}

/// The address that a call needs: whose, and its port.
fn address(deal: &Deal) -> Option<(bool, u16)> {
    match deal.call {
        Call::Bind { port } => Some((true, port)),
        Call::Listen { port, .. } if deal.bound.is_none() => Some((true, port)),
        Call::Connect { port } => Some((false, port)),
        _ => None,
    }
}

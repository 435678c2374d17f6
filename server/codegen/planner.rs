//! A script's steps → the statements of one host's program.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::codegen::schedule::{Pause, pauses};
use crate::codegen::source_text::{comment_text, identifier};
use crate::codegen::statements::{Body, BodyKind, CallSite, HostProgram, Statement, Variable};
use crate::event::host::Host;
use crate::script::ast::{
    Action, Beginning, Expectation, HostAction, Outcome, Script, Signal, Step,
};
use crate::tcp::call::{Call, SocketOption};
use crate::tcp::errno;

/// The program of `host` in a script, or in the lines before line `before`.
pub(crate) fn host_program(script: &Script, host: Host, before: Option<usize>) -> HostProgram {
    let (pauses, ends) = pauses(script);
    let mut planner = Planner {
        script,
        program: HostProgram {
            host,
            variables: Vec::new(),
            bodies: Vec::new(),
        },
        actors: BTreeMap::new(),
        tables: Vec::new(),
        identifiers: BTreeSet::new(),
    };
    planner.enter(host.name(), BodyKind::Main, Vec::new());
    for (step, pause) in script.steps.iter().zip(&pauses) {
        if before.is_none_or(|before| step.line < before) {
            planner.step(step, pause);
        }
    }
    if before.is_none() {
        planner.end(&ends);
    }
    planner.program
}

struct Planner<'a> {
    script: &'a Script,
    program: HostProgram,
    actors: BTreeMap<String, ActorContext>,
    /// The sockets of each process.
    tables: Vec<BTreeMap<String, SocketEntry>>,
    /// The identifiers so far.
    identifiers: BTreeSet<String>,
}

/// Where an actor's statements go.
#[derive(Clone, Copy)]
struct ActorContext {
    body: usize,
    table: usize,
    /// The index of the call statement that was left running.
    left: Option<usize>,
}

/// The socket that a name stands for at this line of the script.
#[derive(Clone, Copy)]
struct SocketEntry {
    variable: usize,
    open: bool,
    nonblocking: bool,
    bound: Option<u16>,
}

impl Planner<'_> {
    /// Adds an actor with a body and a process of its own.
    fn enter(&mut self, name: &str, kind: BodyKind, statements: Vec<Statement>) -> usize {
        let table = self.tables.len();
        self.tables.push(BTreeMap::new());
        self.enter_at(name, kind, table, statements)
    }

    /// Adds an actor to the process of a table.
    fn enter_at(
        &mut self,
        name: &str,
        kind: BodyKind,
        table: usize,
        statements: Vec<Statement>,
    ) -> usize {
        let body = self.program.bodies.len();
        let identifier = self.identifier(name);
        self.program.bodies.push(Body {
            name: identifier,
            kind,
            statements,
        });
        let actor = ActorContext {
            body,
            table,
            left: None,
        };
        self.actors.insert(name.to_owned(), actor);
        body
    }

    /// A new identifier for a name of the script: with a number where the name is used again.
    fn identifier(&mut self, name: &str) -> String {
        let first = identifier(name);
        let mut unique = first.clone();
        let mut number = 2;
        while !self.identifiers.insert(unique.clone()) {
            unique = format!("{first}{number}");
            number += 1;
        }
        unique
    }

    fn push(&mut self, body: usize, statement: Statement) {
        self.program.bodies[body].statements.push(statement);
    }

    /// The body of the host's first actor. Comments that concern no actor stand there.
    fn main(&self) -> usize {
        self.actors[self.program.host.name()].body
    }

    fn comment(&mut self, body: usize, text: impl Into<String>) {
        self.push(body, Statement::Comment(comment_text(&text.into())));
    }

    fn pause(&mut self, body: usize, pause: &Pause) {
        if pause.time.is_zero() {
            return;
        }
        let lines = pause
            .meanwhile
            .iter()
            .map(|step| action_text(&self.script.steps[*step]));
        let lines: Vec<String> = lines.collect();
        let why = match lines.is_empty() {
            true => "until all that was sent is acknowledged".into(),
            false => format!("meanwhile: {}", lines.join("; ")),
        };
        self.push(body, Statement::Sleep(pause.time, comment_text(&why)));
    }

    fn step(&mut self, step: &Step, pause: &Pause) {
        match &step.action {
            Action::Call {
                actor,
                on,
                named,
                call,
            } => {
                if let Some(who) = self.actors.get(actor).copied() {
                    self.pause(who.body, pause);
                    self.comment(who.body, &step.text);
                    self.call(step, actor, who, [on, named], call);
                }
            }
            Action::Start {
                actor,
                name,
                beginning,
            } => self.start(step, actor, name, *beginning),
            Action::Wait { actor } => {
                if let Some(who) = self.actors.get_mut(actor)
                    && let Some(left) = who.left
                {
                    let body = who.body;
                    let still = step.expected.contains(&Outcome::Blocked);
                    who.left = Some(left).filter(|_| still);
                    let may_fail = may_fail(&step.expected);
                    if let Statement::Call(site) = &mut self.program.bodies[body].statements[left] {
                        site.may_fail |= may_fail;
                    }
                    // The comment stands above the call to which it belongs.
                    if let Statement::Comment(text) =
                        &mut self.program.bodies[body].statements[left - 1]
                    {
                        *text = format!("{text}; {}", comment_text(&step.text));
                    }
                }
            }
            Action::Signal { actor, signal } => self.signal(step, actor, *signal, pause),
            Action::Exit { actor } => {
                if let Some(who) = self.actors.get(actor).copied() {
                    self.pause(who.body, pause);
                    self.comment(who.body, &step.text);
                    self.push(who.body, Statement::Exit);
                    self.gone(who.table);
                }
            }
            Action::Host { host, action } => self.host_action(step, *host, action),
            Action::Wire(_) => {
                let main = self.main();
                self.comment(main, format!("{}: the lab's doing", step.text));
            }
            Action::Check { what, .. } => {
                let (Expectation::State { host, .. }
                | Expectation::Sent { host, .. }
                | Expectation::Queue { host, .. }) = what;
                if *host == self.program.host {
                    let main = self.main();
                    self.comment(main, &step.text);
                }
            }
            Action::Sleep(_) | Action::Settle => {}
        }
    }

    fn call(
        &mut self,
        step: &Step,
        name: &str,
        who: ActorContext,
        [on, named]: [&str; 2],
        call: &Call,
    ) {
        let waits = step.background || step.expected.contains(&Outcome::Blocked);
        let found = self.tables[who.table].get(on).copied();
        let opens = matches!(
            call,
            Call::Socket | Call::Bind { .. } | Call::Listen { .. } | Call::Connect { .. }
        );
        let is_new = opens && (*call == Call::Socket || !found.is_some_and(|found| found.open));
        let may_fail = may_fail(&step.expected);
        let socket = match (found, is_new) {
            (_, true) => self.make(who.table, named, is_listening(self.script, step, on)),
            (Some(found), false) => found,
            (None, false) => {
                return self.comment(who.body, "there is no such socket: EBADF");
            }
        };
        let makes = match call {
            Call::Accept | Call::Dup if !never_gives(&step.expected) => {
                let listens = *call == Call::Dup && self.program.variables[socket.variable].listens;
                Some(self.make(who.table, named, listens).variable)
            }
            _ => is_new.then_some(socket.variable),
        };
        let site = CallSite {
            socket: socket.variable,
            makes,
            call: call.clone(),
            bound: socket.bound,
            may_fail: may_fail || !socket.open,
            nonblocking: socket.nonblocking,
            closed: !socket.open,
        };
        self.push(who.body, Statement::Call(site));
        let last = self.program.bodies[who.body].statements.len() - 1;
        if let Some(actor) = self.actors.get_mut(name) {
            actor.left = waits.then_some(last);
        }
        let key = if is_new { named } else { on };
        if let Some(socket) = self.tables[who.table].get_mut(key) {
            match call {
                Call::Close => socket.open = false,
                Call::Bind { port } | Call::Listen { port, .. } => {
                    socket.bound = socket.bound.or(Some(*port));
                }
                Call::Set(SocketOption::NonBlock(nonblocking)) => socket.nonblocking = *nonblocking,
                _ => {}
            }
        }
    }

    /// Adds a socket with a variable of its own.
    fn make(&mut self, table: usize, name: &str, listens: bool) -> SocketEntry {
        let identifier = self.identifier(name);
        let socket = SocketEntry {
            variable: self.program.variables.len(),
            open: true,
            nonblocking: false,
            bound: None,
        };
        self.program.variables.push(Variable {
            name: identifier,
            listens,
        });
        self.tables[table].insert(name.to_owned(), socket);
        socket
    }

    fn start(&mut self, step: &Step, actor: &str, name: &str, beginning: Beginning) {
        if beginning == Beginning::Process {
            if actor == self.program.host.name() {
                let body = self.enter(name, BodyKind::Program, Vec::new());
                self.comment(body, &step.text);
            }
            return;
        }
        let Some(who) = self.actors.get(actor).copied() else {
            return;
        };
        self.comment(who.body, &step.text);
        let body = if beginning == Beginning::Thread {
            self.enter_at(name, BodyKind::Thread, who.table, Vec::new())
        } else {
            let body = self.enter(name, BodyKind::Fork, Vec::new());
            let inherited = self.tables[who.table].clone();
            let table = self.actors[name].table;
            self.tables[table] = inherited;
            body
        };
        self.push(who.body, Statement::Start(body));
    }

    fn signal(&mut self, step: &Step, actor: &str, signal: Signal, pause: &Pause) {
        let Some(who) = self.actors.get(actor).copied() else {
            return;
        };
        // The first actor of the process.
        let mut of_process = self.actors.values().filter(|one| one.table == who.table);
        let first = of_process.by_ref().min_by_key(|one| one.body).copied();
        let first = first.unwrap_or(who);
        if signal != Signal::Kill {
            return self.comment(first.body, format!("{}: from outside", step.text));
        }
        if first.left.is_some() {
            self.comment(
                first.body,
                format!("{}: from outside, while this waits", step.text),
            );
        } else {
            self.pause(first.body, pause);
            let text = format!("{}: ending at once does the same to its sockets", step.text);
            self.comment(first.body, text);
            self.push(first.body, Statement::Exit);
        }
        self.gone(who.table);
    }

    /// Forgets the sockets of a process that has ended.
    fn gone(&mut self, table: usize) {
        self.tables[table].clear();
    }

    fn host_action(&mut self, step: &Step, host: Host, action: &HostAction) {
        let main = self.main();
        self.comment(main, format!("{}: the lab's doing", step.text));
        if host == self.program.host && *action == HostAction::Crash {
            self.tables.iter_mut().for_each(BTreeMap::clear);
        }
        if host == self.program.host && *action == HostAction::Boot {
            let body = self.enter(host.name(), BodyKind::Program, Vec::new());
            self.comment(body, format!("{}: the host has started again", step.text));
        }
    }

    /// Keeps the programs running to the end of the script: a program that ends closes its sockets, a script does not.
    fn end(&mut self, ends: &BTreeMap<String, Pause>) {
        for (name, who) in self.actors.clone() {
            let open: BTreeSet<usize> = self.tables[who.table]
                .values()
                .filter(|socket| socket.open && !self.program.variables[socket.variable].listens)
                .map(|socket| socket.variable)
                .collect();
            let body = &self.program.bodies[who.body];
            let over = self.program.exits(who.body);
            if open.is_empty() || over || body.kind == BodyKind::Thread {
                continue;
            }
            let names: Vec<&str> = open.iter().map(|open| self.program.name(*open)).collect();
            let names = names.join(", ");
            let why = format!("{names} stays open to the end of the script; what ends closes it");
            let time = ends.get(&name).map_or(Duration::ZERO, |pause| pause.time);
            self.push(who.body, Statement::Sleep(time, why));
        }
    }
}

/// Whether the script expects an error, which then must not end the program.
fn may_fail(expected: &[Outcome]) -> bool {
    expected.iter().any(is_error)
}

/// Whether the script expects nothing but errors of a call.
fn never_gives(expected: &[Outcome]) -> bool {
    !expected.is_empty() && expected.iter().all(is_error)
}

fn is_error(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Words(words) if words.iter().any(|word| errno::is_name(word)))
}

/// Whether the socket that a step makes will listen. The lines up to the next socket of that name decide.
fn is_listening(script: &Script, made: &Step, name: &str) -> bool {
    let is_mine = |step: &&Step| match (&step.action, &made.action) {
        (
            Action::Call {
                actor, on, call, ..
            },
            Action::Call { actor: maker, .. },
        ) => actor == maker && on == name && (step.line == made.line || *call != Call::Socket),
        _ => false,
    };
    script
        .steps
        .iter()
        .filter(|step| step.line >= made.line)
        .filter(is_mine)
        .map_while(|step| match &step.action {
            Action::Call { call, .. } if *call != Call::Close => Some(call),
            _ => None,
        })
        .any(|call| matches!(call, Call::Listen { .. }))
}

/// A step's text without its label and its expected result.
fn action_text(step: &Step) -> String {
    let action: String = step.text.chars().skip(step.column - step.begin).collect();
    match action.rfind("=>") {
        Some(end) if !step.expected.is_empty() => action[..end].trim_end().to_owned(),
        _ => action,
    }
}

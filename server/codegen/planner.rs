//! A script's steps → the statements of one host's program.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::codegen::schedule::{Rest, rests};
use crate::codegen::source_text::{plain, sentence};
use crate::codegen::statements::{Body, Deal, Plan, Role, Statement, Variable};
use crate::event::host::Host;
use crate::script::ast::{
    Action, Beginning, Expectation, HostAction, Outcome, Script, Signal, Step,
};
use crate::tcp::call::{Call, SocketOption};
use crate::tcp::errno;

/// The statements of `host` in a script, or in its lines before one.
pub(crate) fn plan(script: &Script, host: Host, before: Option<usize>) -> Plan {
    let (rests, ends) = rests(script);
    let mut planner = Planner {
        script,
        plan: Plan {
            host,
            variables: Vec::new(),
            bodies: Vec::new(),
        },
        actors: BTreeMap::new(),
        tables: Vec::new(),
        names: BTreeSet::new(),
    };
    planner.enter(host.name(), Role::Main, Vec::new());
    for (step, rest) in script.steps.iter().zip(&rests) {
        if before.is_none_or(|before| step.line < before) {
            planner.step(step, rest);
        }
    }
    if before.is_none() {
        planner.end(&ends);
    }
    planner.plan
}

struct Planner<'a> {
    script: &'a Script,
    plan: Plan,
    actors: BTreeMap<String, Actor>,
    /// The sockets of each process.
    tables: Vec<BTreeMap<String, Socket>>,
    /// Identifiers that are taken.
    names: BTreeSet<String>,
}

#[derive(Clone, Copy)]
struct Actor {
    body: usize,
    table: usize,
    /// The statement of a call that was left running.
    left: Option<usize>,
}

#[derive(Clone, Copy)]
struct Socket {
    variable: usize,
    open: bool,
    restless: bool,
    bound: Option<u16>,
}

impl Planner<'_> {
    /// An actor comes, with a body of its own; and its process, where it has no table.
    fn enter(&mut self, name: &str, role: Role, statements: Vec<Statement>) -> usize {
        let table = self.tables.len();
        self.tables.push(BTreeMap::new());
        self.enter_at(name, role, table, statements)
    }

    fn enter_at(&mut self, name: &str, role: Role, table: usize, says: Vec<Statement>) -> usize {
        let body = self.plan.bodies.len();
        let identifier = self.identifier(name);
        self.plan.bodies.push(Body {
            name: identifier,
            role,
            statements: says,
        });
        let actor = Actor {
            body,
            table,
            left: None,
        };
        self.actors.insert(name.to_owned(), actor);
        body
    }

    fn identifier(&mut self, name: &str) -> String {
        let mut identifier = plain(name);
        let mut number = 2;
        while !self.names.insert(identifier.clone()) {
            identifier = format!("{}{number}", plain(name));
            number += 1;
        }
        identifier
    }

    fn say(&mut self, body: usize, statement: Statement) {
        self.plan.bodies[body].statements.push(statement);
    }

    /// The body of the host's first actor, where what concerns no actor is said.
    fn main(&self) -> usize {
        self.actors[self.plan.host.name()].body
    }

    fn comment(&mut self, body: usize, text: impl Into<String>) {
        self.say(body, Statement::Comment(sentence(&text.into())));
    }

    fn rest(&mut self, body: usize, rest: &Rest) {
        if rest.time.is_zero() {
            return;
        }
        let lines = rest
            .meanwhile
            .iter()
            .map(|step| action_of(&self.script.steps[*step]));
        let lines: Vec<String> = lines.collect();
        let why = match lines.is_empty() {
            true => "until all that was sent is acknowledged".into(),
            false => format!("meanwhile: {}", lines.join("; ")),
        };
        self.say(body, Statement::Rest(rest.time, sentence(&why)));
    }

    fn step(&mut self, step: &Step, rest: &Rest) {
        match &step.action {
            Action::Call {
                actor,
                on,
                named,
                call,
            } => {
                if let Some(who) = self.actors.get(actor).copied() {
                    self.rest(who.body, rest);
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
                    if let Statement::Call(deal) = &mut self.plan.bodies[body].statements[left] {
                        deal.may_fail |= may_fail;
                    }
                    // Said above the call that it is about.
                    if let Statement::Comment(text) =
                        &mut self.plan.bodies[body].statements[left - 1]
                    {
                        *text = format!("{text}; {}", sentence(&step.text));
                    }
                }
            }
            Action::Signal { actor, signal } => self.signal(step, actor, *signal, rest),
            Action::Exit { actor } => {
                if let Some(who) = self.actors.get(actor).copied() {
                    self.rest(who.body, rest);
                    self.comment(who.body, &step.text);
                    self.say(who.body, Statement::Exit);
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
                if *host == self.plan.host {
                    let main = self.main();
                    self.comment(main, &step.text);
                }
            }
            Action::Sleep(_) | Action::Settle => {}
        }
    }

    fn call(&mut self, step: &Step, name: &str, who: Actor, [on, named]: [&str; 2], call: &Call) {
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
                let listens = *call == Call::Dup && self.plan.variables[socket.variable].listens;
                Some(self.make(who.table, named, listens).variable)
            }
            _ => is_new.then_some(socket.variable),
        };
        let deal = Deal {
            socket: socket.variable,
            makes,
            call: call.clone(),
            bound: socket.bound,
            may_fail: may_fail || !socket.open,
            restless: socket.restless,
            closed: !socket.open,
        };
        self.say(who.body, Statement::Call(deal));
        let last = self.plan.bodies[who.body].statements.len() - 1;
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
                Call::Set(SocketOption::NonBlock(restless)) => socket.restless = *restless,
                _ => {}
            }
        }
    }

    /// A socket with a variable of its own.
    fn make(&mut self, table: usize, name: &str, listens: bool) -> Socket {
        let identifier = self.identifier(name);
        let socket = Socket {
            variable: self.plan.variables.len(),
            open: true,
            restless: false,
            bound: None,
        };
        self.plan.variables.push(Variable {
            name: identifier,
            listens,
        });
        self.tables[table].insert(name.to_owned(), socket);
        socket
    }

    fn start(&mut self, step: &Step, actor: &str, name: &str, beginning: Beginning) {
        if beginning == Beginning::Process {
            if actor == self.plan.host.name() {
                let body = self.enter(name, Role::Program, Vec::new());
                self.comment(body, &step.text);
            }
            return;
        }
        let Some(who) = self.actors.get(actor).copied() else {
            return;
        };
        self.comment(who.body, &step.text);
        let body = if beginning == Beginning::Thread {
            self.enter_at(name, Role::Thread, who.table, Vec::new())
        } else {
            let body = self.enter(name, Role::Fork, Vec::new());
            let inherited = self.tables[who.table].clone();
            let table = self.actors[name].table;
            self.tables[table] = inherited;
            body
        };
        self.say(who.body, Statement::Start(body));
    }

    fn signal(&mut self, step: &Step, actor: &str, signal: Signal, rest: &Rest) {
        let Some(who) = self.actors.get(actor).copied() else {
            return;
        };
        // The first actor of that process.
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
            self.rest(first.body, rest);
            let text = format!("{}: ending at once does the same to its sockets", step.text);
            self.comment(first.body, text);
            self.say(first.body, Statement::Exit);
        }
        self.gone(who.table);
    }

    /// The actors of a process are no more.
    fn gone(&mut self, table: usize) {
        self.tables[table].clear();
    }

    fn host_action(&mut self, step: &Step, host: Host, action: &HostAction) {
        let main = self.main();
        self.comment(main, format!("{}: the lab's doing", step.text));
        if host == self.plan.host && *action == HostAction::Crash {
            self.tables.iter_mut().for_each(BTreeMap::clear);
        }
        if host == self.plan.host && *action == HostAction::Boot {
            let body = self.enter(host.name(), Role::Program, Vec::new());
            self.comment(body, format!("{}: the host has started again", step.text));
        }
    }

    /// A program that ends closes its sockets, which a script does not: it stays until the script is over.
    fn end(&mut self, ends: &BTreeMap<String, Rest>) {
        for (name, who) in self.actors.clone() {
            let open: BTreeSet<usize> = self.tables[who.table]
                .values()
                .filter(|socket| socket.open && !self.plan.variables[socket.variable].listens)
                .map(|socket| socket.variable)
                .collect();
            let body = &self.plan.bodies[who.body];
            let over = self.plan.exits(who.body);
            if open.is_empty() || over || body.role == Role::Thread {
                continue;
            }
            let names: Vec<&str> = open.iter().map(|open| self.plan.name(*open)).collect();
            let names = names.join(", ");
            let why = format!("{names} stays open to the end of the script; what ends closes it");
            let time = ends.get(&name).map_or(Duration::ZERO, |rest| rest.time);
            self.say(who.body, Statement::Rest(time, why));
        }
    }
}

/// Whether an error must not end the program.
fn may_fail(expected: &[Outcome]) -> bool {
    expected.iter().any(is_error)
}

/// Whether a call is there to fail, whatever its error.
fn never_gives(expected: &[Outcome]) -> bool {
    !expected.is_empty() && expected.iter().all(is_error)
}

fn is_error(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Words(words) if words.iter().any(|word| errno::is_name(word)))
}

/// Whether the socket that a step makes will listen: before its name is given to another one.
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

/// A step's text without its label and what it must give.
fn action_of(step: &Step) -> String {
    let action: String = step.text.chars().skip(step.column - step.begin).collect();
    match action.rfind("=>") {
        Some(end) if !step.expected.is_empty() => action[..end].trim_end().to_owned(),
        _ => action,
    }
}

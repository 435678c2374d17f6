//! The wire, touched by hand while a run goes on: at once, also in the middle of a line.
//!
//! A script's lines come one after the other, and what flies was sent by one that has begun. So what a hand does to a
//! segment that flies is written *before* the line in which it was sent: played again, the order is there when it leaves.
//! It is written as it was said where it meant no other segment that was sent since that line, else for this one
//! segment, by its numbers. What concerns only what is sent from now on comes after the line that is being played.

use crate::event::{Segment, StepPhase};
use crate::lab::run::control::{LineRejection, QueuedLine};
use crate::lab::run::director::{Director, Interruption, Mark};
use crate::lab::sandbox::clock::now;
use crate::script::Filter;
use crate::script::ast::{Action, Step, WireAction};

/// What a hand's order does, and where that is written.
#[derive(Default)]
struct Plan {
    /// The segments that fly and that it concerns.
    caught: Vec<Segment>,
    /// Lines, and before which line each comes.
    before: Vec<(usize, String)>,
    /// What comes after the line that is being played.
    after: Option<String>,
}

impl Director<'_, '_> {
    /// What is sent from now on is sent in, or before, this line. What concerns the wire is played when nothing is under
    /// way any more; so it is written before the last line that began so, and never between a line that is left running
    /// and the next.
    pub(crate) fn mark(&mut self, line: usize) {
        let since = self.engine.timeline.len();
        let left_running = self
            .composer
            .before(line)
            .is_some_and(|step| step.background);
        let under_way = left_running || !self.engine.wire.is_empty();
        let before = self.marks.last().filter(|_| under_way);
        let line = before.map_or(line, |mark| mark.line);
        self.marks.push(Mark { since, line });
    }

    /// A line for the wire that can be taken now. While a call sleeps because the wire is held, the wire is not released:
    /// first the call is found blocked, so that the script can say both.
    pub(crate) fn next_wire_edit(&mut self) -> Option<QueuedLine> {
        if self.resting {
            return None; // all lines are taken in their order
        }
        let said = self.control.take(true)?;
        let releases = matches!(said.wire, Some(WireAction::Release(_)));
        if releases && self.collecting && self.engine.wire.is_held() {
            self.control.put_back(said);
            return None;
        }
        Some(said)
    }

    /// Does what a line for the wire says, and writes it where it belongs.
    pub(crate) fn edit_wire(&mut self, said: QueuedLine) -> Result<(), Interruption> {
        self.heard = now();
        self.engine.turn(now())?; // what was sent by now was sent before
        let admitted = self.composer.try_line(self.tail + 1, said.text.trim());
        let step = match admitted.and_then(|step| self.possible(step)) {
            Ok(step) => step,
            Err(mistakes) => {
                said.refuse(LineRejection::Mistakes(mistakes));
                return Ok(());
            }
        };
        let Action::Wire(action) = &step.action else {
            return Ok(()); // it was told by its action
        };
        let plan = self.plan(action, &step.text);
        let line = self.write(&plan);
        said.begun(line);
        if !self.playing && plan.after.is_some() {
            // It is a line like others.
            let step = Step { line, ..step };
            self.play_step(&step, &|director, step| match &step.action {
                Action::Wire(action) => {
                    director.carry_out(action, &plan.caught)?;
                    director.settle()
                }
                _ => Ok(()),
            })?;
            return Ok(());
        }
        self.emit_step(line, Some(&step), StepPhase::Begin);
        if let Some(label) = &step.label {
            let begun = self.engine.timeline.len();
            self.labels.insert(label.clone(), begun);
        }
        self.carry_out(action, &plan.caught)?;
        if plan.after.is_some() && matches!(action, WireAction::Hold(_) | WireAction::Cut) {
            self.engine.wire.noted.get_or_insert_default();
        }
        self.emit_step(line, Some(&step), StepPhase::End);
        Ok(())
    }

    /// Decides what an order concerns that flies, and how that is written.
    fn plan(&self, action: &WireAction, text: &str) -> Plan {
        let wire = &self.engine.wire;
        let any = Filter::any();
        let (filter, most, verb) = match action {
            WireAction::Drop(count, filter) => {
                let held = wire
                    .held()
                    .filter(|segment| filter.matches(segment))
                    .count();
                (filter, (*count as usize).saturating_sub(held), "drop")
            }
            WireAction::Hold(filter) => (filter, usize::MAX, "hold"),
            WireAction::Duplicate(filter) => {
                let is_held = wire.held().any(|segment| filter.matches(segment));
                (filter, usize::from(!is_held), "duplicate")
            }
            WireAction::Cut => (&any, usize::MAX, "drop"),
            _ => (&any, 0, ""),
        };
        let mut caught = wire.flying(filter);
        caught.truncate(most);
        let after = Some(text.to_owned());
        // An order that comes in the middle of a line concerns what the line sends from here on.
        let here = self.marks.last().filter(|_| self.playing && most > 0);
        let places = caught.iter().map(|segment| self.place(segment.id));
        let Some(first) = places.min().or(here.map(|mark| mark.line)) else {
            return Plan {
                after,
                ..Plan::default()
            };
        };
        let meant = self.sent_since(first);
        let meant: Vec<u32> = meant
            .filter(|segment| filter.matches(segment))
            .map(|segment| segment.id)
            .collect();
        let ids: Vec<u32> = caught.iter().map(|segment| segment.id).collect();
        let means_these = match action {
            // It would go on meaning those that came before.
            WireAction::Hold(_) | WireAction::Cut => {
                let stays = |id: &u32| ids.contains(id) || wire.held().any(|held| held.id == *id);
                meant.iter().all(stays)
            }
            WireAction::Drop(count, _) if *count as usize != most => false, // some are held
            _ if ids.len() == most => meant.starts_with(&ids),
            _ => meant == ids,
        };
        if means_these {
            return Plan {
                caught,
                before: vec![(first, text.to_owned())],
                after: None,
            };
        }
        let exact = |segment: &Segment| format!("wire {verb} {}", Filter::exactly(segment));
        let before = caught
            .iter()
            .map(|segment| (self.place(segment.id), exact(segment)));
        let after = match action {
            WireAction::Drop(count, filter) => {
                let left = *count as usize - caught.len();
                match caught.is_empty() {
                    true => after,
                    false => (left > 0).then(|| format!("wire drop {left} {filter}")),
                }
            }
            WireAction::Duplicate(_) => after.filter(|_| caught.is_empty()),
            _ => after,
        };
        Plan {
            before: before.collect(),
            caught,
            after,
        }
    }

    /// Writes it into the script; the number of its line.
    fn write(&mut self, plan: &Plan) -> usize {
        let before = self.write_before(plan.before.clone());
        let mut line = before.unwrap_or(self.tail + 1);
        if let Some(text) = &plan.after {
            self.note_pause();
            let spliced = self.composer.replace(self.tail + 1, 0, vec![text.clone()]);
            if self.emit_splice(spliced).is_none() {
                self.tail += 1;
                line = self.tail;
            }
        }
        line
    }

    /// Writes lines, each before another; the number of the first of them.
    fn write_before(&mut self, mut lines: Vec<(usize, String)>) -> Option<usize> {
        let mut first = None;
        // From the last on, so that the places of the others stay.
        lines.sort_by_key(|(place, _)| *place);
        for (place, text) in lines.into_iter().rev() {
            let spliced = self.composer.replace(place, 0, vec![text]);
            if self.emit_splice(spliced).is_some() {
                continue; // there is no room: it is done all the same
            }
            first = Some(place);
            self.tail += 1;
            self.line += usize::from(place <= self.line);
            self.marks
                .iter_mut()
                .filter(|mark| mark.line >= place)
                .for_each(|mark| mark.line += 1);
        }
        first
    }

    /// What a line sent after the wire was held, or cut, in its middle is held, or lost, when it is played again too.
    pub(crate) fn note_caught(&mut self) {
        let noted = self.engine.wire.noted.take().unwrap_or_default();
        let lines = noted.into_iter().map(|(verb, segment)| {
            let exactly = Filter::exactly(&segment);
            (self.place(segment.id), format!("wire {verb} {exactly}"))
        });
        let lines = lines.collect();
        self.write_before(lines);
    }

    fn carry_out(&mut self, action: &WireAction, caught: &[Segment]) -> Result<(), Interruption> {
        for Segment { id, .. } in caught {
            let wire = &mut self.engine.wire;
            let told = match action {
                WireAction::Drop(..) => wire.lose_flying(*id).map(|lost| (lost, None)),
                WireAction::Hold(_) => wire.hold_flying(*id).map(|held| (held, None)),
                WireAction::Duplicate(_) => wire.copy_flying(*id),
                _ => None, // the action itself
            };
            if let Some(told) = told {
                self.engine.emit_segment(now(), told);
            }
        }
        match action {
            WireAction::Drop(count, filter) => match *count as usize - caught.len() {
                0 => Ok(()),
                left => self.wire_action(&WireAction::Drop(left as u32, filter.clone())),
            },
            WireAction::Duplicate(_) if !caught.is_empty() => Ok(()),
            WireAction::Hold(_) => {
                self.engine.wire.holds_by_control = true;
                self.wire_action(action)
            }
            _ => self.wire_action(action),
        }
    }

    /// The line before which is written what concerns a segment.
    fn place(&self, id: u32) -> usize {
        let mut sent = self.engine.sent.iter().rev();
        let sent = sent.find(|(_, segment)| segment.id == id);
        let mut marks = self.marks.iter().rev();
        let mark = match sent {
            Some((seq, _)) => marks.find(|mark| mark.since <= *seq),
            None => marks.next(), // a copy, which nobody sent
        };
        mark.map_or(1, |mark| mark.line)
    }

    /// The segments that were sent in, or before, a line and those after it.
    fn sent_since(&self, line: usize) -> impl Iterator<Item = &Segment> {
        let mark = self.marks.iter().find(|mark| mark.line >= line);
        let since = mark.map_or(0, |mark| mark.since);
        let first = self.engine.sent.partition_point(|(seq, _)| *seq < since);
        self.engine.sent[first..].iter().map(|(_, segment)| segment)
    }
}

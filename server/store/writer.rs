//! The one thread that writes. What is ordered while it writes is written together, in one transaction, and each order
//! is answered when that is on the disk: a hundred who keep at once wait for the disk a few times, not a hundred times.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender};

use rusqlite::{Connection, OptionalExtension, Savepoint, TransactionBehavior, params};

use crate::store::day::Day;
use crate::store::error::StoreError;
use crate::store::events::Events;

/// A recording that was visited or made so many days ago, or later, is not given up.
const PROTECTED_DAYS: i64 = 90;
/// How many orders are carried out in one transaction at most.
const BATCH: usize = 64;

/// What the thread is told.
pub(crate) enum Order {
    Keep(Box<Keep>),
    /// Somebody opened a recording on that day.
    Visit(String, Day),
}

/// A recording to keep.
pub(crate) struct Keep {
    pub(crate) id: String,
    /// As JSON.
    pub(crate) about: String,
    pub(crate) events: Events,
    pub(crate) today: Day,
    /// Told when it is kept, or why it is not.
    pub(crate) done: SyncSender<Result<(), StoreError>>,
}

/// What the thread has.
pub(crate) struct Writer {
    pub(crate) file: PathBuf,
    pub(crate) connection: Connection,
    /// How many bytes the database may take.
    pub(crate) limit: u64,
    /// Recordings that are never given up.
    pub(crate) pinned: BTreeSet<String>,
}

impl Writer {
    /// Carries out orders until nobody can give any more.
    pub(crate) fn work(mut self, orders: &Receiver<Order>) {
        while let Ok(first) = orders.recv() {
            let more = orders.try_iter().take(BATCH - 1);
            let batch: Vec<Order> = std::iter::once(first).chain(more).collect();
            let outcomes = self
                .carry_out(&batch)
                .map_err(|source| StoreError::write(&self.file, source));
            for (index, order) in batch.iter().enumerate() {
                if let Order::Keep(keep) = order {
                    let outcome = outcomes.as_ref().map_err(Clone::clone);
                    // Whoever asked may be gone; it is kept all the same.
                    let _ = keep.done.send(outcome.and_then(|all| all[index].clone()));
                }
            }
        }
    }

    /// One transaction; what became of each order.
    fn carry_out(&mut self, batch: &[Order]) -> rusqlite::Result<Vec<Result<(), StoreError>>> {
        let Writer {
            connection,
            limit,
            pinned,
            ..
        } = self;
        let mut transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut outcomes = Vec::new();
        for order in batch {
            outcomes.push(match order {
                Order::Keep(order) => keep(transaction.savepoint()?, order, *limit, pinned)?,
                Order::Visit(id, day) => Ok(visit(&transaction, id, *day)?),
            });
        }
        transaction.commit()?;
        Ok(outcomes)
    }
}

/// Keeps a recording, and gives others up until there is room; where that cannot be, nothing is changed.
fn keep(
    changes: Savepoint<'_>,
    order: &Keep,
    limit: u64,
    pinned: &BTreeSet<String>,
) -> rusqlite::Result<Result<(), StoreError>> {
    let Keep {
        id,
        about,
        events,
        today,
        ..
    } = order;
    let stored: Option<Vec<u8>> = changes
        .prepare_cached("SELECT events FROM recordings WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    match stored {
        Some(stored) if stored != events.packed => return Ok(Err(StoreError::Taken(id.clone()))),
        Some(_) => visit(&changes, id, *today)?,
        None => {
            changes
                .prepare_cached(
                    "INSERT INTO recordings (id, visited, about, events, has_facts) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![id, today, about, events.packed, events.has_facts])?;
            while size(&changes)? > limit {
                if !give_up_one(&changes, id, today.before(PROTECTED_DAYS), pinned)? {
                    return Ok(Err(StoreError::Full { limit })); // the savepoint takes everything back
                }
            }
        }
    }
    changes.commit()?;
    Ok(Ok(()))
}

fn visit(changes: &Connection, id: &str, day: Day) -> rusqlite::Result<()> {
    let mut update = changes
        .prepare_cached("UPDATE recordings SET visited = ?2 WHERE id = ?1 AND visited < ?2")?;
    update.execute(params![id, day]).map(drop)
}

/// Of the recordings that nobody visited on `protected` or later the one that was longest not visited; false where there
/// is none. Recordings of the same day go in no order that means anything.
fn give_up_one(
    changes: &Connection,
    except: &str,
    protected: Day,
    pinned: &BTreeSet<String>,
) -> rusqlite::Result<bool> {
    let mut oldest =
        changes.prepare_cached("SELECT id FROM recordings WHERE visited < ?1 ORDER BY visited")?;
    let mut rows = oldest.query([protected])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        if id != except && !pinned.contains(&id) {
            changes
                .prepare_cached("DELETE FROM recordings WHERE id = ?1")?
                .execute([id])?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many bytes of the database are in use: what was given up leaves room in the file that is used again.
fn size(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = pragma("page_count")? - pragma("freelist_count")?;
    Ok((pages * pragma("page_size")?).unsigned_abs())
}

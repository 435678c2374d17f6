//! The writer's thread. Orders that come while it writes are carried out together, in one transaction, and each is answered
//! once that is on the disk: a hundred orders at once wait for the disk a few times, not a hundred times.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender};

use rusqlite::{Connection, OptionalExtension, Savepoint, TransactionBehavior, params};

use crate::store::day::Day;
use crate::store::error::StoreError;
use crate::store::events::Events;

/// A recording that was visited or made in so many days is not dropped.
const PROTECTED_DAYS: i64 = 90;
/// How many orders are carried out in one transaction at most.
const BATCH: usize = 64;

/// An order to the thread.
pub(crate) enum Order {
    Keep(Box<Keep>),
    /// A recording was opened on that day.
    Visit(String, Day),
}

/// A recording to keep.
pub(crate) struct Keep {
    pub(crate) id: String,
    /// As JSON.
    pub(crate) about: String,
    pub(crate) events: Events,
    pub(crate) today: Day,
    /// The answer, once the recording is on the disk.
    pub(crate) done: SyncSender<Result<(), StoreError>>,
}

/// The state of the thread.
pub(crate) struct Writer {
    pub(crate) file: PathBuf,
    pub(crate) connection: Connection,
    /// How many bytes the database may take.
    pub(crate) limit: u64,
    /// The recordings that are never dropped.
    pub(crate) pinned: BTreeSet<String>,
}

impl Writer {
    /// Carries out orders until their channel closes.
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
                    // The caller may be gone; the recording is kept all the same.
                    let _ = keep.done.send(outcome.and_then(|all| all[index].clone()));
                }
            }
        }
    }

    /// Carries out a batch in one transaction, and gives the outcome of each order.
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

/// Keeps a recording, and drops others until there is room. Where there can be none, nothing changes.
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
                if !drop_oldest(&changes, id, today.before(PROTECTED_DAYS), pinned)? {
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

/// Drops the recording whose last visit is the oldest; false where all were visited on `protected` or later. Recordings of
/// the same day go in no particular order.
fn drop_oldest(
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

/// The bytes of the database in use. Dropped recordings leave room in the file, which is used again.
fn size(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = pragma("page_count")? - pragma("freelist_count")?;
    Ok((pages * pragma("page_size")?).unsigned_abs())
}

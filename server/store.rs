//! Kept recordings: a SQLite database in one file. A recording's id is a digest of its events, so equal recordings are kept
//! once, and an address always shows the same.
//!
//! One thread writes (`store/writer.rs`), callers read, and neither waits for the other (a write-ahead log). All calls
//! block: async code makes them in `spawn_blocking`. The writer's thread ends with the store.

pub(crate) mod day;
pub mod error;
pub mod events;
pub(crate) mod schema;
pub(crate) mod writer;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, OptionalExtension};
use rustix::fs::Access;
use rustix::io::Errno;

use crate::recording::id::id_of;
use crate::recording::{self, RecordingInfo};
use crate::store::error::StoreError;
use crate::store::events::Events;
use writer::{Keep, Order, Writer};

pub use day::Day;

/// The database, in the data folder.
const FILE: &str = "recordings.sqlite3";

/// The kept recordings.
pub struct Store {
    folder: PathBuf,
    limit: u64,
    pinned: BTreeSet<String>,
    /// Open once it was needed.
    database: Mutex<Option<Arc<Database>>>,
}

/// The database, while it is open.
struct Database {
    reader: Mutex<Connection>,
    /// None once the thread shall end.
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// A store in that folder. It takes at most `limit` bytes there, beside a log of changes of some MB, and never drops
    /// pinned recordings. Touches nothing yet.
    pub fn new(folder: PathBuf, limit: u64, pinned: BTreeSet<String>) -> Store {
        Store {
            folder,
            limit,
            pinned,
            database: Mutex::default(),
        }
    }

    /// Opens a database that exists; where none does, asks whether one could be made. So an operator learns at the start
    /// what is wrong.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.database_if_there()?.is_some() {
            return Ok(());
        }
        let here = std::path::absolute(&self.folder).map_err(|source| self.unusable(source))?;
        let there = here.ancestors().find(|folder| folder.is_dir());
        let access = Access::WRITE_OK | Access::EXEC_OK;
        let asked = there.map_or(Err(Errno::NOENT), |folder| {
            rustix::fs::access(folder, access)
        });
        asked.map_err(|errno| self.unusable(errno.into()))
    }

    /// Keeps a recording, whose events are these lines, and gives its id. It is on the disk then.
    pub fn keep<T: AsRef<str>>(&self, lines: &[T], today: Day) -> Result<String, StoreError> {
        let lines = || lines.iter().map(AsRef::as_ref);
        let info = recording::about(lines()).ok_or(StoreError::NoRun)?;
        let id = id_of(lines());
        let events = Events {
            packed: recording::pack_lines(lines()).expect("memory can be written to"),
            has_facts: lines().next().is_some_and(recording::has_facts),
        };
        let about = serde_json::to_string(&info).expect("it has no maps with odd keys");
        let (done, answer) = sync_channel(1);
        let keep = Keep {
            id: id.clone(),
            about,
            events,
            today,
            done,
        };
        self.database()?.order(Order::Keep(Box::new(keep)));
        answer.recv().expect("the writer answers every order")?;
        Ok(id)
    }

    /// The facts of the recording of that id. Counts as a visit.
    pub fn info(&self, id: &str, today: Day) -> Result<Option<RecordingInfo>, StoreError> {
        let sql = "SELECT visited, about FROM recordings WHERE id = ?1";
        let text: Option<String> = self.read(id, today, sql, |row| row.get(1))?;
        let about = text.map(|text| serde_json::from_str(&text)).transpose();
        about.map_err(|error| {
            let error = rusqlite::Error::FromSqlConversionFailure(
                1,
                rusqlite::types::Type::Text,
                error.into(),
            );
            StoreError::read(&self.file(), error)
        })
    }

    /// The events of the recording of that id, packed as [`recording::pack`] does. Counts as a visit.
    pub fn events(&self, id: &str, today: Day) -> Result<Option<Events>, StoreError> {
        let sql = "SELECT visited, events, has_facts FROM recordings WHERE id = ?1";
        self.read(id, today, sql, |row| {
            Ok(Events {
                packed: row.get(1)?,
                has_facts: row.get(2)?,
            })
        })
    }

    /// Reads a row, whose first column is the day of the last visit.
    fn read<T>(
        &self,
        id: &str,
        today: Day,
        sql: &str,
        value: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let Some(database) = self.database_if_there()? else {
            return Ok(None);
        };
        let read = || {
            let reader = lock(&database.reader);
            let mut select = reader.prepare_cached(sql)?;
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Day>(0)?, value(row)?));
            select.query_row([id], row).optional()
        };
        let found = read().map_err(|source| StoreError::read(&self.file(), source))?;
        Ok(found.map(|(visited, value)| {
            if visited < today {
                database.order(Order::Visit(id.into(), today)); // written later, by the writer
            }
            value
        }))
    }

    fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// The database, where there is one.
    fn database_if_there(&self) -> Result<Option<Arc<Database>>, StoreError> {
        let database = lock(&self.database).clone();
        match database {
            Some(database) => Ok(Some(database)),
            None if self.is_there()? => self.database().map(Some),
            None => Ok(None),
        }
    }

    fn is_there(&self) -> Result<bool, StoreError> {
        let found = self.file().try_exists();
        found.map_err(|source| self.unusable(source))
    }

    fn unusable(&self, source: io::Error) -> StoreError {
        StoreError::Folder {
            folder: self.folder.clone(),
            source: Arc::new(source),
        }
    }

    /// The database, which is made where there is none. A failure is tried again the next time.
    fn database(&self) -> Result<Arc<Database>, StoreError> {
        let mut database = lock(&self.database);
        if let Some(open) = &*database {
            return Ok(open.clone());
        }
        std::fs::create_dir_all(&self.folder).map_err(|source| self.unusable(source))?;
        let new = Arc::new(self.open()?);
        *database = Some(new.clone());
        Ok(new)
    }

    fn open(&self) -> Result<Database, StoreError> {
        let file = self.file();
        let connection = schema::open(&file)?;
        let reader =
            schema::open_reader(&file).map_err(|source| StoreError::open(&file, source))?;
        let writer = Writer {
            file,
            connection,
            limit: self.limit,
            pinned: self.pinned.clone(),
        };
        let (orders, receiver) = channel();
        let builder = thread::Builder::new().name("store".into());
        let thread = builder.spawn(move || writer.work(&receiver));
        Ok(Database {
            reader: Mutex::new(reader),
            orders: Some(orders),
            thread: Some(thread.expect("room for a thread")),
        })
    }
}

impl Database {
    fn order(&self, order: Order) {
        let orders = self
            .orders
            .as_ref()
            .expect("orders are taken until the end");
        orders
            .send(order)
            .expect("the writer works until nobody can order");
    }
}

impl Drop for Database {
    /// Waits until all orders are carried out.
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

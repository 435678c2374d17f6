//! The database's tables, and the way from each older version to the one that this program knows.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::store::error::StoreError;

/// The steps; each leads from the version that is its index to the next one. A released step never changes.
const STEPS: &[&str] = &[
    "
    CREATE TABLE recordings (
        id      TEXT PRIMARY KEY,
        visited INTEGER NOT NULL, -- the last day on which it was made or visited
        about   TEXT NOT NULL,    -- recording::About, as JSON
        events  BLOB NOT NULL     -- as recording::pack makes them
    ) STRICT;
    CREATE INDEX recordings_by_visit ON recordings (visited);
",
    "
    -- Whether the events have facts about lines: those of older programs have none, and never change.
    ALTER TABLE recordings ADD COLUMN has_facts INTEGER NOT NULL DEFAULT 0;
",
];

/// How long another process may keep the database busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How many bytes the log of changes keeps when it is not needed.
const MAX_LOG_BYTES: i64 = 4 << 20;

/// Opens the database for writing; makes it where there is none, and brings an older one up to date.
///
/// # Errors
/// Where the file cannot be opened, is no database, or was written by a newer program; it is left as it is then.
pub(crate) fn open(file: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::open(file, source);
    let mut connection = Connection::open(file).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let found = version(&connection).map_err(failed)?;
    if found > STEPS.len() as i64 {
        return Err(StoreError::Newer {
            file: file.into(),
            found,
            known: STEPS.len() as i64,
        });
    }
    prepare(&connection).map_err(failed)?;
    migrate(&mut connection, STEPS).map_err(failed)?;
    Ok(connection)
}

/// Opens the database for reading alone. It has been opened for writing before.
pub(crate) fn open_reader(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// With a write-ahead log readers do not wait for the writer. FULL: an acknowledged change is on the disk.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update_and_check(None, "journal_size_limit", MAX_LOG_BYTES, |_| Ok(()))
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Takes the missing steps, all or none. Of two programs that begin at once the second finds the work done.
fn migrate(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    if version(connection)? == steps.len() as i64 {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = usize::try_from(version(&transaction)?).unwrap_or(0);
    for step in steps.iter().skip(from) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", steps.len() as i64)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE t (a); INSERT INTO t VALUES (7);";
    const SECOND: &str = "ALTER TABLE t ADD COLUMN b DEFAULT 8;";

    fn row(connection: &Connection) -> (i64, i64) {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        connection.query_row("SELECT a, b FROM t", [], row).unwrap()
    }

    #[test]
    fn an_older_database_takes_the_steps_that_it_lacks() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database, &[FIRST]).unwrap();
        migrate(&mut database, &[FIRST, SECOND]).unwrap();
        assert_eq!((row(&database), version(&database)), ((7, 8), Ok(2)));
        migrate(&mut database, &[FIRST, SECOND]).unwrap();
        assert_eq!(row(&database), (7, 8));
    }

    #[test]
    fn a_step_that_fails_leaves_the_database_as_it_was() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database, &[FIRST]).unwrap();
        migrate(&mut database, &[FIRST, SECOND, "nonsense"]).unwrap_err();
        assert_eq!(version(&database), Ok(1));
        assert!(database.prepare("SELECT b FROM t").is_err());
    }
}

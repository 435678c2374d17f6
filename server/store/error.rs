//! Why recordings cannot be kept or read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

/// Why a recording cannot be kept or read. Each says what to do.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// The data folder cannot be made, or not be used.
    #[error("using the folder {}: {source}; make one that can be written to, or name another with --data-dir", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The operating system's error.
        source: Arc<io::Error>,
    },
    /// The database cannot be opened.
    #[error("opening {}: {source}; mend that, or name another folder with --data-dir", file.display())]
    Open {
        /// The database.
        file: PathBuf,
        /// SQLite's error.
        source: Arc<rusqlite::Error>,
    },
    /// The database was written by a newer program, and is left as it is.
    #[error(
        "{} was written by a newer fourwave (it has version {found}, this program knows {known}): start that one, or name another folder with --data-dir",
        file.display()
    )]
    Newer {
        /// The database.
        file: PathBuf,
        /// Its version.
        found: i64,
        /// The newest one that this program knows.
        known: i64,
    },
    /// Reading failed.
    #[error("reading {}: {source}", file.display())]
    Read {
        /// The database.
        file: PathBuf,
        /// SQLite's error.
        source: Arc<rusqlite::Error>,
    },
    /// Writing failed.
    #[error("writing to {}: {source}", file.display())]
    Write {
        /// The database.
        file: PathBuf,
        /// SQLite's error.
        source: Arc<rusqlite::Error>,
    },
    /// No kept recording may be dropped yet.
    #[error(
        "the store is full: {} MB are kept, and all of it was visited in the last 90 days; a larger --store-limit gives room",
        limit / (1 << 20)
    )]
    Full {
        /// In bytes.
        limit: u64,
    },
    /// Other events have that id.
    #[error("other events have the id {0:?} already")]
    Taken(String),
    /// The events do not begin with a `run` event, which has their origin.
    #[error("a run that never began cannot be kept")]
    NoRun,
}

impl StoreError {
    pub(crate) fn open(file: &Path, source: rusqlite::Error) -> StoreError {
        let (file, source) = (file.into(), Arc::new(source));
        StoreError::Open { file, source }
    }

    pub(crate) fn read(file: &Path, source: rusqlite::Error) -> StoreError {
        let (file, source) = (file.into(), Arc::new(source));
        StoreError::Read { file, source }
    }

    pub(crate) fn write(file: &Path, source: rusqlite::Error) -> StoreError {
        let (file, source) = (file.into(), Arc::new(source));
        StoreError::Write { file, source }
    }
}

//! Days, the precision in which visits of recordings are remembered.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};

/// A day: how many have passed since 1 January 1970, UTC.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Day(pub i64);

impl Day {
    /// Today, in UTC.
    pub fn today() -> Day {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Day(since.map_or(0, |since| since.as_secs() as i64 / 86_400))
    }

    /// So many days before.
    pub fn before(self, days: i64) -> Day {
        Day(self.0 - days)
    }
}

impl ToSql for Day {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for Day {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Day> {
        value.as_i64().map(Day)
    }
}

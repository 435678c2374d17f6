//! Which cells a sheet leaves blank.
//!
//! A row has one blank at most, so that what stands beside it is there to conclude from; what stands above it may be blank
//! itself, and then follows from what is above that.

use std::collections::BTreeMap;

use crate::export::worksheet::Rng;
use crate::export::worksheet::table::{Cell, Kind, Row, Table};

/// The most blanks of a sheet.
const MOST: usize = 18;

/// The same table, about half of the rows that can be asked for with a blank, which are numbered as one reads.
pub fn blank(mut table: Table, seed: u64) -> Table {
    let mut dice = Rng::new(seed);
    let mut rows: Vec<usize> = (0..table.rows.len())
        .filter(|row| {
            table.rows[*row]
                .cells_mut()
                .iter()
                .any(|cell| cell.asks.is_some())
        })
        .collect();
    dice.mix(&mut rows);
    rows.truncate((rows.len().div_ceil(2) + 1).min(MOST));
    let mut used: BTreeMap<Kind, usize> = BTreeMap::new();
    for row in rows {
        let mut cells = table.rows[row].cells_mut();
        cells.retain(|cell| cell.asks.is_some());
        dice.mix(&mut cells);
        // Of its kinds the one that was asked for least.
        let least =
            |kind: Option<Kind>| kind.and_then(|kind| used.get(&kind)).copied().unwrap_or(0);
        if let Some(cell) = cells.into_iter().min_by_key(|cell| least(cell.asks)) {
            cell.blank = Some(0);
            if let Some(kind) = cell.asks {
                *used.entry(kind).or_default() += 1;
            }
        }
    }
    let blanks = table.rows.iter_mut().flat_map(|row| row.cells_mut());
    for (index, cell) in blanks.filter(|cell| cell.blank.is_some()).enumerate() {
        cell.blank = Some(index + 1);
    }
    table
}

/// The words to choose from for the blanks of states and control bits: all that occur in the table, each once.
pub fn bank(table: &mut Table) -> Vec<String> {
    let asked = |kind: Option<Kind>| matches!(kind, Some(Kind::State | Kind::Flags));
    let mut cells: Vec<&mut Cell> = table.rows.iter_mut().flat_map(Row::cells_mut).collect();
    cells.retain(|cell| asked(cell.asks));
    let blank = |kind| {
        cells
            .iter()
            .any(|cell| cell.asks == Some(kind) && cell.blank.is_some())
    };
    let (states, flags) = (blank(Kind::State), blank(Kind::Flags));
    let wanted = cells.iter().filter(|cell| {
        if cell.asks == Some(Kind::State) {
            states
        } else {
            flags
        }
    });
    let mut words: Vec<String> = wanted.map(|cell| cell.value.clone()).collect();
    words.sort();
    words.dedup();
    words
}

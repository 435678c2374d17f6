//! The choice of the cells that a worksheet leaves blank.
//!
//! A row has at most one blank, so that a reader can infer it from the cells beside it. A cell above may be blank too; it
//! follows from the cells above it.

use std::collections::BTreeMap;

use crate::export::worksheet::Rng;
use crate::export::worksheet::table::{BlankKind, WorksheetCell, WorksheetRow, WorksheetTable};

/// The most blanks of a worksheet.
const MAX_BLANKS: usize = 18;

/// A table in which about half of the rows that can have a blank have one. Blanks are numbered in reading order.
pub fn blank(mut table: WorksheetTable, seed: u64) -> WorksheetTable {
    let mut rng = Rng::new(seed);
    let mut rows: Vec<usize> = (0..table.rows.len())
        .filter(|row| {
            table.rows[*row]
                .cells_mut()
                .iter()
                .any(|cell| cell.asks.is_some())
        })
        .collect();
    rng.shuffle(&mut rows);
    rows.truncate((rows.len().div_ceil(2) + 1).min(MAX_BLANKS));
    let mut used: BTreeMap<BlankKind, usize> = BTreeMap::new();
    for row in rows {
        let mut cells = table.rows[row].cells_mut();
        cells.retain(|cell| cell.asks.is_some());
        rng.shuffle(&mut cells);
        // The kind of blank that the worksheet has least.
        let least =
            |kind: Option<BlankKind>| kind.and_then(|kind| used.get(&kind)).copied().unwrap_or(0);
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

/// The word bank for the blanks of states and control bits: all values in the table, each once.
pub fn bank(table: &mut WorksheetTable) -> Vec<String> {
    let asked = |kind: Option<BlankKind>| matches!(kind, Some(BlankKind::State | BlankKind::Flags));
    let mut cells: Vec<&mut WorksheetCell> = table
        .rows
        .iter_mut()
        .flat_map(WorksheetRow::cells_mut)
        .collect();
    cells.retain(|cell| asked(cell.asks));
    let blank = |kind| {
        cells
            .iter()
            .any(|cell| cell.asks == Some(kind) && cell.blank.is_some())
    };
    let (states, flags) = (blank(BlankKind::State), blank(BlankKind::Flags));
    let wanted = cells.iter().filter(|cell| {
        if cell.asks == Some(BlankKind::State) {
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

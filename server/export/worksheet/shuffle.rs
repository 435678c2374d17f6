//! A run's segments in no order.

use crate::export::worksheet::Rng;
use crate::export::worksheet::table::{Deed, Row, Table, Way};

/// The most segments of a sheet.
pub const MOST: usize = 20;

/// A segment to be put in its place.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its row in the table.
    pub row: usize,
    /// Its place in the run, from 1 on.
    pub place: usize,
    /// Whether the one of the place before was on its way at the same time, or looks the same: either may come first.
    pub tied: bool,
}

/// The first segments of a run, mixed.
pub fn shuffle(table: &Table, seed: u64) -> Vec<Item> {
    let ways = table.rows.iter().enumerate();
    let mut ways: Vec<(usize, &Way)> = ways
        .filter_map(|(row, found)| Some((row, way(found)?)))
        .take(MOST)
        .collect();
    // As they were sent: that is the order which calls and arrivals lead to.
    ways.sort_by_key(|(_, way)| way.span.0);
    let mut items: Vec<Item> = (0..ways.len())
        .map(|index| Item {
            row: ways[index].0,
            place: index + 1,
            tied: index > 0 && is_tied(ways[index - 1].1, ways[index].1),
        })
        .collect();
    let mut dice = Rng::new(seed);
    dice.mix(&mut items);
    // What came out in its order would be no exercise.
    if items.is_sorted_by_key(|item| item.place) {
        items.reverse();
    }
    items
}

/// The segment of a row.
pub fn way(row: &Row) -> Option<&Way> {
    match &row.deed {
        Deed::Segment(way) => Some(way),
        _ => None,
    }
}

fn is_tied(before: &Way, after: &Way) -> bool {
    let crossed = before.from != after.from && after.span.0 < before.span.1;
    let alike = before.from == after.from
        && (&before.flags.value, &before.seq, &before.ack, before.len)
            == (&after.flags.value, &after.seq, &after.ack, after.len);
    crossed || alike
}

//! A run's segments in random order, as an exercise.

use crate::export::worksheet::Rng;
use crate::export::worksheet::table::{RowKind, SegmentRow, WorksheetRow, WorksheetTable};

/// The most segments of a worksheet.
pub const MAX_SEGMENTS: usize = 20;

/// A segment that the reader shall put in its place.
#[derive(Clone, Debug)]
pub struct SegmentPlace {
    /// The index of the segment's row in the table.
    pub row: usize,
    /// The place in the run, from 1 on.
    pub place: usize,
    /// Whether this segment may change places with the one before: both were under way at the same time, or look alike.
    pub tied: bool,
}

/// The first segments of a run, in random order.
pub fn shuffle(table: &WorksheetTable, seed: u64) -> Vec<SegmentPlace> {
    let segments = table.rows.iter().enumerate();
    let mut segments: Vec<(usize, &SegmentRow)> = segments
        .filter_map(|(row, found)| Some((row, segment_of(found)?)))
        .take(MAX_SEGMENTS)
        .collect();
    // In the order of sending, since calls and arrivals lead to that order.
    segments.sort_by_key(|(_, segment)| segment.span.0);
    let mut items: Vec<SegmentPlace> = (0..segments.len())
        .map(|index| SegmentPlace {
            row: segments[index].0,
            place: index + 1,
            tied: index > 0 && is_tied(segments[index - 1].1, segments[index].1),
        })
        .collect();
    let mut rng = Rng::new(seed);
    rng.shuffle(&mut items);
    // Segments in the right order would be no exercise.
    if items.is_sorted_by_key(|item| item.place) {
        items.reverse();
    }
    items
}

/// The segment of a row, if the row is a segment's.
pub fn segment_of(row: &WorksheetRow) -> Option<&SegmentRow> {
    match &row.kind {
        RowKind::Segment(segment) => Some(segment),
        _ => None,
    }
}

fn is_tied(before: &SegmentRow, after: &SegmentRow) -> bool {
    let crossed = before.from != after.from && after.span.0 < before.span.1;
    let alike = before.from == after.from
        && (&before.flags.value, &before.seq, &before.ack, before.len)
            == (&after.flags.value, &after.seq, &after.ack, after.len);
    crossed || alike
}

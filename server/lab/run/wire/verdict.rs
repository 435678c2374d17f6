//! What becomes of a segment: the wire's decision, which [`crate::lab::run::wire`] carries out. Pure.

use std::time::Duration;

use crate::event::Segment;
use crate::script::Filter;

/// Why a segment was lost that an order meant.
pub(crate) const DROPPED: &str = "dropped by the script";

/// The wire's orders as they stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    /// How long each segment travels.
    pub(crate) delay: Duration,
    /// Whether the wire is cut.
    pub(crate) cut: bool,
    /// How many of which segments are to be lost.
    pub(crate) drops: Vec<(u32, Filter)>,
    /// Which segments stay on the wire.
    pub(crate) holds: Vec<Filter>,
    /// Which segments arrive twice, once each.
    pub(crate) duplicates: Vec<Filter>,
}

/// What happens to one segment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// It arrives.
    Deliver,
    /// It arrives, and a copy after it.
    DeliverTwice,
    /// It stays on the wire until it is released.
    Hold,
    /// It is lost, for this reason.
    Drop(&'static str),
}

impl Orders {
    /// Whether every segment arrives, once and at once.
    pub(crate) fn is_empty(&self) -> bool {
        self.delay.is_zero()
            && !self.cut
            && self.drops.is_empty()
            && self.holds.is_empty()
            && self.duplicates.is_empty()
    }

    /// Decides about a segment when it is sent; later orders do not change what was decided.
    pub(crate) fn decide(&mut self, segment: &Segment) -> Verdict {
        if self.cut {
            return Verdict::Drop("the wire is cut");
        }
        if let Some((left, _)) = self
            .drops
            .iter_mut()
            .find(|(_, filter)| filter.matches(segment))
        {
            *left -= 1;
            self.drops.retain(|(left, _)| *left > 0);
            return Verdict::Drop(DROPPED);
        }
        if self.holds.iter().any(|filter| filter.matches(segment)) {
            return Verdict::Hold;
        }
        match self
            .duplicates
            .iter()
            .position(|filter| filter.matches(segment))
        {
            Some(order) => {
                self.duplicates.remove(order);
                Verdict::DeliverTwice
            }
            None => Verdict::Deliver,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::run::wire::decoder::tests::segment;
    use crate::script::ast::{Action, WireAction};
    use crate::script::parse::parse;

    fn filter(text: &str) -> Filter {
        match &parse(&format!("wire hold {text}")).unwrap().steps[0].action {
            Action::Wire(WireAction::Hold(filter)) => filter.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn filters_match_by_bits_data_and_direction() {
        for (text, flags, len, matches) in [
            ("any", "ACK", 0, true),
            ("FIN", "FIN,ACK", 0, true),
            ("FIN", "ACK", 0, false),
            ("RST,!ACK", "RST,ACK", 0, false),
            ("RST,!ACK", "RST", 0, true),
            ("SYN,ACK", "SYN", 0, false),
            ("data", "ACK", 0, false),
            ("data", "PSH,ACK", 3, true),
            ("any from server", "ACK", 0, false),
            ("data from client", "ACK", 3, true),
            ("any seq 6", "ACK", 0, true),
            ("any seq 7", "ACK", 0, false),
            ("ACK from client seq 6 ack 2", "ACK", 0, true),
            ("ACK ack 1", "ACK", 0, false),
        ] {
            assert_eq!(
                filter(text).matches(&segment(flags, len)),
                matches,
                "{text} {flags} {len}"
            );
        }
    }

    #[test]
    fn a_filter_is_written_as_it_is_read_and_an_exact_one_means_its_segment() {
        for text in [
            "any",
            "FIN",
            "RST,!ACK from server",
            "data from client seq 1 ack 4294967295",
            "any ack 0",
        ] {
            assert_eq!(filter(text).to_string(), text);
        }
        for (flags, len) in [("FIN,ACK", 0), ("PSH,ACK", 3), ("ECE", 1)] {
            let segment = segment(flags, len);
            let exact = Filter::exactly(&segment);
            assert_eq!(filter(&exact.to_string()), exact);
            assert!(exact.matches(&segment));
        }
    }

    #[test]
    fn a_segment_has_one_fate() {
        let fin = segment("FIN,ACK", 0);
        let mut orders = Orders {
            drops: vec![(2, filter("FIN"))],
            holds: vec![filter("FIN")],
            ..Orders::default()
        };
        let lost = Verdict::Drop("dropped by the script");
        assert_eq!(
            [(); 3].map(|()| orders.decide(&fin)),
            [lost, lost, Verdict::Hold]
        );
        let mut orders = Orders {
            duplicates: vec![filter("FIN")],
            ..Orders::default()
        };
        assert_eq!(
            [(); 2].map(|()| orders.decide(&fin)),
            [Verdict::DeliverTwice, Verdict::Deliver]
        );
        orders.cut = true;
        assert_eq!(orders.decide(&fin), Verdict::Drop("the wire is cut"));
    }
}

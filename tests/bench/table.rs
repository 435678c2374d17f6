//! The table that is printed: what, ours, the reference, their ratio, what is promised, and whether that is met.

use std::fmt;

/// One line of the table.
pub struct Figure {
    pub what: &'static str,
    pub ours: String,
    /// What ours is measured against; None where the promise is a bound, or there is no floor.
    pub reference: Option<String>,
    /// Ours in relation to the reference, or the figure that a bound is for.
    pub figure: f64,
    pub promise: Promise,
}

/// What the figure shall be.
pub enum Promise {
    AtMost(f64, &'static str),
    AtLeast(f64, &'static str),
}

impl Promise {
    fn is_met(&self, figure: f64) -> bool {
        match self {
            Promise::AtMost(bound, _) => figure <= *bound,
            Promise::AtLeast(bound, _) => figure >= *bound,
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Promise::AtMost(bound, unit) => write!(f, "≤ {bound} {unit}"),
            Promise::AtLeast(bound, unit) => write!(f, "≥ {bound} {unit}"),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figure = if self.figure.is_nan() {
            "–".into()
        } else {
            format!("{:.2}", self.figure)
        };
        let met = match self.promise.is_met(self.figure) {
            true => "met",
            false if self.figure.is_nan() => "no floor",
            false => "MISSED",
        };
        write!(
            f,
            "{:<44} {:>12} {:>12} {figure:>8}  {:<10} {met}",
            self.what,
            self.ours,
            self.reference.as_deref().unwrap_or("–"),
            self.promise.to_string(),
        )
    }
}

/// Names the columns.
pub fn head() {
    println!(
        "{:<44} {:>12} {:>12} {:>8}  {:<10} ",
        "what", "ours", "reference", "figure", "promise"
    );
}

/// Of the sorted figures the one at `part` of their number; NaN where there are none.
pub fn quantile(mut figures: Vec<f64>, part: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let last = figures.len().saturating_sub(1);
    figures
        .get((last as f64 * part).round() as usize)
        .copied()
        .unwrap_or(f64::NAN)
}

/// The one in the middle.
pub fn median(figures: Vec<f64>) -> f64 {
    quantile(figures, 0.5)
}

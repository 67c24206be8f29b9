//! Many numbers to a few: means with intervals, tests of differences, and whether two lists of numbers agree.

mod agreement;
mod estimates;

pub use agreement::{area_under_curve, bootstrap, partial_spearman, spearman};
pub use estimates::{Estimate, Interval, SignFlip, holm};

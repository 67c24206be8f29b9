//! Summarizes many numbers: means with intervals, tests of differences, and correlations.

mod agreement;
mod estimates;

pub use agreement::{area_under_curve, bootstrap, partial_spearman, spearman};
pub use estimates::{Estimate, Interval, SignFlip, holm, p_words};

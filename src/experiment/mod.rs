//! Experiments with many stories: sweeps and their findings, self-evaluation, and the links that repeat both.

mod findings;
pub mod judge;
pub mod link;
mod row;
mod sweep;
mod sweeper;

pub use findings::{Comparison, Finding, ValueMean, caveats, cell_means, finding};
pub use row::{Row, csv, sweep_digest};
pub use sweep::{Axis, AxisDescription, DEFAULT_AXES, Grid, GridError, axes, axes_text, axis_descriptions, axis_label};
pub use sweeper::{Sweeper, Tools};

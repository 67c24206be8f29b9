//! The integration tests, in one program, so that all of it is linked once. Those that count allocations are in
//! `tests/allocations/`: they need an allocator of their own.

mod adapter;
mod batch;
mod command_line;
mod engine;
mod golden;
mod house;
mod judge;
mod lens;
mod oracle;
mod quantize;
mod readers;
mod relaxed;
mod rewriter;
mod rooms;
mod skip;
mod small;
mod training;

//! The server as its clients see it: every request goes through the one function that answers requests, on a real
//! database of either engine, with the clock in hand. The tree of modules mirrors the tree of URLs.

mod graph;
mod harness;
mod sts;

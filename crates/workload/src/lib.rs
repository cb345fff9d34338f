//! The metadata front end that is served beside a workload.

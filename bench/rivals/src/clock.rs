//! The time that this thread has had a processor: what else the machine does isn't counted.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

pub fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

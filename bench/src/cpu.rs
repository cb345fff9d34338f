//! CPU time of this process.

use crate::Failure;

/// User and system time of this process so far, in seconds. The kernel counts hundredths.
pub fn seconds() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The second field is the command in brackets and may hold spaces; count from behind it.
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/self/stat has another form")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .ok_or("short")?
            .parse::<f64>()
            .map_err(Failure::from)
    };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

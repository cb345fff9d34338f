//! The one module of this crate that reads the environment.

/// User and group of whoever asked root by `sudo` (`SUDO_UID`, `SUDO_GID`).
pub fn asked_by_sudo() -> Option<(u32, u32)> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where this crate reads the environment"
    )]
    let number = |name: &str| std::env::var(name).ok()?.parse().ok();
    Some((number("SUDO_UID")?, number("SUDO_GID")?))
}

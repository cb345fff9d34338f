//! What an administrator can allow or forbid in a whole tenant.

use crate::mode::Mode;

/// One thing that is on or off in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setting {
    /// Built-in clients of the time before PKCE may sign people in without it, on the loopback alone.
    LegacyClients,
    /// People may agree to what applications ask of them; else only administrators do.
    UserConsent,
    /// Programs may send a person's name and password to the token endpoint.
    PasswordGrant,
}

impl Setting {
    /// Every setting.
    pub const ALL: [Self; 3] = [Self::LegacyClients, Self::UserConsent, Self::PasswordGrant];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LegacyClients => "legacy_clients",
            Self::UserConsent => "user_consent",
            Self::PasswordGrant => "password_grant",
        }
    }

    /// The setting of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }

    /// Whether it is on as long as nobody says otherwise: each opens something, so in production none is.
    pub const fn default_in(self, mode: Mode) -> bool {
        match mode {
            Mode::Development => true,
            Mode::Production => false,
        }
    }
}

/// What was said in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSettings {
    mode: Mode,
    said: Vec<(Setting, bool)>,
}

impl TenantSettings {
    /// What was said, on a server of that mode.
    pub fn new(mode: Mode, said: Vec<(Setting, bool)>) -> Self {
        Self { mode, said }
    }

    /// Whether `setting` is on.
    pub fn is_on(&self, setting: Setting) -> bool {
        let said = self.said.iter().find(|(known, _)| *known == setting);
        said.map_or_else(|| setting.default_in(self.mode), |(_, on)| *on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_closed_until_somebody_opens_it() {
        for setting in Setting::ALL {
            assert_eq!(Setting::of_name(setting.name()), Some(setting));
            let of = |mode, said: &[(Setting, bool)]| TenantSettings::new(mode, said.to_vec()).is_on(setting);
            assert!(!of(Mode::Production, &[]) && of(Mode::Development, &[]));
            assert!(of(Mode::Production, &[(setting, true)]));
            assert!(!of(Mode::Development, &[(setting, false)]));
        }
    }
}

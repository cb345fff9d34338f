//! Quoting for shells, so that no value does anything.

/// A shell whose language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    /// sh, bash, zsh and the like
    Sh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

/// `value` as one word of sh.
pub fn quote(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:@%+=,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

impl Shell {
    /// The statement that gives a variable to all programs started from here.
    pub fn export(self, name: &str, value: &str) -> String {
        match self {
            Self::Sh => format!("export {name}={}", quote(value)),
            Self::Fish => format!(
                "set -gx {name} '{}'",
                value.replace('\\', r"\\").replace('\'', r"\'")
            ),
            Self::Powershell => format!("$Env:{name} = '{}'", value.replace('\'', "''")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_word() {
        assert_eq!(quote("https://localhost:8443"), "https://localhost:8443");
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("it's $HOME `x`"), r"'it'\''s $HOME `x`'");
        assert_eq!(quote(""), "''");
        assert_eq!(Shell::Powershell.export("A", "it's"), "$Env:A = 'it''s'");
        assert_eq!(Shell::Fish.export("A", r"it's\"), r"set -gx A 'it\'s\\'");
    }
}

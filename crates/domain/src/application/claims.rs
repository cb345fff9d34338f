//! What an application's tokens say beyond the usual.

/// Which groups an application's tokens name (Graph `groupMembershipClaims`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupClaims {
    /// None.
    #[default]
    None,
    /// Security groups, `SecurityGroup`; and directory roles (`wids`).
    SecurityGroup,
    /// Every group, `All`; and directory roles (`wids`).
    All,
    /// Groups that have a role in the application, `ApplicationGroup`.
    ApplicationGroup,
    /// Directory roles alone (`wids`), `DirectoryRole`.
    DirectoryRole,
}

impl GroupClaims {
    /// Whether tokens name every group that somebody is in, also through others. There are security groups alone here.
    pub const fn names_groups(self) -> bool {
        matches!(self, Self::SecurityGroup | Self::All)
    }

    /// Whether tokens name directory roles (`wids`).
    pub const fn names_roles(self) -> bool {
        matches!(self, Self::SecurityGroup | Self::All | Self::DirectoryRole)
    }
}

/// One claim that an application wishes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalClaim {
    /// Its name.
    pub name: String,
    /// Whether it has to be there; one that cannot be had is left out all the same.
    pub essential: bool,
    /// What else is said of it, each a word.
    pub properties: Vec<String>,
}

/// What an application wishes for, by kind of token (Graph `optionalClaims`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OptionalClaims {
    /// In its id_tokens.
    pub id_token: Vec<OptionalClaim>,
    /// In access tokens for it.
    pub access_token: Vec<OptionalClaim>,
    /// In SAML tokens, of which there are none here.
    pub saml: Vec<OptionalClaim>,
}

impl OptionalClaims {
    /// Whether nothing is wished for.
    pub fn is_empty(&self) -> bool {
        self.id_token.is_empty() && self.access_token.is_empty() && self.saml.is_empty()
    }
}

//! What a token is asked for: v1 `resource`, v2.0 `scope`.

use doorward_names::IdentifierUri;

/// The resource of a scope that names none: Microsoft Graph.
pub const MICROSOFT_GRAPH: &str = "https://graph.microsoft.com";

/// The scope that stands for everything a client was given on a resource.
pub const DEFAULT_SCOPE: &str = ".default";

/// What a token is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `resource` or `scope` as the client wrote it; v2.0 answers repeat it so that clients find their cache entry.
    pub requested: String,
    /// The resource as it was named, its own trailing slash kept; `None` when only sign-in scopes were asked for.
    pub resource: Option<String>,
    /// Scopes on the resource, `.default` or names; empty on v1.
    pub scopes: Vec<String>,
    /// `openid`: an id_token.
    pub openid: bool,
    /// `profile`.
    pub profile: bool,
    /// `email`.
    pub email: bool,
    /// `offline_access`: a refresh token.
    pub offline_access: bool,
}

/// Why a scope cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not `{resource}/{scope}`.
    #[error("scope `{0}` is not a resource and a name")]
    Malformed(String),
    /// Scopes of more than one resource.
    #[error("the scopes belong to more than one resource: `{0}` and `{1}`")]
    SeveralResources(String, String),
    /// `.default` beside named scopes of the resource.
    #[error("`.default` cannot be combined with other scopes of the resource")]
    DefaultCombined,
}

impl Target {
    /// A v1 `resource`; `scope` beside it can only ask for an id_token.
    pub fn from_resource(resource: &str, scope: Option<&str>) -> Self {
        let asks = |word: &str| scope.is_some_and(|scope| scope.split_ascii_whitespace().any(|s| s == word));
        Self {
            requested: resource.to_owned(),
            resource: Some(resource.to_owned()),
            scopes: Vec::new(),
            openid: asks("openid"),
            profile: asks("profile"),
            email: asks("email"),
            offline_access: asks("offline_access"),
        }
    }

    /// A v2.0 `scope`: sign-in scopes, and scopes of at most one resource.
    ///
    /// # Errors
    /// See [`TargetError`].
    pub fn from_scope(scope: &str) -> Result<Self, TargetError> {
        let mut target = Self {
            requested: scope.to_owned(),
            resource: None,
            scopes: Vec::new(),
            openid: false,
            profile: false,
            email: false,
            offline_access: false,
        };
        for word in scope.split_ascii_whitespace() {
            match word {
                "openid" => target.openid = true,
                "profile" => target.profile = true,
                "email" => target.email = true,
                "offline_access" => target.offline_access = true,
                _ => target.add(word)?,
            }
        }
        if target.scopes.len() > 1 && target.is_default() {
            return Err(TargetError::DefaultCombined);
        }
        Ok(target)
    }

    /// Whether `.default` was asked for.
    pub fn is_default(&self) -> bool {
        self.scopes.iter().any(|scope| scope == DEFAULT_SCOPE)
    }

    fn add(&mut self, word: &str) -> Result<(), TargetError> {
        let (resource, name) = split(word).ok_or_else(|| TargetError::Malformed(cut(word)))?;
        match &self.resource {
            Some(known) if IdentifierUri::fold(known) != IdentifierUri::fold(resource) => {
                return Err(TargetError::SeveralResources(cut(known), cut(resource)));
            }
            Some(_) => {}
            None => self.resource = Some(resource.to_owned()),
        }
        if !self.scopes.iter().any(|known| known == name) {
            self.scopes.push(name.to_owned());
        }
        Ok(())
    }
}

/// Splits a scope before its last slash: exactly `/.default` goes, so a resource keeps a slash of its own.
fn split(word: &str) -> Option<(&str, &str)> {
    let (resource, name) = match word.rsplit_once('/') {
        None => (MICROSOFT_GRAPH, word),
        Some(split) => split,
    };
    // `https://host` alone has slashes only in its scheme.
    let authority = resource.split_once("://").map_or(resource, |(_, rest)| rest);
    let whole = !name.is_empty() && !authority.is_empty() && !resource.ends_with(":/");
    whole.then_some((resource, name))
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn target(scope: &str) -> Target {
        Target::from_scope(scope).unwrap()
    }

    #[test]
    fn exactly_slash_default_is_stripped() {
        for (scope, resource) in [
            (
                "https://management.azure.com/.default",
                "https://management.azure.com",
            ),
            (
                "https://management.azure.com//.default",
                "https://management.azure.com/",
            ),
            (
                "https://management.core.windows.net//.default",
                "https://management.core.windows.net/",
            ),
            ("api://1b4f0e98/.default", "api://1b4f0e98"),
            ("api://contoso/app/.default", "api://contoso/app"),
            (
                "1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10/.default",
                "1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10",
            ),
            (".default", MICROSOFT_GRAPH),
        ] {
            let target = target(scope);
            assert_eq!(target.resource.as_deref(), Some(resource), "{scope}");
            assert!(target.is_default(), "{scope}");
            assert_eq!(target.requested, scope);
        }
    }

    #[test]
    fn sign_in_scopes_are_set_aside() {
        let both = target("https://graph.microsoft.com//.default offline_access openid profile");
        assert_eq!(both.scopes, [DEFAULT_SCOPE]);
        assert!(both.openid && both.profile && both.offline_access && !both.email);
        let none = target("openid email");
        assert_eq!((none.resource, none.openid, none.email), (None, true, true));
    }

    #[test]
    fn named_scopes() {
        let named = target("https://management.azure.com//user_impersonation");
        assert_eq!(named.resource.as_deref(), Some("https://management.azure.com/"));
        assert_eq!(named.scopes, ["user_impersonation"]);
        let graph = target("User.Read https://graph.microsoft.com/Mail.Read User.Read");
        assert_eq!(graph.resource.as_deref(), Some(MICROSOFT_GRAPH));
        assert_eq!(graph.scopes, ["User.Read", "Mail.Read"]);
    }

    #[test]
    fn what_cannot_be_asked_for() {
        let error = |scope| Target::from_scope(scope).unwrap_err();
        assert!(matches!(
            error("https://management.azure.com/.default https://vault.azure.net/.default"),
            TargetError::SeveralResources(..)
        ));
        assert_eq!(
            error("https://a/.default https://a/x"),
            TargetError::DefaultCombined
        );
        for scope in [
            "https://management.azure.com",
            "https://management.azure.com/",
            "https:///.default",
            "/x",
        ] {
            assert_eq!(error(scope), TargetError::Malformed(scope.into()), "{scope}");
        }
    }

    #[test]
    fn on_v1_the_resource_is_taken_as_it_is() {
        let target = Target::from_resource("https://management.azure.com/", Some("openid"));
        assert_eq!(target.resource.as_deref(), Some("https://management.azure.com/"));
        assert!(target.openid && target.scopes.is_empty());
    }

    proptest! {
        #[test]
        fn no_scope_makes_it_panic(scope in ".*", words in "([a-z:/. ]|\\.default){0,40}") {
            let _ = Target::from_scope(&scope);
            if let Ok(target) = Target::from_scope(&words) {
                prop_assert_eq!(target.resource.is_none(), target.scopes.is_empty());
            }
        }
    }
}

//! What a registration may say, and how it may change.

use doorward_names::{PermissionId, RedirectUri};
use std::collections::BTreeSet;

use super::{Application, Platform};

/// Most redirect URIs of one application (Microsoft's limit).
pub const MAX_REDIRECTS: usize = 256;

/// Most scopes, roles, or things asked for, of one application.
pub const MAX_ENTRIES: usize = 400;

/// Why a registration is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationRefusal {
    /// A web or single-page application lives under TLS, or on the developer's own machine.
    #[error("the redirect URI `{0}` has to begin with https://, or with http://localhost")]
    InsecureRedirect(RedirectUri),
    /// One address stands twice.
    #[error("the redirect URI `{0}` stands there twice")]
    RepeatedRedirect(RedirectUri),
    /// Too much of something.
    #[error("there are more than {1} {0}")]
    TooMany(&'static str, usize),
    /// A scope's or role's id stands twice.
    #[error("the id `{0}` stands there twice")]
    RepeatedId(PermissionId),
    /// A scope's or role's word stands twice.
    #[error("the value `{0}` stands there twice")]
    RepeatedValue(String),
    /// A word that cannot stand in a token.
    #[error(
        "`{0}` is no value: 1 to 120 visible ASCII characters without quotes, slashes and commas, and no dot at the start"
    )]
    Value(String),
    /// A pre-authorized client may have a scope that is not there.
    #[error("the scope `{0}` is not one of the application's")]
    UnknownScope(PermissionId),
    /// What clients may hold is switched off before it goes.
    #[error("the permission `{0}` has to be disabled before it is taken away")]
    StillEnabled(PermissionId),
    /// A role that nobody can have.
    #[error("the role `{0}` needs User, Application or both for its allowedMemberTypes")]
    NoHolders(PermissionId),
}

/// Whether a registration makes sense in itself.
///
/// # Errors
/// The first thing that does not.
pub fn check(application: &Application) -> Result<(), ApplicationRefusal> {
    use ApplicationRefusal as No;
    let redirects = &application.sign_in.redirects;
    if redirects.len() > MAX_REDIRECTS {
        return Err(No::TooMany("redirect URIs", MAX_REDIRECTS));
    }
    let mut seen = BTreeSet::new();
    for known in redirects {
        let safe = known.uri.scheme() == "https" || known.uri.is_loopback();
        if known.platform != Platform::Public && !safe {
            return Err(No::InsecureRedirect(known.uri.clone()));
        }
        let public = known.platform == Platform::Public;
        if public && known.uri.scheme() == "http" && !known.uri.is_loopback() {
            return Err(No::InsecureRedirect(known.uri.clone()));
        }
        if !seen.insert(&known.uri) {
            return Err(No::RepeatedRedirect(known.uri.clone()));
        }
    }
    let entries = [
        application.scopes.len(),
        application.roles.len(),
        application.required.len(),
        application.pre_authorized.len(),
    ];
    if entries.into_iter().any(|count| count > MAX_ENTRIES) {
        return Err(No::TooMany("scopes, roles or permissions", MAX_ENTRIES));
    }
    check_exposed(application)
}

fn check_exposed(application: &Application) -> Result<(), ApplicationRefusal> {
    use ApplicationRefusal as No;
    let mut ids = BTreeSet::new();
    let mut values = BTreeSet::new();
    let scopes = application.scopes.iter().map(|s| (s.id, Some(&s.value)));
    // A role may share its word with a scope, as Azure allows; within its own kind each is itself alone.
    for (id, value) in scopes {
        if !ids.insert(id) {
            return Err(No::RepeatedId(id));
        }
        check_value(value, &mut values)?;
    }
    values.clear();
    for role in &application.roles {
        if !ids.insert(role.id) {
            return Err(No::RepeatedId(role.id));
        }
        if !role.holders.people && !role.holders.applications {
            return Err(No::NoHolders(role.id));
        }
        check_value(role.value.as_ref(), &mut values)?;
    }
    let offered = |id: &PermissionId| application.scopes.iter().any(|scope| scope.id == *id);
    let mut wanted = application.pre_authorized.iter().flat_map(|p| &p.scopes);
    match wanted.find(|id| !offered(id)) {
        Some(id) => Err(No::UnknownScope(*id)),
        None => Ok(()),
    }
}

fn check_value<'a>(
    value: Option<&'a String>,
    seen: &mut BTreeSet<&'a str>,
) -> Result<(), ApplicationRefusal> {
    let Some(value) = value else {
        return Ok(());
    };
    let well_formed = (1..=120).contains(&value.len())
        && !value.starts_with('.')
        && value
            .chars()
            .all(|c| c.is_ascii_graphic() && !"\"\\/,<>^`{|}'".contains(c));
    // The sign-in scopes mean what OpenID Connect says, whoever is asked.
    let ours = ["openid", "profile", "email", "offline_access"].contains(&value.as_str());
    if !well_formed || ours {
        return Err(ApplicationRefusal::Value(value.clone()));
    }
    match seen.insert(value) {
        true => Ok(()),
        false => Err(ApplicationRefusal::RepeatedValue(value.clone())),
    }
}

/// Whether a registration may become another: what is enabled stays, for clients may hold it.
///
/// # Errors
/// As [`check`], and for what is taken away while it is enabled.
pub fn check_change(from: &Application, to: &Application) -> Result<(), ApplicationRefusal> {
    check(to)?;
    let scopes = from.scopes.iter().filter(|scope| scope.enabled).map(|s| s.id);
    let roles = from.roles.iter().filter(|role| role.enabled).map(|r| r.id);
    let stays = |id: &PermissionId| {
        to.scopes.iter().any(|scope| scope.id == *id) || to.roles.iter().any(|role| role.id == *id)
    };
    match scopes.chain(roles).find(|id| !stays(id)) {
        Some(id) => Err(ApplicationRefusal::StillEnabled(id)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AppRole, Bare, ConsentType, PermissionScope, PreAuthorized, RoleHolders};
    use super::*;
    use ApplicationRefusal as No;
    use doorward_names::{AppId, DisplayName, ObjectId, TenantId, Timestamp};

    fn application() -> Application {
        Application::from(Bare {
            id: ObjectId::from_u128(1),
            tenant: TenantId::from_u128(2),
            app_id: AppId::from_u128(3),
            display_name: DisplayName::new("api").unwrap(),
            created_at: Timestamp::from_unix_seconds(0),
        })
    }

    fn scope(id: u128, value: &str, enabled: bool) -> PermissionScope {
        PermissionScope {
            id: PermissionId::from_u128(id),
            value: value.to_owned(),
            enabled,
            consent: ConsentType::User,
            for_administrators: ("Read".to_owned(), "Reads".to_owned()),
            for_people: (None, None),
        }
    }

    fn role(id: u128, value: &str, people: bool) -> AppRole {
        AppRole {
            id: PermissionId::from_u128(id),
            value: Some(value.to_owned()),
            enabled: true,
            holders: RoleHolders {
                people,
                applications: false,
            },
            name: "Reader".to_owned(),
            description: "Reads".to_owned(),
        }
    }

    fn redirecting(all: &[(Platform, &str)]) -> Result<(), No> {
        let mut application = application();
        for platform in Platform::ALL {
            let uris = all.iter().filter(|(p, _)| *p == platform);
            application
                .sign_in
                .set(platform, uris.map(|(_, uri)| uri.parse().unwrap()));
        }
        check(&application)
    }

    #[test]
    fn a_code_travels_under_tls_or_not_at_all() {
        use Platform::{Public, SinglePage, Web};
        for uri in [
            "https://a.example",
            "http://localhost:3000/x",
            "http://127.0.0.1",
            "http://[::1]:1",
        ] {
            for platform in Platform::ALL {
                assert_eq!(redirecting(&[(platform, uri)]), Ok(()), "{uri}");
            }
        }
        for (platform, uri) in [
            (Web, "http://a.example"),
            (SinglePage, "http://a.example"),
            (Public, "http://a.example"),
            (Web, "msal1://auth"),
            (SinglePage, "urn:x:y"),
        ] {
            assert!(
                matches!(redirecting(&[(platform, uri)]), Err(No::InsecureRedirect(_))),
                "{uri}"
            );
        }
        assert_eq!(
            redirecting(&[(Public, "msal1://auth"), (Public, "urn:ietf:wg:oauth:2.0:oob")]),
            Ok(())
        );
        let twice = redirecting(&[(Web, "https://a.example"), (SinglePage, "https://a.example")]);
        assert!(matches!(twice, Err(No::RepeatedRedirect(_))));
        let many: Vec<_> = (0..257).map(|n| format!("https://a{n}.example")).collect();
        let many: Vec<_> = many.iter().map(|uri| (Web, uri.as_str())).collect();
        assert!(matches!(redirecting(&many), Err(No::TooMany(..))));
        assert_eq!(redirecting(&many[1..]), Ok(()));
    }

    #[test]
    fn what_is_offered_is_itself_alone() {
        let with = |scopes: &[PermissionScope], roles: &[AppRole]| {
            let mut application = application();
            application.scopes = scopes.to_vec();
            application.roles = roles.to_vec();
            check(&application)
        };
        assert_eq!(with(&[scope(1, "Read", true)], &[role(2, "Read", true)]), Ok(()));
        let twice = [scope(1, "Read", true), scope(1, "Write", true)];
        assert_eq!(with(&twice, &[]), Err(No::RepeatedId(PermissionId::from_u128(1))));
        assert!(matches!(
            with(&[scope(1, "Read", true)], &[role(1, "x", true)]),
            Err(No::RepeatedId(_))
        ));
        let twice = [scope(1, "Read", true), scope(2, "Read", false)];
        assert_eq!(with(&twice, &[]), Err(No::RepeatedValue("Read".to_owned())));
        assert!(matches!(with(&[], &[role(1, "x", false)]), Err(No::NoHolders(_))));
        for wrong in [
            "",
            "a b",
            ".default",
            "a/b",
            "a,b",
            "a\"b",
            "openid",
            "offline_access",
            "가",
        ] {
            assert!(
                matches!(with(&[scope(1, wrong, true)], &[]), Err(No::Value(_))),
                "{wrong}"
            );
        }
        let mut trusting = application();
        trusting.pre_authorized = vec![PreAuthorized {
            client: AppId::from_u128(9),
            scopes: vec![PermissionId::from_u128(7)],
        }];
        assert_eq!(
            check(&trusting),
            Err(No::UnknownScope(PermissionId::from_u128(7)))
        );
        trusting.scopes = vec![scope(7, "Read", true)];
        assert_eq!(check(&trusting), Ok(()));
    }

    #[test]
    fn what_is_enabled_is_not_taken_away() {
        let mut from = application();
        from.scopes = vec![scope(1, "Read", true)];
        from.roles = vec![role(2, "Reader", true)];
        let gone = No::StillEnabled(PermissionId::from_u128(1));
        assert_eq!(check_change(&from, &application()), Err(gone));
        let mut off = from.clone();
        off.scopes = vec![scope(1, "Read", false)];
        off.roles.iter_mut().for_each(|role| role.enabled = false);
        assert_eq!(check_change(&from, &off), Ok(()));
        assert_eq!(check_change(&off, &application()), Ok(()));
    }
}

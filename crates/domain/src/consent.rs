//! What a client may do for a person on a resource: what somebody agreed to, and what needs nobody's consent.

use crate::application::{AccessKind, Application, ConsentType, PermissionScope};
use crate::client::Client;
use crate::directory::Permission;
use crate::resource::{FirstParty, Resource};

/// What a client asks for on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'a> {
    /// What its registration says, and what it was given before: `.default`, and a v1 `resource`.
    Default,
    /// These scopes; none when only sign-in was asked for.
    Named(&'a [String]),
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// What the client may do (`scp`): all of it, not only what it asks for now.
    pub scopes: Vec<String>,
    /// What somebody has to agree to first.
    pub missing: Vec<PermissionScope>,
}

/// Why there is nothing to agree to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeRefusal {
    /// The resource offers no such scope.
    #[error("the resource offers no scope `{0}`")]
    Unknown(String),
    /// Nothing is registered, and nothing was agreed to.
    #[error("the client is registered for nothing on the resource, and was given nothing")]
    Nothing,
}

/// What whoever agrees to anything for a client agrees to as well: that people sign in to it, and that it may go on while
/// they are away. MSAL asks for these with everything (Microsoft identity platform, "Overview of permissions and consent").
const WITH_ANY: [&str; 3] = ["openid", "profile", "offline_access"];

/// What was agreed to on Microsoft Graph, when these `words` of sign-in are asked for, and that was agreed to `elsewhere`.
pub fn on_graph(mut agreed: Vec<String>, elsewhere: &[String], words: &[String]) -> Vec<String> {
    if !agreed.is_empty() || !elsewhere.is_empty() {
        let with_any = words.iter().filter(|word| WITH_ANY.contains(&word.as_str()));
        agreed.extend(with_any.cloned());
    }
    agreed
}

impl Weighed {
    /// Whether a person can agree to all that is missing.
    pub fn is_for_people(&self) -> bool {
        self.missing
            .iter()
            .all(|scope| scope.consent == ConsentType::User)
    }
}

/// Weighs what `client` asks for on `resource` against what was `agreed` to there. Built-in clients are known to every
/// tenant, and may do for a person what that person may.
///
/// # Errors
/// See [`ScopeRefusal`].
pub fn weigh(
    client: &Client,
    resource: &Resource,
    asked: Asked<'_>,
    agreed: &[String],
) -> Result<Weighed, ScopeRefusal> {
    let Some(registration) = client.registration() else {
        let scopes = resource.scopes_of_built_in_clients();
        return Ok(Weighed {
            scopes,
            missing: Vec::new(),
        });
    };
    let offered = resource.offered();
    let own = registration.app_id == resource.app_id;
    let is_agreed = |scope: &PermissionScope| agreed.contains(&scope.value);
    let is_trusted = |scope: &PermissionScope| {
        let for_client = |t: &&crate::application::PreAuthorized| t.client == registration.app_id;
        resource
            .trusted
            .iter()
            .filter(for_client)
            .any(|t| t.scopes.contains(&scope.id))
    };
    let is_wanted = |scope: &PermissionScope| match asked {
        Asked::Default if own => scope.consent == ConsentType::User,
        Asked::Default => registration
            .required
            .iter()
            .any(|required| required.resource == resource.app_id && required.id == scope.id),
        Asked::Named(words) => words.contains(&scope.value),
    };
    if let Asked::Named(words) = asked {
        let known = |word: &&String| offered.iter().any(|scope| scope.value == **word);
        if let Some(unknown) = words.iter().find(|word| !known(word)) {
            return Err(ScopeRefusal::Unknown(unknown.clone()));
        }
    }
    let may = |scope: &PermissionScope| is_agreed(scope) || is_trusted(scope) || own && is_wanted(scope);
    let missing: Vec<_> = offered
        .iter()
        .filter(|scope| is_wanted(scope) && !may(scope))
        .cloned()
        .collect();
    let scopes: Vec<_> = offered
        .iter()
        .filter(|scope| may(scope))
        .map(|scope| scope.value.clone())
        .collect();
    match asked {
        Asked::Default if scopes.is_empty() && missing.is_empty() && !own => Err(ScopeRefusal::Nothing),
        _ => Ok(Weighed { scopes, missing }),
    }
}

/// What an administrator is asked for on a resource: what clients do there for people, and what they do as themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForEverybody {
    /// Scopes.
    pub scopes: Vec<PermissionScope>,
    /// Permissions as itself, which Microsoft Graph alone has.
    pub permissions: Vec<Permission>,
}

/// What `client` asks of an administrator on `resource`, whether or not it was given before.
///
/// # Errors
/// A scope that the resource doesn't offer.
pub fn for_everybody(
    client: &Application,
    resource: &Resource,
    asked: Asked<'_>,
) -> Result<ForEverybody, ScopeRefusal> {
    let offered = resource.offered();
    let named = match asked {
        Asked::Named(words) => words,
        Asked::Default => {
            let of = |kind| {
                let all = client.required.iter();
                all.filter(move |r| r.resource == resource.app_id && r.kind == kind)
            };
            let permissions = match resource.first_party {
                Some(FirstParty::MicrosoftGraph) => of(AccessKind::Role)
                    .filter_map(|required| Permission::of_app_role_id(required.id))
                    .collect(),
                _ => Vec::new(),
            };
            let wanted = |scope: &PermissionScope| of(AccessKind::Scope).any(|r| r.id == scope.id);
            let scopes = offered.into_iter().filter(wanted).collect();
            return Ok(ForEverybody { scopes, permissions });
        }
    };
    let known = |word: &&String| offered.iter().any(|scope| scope.value == **word);
    if let Some(unknown) = named.iter().find(|word| !known(word)) {
        return Err(ScopeRefusal::Unknown(unknown.clone()));
    }
    let wanted = |scope: &PermissionScope| named.contains(&scope.value);
    Ok(ForEverybody {
        scopes: offered.into_iter().filter(wanted).collect(),
        permissions: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::{AccessKind, Application, Bare, PreAuthorized, RequiredAccess};
    use crate::resource::{FirstParty, client::COMMAND_LINE};
    use crate::token::TokenVersion;
    use doorward_names::{AppId, DisplayName, ObjectId, PermissionId, TenantId, Timestamp};

    fn scope(id: u128, value: &str, consent: ConsentType, enabled: bool) -> PermissionScope {
        PermissionScope {
            id: PermissionId::from_u128(id),
            value: value.to_owned(),
            enabled,
            consent,
            for_administrators: (String::new(), String::new()),
            for_people: (None, None),
        }
    }

    fn api() -> Resource {
        Resource {
            app_id: AppId::from_u128(7),
            first_party: None,
            token_version: TokenVersion::V2,
            name: None,
            scopes: vec![
                scope(1, "Read", ConsentType::User, true),
                scope(2, "Write", ConsentType::Admin, true),
                scope(3, "Old", ConsentType::User, false),
            ],
            trusted: vec![PreAuthorized {
                client: AppId::from_u128(8),
                scopes: vec![PermissionId::from_u128(2), PermissionId::from_u128(3)],
            }],
            ..Resource::from(FirstParty::KeyVault)
        }
    }

    fn client(app_id: u128, required: &[u128]) -> Client {
        let mut application = Application::from(Bare {
            id: ObjectId::from_u128(1),
            tenant: TenantId::from_u128(2),
            app_id: AppId::from_u128(app_id),
            display_name: DisplayName::new("app").unwrap(),
            created_at: Timestamp::from_unix_seconds(0),
        });
        let access = |id: &u128| RequiredAccess {
            resource: AppId::from_u128(7),
            id: PermissionId::from_u128(*id),
            kind: AccessKind::Scope,
        };
        application.required = required.iter().map(access).collect();
        Client::Registered(Box::new(application))
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// Scopes and what is missing.
    fn weighed(
        client: &Client,
        asked: Option<&[&str]>,
        agreed: &[&str],
    ) -> Result<[String; 2], ScopeRefusal> {
        let named = asked.map(words);
        let asked = named.as_deref().map_or(Asked::Default, Asked::Named);
        let weighed = weigh(client, &api(), asked, &words(agreed))?;
        let missing: Vec<_> = weighed.missing.iter().map(|scope| scope.value.clone()).collect();
        Ok([weighed.scopes.join(" "), missing.join(" ")])
    }

    fn is(scopes: &str, missing: &str) -> Result<[String; 2], ScopeRefusal> {
        Ok([scopes.to_owned(), missing.to_owned()])
    }

    #[test]
    fn a_stranger_may_what_was_agreed_to() {
        let stranger = client(9, &[]);
        assert_eq!(weighed(&stranger, Some(&["Read"]), &[]), is("", "Read"));
        assert_eq!(weighed(&stranger, Some(&["Read"]), &["Read"]), is("Read", ""));
        assert_eq!(
            weighed(&stranger, Some(&["Read"]), &["Read", "Write"]),
            is("Read Write", "")
        );
        assert_eq!(
            weighed(&stranger, Some(&["Read", "Write"]), &["Read"]),
            is("Read", "Write")
        );
        assert_eq!(weighed(&stranger, Some(&[]), &[]), is("", ""));
        // What was switched off since is worth nothing, nor can it be asked for.
        assert_eq!(
            weighed(&stranger, Some(&["Read"]), &["Read", "Old"]),
            is("Read", "")
        );
        let unknown = |word: &str| Err(ScopeRefusal::Unknown(word.to_owned()));
        assert_eq!(weighed(&stranger, Some(&["Old"]), &["Old"]), unknown("Old"));
        assert_eq!(weighed(&stranger, Some(&["Read", "read"]), &[]), unknown("read"));
        assert_eq!(weighed(&stranger, None, &[]), Err(ScopeRefusal::Nothing));
        assert_eq!(weighed(&stranger, None, &["Old"]), Err(ScopeRefusal::Nothing));
        assert_eq!(weighed(&stranger, None, &["Write"]), is("Write", ""));
    }

    #[test]
    fn whoever_agrees_to_anything_agrees_to_sign_in() {
        let all = ["openid", "profile", "email", "offline_access"];
        for (agreed, elsewhere, asked, expected) in [
            (&[][..], &[][..], &all[..], ""),
            (
                &["User.Read"],
                &[],
                &all,
                "User.Read openid profile offline_access",
            ),
            (&["User.Read"], &["Read"], &["openid"], "User.Read openid"),
            (&[], &["Read"], &["profile", "email"], "profile"),
            (&["email"], &[], &[], "email"),
        ] {
            let agreed = on_graph(words(agreed), &words(elsewhere), &words(asked));
            assert_eq!(agreed.join(" "), expected);
        }
    }

    #[test]
    fn default_means_what_is_registered() {
        let registered = client(9, &[1, 3, 99]);
        assert_eq!(weighed(&registered, None, &[]), is("", "Read"));
        assert_eq!(weighed(&registered, None, &["Write"]), is("Write", "Read"));
        assert_eq!(weighed(&registered, None, &["Read"]), is("Read", ""));
        // Being registered for something gives nothing.
        assert_eq!(weighed(&registered, Some(&["Read"]), &[]), is("", "Read"));
    }

    #[test]
    fn who_is_trusted_or_asks_for_itself_needs_nobody() {
        let trusted = client(8, &[]);
        assert_eq!(weighed(&trusted, Some(&["Write"]), &[]), is("Write", ""));
        assert_eq!(weighed(&trusted, Some(&["Read"]), &[]), is("Write", "Read"));
        assert_eq!(weighed(&trusted, None, &[]), is("Write", ""));
        let itself = client(7, &[]);
        assert_eq!(weighed(&itself, None, &[]), is("Read", ""));
        assert_eq!(weighed(&itself, Some(&["Write"]), &[]), is("Write", ""));
    }

    #[test]
    fn an_administrator_is_asked_for_what_is_registered_or_named() {
        let Client::Registered(mut registered) = client(9, &[1, 2, 3, 99]) else {
            panic!("built in");
        };
        let role = |resource, id| RequiredAccess {
            resource,
            id,
            kind: AccessKind::Role,
        };
        let graph = Resource::from(FirstParty::MicrosoftGraph);
        let read = Permission::UserReadAll.app_role_id().unwrap();
        registered.required.push(role(graph.app_id, read));
        registered
            .required
            .push(role(graph.app_id, PermissionId::from_u128(5)));
        registered.required.push(role(api().app_id, read));
        let on = |resource: &Resource, named: Option<&[&str]>| {
            let named = named.map(words);
            let asked = named.as_deref().map_or(Asked::Default, Asked::Named);
            let wanted = for_everybody(&registered, resource, asked)?;
            let values = wanted.scopes.iter().map(|scope| scope.value.clone());
            Ok::<_, ScopeRefusal>((values.collect::<Vec<_>>().join(" "), wanted.permissions))
        };
        // What was switched off, or isn't there, can't be agreed to.
        assert_eq!(on(&api(), None), Ok(("Read Write".to_owned(), vec![])));
        assert_eq!(
            on(&graph, None),
            Ok((String::new(), vec![Permission::UserReadAll]))
        );
        assert_eq!(on(&api(), Some(&["Write"])), Ok(("Write".to_owned(), vec![])));
        for unknown in ["Old", "read", ".default"] {
            let refused = Err(ScopeRefusal::Unknown(unknown.to_owned()));
            assert_eq!(on(&api(), Some(&["Read", unknown])), refused);
        }
    }

    #[test]
    fn a_built_in_client_may_what_the_person_may() {
        let built_in = Client::BuiltIn(COMMAND_LINE);
        assert_eq!(
            weighed(&built_in, Some(&["whatever"]), &[]),
            is("user_impersonation", "")
        );
        let graph = Resource::from(FirstParty::MicrosoftGraph);
        let may = weigh(&built_in, &graph, Asked::Default, &[]).unwrap();
        assert!(may.scopes.contains(&"Directory.AccessAsUser.All".to_owned()));
        // A registered one gets none of that for the asking.
        let asked = words(&["Directory.AccessAsUser.All"]);
        let may = weigh(&client(9, &[]), &graph, Asked::Named(&asked), &[]).unwrap();
        assert!(may.scopes.is_empty() && !may.is_for_people());
        let asked = words(&["User.Read"]);
        let may = weigh(&client(9, &[]), &graph, Asked::Named(&asked), &[]).unwrap();
        assert!(may.scopes.is_empty() && may.is_for_people());
    }
}

//! Every function of every topic, on both engines.
#![expect(clippy::unwrap_used, reason = "functions that tests share")]

#[cfg(test)]
mod support;

use doorward_domain::application::{
    AccessKind, AppRole, Application, Bare, ConsentType, GroupClaims, OptionalClaim, PasswordCredential,
    PermissionScope, Platform, PreAuthorized, RequiredAccess, RoleHolders, SignInAudience,
};
use doorward_domain::conditional_access::{Applications, People, Policy};
use doorward_domain::directory::query::{
    ApplicationField, Predicate, Query, ServicePrincipalField, UserField, Value,
};
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_domain::run_ticket::{ActsAs, Identity, Maker, RunTicket};
use doorward_domain::second_factor::SecondFactor;
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_domain::session::Session;
use doorward_domain::setup_link::{Purpose, SetupLink};
use doorward_domain::signing_key::{KeyName, KeyUse, SigningKey, Stage};
use doorward_domain::subscription::Subscription;
use doorward_domain::tenant::Tenant;
use doorward_domain::throttle::Failures;
use doorward_domain::token::TokenVersion;
use doorward_domain::user::{Password, PasswordHash, User, UserKind};
use doorward_names::*;
use doorward_store::directory_role::RoleAssignment;
use doorward_store::permission::Grant;
use doorward_store::revision::EVERYWHERE;
use doorward_store::signing_key::StoredKey;
use doorward_store::*;
use support::{NOW, Place, audit_row, block_on, object, random};

async fn look<T: Send + 'static>(
    store: &Store,
    f: impl Fn(&View<'_>) -> Result<T, QueryError> + Send + 'static,
) -> T {
    store.read(f).await.unwrap()
}

async fn change<T: Send + 'static>(
    store: &Store,
    f: impl Fn(&mut Tx<'_>) -> Result<T, QueryError> + Send + 'static,
) -> T {
    store.write(f).await.unwrap().value
}

fn user(tenant: TenantId, upn: &str) -> User {
    User {
        id: object(),
        tenant,
        upn: upn.parse().unwrap(),
        display_name: DisplayName::new("Zoë O'Neil 100%_\\").unwrap(),
        mail_nickname: "Zoe".to_owned(),
        kind: UserKind::Member,
        enabled: true,
        password: None,
        guest: None,
        created_at: NOW,
        sessions_revoked_at: None,
    }
}

fn application(tenant: TenantId, uris: &[&str]) -> Application {
    Application {
        identifier_uris: uris.iter().map(|uri| uri.parse().unwrap()).collect(),
        token_version: TokenVersion::V2,
        ..Application::from(Bare {
            id: object(),
            tenant,
            app_id: AppId::from_random(random()),
            display_name: DisplayName::new("ml-auth").unwrap(),
            created_at: NOW,
        })
    }
}

fn principal(tenant: TenantId, app_id: AppId) -> ServicePrincipal {
    ServicePrincipal {
        id: object(),
        tenant,
        app_id,
        app_owner: Some(tenant),
        display_name: DisplayName::new("ml-auth").unwrap(),
        kind: ServicePrincipalKind::Application,
        enabled: true,
        assignment_required: false,
        created_at: NOW,
    }
}

fn hash() -> SecretHash {
    SecretHash::new(HashKeyId::from_random(random()), random())
}

fn credential(hint: &str) -> PasswordCredential {
    PasswordCredential {
        id: CredentialId::from_random(random()),
        display_name: Some(DisplayName::new("rbac").unwrap()),
        hint: hint.to_owned(),
        hash: hash(),
        starts_at: NOW,
        ends_at: NOW.plus(Duration::days(1)),
    }
}

/// An application that says all that one can, with what a text column could stumble over.
fn outspoken(tenant: TenantId) -> Application {
    let id = |n| doorward_names::PermissionId::from_u128(n);
    let mut app = application(tenant, &["api://outspoken"]);
    app.sign_in
        .set(Platform::Web, ["https://app.example/back?x=1".parse().unwrap()]);
    app.sign_in.set(
        Platform::SinglePage,
        [
            "https://spa.example/".parse().unwrap(),
            "http://localhost:3000".parse().unwrap(),
        ],
    );
    app.sign_in
        .set(Platform::Public, ["http://localhost".parse().unwrap()]);
    app.sign_in.fallback_public = Some(false);
    app.sign_in.home_page = Some("https://app.example".parse().unwrap());
    app.sign_in.logout = Some("https://app.example/out".parse().unwrap());
    app.scopes = vec![PermissionScope {
        id: id(1),
        value: "Files.Read".to_owned(),
        enabled: true,
        consent: ConsentType::Admin,
        for_administrators: ("Read\tfiles".to_owned(), "Reads\nall \\ of them\r".to_owned()),
        for_people: (Some(String::new()), None),
    }];
    app.pre_authorized = vec![PreAuthorized {
        client: AppId::from_random(random()),
        scopes: vec![id(1)],
    }];
    app.roles = vec![AppRole {
        id: id(2),
        value: None,
        enabled: false,
        holders: RoleHolders {
            people: true,
            applications: false,
        },
        name: "읽기".to_owned(),
        description: "=".to_owned(),
    }];
    app.required = vec![RequiredAccess {
        resource: AppId::from_random(random()),
        id: id(3),
        kind: AccessKind::Role,
    }];
    app.group_claims = GroupClaims::SecurityGroup;
    app.optional_claims.id_token = vec![OptionalClaim {
        name: "auth_time".to_owned(),
        essential: true,
        properties: vec!["a".to_owned(), "b".to_owned()],
    }];
    app
}

#[test]
fn what_an_application_says_of_itself_is_kept() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let tenant = support::tenant();
            let app = outspoken(tenant);
            let (id, app_id) = (app.id, app.app_id);
            let new = app.clone();
            change(&store, move |tx| application::insert(tx, &new))
                .await
                .unwrap();
            let shown = |app: &Application| format!("{app:?}");
            let found = look(&store, move |v| application::find(v, tenant, id))
                .await
                .unwrap();
            assert_eq!(shown(&found), shown(&app));
            let found = look(&store, move |v| application::find_anywhere(v, app_id)).await;
            assert_eq!(shown(&found.unwrap()), shown(&app));
            let is_origin = |origin: &'static str| {
                let store = &store;
                async move { look(store, move |v| application::is_page_origin(v, origin)).await }
            };
            assert!(is_origin("https://spa.example").await && is_origin("http://localhost:3000").await);
            assert!(!is_origin("https://app.example").await && !is_origin("http://localhost").await);
            let mut less = app.clone();
            less.sign_in
                .set(Platform::SinglePage, ["https://other.example".parse().unwrap()]);
            let new = less.clone();
            assert_eq!(
                change(&store, move |tx| application::update(tx, &new)).await,
                Ok(true)
            );
            let found = look(&store, move |v| application::find(v, tenant, id))
                .await
                .unwrap();
            assert_eq!(shown(&found), shown(&less));
            assert!(!is_origin("https://spa.example").await && is_origin("https://other.example").await);
            change(&store, move |tx| application::delete(tx, tenant, id)).await;
            assert!(!is_origin("https://other.example").await);
        });
    }
}

#[test]
fn tenants_and_subscriptions() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let id = support::tenant();
            let tenant = Tenant {
                id,
                display_name: DisplayName::new("Contoso").unwrap(),
                default_domain: "contoso.example".parse().unwrap(),
                domains: vec!["contoso.example".parse().unwrap(), "contoso.org".parse().unwrap()],
                created_at: NOW,
            };
            let new = tenant.clone();
            let committed = store.write(move |tx| tenant::insert(tx, &new)).await.unwrap();
            assert_eq!(committed.value, Ok(()));
            assert!(committed.bumped.contains(&Bump {
                kind: Kind::Directory,
                tenant: EVERYWHERE,
                revision: 1
            }));
            assert!(committed.bumped.contains(&Bump {
                kind: Kind::Directory,
                tenant: id,
                revision: 1
            }));
            assert_eq!(
                look(&store, move |v| tenant::find(v, id)).await,
                Some(tenant.clone())
            );
            let domain: DomainName = "Contoso.ORG".parse().unwrap();
            assert_eq!(
                look(&store, move |v| tenant::find_by_domain(v, &domain)).await,
                Some(tenant.clone())
            );
            assert_eq!(look(&store, tenant::list).await, vec![tenant.clone()]);
            let again = Tenant {
                id: support::tenant(),
                ..tenant.clone()
            };
            let refused = change(&store, move |tx| tenant::insert(tx, &again)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::Domain }));
            let same = Tenant {
                domains: vec![],
                ..tenant
            };
            assert_eq!(
                change(&store, move |tx| tenant::insert(tx, &same)).await,
                Err(Conflict { what: Unique::Id })
            );

            let subscription = Subscription {
                id: SubscriptionId::from_random(random()),
                tenant: id,
                display_name: DisplayName::new("Research").unwrap(),
                created_at: NOW,
            };
            let new = subscription.clone();
            assert_eq!(
                change(&store, move |tx| subscription::insert(tx, &new)).await,
                Ok(())
            );
            assert_eq!(
                look(&store, move |v| subscription::list(v, id)).await,
                vec![subscription.clone()]
            );
            let (known, unknown) = (subscription.id, SubscriptionId::from_random(random()));
            assert_eq!(
                look(&store, move |v| subscription::tenant_of(v, known)).await,
                Some(id)
            );
            assert_eq!(
                look(&store, move |v| subscription::tenant_of(v, unknown)).await,
                None
            );
            let again = change(&store, move |tx| subscription::insert(tx, &subscription)).await;
            assert_eq!(again, Err(Conflict { what: Unique::Id }));
            assert!(
                look(&store, |v| subscription::list(v, support::tenant()))
                    .await
                    .is_empty()
            );
        });
    }
}

#[test]
fn users() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let tenant = support::tenant();
            let mut alice = user(tenant, "Alice@contoso.example");
            alice.password = Some(Password {
                hash: PasswordHash::new("$argon2id$v=19$x".to_owned()),
                must_change: true,
                set_at: NOW,
            });
            let new = alice.clone();
            assert_eq!(change(&store, move |tx| user::insert(tx, &new)).await, Ok(()));
            let id = alice.id;
            assert_eq!(
                look(&store, move |v| user::find(v, tenant, id)).await,
                Some(alice.clone())
            );
            let upn: Upn = "aLICE@CONTOSO.example".parse().unwrap();
            let same = upn.clone();
            assert_eq!(
                look(&store, move |v| user::find_by_upn(v, tenant, &upn)).await,
                Some(alice.clone())
            );
            let elsewhere = support::tenant();
            assert_eq!(look(&store, move |v| user::find(v, elsewhere, id)).await, None);
            assert_eq!(
                look(&store, move |v| user::find_by_upn(v, elsewhere, &same)).await,
                None
            );

            let twin = user(tenant, "ALICE@contoso.example");
            let refused = change(&store, move |tx| user::insert(tx, &twin)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::Upn }));
            let other = user(elsewhere, "alice@contoso.example");
            assert_eq!(change(&store, move |tx| user::insert(tx, &other)).await, Ok(()));
            let same_id = User {
                upn: "carol@contoso.example".parse().unwrap(),
                ..alice.clone()
            };
            let refused = change(&store, move |tx| user::insert(tx, &same_id)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::Id }));

            let bob = user(tenant, "bob@contoso.example");
            let new = bob.clone();
            change(&store, move |tx| user::insert(tx, &new)).await.unwrap();
            let renamed = User {
                upn: "alice@contoso.example".parse().unwrap(),
                ..bob.clone()
            };
            let refused = change(&store, move |tx| user::update(tx, &renamed)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::Upn }));
            let changed = User {
                enabled: false,
                kind: UserKind::Guest,
                password: alice.password.clone(),
                ..bob
            };
            let new = changed.clone();
            assert_eq!(change(&store, move |tx| user::update(tx, &new)).await, Ok(true));
            let id = changed.id;
            assert_eq!(
                look(&store, move |v| user::find(v, tenant, id)).await,
                Some(changed.clone())
            );
            let gone = user(tenant, "gone@contoso.example");
            assert_eq!(change(&store, move |tx| user::update(tx, &gone)).await, Ok(false));

            assert!(!change(&store, move |tx| user::delete(tx, elsewhere, id)).await);
            assert!(change(&store, move |tx| user::delete(tx, tenant, id)).await);
            assert!(!change(&store, move |tx| user::delete(tx, tenant, id)).await);
        });
    }
}

#[test]
fn user_filters_and_pages() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let tenant = support::tenant();
            let mut users: Vec<User> = (0..25)
                .map(|n| user(tenant, &format!("user{n}@contoso.example")))
                .collect();
            users[3].display_name = DisplayName::new("ÄRGER").unwrap();
            users[4].display_name = DisplayName::new("100% sure").unwrap();
            users[5].display_name = DisplayName::new("100x sure").unwrap();
            users[6].kind = UserKind::Guest;
            users[7].enabled = false;
            users.sort_by_key(|user| user.id);
            let all = users.clone();
            change(&store, move |tx| {
                for user in &all {
                    user::insert(tx, user)?.unwrap();
                }
                user::insert(tx, &user(support::tenant(), "user1@contoso.example"))?.unwrap();
                Ok(())
            })
            .await;

            let mut paged = Vec::new();
            let mut after = None;
            loop {
                let query = Query {
                    filter: None,
                    after,
                    limit: 10,
                };
                let page = look(&store, move |v| user::list(v, tenant, &query)).await;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                paged.extend(page);
            }
            assert_eq!(paged, users);

            let count = async |filter: Predicate<UserField>| {
                let query = Query::first(Some(filter));
                look(&store, move |v| user::list(v, tenant, &query)).await.len()
            };
            let text = |text: &str| Value::Text(text.to_owned());
            use Predicate::*;
            use UserField as F;
            assert_eq!(count(Equals(F::DisplayName, text("ärger"))).await, 1);
            assert_eq!(count(StartsWith(F::DisplayName, "100%".into())).await, 1);
            assert_eq!(count(StartsWith(F::DisplayName, "100_".into())).await, 0);
            assert_eq!(count(StartsWith(F::DisplayName, "100".into())).await, 2);
            assert_eq!(
                count(StartsWith(F::DisplayName, "zoë o'neil 100%_\\".into())).await,
                22
            );
            assert_eq!(count(StartsWith(F::DisplayName, String::new())).await, 25);
            assert_eq!(count(StartsWith(F::UserPrincipalName, "USER1".into())).await, 11);
            assert_eq!(
                count(Equals(F::UserPrincipalName, text("User12@Contoso.example"))).await,
                1
            );
            assert_eq!(count(Equals(F::MailNickname, text("zoe"))).await, 25);
            assert_eq!(count(Equals(F::AccountEnabled, Value::Bool(false))).await, 1);
            assert_eq!(count(Equals(F::AccountEnabled, text("false"))).await, 0);
            assert_eq!(count(Equals(F::UserType, text("guest"))).await, 1);
            assert_eq!(
                count(Equals(F::Id, text(&users[0].id.to_string().to_uppercase()))).await,
                1
            );
            assert_eq!(count(Equals(F::Id, text("'; DROP TABLE account; --"))).await, 0);
            let start = users[0].id.to_string()[..10].to_owned();
            assert!(count(StartsWith(F::Id, start)).await >= 1);
            let disabled = || Box::new(Equals(F::AccountEnabled, Value::Bool(false)));
            let guest = || Box::new(Equals(F::UserType, text("Guest")));
            assert_eq!(count(Or(disabled(), guest())).await, 2);
            assert_eq!(count(And(disabled(), guest())).await, 0);
            assert_eq!(count(Not(Box::new(Or(disabled(), guest())))).await, 23);
        });
    }
}

#[test]
fn applications_and_service_principals() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let tenant = support::tenant();
            let app = application(tenant, &["api://ml-auth/", "https://contoso.example/ML"]);
            let new = app.clone();
            let committed = store
                .write(move |tx| application::insert(tx, &new))
                .await
                .unwrap();
            assert_eq!(committed.value, Ok(()));
            assert_eq!(
                committed.bumped,
                vec![Bump {
                    kind: Kind::Client,
                    tenant,
                    revision: 1
                }]
            );
            let (id, app_id) = (app.id, app.app_id);
            let same = |found: Option<Application>| {
                let found = found.unwrap();
                assert_eq!(found.id, app.id);
                assert_eq!(found.identifier_uris, app.identifier_uris);
                assert_eq!(found.token_version, app.token_version);
                assert_eq!(found.audience, app.audience);
            };
            same(look(&store, move |v| application::find(v, tenant, id)).await);
            same(look(&store, move |v| application::find_by_app_id(v, tenant, app_id)).await);
            let by_uri = |uri: &'static str| {
                move |v: &View<'_>| application::find_by_identifier_uri(v, tenant, &IdentifierUri::fold(uri))
            };
            same(look(&store, by_uri("API://ML-auth")).await);
            same(look(&store, by_uri("https://contoso.example/ml/")).await);
            assert!(look(&store, by_uri("api://other")).await.is_none());
            let other = support::tenant();
            assert!(
                look(&store, move |v| application::find_by_app_id(v, other, app_id))
                    .await
                    .is_none()
            );

            let clash = application(tenant, &["api://ML-AUTH"]);
            let refused = change(&store, move |tx| application::insert(tx, &clash)).await;
            assert_eq!(
                refused,
                Err(Conflict {
                    what: Unique::IdentifierUri
                })
            );
            let clash = Application {
                app_id,
                ..application(tenant, &[])
            };
            let refused = change(&store, move |tx| application::insert(tx, &clash)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::AppId }));
            let elsewhere = application(other, &["api://ml-auth"]);
            assert_eq!(
                change(&store, move |tx| application::insert(tx, &elsewhere)).await,
                Ok(())
            );
            let changed = Application {
                identifier_uris: vec!["api://new".parse().unwrap()],
                audience: SignInAudience::MultiTenant,
                token_version: TokenVersion::V1,
                ..app.clone()
            };
            let new = changed.clone();
            assert_eq!(
                change(&store, move |tx| application::update(tx, &new)).await,
                Ok(true)
            );
            assert!(look(&store, by_uri("api://ml-auth")).await.is_none());
            let found = look(&store, by_uri("api://new")).await.unwrap();
            assert_eq!(found.audience, SignInAudience::MultiTenant);
            assert_eq!(found.token_version, TokenVersion::V1);

            let sp = principal(tenant, app_id);
            let new = sp.clone();
            assert_eq!(
                change(&store, move |tx| service_principal::insert(tx, &new)).await,
                Ok(())
            );
            let again = principal(tenant, app_id);
            let refused = change(&store, move |tx| service_principal::insert(tx, &again)).await;
            assert_eq!(
                refused,
                Err(Conflict {
                    what: Unique::ServicePrincipal
                })
            );
            let sp_id = sp.id;
            assert_eq!(
                look(&store, move |v| service_principal::find(v, tenant, sp_id)).await,
                Some(sp.clone())
            );
            let found = look(&store, move |v| {
                service_principal::find_by_app_id(v, tenant, app_id)
            })
            .await;
            assert_eq!(found, Some(sp.clone()));
            let disabled = ServicePrincipal {
                enabled: false,
                ..sp.clone()
            };
            let new = disabled.clone();
            assert!(change(&store, move |tx| service_principal::update(tx, &new)).await);
            let found = look(&store, move |v| service_principal::find(v, tenant, sp_id)).await;
            assert_eq!(found, Some(disabled));

            let builtin = ServicePrincipal {
                app_owner: None,
                kind: ServicePrincipalKind::FirstParty,
                ..principal(tenant, AppId::from_u128(0x00000003_0000_0000_c000_000000000000))
            };
            change(&store, move |tx| service_principal::insert(tx, &builtin))
                .await
                .unwrap();
            let count = async |filter: Predicate<ServicePrincipalField>| {
                let query = Query::first(Some(filter));
                look(&store, move |v| service_principal::list(v, tenant, &query))
                    .await
                    .len()
            };
            let text = |text: &str| Value::Text(text.to_owned());
            use Predicate::*;
            use ServicePrincipalField as F;
            assert_eq!(
                count(Equals(F::ServicePrincipalNames, text("API://new/"))).await,
                1
            );
            assert_eq!(
                count(Equals(F::ServicePrincipalNames, text(&app_id.to_string()))).await,
                1
            );
            assert_eq!(
                count(Equals(F::ServicePrincipalNames, text("api://ml-auth"))).await,
                0
            );
            assert_eq!(
                count(StartsWith(F::ServicePrincipalNames, "api://".into())).await,
                1
            );
            assert_eq!(
                count(StartsWith(F::ServicePrincipalNames, "00000003-".into())).await,
                1
            );
            assert_eq!(
                count(Not(Box::new(Equals(F::ServicePrincipalNames, text("api://new"))))).await,
                1
            );
            assert_eq!(count(Equals(F::AppId, text(&app_id.to_string()))).await, 1);
            assert_eq!(count(Equals(F::DisplayName, text("ML-Auth"))).await, 2);
            assert_eq!(count(Equals(F::AccountEnabled, Value::Bool(true))).await, 1);
            assert_eq!(
                count(Equals(F::ServicePrincipalType, text("Application"))).await,
                2
            );
            assert_eq!(count(Equals(F::Id, text(&sp_id.to_string()))).await, 1);
            let uris = |filter| {
                let query: Query<ApplicationField> = Query::first(Some(filter));
                look(&store, move |v| application::list(v, tenant, &query))
            };
            assert_eq!(
                uris(Equals(ApplicationField::IdentifierUris, text("api://NEW")))
                    .await
                    .len(),
                1
            );
            assert_eq!(
                uris(StartsWith(ApplicationField::IdentifierUris, "api://n".into()))
                    .await
                    .len(),
                1
            );
            assert_eq!(
                uris(Equals(ApplicationField::IdentifierUris, text("api://ml")))
                    .await
                    .len(),
                0
            );

            // Credentials, owners, roles and permissions, and that they go with what they belong to.
            let (mine, theirs) = (credential("abc"), credential("xyz"));
            let (first, second) = (mine.clone(), theirs.clone());
            change(&store, move |tx| {
                credential::insert(tx, tenant, id, &first)?.unwrap();
                credential::insert(tx, tenant, sp_id, &second)?.unwrap();
                assert_eq!(
                    credential::insert(tx, tenant, id, &first)?,
                    Err(Conflict { what: Unique::Id })
                );
                Ok(())
            })
            .await;
            let found = look(&store, move |v| credential::list(v, tenant, id)).await;
            assert_eq!(found.len(), 1);
            assert_eq!(
                (found[0].id, &found[0].hint, found[0].ends_at),
                (mine.id, &mine.hint, mine.ends_at)
            );
            assert_eq!(found[0].display_name, mine.display_name);
            assert!(found[0].hash.matches(&mine.hash));
            let owners = [object(), sp_id, id];
            let found = look(&store, move |v| credential::list_for_owners(v, tenant, &owners)).await;
            assert_eq!(found.len(), 2);
            assert!(
                look(&store, move |v| credential::list_for_owners(v, tenant, &[]))
                    .await
                    .is_empty()
            );
            assert!(
                look(&store, move |v| credential::list(v, other, id))
                    .await
                    .is_empty()
            );
            let wrong = mine.id;
            assert!(!change(&store, move |tx| credential::delete(tx, tenant, sp_id, wrong)).await);

            let person = object();
            change(&store, move |tx| {
                owner::insert(tx, tenant, id, person)?.unwrap();
                owner::insert(tx, tenant, sp_id, person)?.unwrap();
                assert_eq!(
                    owner::insert(tx, tenant, id, person)?,
                    Err(Conflict { what: Unique::Owner })
                );
                let role = RoleAssignment {
                    id: object(),
                    role: DirectoryRole::DirectoryReaders,
                    principal: sp_id,
                };
                directory_role::insert(tx, tenant, &role)?.unwrap();
                let again = RoleAssignment { id: object(), ..role };
                assert_eq!(
                    directory_role::insert(tx, tenant, &again)?,
                    Err(Conflict { what: Unique::Role })
                );
                assert_eq!(directory_role::list(tx, tenant)?, vec![role]);
                let grant = Grant {
                    id: object(),
                    permission: Permission::UserReadAll,
                    principal: sp_id,
                };
                permission::insert(tx, tenant, &grant)?.unwrap();
                let again = Grant {
                    id: object(),
                    ..grant
                };
                assert_eq!(
                    permission::insert(tx, tenant, &again)?,
                    Err(Conflict {
                        what: Unique::Permission
                    })
                );
                assert_eq!(permission::list(tx, tenant, sp_id)?, vec![grant]);
                Ok(())
            })
            .await;
            assert_eq!(
                look(&store, move |v| owner::list(v, tenant, id)).await,
                vec![person]
            );
            assert_eq!(
                look(&store, move |v| owner::owned_by(v, tenant, person))
                    .await
                    .len(),
                2
            );
            let roles = look(&store, move |v| directory_role::of(v, tenant, sp_id)).await;
            assert_eq!(roles, vec![DirectoryRole::DirectoryReaders]);
            let permissions = look(&store, move |v| permission::of(v, tenant, sp_id)).await;
            assert_eq!(permissions, vec![Permission::UserReadAll]);
            assert!(
                look(&store, move |v| directory_role::of(v, other, sp_id))
                    .await
                    .is_empty()
            );

            assert!(change(&store, move |tx| owner::delete(tx, tenant, sp_id, person)).await);
            assert!(!change(&store, move |tx| owner::delete(tx, tenant, sp_id, person)).await);
            assert!(change(&store, move |tx| application::delete(tx, tenant, id)).await);
            assert!(!change(&store, move |tx| application::delete(tx, tenant, id)).await);
            assert!(
                look(&store, move |v| owner::owned_by(v, tenant, person))
                    .await
                    .is_empty()
            );
            assert!(
                look(&store, move |v| credential::list(v, tenant, id))
                    .await
                    .is_empty()
            );
            assert!(look(&store, by_uri("api://new")).await.is_none());
            assert_eq!(
                look(&store, move |v| credential::list(v, tenant, sp_id))
                    .await
                    .len(),
                1
            );
            let committed = store
                .write(move |tx| service_principal::delete(tx, tenant, sp_id))
                .await
                .unwrap();
            assert!(committed.value);
            let kinds: Vec<Kind> = committed.bumped.iter().map(|bump| bump.kind).collect();
            assert_eq!(kinds, vec![Kind::Client, Kind::Directory]);
            assert!(
                look(&store, move |v| directory_role::list(v, tenant))
                    .await
                    .is_empty()
            );
            assert!(
                look(&store, move |v| permission::of(v, tenant, sp_id))
                    .await
                    .is_empty()
            );
            assert!(
                look(&store, move |v| credential::list(v, tenant, sp_id))
                    .await
                    .is_empty()
            );

            let role = RoleAssignment {
                id: object(),
                role: DirectoryRole::GuestInviter,
                principal: person,
            };
            let grant = Grant {
                id: object(),
                permission: Permission::DirectoryReadAll,
                principal: person,
            };
            change(&store, move |tx| {
                directory_role::insert(tx, tenant, &role)?.unwrap();
                permission::insert(tx, tenant, &grant)?.unwrap();
                Ok(())
            })
            .await;
            assert!(change(&store, move |tx| directory_role::delete(tx, tenant, role.id)).await);
            assert!(!change(&store, move |tx| directory_role::delete(tx, tenant, role.id)).await);
            assert!(change(&store, move |tx| permission::delete(tx, tenant, grant.id)).await);
            assert!(!change(&store, move |tx| permission::delete(tx, tenant, grant.id)).await);
        });
    }
}

#[test]
fn sessions_links_and_throttles() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let tenant = support::tenant();
            let alice = user(tenant, "alice@contoso.example");
            let new = alice.clone();
            change(&store, move |tx| user::insert(tx, &new)).await.unwrap();
            let session = Session {
                id: SessionId::from_random(random()),
                tenant,
                user: alice.id,
                client: AppId::from_random(random()),
                refresh_hash: hash(),
                generation: 0,
                turned_at: None,
                methods: "pwd".to_owned(),
                signed_in_at: NOW,
                used_at: NOW,
                revoked_at: None,
                platform: Platform::SinglePage,
                ends_at: Some(NOW.plus(Duration::hours(24))),
                root: None,
                ticket: None,
            };
            let new = session.clone();
            assert_eq!(change(&store, move |tx| session::insert(tx, &new)).await, Ok(()));
            let twin = Session {
                id: SessionId::from_random(random()),
                ..session.clone()
            };
            let refused = change(&store, move |tx| session::insert(tx, &twin)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::Hash }));
            let known = session.refresh_hash.clone();
            let (found, generation) = look(&store, move |v| session::find_by_refresh_hash(v, &known))
                .await
                .unwrap();
            assert_eq!(
                (found.id, found.user, found.client, generation),
                (session.id, session.user, session.client, 0)
            );
            assert_eq!(
                (found.platform, found.ends_at),
                (session.platform, session.ends_at)
            );
            let other_key =
                SecretHash::new(HashKeyId::from_random(random()), *session.refresh_hash.as_bytes());
            assert!(
                look(&store, move |v| session::find_by_refresh_hash(v, &other_key))
                    .await
                    .is_none()
            );
            let id = session.id;
            let later = NOW.plus(Duration::minutes(2));
            let turned = Session {
                generation: 1,
                turned_at: Some(NOW),
                used_at: later,
                ..session.clone()
            };
            let fresh = [hash(), hash()];
            for fresh in fresh.clone() {
                let turned = turned.clone();
                change(&store, move |tx| session::turn(tx, &turned, &fresh))
                    .await
                    .unwrap();
            }
            let (taken, again) = (fresh[0].clone(), turned.clone());
            let refused = change(&store, move |tx| session::turn(tx, &again, &taken)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::Hash }));
            for (known, of) in [
                (session.refresh_hash.clone(), 0),
                (fresh[0].clone(), 1),
                (fresh[1].clone(), 1),
            ] {
                let (found, generation) = look(&store, move |v| session::find_by_refresh_hash(v, &known))
                    .await
                    .unwrap();
                assert_eq!((found.id, found.tenant, generation), (id, tenant, of));
                assert_eq!((found.generation, found.turned_at), (1, Some(NOW)));
                assert_eq!(found.used_at, later);
            }
            let other_key = SecretHash::new(HashKeyId::from_random(random()), *fresh[0].as_bytes());
            assert!(
                look(&store, move |v| session::find_by_refresh_hash(v, &other_key))
                    .await
                    .is_none()
            );
            assert!(
                look(&store, move |v| session::find(v, support::tenant(), id))
                    .await
                    .is_none()
            );
            assert!(change(&store, move |tx| session::revoke(tx, tenant, id, NOW)).await);
            assert!(!change(&store, move |tx| session::revoke(tx, tenant, id, NOW)).await);
            let second = Session {
                id: SessionId::from_random(random()),
                refresh_hash: hash(),
                root: None,
                ticket: Some(hash()),
                ..session
            };
            let (of_run, bound) = (second.id, second.ticket.clone().unwrap());
            change(&store, move |tx| session::insert(tx, &second))
                .await
                .unwrap();
            let found = look(&store, move |v| session::find(v, tenant, of_run))
                .await
                .unwrap();
            assert!(found.ticket.unwrap().matches(&bound));
            let person = alice.id;
            let ended = change(&store, move |tx| {
                session::revoke_all_of_user(tx, tenant, person, NOW)
            })
            .await;
            assert_eq!(ended, 1);
            change(&store, move |tx| user::delete(tx, tenant, person)).await;
            assert!(
                look(&store, move |v| session::find(v, tenant, id))
                    .await
                    .is_none()
            );

            let link = SetupLink {
                hash: hash(),
                tenant,
                purpose: Purpose::Recover(person),
                created_at: NOW,
                used_at: None,
            };
            let new = link.clone();
            change(&store, move |tx| setup_link::insert(tx, &new))
                .await
                .unwrap();
            let again = link.clone();
            let refused = change(&store, move |tx| setup_link::insert(tx, &again)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::Hash }));
            assert!(look(&store, move |v| setup_link::any_open(v, tenant, NOW)).await);
            let late = NOW.plus(Duration::minutes(61));
            assert!(!look(&store, move |v| setup_link::any_open(v, tenant, late)).await);
            let known = link.hash.clone();
            let found = look(&store, move |v| setup_link::find_by_hash(v, &known))
                .await
                .unwrap();
            assert_eq!(
                (found.purpose, found.tenant, found.used_at),
                (link.purpose, tenant, None)
            );
            let spent = found.spend(NOW).unwrap();
            assert!(change(&store, move |tx| setup_link::save(tx, &spent)).await);
            assert!(!look(&store, move |v| setup_link::any_open(v, tenant, NOW)).await);
            let known = link.hash.clone();
            let found = look(&store, move |v| setup_link::find_by_hash(v, &known))
                .await
                .unwrap();
            assert_eq!(found.used_at, Some(NOW));

            let failures = Failures {
                since: NOW,
                count: 21,
            };
            change(&store, move |tx| {
                throttle::put(tx, "k", Failures { count: 1, ..failures })
            })
            .await;
            change(&store, move |tx| throttle::put(tx, "k", failures)).await;
            assert_eq!(look(&store, |v| throttle::get(v, "k")).await, Some(failures));
            assert_eq!(look(&store, |v| throttle::get(v, "other")).await, None);
            // What is counted for one goes, and nothing of others.
            change(&store, move |tx| {
                for key in ["a", "a here", "a there", "ab here", "b a here"] {
                    throttle::put(tx, key, failures)?;
                }
                throttle::forget_all_of(tx, "a")
            })
            .await;
            for (key, kept) in [
                ("a", true),
                ("a here", false),
                ("a there", false),
                ("ab here", true),
                ("b a here", true),
            ] {
                let found = look(&store, move |v| throttle::get(v, key)).await;
                assert_eq!(found.is_some(), kept, "{key}");
            }
            assert_eq!(look(&store, throttle::count).await, 4);
            change(&store, |tx| {
                ["a", "ab", "b"]
                    .iter()
                    .try_for_each(|owner| throttle::forget_all_of(tx, owner))
            })
            .await;
            assert_eq!(look(&store, throttle::count).await, 2);
            assert_eq!(change(&store, |tx| throttle::prune(tx, NOW)).await, 0);
            assert_eq!(
                change(&store, |tx| throttle::prune(tx, NOW.plus(Duration::seconds(1)))).await,
                2
            );
        });
    }
}

#[test]
fn refresh_tokens_are_kept_for_as_long_as_their_session_can_give_any() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let tenant = support::tenant();
            let alice = user(tenant, "alice@contoso.example");
            let (person, new) = (alice.id, alice.clone());
            change(&store, move |tx| user::insert(tx, &new)).await.unwrap();
            let begin = async |used_at| {
                let session = Session {
                    id: SessionId::from_random(random()),
                    tenant,
                    user: person,
                    client: AppId::from_random(random()),
                    refresh_hash: hash(),
                    generation: 0,
                    turned_at: None,
                    methods: "pwd".to_owned(),
                    signed_in_at: NOW,
                    used_at: NOW,
                    revoked_at: None,
                    platform: Platform::Public,
                    ends_at: None,
                    root: None,
                    ticket: None,
                };
                let new = session.clone();
                change(&store, move |tx| session::insert(tx, &new)).await.unwrap();
                let (fresh, turned) = (
                    hash(),
                    Session {
                        generation: 1,
                        used_at,
                        ..session
                    },
                );
                let (known, written) = (fresh.clone(), turned.clone());
                change(&store, move |tx| session::turn(tx, &written, &fresh))
                    .await
                    .unwrap();
                (turned, known)
            };
            let there = async |hash: &SecretHash| {
                let hash = hash.clone();
                look(&store, move |v| session::find_by_refresh_hash(v, &hash))
                    .await
                    .is_some()
            };
            let at = |days| NOW.plus(Duration::days(days));
            let (stale, used, ended) = (begin(at(1)).await, begin(at(9)).await, begin(at(9)).await);
            let id = ended.0.id;
            assert!(change(&store, move |tx| session::revoke(tx, tenant, id, at(2))).await);
            let prune = async |before| change(&store, move |tx| session::prune_tokens(tx, before)).await;
            assert_eq!(prune(at(1)).await, 0);
            assert_eq!(prune(at(2)).await, 1);
            assert!(!there(&stale.1).await && there(&used.1).await && there(&ended.1).await);
            // The first one stands in the session itself and says that it is over.
            assert!(there(&stale.0.refresh_hash).await);
            assert_eq!(prune(at(3)).await, 1);
            assert!(there(&used.1).await && !there(&ended.1).await);
            // Of a session that goes on, those go that were turned over long ago; the last two stay.
            let mut later = Vec::new();
            for generation in 2..=4 {
                let (fresh, known) = (hash(), later.len());
                later.push(fresh.clone());
                let turned = Session {
                    generation,
                    used_at: at(10 + known as i64),
                    ..used.0.clone()
                };
                change(&store, move |tx| session::turn(tx, &turned, &fresh))
                    .await
                    .unwrap();
            }
            assert_eq!(prune(at(9)).await, 0);
            assert_eq!(prune(at(11)).await, 2);
            assert!(!there(&used.1).await && !there(&later[0]).await && there(&later[1]).await);
            assert_eq!(prune(at(12)).await, 0);

            assert!(change(&store, move |tx| user::delete(tx, tenant, person)).await);
            assert!(!there(&used.1).await);
            // Nothing of it is left: the same may be written again.
            let (again, hash) = used;
            change(&store, move |tx| session::turn(tx, &again, &hash))
                .await
                .unwrap();
        });
    }
}

#[test]
fn second_factors() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let (tenant, other) = (support::tenant(), support::tenant());
            let alice = user(tenant, "alice@contoso.example");
            let (id, new) = (alice.id, alice.clone());
            change(&store, move |tx| user::insert(tx, &new)).await.unwrap();
            let factor = SecondFactor {
                id: object(),
                tenant,
                user: id,
                secret: Secret::new(random()),
                last_step: 7,
                enrolled_at: NOW,
            };
            let new = factor.clone();
            assert_eq!(
                change(&store, move |tx| second_factor::insert(tx, &new)).await,
                Ok(())
            );
            let twin = SecondFactor {
                id: object(),
                ..factor.clone()
            };
            let refused = change(&store, move |tx| second_factor::insert(tx, &twin)).await;
            assert_eq!(refused, Err(Conflict { what: Unique::Id }));
            let find = move |tenant| look_for(move |v| second_factor::find(v, tenant, id));
            let found = look(&store, find(tenant)).await.unwrap();
            assert_eq!(found.secret.expose(), factor.secret.expose());
            assert_eq!(
                (found.id, found.last_step, found.enrolled_at),
                (factor.id, 7, NOW)
            );
            assert!(look(&store, find(other)).await.is_none());
            assert!(look(&store, move |v| second_factor::exists(v, tenant, id)).await);
            // A later step is written, the same and an earlier one are not.
            for (step, written) in [(8, true), (8, false), (7, false), (9, true)] {
                let next = SecondFactor {
                    last_step: step,
                    ..factor.clone()
                };
                let saved = change(&store, move |tx| second_factor::save(tx, &next)).await;
                assert_eq!(saved, written, "{step} {}", place.engine);
            }
            assert_eq!(look(&store, find(tenant)).await.unwrap().last_step, 9);
            // Recovery codes.
            let hashes: Vec<_> = (0..3).map(|_| hash()).collect();
            let all = hashes.clone();
            change(&store, move |tx| recovery_code::replace(tx, (tenant, id), &all)).await;
            let left = || look(&store, move |v| recovery_code::count(v, tenant, id));
            assert_eq!(left().await, 3);
            for (owner, hash, there) in [
                ((other, id), &hashes[0], false),
                ((tenant, object()), &hashes[0], false),
                ((tenant, id), &hash(), false),
                ((tenant, id), &hashes[0], true),
                ((tenant, id), &hashes[0], false),
            ] {
                let hash = hash.clone();
                let spent = change(&store, move |tx| recovery_code::spend(tx, owner, &hash)).await;
                assert_eq!(spent, there);
            }
            assert_eq!(left().await, 2);
            let one = vec![hash()];
            change(&store, move |tx| recovery_code::replace(tx, (tenant, id), &one)).await;
            assert_eq!(left().await, 1);
            // All of it goes with the account, and is sealed for it alone.
            place_damage_is_noticed(&place, &store, (tenant, id)).await;
            assert!(change(&store, move |tx| user::delete(tx, tenant, id)).await);
            assert!(!look(&store, move |v| second_factor::exists(v, tenant, id)).await);
            assert_eq!(left().await, 0);
        });
    }
}

fn look_for<T>(
    f: impl Fn(&View<'_>) -> Result<T, QueryError> + Send + 'static,
) -> impl Fn(&View<'_>) -> Result<T, QueryError> + Send + 'static {
    f
}

/// The row of one account opens nothing for another.
async fn place_damage_is_noticed(place: &Place, store: &Store, (tenant, id): (TenantId, ObjectId)) {
    let bob = object();
    let moved = SecondFactor {
        id: object(),
        tenant,
        user: bob,
        secret: Secret::new(random()),
        last_step: 0,
        enrolled_at: NOW,
    };
    change(store, move |tx| second_factor::insert(tx, &moved))
        .await
        .unwrap();
    place.damage(
        "UPDATE second_factor SET sealed = (SELECT sealed FROM second_factor ORDER BY last_step LIMIT 1)",
    );
    let mut opened = 0;
    for owner in [id, bob] {
        let read = store.read(move |v| second_factor::find(v, tenant, owner)).await;
        opened += usize::from(read.is_ok());
    }
    assert_eq!(opened, 1, "{}", place.engine);
}

#[test]
fn run_tickets() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let (tenant, maker) = (support::tenant(), ObjectId::from_random(random()));
            let ticket = |session, identity| {
                let maker = Maker {
                    id: maker,
                    client: AppId::from_random(random()),
                    session,
                };
                RunTicket::new(hash(), tenant, maker, identity, NOW)
            };
            let plain = ticket(None, None);
            let full = ticket(
                Some(SessionId::from_random(random())),
                Some(Identity {
                    kind: ActsAs::Person,
                    id: ObjectId::from_random(random()),
                    client: AppId::from_random(random()),
                    secret: hash(),
                }),
            );
            for ticket in [&plain, &full] {
                let new = ticket.clone();
                assert_eq!(
                    change(&store, move |tx| run_ticket::insert(tx, &new)).await,
                    Ok(())
                );
                let again = ticket.clone();
                let refused = change(&store, move |tx| run_ticket::insert(tx, &again)).await;
                assert_eq!(refused, Err(Conflict { what: Unique::Hash }));
                let known = ticket.hash.clone();
                let found = look(&store, move |v| run_ticket::find_by_hash(v, &known))
                    .await
                    .unwrap();
                assert!(found.hash.matches(&ticket.hash));
                assert_eq!((found.tenant, found.maker), (tenant, ticket.maker));
                assert_eq!((found.made_at, found.expires_at), (NOW, ticket.expires_at));
                match (&found.identity, &ticket.identity) {
                    (None, None) => {}
                    (Some(found), Some(made)) => {
                        assert_eq!(
                            (found.kind, found.id, found.client),
                            (made.kind, made.id, made.client)
                        );
                        assert!(found.secret.matches(&made.secret));
                    }
                    _ => panic!("{found:?}"),
                }
            }
            let other_key = SecretHash::new(HashKeyId::from_random(random()), *plain.hash.as_bytes());
            let lost = other_key.clone();
            assert!(
                look(&store, move |v| run_ticket::find_by_hash(v, &lost))
                    .await
                    .is_none()
            );
            assert!(!change(&store, move |tx| run_ticket::delete(tx, &other_key)).await);

            let alive =
                |tenant, maker, at| look(&store, move |v| run_ticket::count_alive(v, tenant, maker, at));
            assert_eq!(alive(tenant, maker, NOW).await, 2);
            assert_eq!(alive(support::tenant(), maker, NOW).await, 0);
            assert_eq!(alive(tenant, ObjectId::from_random(random()), NOW).await, 0);
            let later = NOW.plus(Duration::seconds(60));
            let renewed = full.clone().renewed(later).unwrap();
            let saved = renewed.clone();
            assert!(change(&store, move |tx| run_ticket::save(tx, &saved)).await);
            let dead = plain.expires_at;
            assert_eq!(alive(tenant, maker, dead).await, 1);
            assert_eq!(change(&store, move |tx| run_ticket::prune(tx, dead)).await, 1);
            let known = plain.hash.clone();
            assert!(
                look(&store, move |v| run_ticket::find_by_hash(v, &known))
                    .await
                    .is_none()
            );
            let known = full.hash.clone();
            assert!(change(&store, move |tx| run_ticket::delete(tx, &known)).await);
            assert!(!change(&store, move |tx| run_ticket::save(tx, &renewed)).await);
        });
    }
}

#[test]
fn keys() {
    for place in Place::all() {
        let store = place.open();
        assert!(store.is_new());
        block_on(async {
            let keys = look(&store, hash_key::all).await;
            assert_eq!(keys.len(), 1);
            let newer = HashKeyId::from_random(random());
            let later = NOW.plus(Duration::days(1));
            let add = move |tx: &mut Tx<'_>| hash_key::insert(tx, newer, &Secret::new([9; 32]), later);
            change(&store, add).await.unwrap();
            let found = look(&store, hash_key::all).await;
            assert_eq!(
                (found.len(), found[0].0, *found[0].1.expose()),
                (2, newer, [9; 32])
            );

            let stored = StoredKey {
                key: SigningKey::published(KeyName("kid".to_owned()), KeyUse::Relay, NOW),
                certificate: vec![1, 2, 3],
                private: Secret::new(b"private key".to_vec()),
            };
            let new = stored.clone();
            let committed = store
                .write(move |tx| signing_key::insert(tx, &new))
                .await
                .unwrap();
            assert_eq!(
                committed.bumped,
                vec![Bump {
                    kind: Kind::SigningKey,
                    tenant: EVERYWHERE,
                    revision: 1
                }]
            );
            let again = stored.clone();
            let refused = change(&store, move |tx| signing_key::insert(tx, &again)).await;
            assert_eq!(
                refused,
                Err(Conflict {
                    what: Unique::KeyName
                })
            );
            for stage in [
                Stage::Current { since: NOW },
                Stage::Retired {
                    at: NOW,
                    until: later,
                },
                Stage::Revoked { at: later },
            ] {
                let key = SigningKey {
                    name: stored.key.name.clone(),
                    key_use: KeyUse::Relay,
                    stage,
                };
                assert!(change(&store, move |tx| signing_key::set_stage(tx, &key)).await);
                let found = look(&store, signing_key::list).await;
                assert_eq!(found.len(), 1);
                assert_eq!((found[0].key.stage, found[0].key.key_use), (stage, KeyUse::Relay));
                assert_eq!(found[0].certificate, stored.certificate);
                assert_eq!(found[0].private.expose(), stored.private.expose());
            }
            let unknown = SigningKey::first(KeyName("other".to_owned()), KeyUse::Origin, NOW);
            assert!(!change(&store, move |tx| signing_key::set_stage(tx, &unknown)).await);
            let revisions = look(&store, revision::all).await;
            assert_eq!(revisions, vec![(Kind::SigningKey, EVERYWHERE, 4)]);

            assert!(look(&store, |v| tls::get(v, "server")).await.is_none());
            for text in ["one", "two"] {
                let private = Secret::new(text.as_bytes().to_vec());
                change(&store, move |tx| {
                    tls::put(tx, "server", text.as_bytes(), &private)
                })
                .await;
                let (certificate, private) = look(&store, |v| tls::get(v, "server")).await.unwrap();
                assert_eq!(
                    (certificate.as_slice(), private.expose().as_slice()),
                    (text.as_bytes(), text.as_bytes())
                );
            }
        });
        drop(store);
        let store = place.open();
        assert!(!store.is_new());
        let found = block_on(look(&store, signing_key::list));
        assert_eq!(found[0].private.expose(), b"private key");
    }
}

#[test]
fn audit_rows_come_back_in_their_order() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            for n in 0..5 {
                let mut row = audit_row(&format!("row {n}"));
                row.at = NOW.plus(Duration::seconds(n));
                if n % 2 == 0 {
                    row.tenant = None;
                    row.actor = None;
                    row.client = None;
                    row.uti = None;
                    row.target = Some(object());
                    change(&store, move |tx| audit::insert(tx, &row)).await;
                } else {
                    store.append(row).await.unwrap();
                }
            }
            assert_eq!(look(&store, audit::count).await, 5);
            let first = look(&store, |v| audit::page(v, None, 3)).await;
            let after = first.last().map(|(cursor, _)| *cursor);
            let rest = look(&store, move |v| audit::page(v, after, 3)).await;
            let details: Vec<&str> = first
                .iter()
                .chain(&rest)
                .map(|(_, row)| row.detail.as_str())
                .collect();
            assert_eq!(details, ["row 0", "row 1", "row 2", "row 3", "row 4"]);
            assert_eq!(first[1].1, AuditRowAt(1).row());
        });
    }
}

struct AuditRowAt(i64);
impl AuditRowAt {
    fn row(&self) -> doorward_domain::audit::AuditRow {
        let mut row = audit_row(&format!("row {}", self.0));
        row.at = NOW.plus(Duration::seconds(self.0));
        row
    }
}

#[test]
fn conditional_access_policies() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let (tenant, other) = (support::tenant(), support::tenant());
            let name = DisplayName::new("Zoë O'Neil 100%_\\").unwrap();
            let first = Policy::for_administrators((object(), tenant), name, NOW);
            let second = Policy {
                id: object(),
                enabled: false,
                people: People {
                    everyone: true,
                    guests: true,
                    users: vec![object(), object()],
                    roles: vec![],
                },
                except_people: People {
                    guests: true,
                    users: vec![object()],
                    roles: vec![DirectoryRole::DirectoryReaders],
                    ..People::default()
                },
                applications: Applications::Named(vec![AppId::from_u128(1), AppId::from_u128(2)]),
                except_resources: vec![AppId::from_u128(3)],
                created_at: NOW.plus(Duration::seconds(1)),
                modified_at: Some(NOW),
                ..first.clone()
            };
            let revision = || look(&store, move |v| revision::of(v, Kind::Directory, tenant));
            let mut before = revision().await;
            for policy in [&second, &first] {
                let new = policy.clone();
                let inserted = change(&store, move |tx| conditional_access::insert(tx, &new)).await;
                assert_eq!(inserted, Ok(()), "{}", place.engine);
                before += 1;
                assert_eq!(revision().await, before);
                let twin = policy.clone();
                let refused = change(&store, move |tx| conditional_access::insert(tx, &twin)).await;
                assert_eq!(refused, Err(Conflict { what: Unique::Id }));
            }
            let all = |tenant| look(&store, move |v| conditional_access::list(v, tenant));
            assert_eq!(all(tenant).await, [first.clone(), second.clone()]);
            assert!(all(other).await.is_empty());
            let id = first.id;
            let elsewhere = look(&store, move |v| conditional_access::find(v, other, id)).await;
            assert_eq!(elsewhere, None);
            let next = Policy {
                display_name: DisplayName::new("Other").unwrap(),
                enabled: false,
                modified_at: Some(NOW),
                except_resources: vec![AppId::from_u128(9)],
                ..first
            };
            for (owner, expected) in [(other, false), (tenant, true)] {
                let new = Policy {
                    tenant: owner,
                    ..next.clone()
                };
                let updated = change(&store, move |tx| conditional_access::update(tx, &new)).await;
                assert_eq!(updated, expected);
            }
            let found = look(&store, move |v| conditional_access::find(v, tenant, id)).await;
            assert_eq!(found, Some(next));
            for (owner, expected) in [(other, false), (tenant, true), (tenant, false)] {
                let deleted = change(&store, move |tx| conditional_access::delete(tx, owner, id)).await;
                assert_eq!(deleted, expected);
            }
            assert_eq!(revision().await, before + 2);
            assert_eq!(all(tenant).await, [second]);
        });
    }
}

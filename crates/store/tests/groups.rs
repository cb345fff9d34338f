//! Groups and who is in them, on both engines.
#![expect(clippy::unwrap_used, clippy::panic, reason = "functions that tests share")]

#[cfg(test)]
mod support;

use doorward_domain::directory::query::{GroupField, Predicate, Query, Value};
use doorward_domain::group::{Group, Member, MemberKind};
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_domain::user::{User, UserKind};
use doorward_names::{AppId, DisplayName, ObjectId, TenantId};
use doorward_store::access_change::{self, AccessChange};
use doorward_store::group_member::{self, Part, Reach};
use doorward_store::*;
use support::{NOW, Place, block_on, object, random};

const ALL: Part = Part {
    after: None,
    limit: 1000,
};

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

fn group(tenant: TenantId, name: &str) -> Group {
    Group {
        id: object(),
        tenant,
        display_name: DisplayName::new(name).unwrap(),
        mail_nickname: "Ml-Team".parse().unwrap(),
        description: Some("Those who train.\nAnd those who serve.".to_owned()),
        created_at: NOW,
    }
}

async fn made(store: &Store, tenant: TenantId, name: &str) -> ObjectId {
    let new = group(tenant, name);
    let id = new.id;
    change(store, move |tx| group::insert(tx, &new)).await.unwrap();
    id
}

async fn put(store: &Store, tenant: TenantId, into: ObjectId, id: ObjectId, kind: MemberKind) -> Inserted {
    change(store, move |tx| {
        group_member::insert(tx, tenant, into, Member { id, kind })
    })
    .await
}

async fn newest(store: &Store, tenant: TenantId) -> i64 {
    look(store, move |v| access_change::newest(v, tenant)).await
}

/// The groups whose members changed since.
async fn noted(store: &Store, tenant: TenantId, after: i64) -> Vec<ObjectId> {
    let changes = look(store, move |v| access_change::since(v, tenant, after)).await;
    let mut groups: Vec<_> = changes
        .unwrap()
        .into_iter()
        .map(|(_, change)| match change {
            AccessChange::Members(group) => group,
            other => panic!("{other:?}"),
        })
        .collect();
    groups.sort();
    groups
}

fn sorted<const N: usize>(mut ids: [ObjectId; N]) -> Vec<ObjectId> {
    ids.sort();
    ids.to_vec()
}

async fn members(store: &Store, tenant: TenantId, group: ObjectId, reach: Reach) -> Vec<ObjectId> {
    let found = look(store, move |v| {
        group_member::members(v, tenant, group, reach, ALL)
    })
    .await;
    found.into_iter().map(|member| member.id).collect()
}

async fn groups_of(store: &Store, tenant: TenantId, member: ObjectId, reach: Reach) -> Vec<ObjectId> {
    look(store, move |v| {
        group_member::groups_of(v, tenant, member, reach, ALL)
    })
    .await
}

#[test]
fn groups_are_written_found_and_listed() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let (tenant, elsewhere) = (support::tenant(), support::tenant());
            let team = group(tenant, "Data Scientists");
            let (new, id) = (team.clone(), team.id);
            assert_eq!(change(&store, move |tx| group::insert(tx, &new)).await, Ok(()));
            let again = team.clone();
            assert_eq!(
                change(&store, move |tx| group::insert(tx, &again)).await,
                Err(Conflict { what: Unique::Id })
            );
            let namesake = made(&store, tenant, "data scientists").await;
            assert_eq!(
                look(&store, move |v| group::find(v, tenant, id)).await,
                Some(team.clone())
            );
            assert_eq!(look(&store, move |v| group::find(v, elsewhere, id)).await, None);

            let renamed = Group {
                display_name: DisplayName::new("Trainers").unwrap(),
                mail_nickname: "trainers".parse().unwrap(),
                description: None,
                ..team.clone()
            };
            let new = renamed.clone();
            assert!(change(&store, move |tx| group::update(tx, &new)).await);
            let foreign = Group {
                tenant: elsewhere,
                ..team
            };
            assert!(!change(&store, move |tx| group::update(tx, &foreign)).await);
            assert_eq!(
                look(&store, move |v| group::find(v, tenant, id)).await,
                Some(renamed)
            );

            let both = sorted([id, namesake]);
            let text = |text: &str| Value::Text(text.to_owned());
            for (filter, expected) in [
                (None, both.clone()),
                (
                    Some(Predicate::Equals(GroupField::DisplayName, text("TRAINERS"))),
                    vec![id],
                ),
                (
                    Some(Predicate::StartsWith(GroupField::DisplayName, "Data ".into())),
                    vec![namesake],
                ),
                (
                    Some(Predicate::Equals(GroupField::MailNickname, text("ml-team"))),
                    vec![namesake],
                ),
                (
                    Some(Predicate::Equals(GroupField::Id, text(&id.to_string()))),
                    vec![id],
                ),
                (
                    Some(Predicate::Equals(GroupField::SecurityEnabled, Value::Bool(true))),
                    both.clone(),
                ),
                (
                    Some(Predicate::Equals(GroupField::MailEnabled, Value::Bool(true))),
                    vec![],
                ),
                (
                    Some(Predicate::Equals(GroupField::GroupTypes, text("Unified"))),
                    vec![],
                ),
                (
                    Some(Predicate::Equals(GroupField::SecurityEnabled, text("true"))),
                    vec![],
                ),
            ] {
                let query = Query::first(filter);
                let shown = format!("{query:?}");
                let found = look(&store, move |v| group::list(v, tenant, &query)).await;
                let ids: Vec<_> = found.into_iter().map(|group| group.id).collect();
                assert_eq!(ids, expected, "{}: {shown}", place.engine);
            }
            assert!(!change(&store, move |tx| group::delete(tx, elsewhere, id)).await);
            assert!(change(&store, move |tx| group::delete(tx, tenant, id)).await);
            assert!(!change(&store, move |tx| group::delete(tx, tenant, id)).await);
        });
    }
}

#[test]
fn memberships_are_followed_through_circles_and_no_further_than_the_tenant() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let (tenant, elsewhere) = (support::tenant(), support::tenant());
            let [a, b, c] = [
                made(&store, tenant, "a").await,
                made(&store, tenant, "b").await,
                made(&store, tenant, "c").await,
            ];
            let (person, program) = (object(), object());
            assert_eq!(put(&store, tenant, a, b, MemberKind::Group).await, Ok(()));
            assert_eq!(put(&store, tenant, b, c, MemberKind::Group).await, Ok(()));
            assert_eq!(put(&store, tenant, c, person, MemberKind::User).await, Ok(()));
            assert_eq!(
                put(&store, tenant, a, program, MemberKind::ServicePrincipal).await,
                Ok(())
            );
            // The same person, straight as well: found once.
            assert_eq!(put(&store, tenant, a, person, MemberKind::User).await, Ok(()));
            assert_eq!(
                put(&store, tenant, a, person, MemberKind::User).await,
                Err(Conflict { what: Unique::Member })
            );
            // In another tenant, ids may be the same by bad luck.
            assert_eq!(put(&store, elsewhere, person, a, MemberKind::Group).await, Ok(()));

            assert_eq!(
                members(&store, tenant, a, Reach::Direct).await,
                sorted([b, person, program])
            );
            assert_eq!(
                members(&store, tenant, a, Reach::Transitive).await,
                sorted([b, c, person, program])
            );
            assert_eq!(
                groups_of(&store, tenant, person, Reach::Direct).await,
                sorted([a, c])
            );
            assert_eq!(
                groups_of(&store, tenant, person, Reach::Transitive).await,
                sorted([a, b, c])
            );
            assert_eq!(
                groups_of(&store, tenant, c, Reach::Transitive).await,
                sorted([a, b])
            );

            // Close the circle.
            assert_eq!(put(&store, tenant, c, a, MemberKind::Group).await, Ok(()));
            assert_eq!(
                members(&store, tenant, b, Reach::Transitive).await,
                sorted([a, c, person, program])
            );
            assert_eq!(
                groups_of(&store, tenant, b, Reach::Transitive).await,
                sorted([a, c])
            );
            assert_eq!(
                groups_of(&store, tenant, person, Reach::Transitive).await,
                sorted([a, b, c])
            );

            // Pages, one at a time.
            for reach in [Reach::Direct, Reach::Transitive] {
                let (mut after, mut walked) = (None, Vec::new());
                loop {
                    let part = Part { after, limit: 1 };
                    let page = look(&store, move |v| group_member::members(v, tenant, a, reach, part)).await;
                    let Some(last) = page.last() else { break };
                    assert_eq!(page.len(), 1);
                    walked.push(last.id);
                    after = Some(last.id);
                }
                assert_eq!(walked, members(&store, tenant, a, reach).await, "{reach:?}");
            }
        });
    }
}

#[test]
fn every_change_of_who_is_in_a_group_is_noted() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            let tenant = support::tenant();
            let [a, b, c] = [
                made(&store, tenant, "a").await,
                made(&store, tenant, "b").await,
                made(&store, tenant, "c").await,
            ];
            assert_eq!(newest(&store, tenant).await, 0);
            let user = User {
                id: object(),
                tenant,
                upn: "alice@contoso.example".parse().unwrap(),
                display_name: DisplayName::new("Alice").unwrap(),
                mail_nickname: "alice".to_owned(),
                kind: UserKind::Member,
                enabled: true,
                password: None,
                guest: None,
                created_at: NOW,
                sessions_revoked_at: None,
            };
            let principal = ServicePrincipal {
                id: object(),
                tenant,
                app_id: AppId::from_random(random()),
                app_owner: Some(tenant),
                display_name: DisplayName::new("ml-auth").unwrap(),
                kind: ServicePrincipalKind::Application,
                enabled: true,
                assignment_required: false,
                created_at: NOW,
            };
            let (person, program) = (user.id, principal.id);
            change(&store, move |tx| {
                user::insert(tx, &user)?.unwrap();
                service_principal::insert(tx, &principal)
            })
            .await
            .unwrap();
            assert_eq!(newest(&store, tenant).await, 0);

            for (into, id, kind) in [
                (a, b, MemberKind::Group),
                (b, person, MemberKind::User),
                (c, person, MemberKind::User),
                (c, program, MemberKind::ServicePrincipal),
                (c, b, MemberKind::Group),
            ] {
                let before = newest(&store, tenant).await;
                put(&store, tenant, into, id, kind).await.unwrap();
                assert_eq!(noted(&store, tenant, before).await, [into]);
                let before = newest(&store, tenant).await;
                assert!(put(&store, tenant, into, id, kind).await.is_err());
                assert_eq!(noted(&store, tenant, before).await, []);
            }

            let before = newest(&store, tenant).await;
            let remove = move |tx: &mut Tx<'_>| group_member::delete(tx, tenant, c, b);
            assert!(change(&store, remove).await);
            assert!(!change(&store, remove).await);
            assert_eq!(noted(&store, tenant, before).await, [c]);

            let before = newest(&store, tenant).await;
            assert!(change(&store, move |tx| user::delete(tx, tenant, person)).await);
            assert_eq!(noted(&store, tenant, before).await, sorted([b, c]));
            assert_eq!(
                groups_of(&store, tenant, person, Reach::Direct).await,
                Vec::<ObjectId>::new()
            );

            let before = newest(&store, tenant).await;
            let gone = move |tx: &mut Tx<'_>| service_principal::delete(tx, tenant, program);
            assert!(change(&store, gone).await);
            assert_eq!(noted(&store, tenant, before).await, [c]);
            assert_eq!(
                members(&store, tenant, c, Reach::Direct).await,
                Vec::<ObjectId>::new()
            );

            // A group that goes is noted itself, and so is what it was in.
            let before = newest(&store, tenant).await;
            assert!(change(&store, move |tx| group::delete(tx, tenant, b)).await);
            assert_eq!(noted(&store, tenant, before).await, sorted([a, b]));
            assert_eq!(
                members(&store, tenant, a, Reach::Direct).await,
                Vec::<ObjectId>::new()
            );
        });
    }
}

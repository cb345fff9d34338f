//! What decisions are made of, one rule at a time.

use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId, Scope, Timestamp};

use super::*;

pub(super) const SUBSCRIPTION: &str = "/subscriptions/1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10";
const GROUP: &str = "/subscriptions/1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10/resourceGroups/rg1";
const WORKSPACE: &str = "/subscriptions/1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10/resourceGroups/rg1/providers/\
                         Microsoft.MachineLearningServices/workspaces/w";
const MANAGED: &str = "/providers/Microsoft.Management/managementGroups";

const READER: RoleDefinitionId = RoleDefinitionId::from_u128(1);
const OWNER: RoleDefinitionId = RoleDefinitionId::from_u128(2);
const ANNA: ObjectId = ObjectId::from_u128(0xa);
const BEN: ObjectId = ObjectId::from_u128(0xb);
const TEAM: ObjectId = ObjectId::from_u128(0x10);
const STAFF: ObjectId = ObjectId::from_u128(0x11);

/// Numbers below the given ones, the same in each run.
pub(super) fn random(mut state: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

pub(super) fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

pub(super) fn allowing(actions: &[&str], not_actions: &[&str]) -> Permissions {
    Permissions {
        actions: patterns(actions),
        not_actions: patterns(not_actions),
        ..Permissions::default()
    }
}

pub(super) fn role(id: RoleDefinitionId, permissions: Vec<Permissions>) -> RoleDefinition {
    RoleDefinition {
        id,
        name: id.to_string(),
        description: String::new(),
        kind: RoleKind::BuiltIn,
        permissions,
        assignable_scopes: vec![Scope::root()],
        created_at: Timestamp::from_micros(0),
        created_by: None,
        updated_at: Timestamp::from_micros(0),
        updated_by: None,
    }
}

pub(super) fn given(id: u128, principal: ObjectId, role: RoleDefinitionId, scope: &str) -> Change {
    Change::Assignment(RoleAssignmentEntry {
        id: RoleAssignmentId::from_u128(id),
        scope: scope.parse().unwrap(),
        role,
        principal,
        has_condition: false,
    })
}

pub(super) fn taken(id: u128, from: DenyPrincipal, actions: &[&str], scope: &str) -> DenyAssignment {
    DenyAssignment {
        id: DenyAssignmentId::from_u128(id),
        name: id.to_string(),
        description: String::new(),
        scope: scope.parse().unwrap(),
        only_here: false,
        permissions: vec![allowing(actions, &[])],
        principals: vec![from],
        excluded: Vec::new(),
        system_protected: true,
        created_at: Timestamp::from_micros(0),
        updated_at: Timestamp::from_micros(0),
    }
}

fn index() -> Index {
    Index::new([
        role(READER, vec![allowing(&["*/read"], &[])]),
        role(OWNER, vec![allowing(&["*"], &[])]),
    ])
}

fn ask(index: &Index, principal: ObjectId, action: &str, scope: &str) -> Decision {
    let (action, scope) = (action.parse().unwrap(), scope.parse().unwrap());
    decide(
        &Request {
            principal,
            action: &action,
            plane: Plane::Control,
            scope: &scope,
        },
        index,
    )
}

fn can(index: &Index, principal: ObjectId, action: &str, scope: &str) -> bool {
    ask(index, principal, action, scope).is_allowed()
}

#[test]
fn an_assignment_counts_at_its_scope_and_below() {
    let mut index = index();
    index.apply(given(
        1,
        ANNA,
        READER,
        &GROUP.to_uppercase().replace("/SUBSCRIPTIONS", "/subscriptions"),
    ));
    for (scope, expected) in [
        (GROUP, true),
        (WORKSPACE, true),
        (SUBSCRIPTION, false),
        ("/", false),
        (&format!("{GROUP}0"), false),
        (&WORKSPACE.replace("rg1", "rg10"), false),
    ] {
        assert_eq!(
            can(&index, ANNA, "Microsoft.X/a/read", scope),
            expected,
            "{scope}"
        );
    }
    assert_eq!(
        ask(&index, ANNA, "Microsoft.X/a/write", GROUP),
        Decision::Denied(Missing::NotInRoles)
    );
    assert_eq!(
        ask(&index, ANNA, "Microsoft.X/a/read", SUBSCRIPTION),
        Decision::Denied(Missing::NoAssignment)
    );
    assert_eq!(
        ask(&index, BEN, "Microsoft.X/a/read", GROUP),
        Decision::Denied(Missing::NoAssignment)
    );
    index.apply(given(1, BEN, OWNER, "/"));
    assert!(!can(&index, ANNA, "Microsoft.X/a/read", GROUP));
    assert!(
        can(&index, BEN, "Microsoft.X/a/write", WORKSPACE) && can(&index, BEN, "Microsoft.X/a/write", "/")
    );
    index.apply(Change::RoleGone(OWNER));
    assert_eq!(
        ask(&index, BEN, "Microsoft.X/a/write", "/"),
        Decision::Denied(Missing::NotInRoles)
    );
    index.apply(Change::AssignmentGone(RoleAssignmentId::from_u128(1)));
    index.apply(Change::AssignmentGone(RoleAssignmentId::from_u128(1)));
    assert_eq!(
        ask(&index, BEN, "Microsoft.X/a/write", "/"),
        Decision::Denied(Missing::NoAssignment)
    );
}

#[test]
fn groups_give_what_they_have_through_groups_and_round_cycles() {
    let mut index = index();
    let members = |group, members: &[ObjectId]| Change::Members {
        group,
        members: members.to_vec(),
    };
    index.apply(given(1, STAFF, READER, GROUP));
    index.apply(members(TEAM, &[ANNA, STAFF]));
    index.apply(members(STAFF, &[TEAM]));
    assert_eq!(index.groups_of(ANNA), [TEAM, STAFF]);
    assert_eq!(index.groups_of(TEAM), [STAFF]);
    match ask(&index, ANNA, "Microsoft.X/a/read", WORKSPACE) {
        Decision::Allowed(because) => {
            assert_eq!(because.through, Some(STAFF));
            assert_eq!((because.role, &*because.scope), (READER, GROUP));
        }
        Decision::Denied(missing) => panic!("{missing:?}"),
    }
    index.apply(given(2, ANNA, READER, SUBSCRIPTION));
    match ask(&index, ANNA, "Microsoft.X/a/read", WORKSPACE) {
        Decision::Allowed(because) => assert_eq!((because.through, &*because.scope), (None, SUBSCRIPTION)),
        Decision::Denied(missing) => panic!("{missing:?}"),
    }
    index.apply(Change::AssignmentGone(RoleAssignmentId::from_u128(2)));
    index.apply(members(TEAM, &[BEN]));
    assert!(!can(&index, ANNA, "Microsoft.X/a/read", WORKSPACE));
    assert!(can(&index, BEN, "Microsoft.X/a/read", WORKSPACE));
}

#[test]
fn management_groups_cover_what_is_placed_below_them() {
    let mut index = index();
    let group = |name: &str, parent: Option<&str>| Change::ManagementGroup {
        name_key: name.to_owned(),
        parent: parent.map(str::to_owned),
    };
    index.apply(given(1, ANNA, READER, &format!("{MANAGED}/Top")));
    index.apply(Change::Subscription {
        id: SUBSCRIPTION.rsplit('/').next().unwrap().parse().unwrap(),
        management_group: Some("low".to_owned()),
    });
    assert!(!can(&index, ANNA, "Microsoft.X/a/read", WORKSPACE));
    index.apply(group("low", Some("top")));
    assert!(
        !can(&index, ANNA, "Microsoft.X/a/read", WORKSPACE),
        "top isn't known"
    );
    index.apply(group("top", None));
    let low = format!("{MANAGED}/low");
    let resource = format!("{low}/providers/Microsoft.X/a/b");
    for scope in [WORKSPACE, SUBSCRIPTION, &low, &resource] {
        assert!(can(&index, ANNA, "Microsoft.X/a/read", scope), "{scope}");
    }
    let scope = |text: &str| text.parse::<Scope>().unwrap();
    assert!(index.covers(&scope(&format!("{MANAGED}/TOP")), &scope(WORKSPACE)));
    assert!(!index.covers(&scope(WORKSPACE), &scope(&low)));
    assert_eq!(
        index.ancestors(&scope(GROUP)),
        [
            GROUP.to_lowercase(),
            SUBSCRIPTION.to_owned(),
            low.to_lowercase(),
            format!("{MANAGED}/top").to_lowercase(),
            "/".to_owned(),
        ]
    );
    index.apply(group("top", Some("low")));
    assert!(
        can(&index, ANNA, "Microsoft.X/a/read", WORKSPACE),
        "round and round"
    );
    index.apply(Change::ManagementGroupGone("low".to_owned()));
    assert!(!can(&index, ANNA, "Microsoft.X/a/read", WORKSPACE));
}

#[test]
fn a_deny_assignment_wins_over_roles() {
    let mut index = index();
    index.apply(given(1, ANNA, OWNER, "/"));
    index.apply(Change::Members {
        group: TEAM,
        members: vec![ANNA],
    });
    let write = "Microsoft.X/a/write";
    let denied = |index: &Index, scope| {
        ask(index, ANNA, write, scope) == Decision::Denied(Missing::DeniedBy(DenyAssignmentId::from_u128(7)))
    };
    let mut deny = taken(7, DenyPrincipal::Everyone, &["*/write"], GROUP);
    index.apply(Change::Deny(deny.clone()));
    assert!(denied(&index, GROUP) && denied(&index, WORKSPACE));
    assert!(can(&index, ANNA, write, SUBSCRIPTION) && can(&index, ANNA, "Microsoft.X/a/read", GROUP));
    deny.only_here = true;
    index.apply(Change::Deny(deny.clone()));
    assert!(denied(&index, GROUP) && !denied(&index, WORKSPACE));
    deny.excluded = vec![TEAM];
    index.apply(Change::Deny(deny.clone()));
    assert!(can(&index, ANNA, write, GROUP));
    deny.excluded = vec![BEN];
    deny.principals = vec![DenyPrincipal::Principal(TEAM, PrincipalKind::Group)];
    index.apply(Change::Deny(deny.clone()));
    assert!(denied(&index, GROUP));
    deny.principals = vec![DenyPrincipal::Principal(BEN, PrincipalKind::User)];
    index.apply(Change::Deny(deny.clone()));
    assert!(can(&index, ANNA, write, GROUP));
    index.apply(Change::DenyGone(deny.id));
    index.apply(Change::DenyGone(deny.id));
    assert!(can(&index, ANNA, write, GROUP));
}

#[test]
fn what_is_left_out_of_one_permission_another_may_allow() {
    let mut index = Index::new([
        role(READER, vec![allowing(&["*"], &["*/write"])]),
        role(
            OWNER,
            vec![
                allowing(&["*"], &["*/write"]),
                allowing(&["Microsoft.X/*/write"], &[]),
            ],
        ),
    ]);
    index.apply(given(1, ANNA, READER, "/"));
    assert!(!can(&index, ANNA, "Microsoft.X/a/write", GROUP));
    index.apply(given(2, ANNA, OWNER, "/"));
    assert!(
        can(&index, ANNA, "Microsoft.X/a/write", GROUP) && !can(&index, ANNA, "Microsoft.Y/a/write", GROUP)
    );
}

#[test]
fn an_assignment_with_a_condition_never_allows() {
    let mut index = index();
    let Change::Assignment(mut entry) = given(1, ANNA, READER, GROUP) else {
        panic!()
    };
    entry.has_condition = true;
    index.apply(Change::Assignment(entry));
    let asked = ask(&index, ANNA, "Microsoft.X/a/read", GROUP);
    assert_eq!(
        asked,
        Decision::Denied(Missing::Condition(RoleAssignmentId::from_u128(1)))
    );
    let asked = ask(&index, ANNA, "Microsoft.X/a/write", GROUP);
    assert_eq!(asked, Decision::Denied(Missing::NotInRoles));
    assert!(index.permissions_at(ANNA, &GROUP.parse().unwrap()).is_empty());
    assert!(!index.reaches_into(ANNA, &GROUP.parse().unwrap()));
    index.apply(given(2, ANNA, READER, "/"));
    assert!(can(&index, ANNA, "Microsoft.X/a/read", GROUP));
}

#[test]
fn a_role_below_lets_one_see_what_is_above_and_beside_nothing() {
    let mut index = index();
    index.apply(given(1, TEAM, READER, WORKSPACE));
    index.apply(given(2, ANNA, READER, WORKSPACE));
    index.apply(Change::Members {
        group: TEAM,
        members: vec![ANNA],
    });
    let scope = |text: &str| text.parse::<Scope>().unwrap();
    for text in [WORKSPACE, GROUP, SUBSCRIPTION, "/"] {
        assert!(index.reaches_into(ANNA, &scope(text)), "{text}");
        assert!(!index.reaches_into(BEN, &scope(text)), "{text}");
    }
    assert!(index.reaches_into(ANNA, &scope(&format!("{WORKSPACE}/computes/c"))));
    assert!(!index.reaches_into(ANNA, &scope(&format!("{GROUP}0"))));
    assert_eq!(
        index.permissions_at(ANNA, &scope(WORKSPACE)),
        [&allowing(&["*/read"], &[])]
    );
    assert!(index.permissions_at(ANNA, &scope(GROUP)).is_empty());
}

#[test]
fn what_one_holds_and_where_it_lies() {
    let mut index = index();
    let scope = |text: &str| text.parse::<Scope>().unwrap();
    index.apply(given(1, ANNA, READER, GROUP));
    index.apply(given(2, TEAM, OWNER, WORKSPACE));
    index.apply(Change::Members {
        group: TEAM,
        members: vec![BEN],
    });
    let held = |index: &Index, who| {
        let mut held: Vec<_> = index.held_by(who).map(|held| (held.id, held.principal)).collect();
        held.sort_unstable();
        held
    };
    assert_eq!(held(&index, ANNA), [(RoleAssignmentId::from_u128(1), ANNA)]);
    assert_eq!(held(&index, BEN), [(RoleAssignmentId::from_u128(2), TEAM)]);
    assert_eq!(held(&index, STAFF), []);
    let within =
        |index: &Index, who, places: [&str; 5]| places.map(|text| index.holds_within(who, &scope(text)));
    let elsewhere = format!("{GROUP}0");
    let places = ["/", SUBSCRIPTION, GROUP, WORKSPACE, &elsewhere];
    assert_eq!(within(&index, ANNA, places), [true, true, true, false, false]);
    assert_eq!(within(&index, BEN, places), [true, true, true, true, false]);
    assert_eq!(within(&index, STAFF, places), [false; 5]);
    // What has a condition, or a role that isn't there, is nothing.
    let Change::Assignment(mut entry) = given(1, ANNA, READER, GROUP) else {
        panic!()
    };
    entry.has_condition = true;
    index.apply(Change::Assignment(entry));
    assert_eq!(within(&index, ANNA, places), [false; 5]);
    index.apply(given(2, TEAM, RoleDefinitionId::from_u128(77), WORKSPACE));
    assert_eq!(within(&index, BEN, places), [false; 5]);
}

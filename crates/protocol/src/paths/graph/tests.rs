//! Paths of Microsoft Graph: what clients ask for, and what is not served.

use super::*;
use proptest::prelude::*;

fn parse(path: &str) -> GraphPath {
    GraphPath::parse(path).unwrap_or_else(|| panic!("{path}"))
}

#[test]
fn the_paths_that_clients_ask_for() {
    use ApplicationTail as A;
    use GraphPath as G;
    use ServicePrincipalTail as S;
    let id = || ObjectKey::Id("1".into());
    for (path, expected) in [
        ("/v1.0/me", G::Me),
        ("/v1.0/organization", G::Organization),
        ("/v1.0/Invitations", G::Invitations),
        ("/v1.0/auditLogs/directoryAudits", G::DirectoryAudits),
        ("/v1.0/users", G::Users),
        (
            "/v1.0/users/alice%40contoso.com",
            G::User("alice@contoso.com".into()),
        ),
        (
            "/v1.0/users('alice@contoso.com')",
            G::User("alice@contoso.com".into()),
        ),
        (
            "/v1.0/users/alice@contoso.com/revokeSignInSessions",
            G::RevokeSessions("alice@contoso.com".into()),
        ),
        ("/v1.0/me/RevokeSignInSessions", G::RevokeMySessions),
        ("/v1.0/applications", G::Applications),
        ("/v1.0/applications/1", G::Application(id(), A::Itself)),
        (
            "/v1.0/applications/1/addPassword",
            G::Application(id(), A::AddPassword),
        ),
        (
            "/V1.0/Applications/1/RemovePassword",
            G::Application(id(), A::RemovePassword),
        ),
        ("/v1.0/applications/1/owners", G::Application(id(), A::Owners)),
        (
            "/v1.0/applications/1/owners/$ref",
            G::Application(id(), A::OwnerReferences),
        ),
        (
            "/v1.0/applications/1/owners/2/%24ref",
            G::Application(id(), A::OwnerReference("2".into())),
        ),
        (
            "/v1.0/applications(appId='5')/addPassword",
            G::Application(ObjectKey::Alternate("5".into()), A::AddPassword),
        ),
        ("/v1.0/servicePrincipals/1", G::ServicePrincipal(id(), S::Itself)),
        (
            "/v1.0/servicePrincipals(appid='a''b')",
            G::ServicePrincipal(ObjectKey::Alternate("a'b".into()), S::Itself),
        ),
        (
            "/v1.0/servicePrincipals/1/appRoleAssignments",
            G::ServicePrincipal(id(), S::AppRoleAssignments),
        ),
        (
            "/v1.0/servicePrincipals/1/appRoleAssignments/x_y",
            G::ServicePrincipal(id(), S::AppRoleAssignment("x_y".into())),
        ),
        (
            "/v1.0/servicePrincipals/1/appRoleAssignedTo",
            G::ServicePrincipal(id(), S::AppRoleAssignedTo),
        ),
        (
            "/v1.0/servicePrincipals/1/AppRoleAssignedTo/x",
            G::ServicePrincipal(id(), S::AppRoleAssignedToOne("x".into())),
        ),
        (
            "/v1.0/users/alice@contoso.com/appRoleAssignments/x",
            G::UserAppRoles("alice@contoso.com".into(), Some("x".into())),
        ),
        (
            "/v1.0/groups/7/appRoleAssignments",
            G::Group("7".into(), GroupTail::AppRoleAssignments),
        ),
        (
            "/v1.0/users/7/getMemberObjects",
            G::UserMemberships("7".into(), Memberships::GetMemberObjects),
        ),
        ("/v1.0/directoryRoles", G::DirectoryRoles(DirectoryRolePath::All)),
        (
            "/v1.0/directoryRoles(roleTemplateId='5')/members",
            G::DirectoryRoles(DirectoryRolePath::Members(ObjectKey::Alternate("5".into()))),
        ),
        (
            "/v1.0/roleManagement/directory/roleAssignments",
            G::RoleAssignments,
        ),
        (
            "/v1.0/roleManagement/directory/roleDefinitions/9",
            G::RoleDefinition("9".into()),
        ),
        (
            "/v1.0/identity/conditionalAccess/policies",
            G::ConditionalAccessPolicies,
        ),
        (
            "/v1.0/Identity/ConditionalAccess/Policies/9",
            G::ConditionalAccessPolicy("9".into()),
        ),
        ("/v1.0/Policies/AuthorizationPolicy", G::AuthorizationPolicy),
        ("/v1.0/policies/signInPolicy/", G::SignInPolicy),
        ("/v1.0/directoryObjects/getByIds", G::GetByIds),
        ("/v1.0/directoryObjects/7/", G::DirectoryObject("7".into())),
    ] {
        assert_eq!(parse(path), expected, "{path}");
    }
}

#[test]
fn an_unknown_path_is_none() {
    for path in [
        "/v1.0",
        "/beta/me",
        "/me",
        "/v1.0/groups/$count",
        "/v1.0/groups(uniqueName=\'a\')",
        "/v1.0/groups/1/members/2",
        "/v1.0/groups/1/members/$count",
        "/v1.0/groups/1/transitiveMembers/$ref",
        "/v1.0/me/memberOf/1",
        "/v1.0/me/manager",
        "/v1.0/applications/1/memberOf",
        "/v1.0/directoryObjects/7/memberOf",
        "/v1.0/users/$count",
        "/v1.0/users/1/manager",
        "/v1.0/users(userPrincipalName='a')",
        "/v1.0/users()",
        "/v1.0/users('')",
        "/v1.0/users('a'b')",
        "/v1.0/users('a",
        "/v1.0/applications/1/owners/2",
        "/v1.0/applications/1/appRoleAssignments",
        "/v1.0/applications(objectId='5')",
        "/v1.0/directoryObjects",
        "/v1.0/directoryRoles/1/owners",
        "/v1.0/roleManagement/cloudPC/roleAssignments",
        "/v1.0/organization('x')",
        "/v1.0/policies",
        "/v1.0/policies/signInPolicy/1",
        "/v1.0/policies/tokenLifetimePolicies",
    ] {
        assert_eq!(GraphPath::parse(path), None, "{path}");
    }
}

fn any_path() -> impl Strategy<Value = GraphPath> {
    let id = || "[^\\p{C}?#\\\\$(][^\\p{C}?#\\\\]{0,20}".prop_filter("dots", |s| s != "." && s != "..");
    let key = || prop_oneof![id().prop_map(ObjectKey::Id), id().prop_map(ObjectKey::Alternate)];
    let way = || prop::sample::select(Memberships::ALL.to_vec());
    let application = prop_oneof![
        Just(ApplicationTail::Itself),
        Just(ApplicationTail::AddPassword),
        Just(ApplicationTail::RemovePassword),
        Just(ApplicationTail::Owners),
        Just(ApplicationTail::OwnerReferences),
        id().prop_map(ApplicationTail::OwnerReference),
    ];
    let service_principal = prop_oneof![
        Just(ServicePrincipalTail::Itself),
        Just(ServicePrincipalTail::AddPassword),
        Just(ServicePrincipalTail::RemovePassword),
        Just(ServicePrincipalTail::Owners),
        Just(ServicePrincipalTail::OwnerReferences),
        id().prop_map(ServicePrincipalTail::OwnerReference),
        Just(ServicePrincipalTail::AppRoleAssignments),
        id().prop_map(ServicePrincipalTail::AppRoleAssignment),
        Just(ServicePrincipalTail::AppRoleAssignedTo),
        id().prop_map(ServicePrincipalTail::AppRoleAssignedToOne),
        way().prop_map(ServicePrincipalTail::Memberships),
    ];
    let group = prop_oneof![
        Just(GroupTail::Itself),
        Just(GroupTail::Members),
        Just(GroupTail::MemberReferences),
        id().prop_map(GroupTail::MemberReference),
        Just(GroupTail::TransitiveMembers),
        Just(GroupTail::Owners),
        Just(GroupTail::OwnerReferences),
        id().prop_map(GroupTail::OwnerReference),
        Just(GroupTail::AppRoleAssignments),
        id().prop_map(GroupTail::AppRoleAssignment),
        way().prop_map(GroupTail::Memberships),
    ];
    let authentication = prop_oneof![
        Just(AuthenticationTail::Methods),
        Just(AuthenticationTail::SoftwareOathMethods),
        id().prop_map(AuthenticationTail::SoftwareOathMethod),
    ];
    prop_oneof![
        Just(GraphPath::Organization),
        Just(GraphPath::Invitations),
        Just(GraphPath::DirectoryAudits),
        Just(GraphPath::Me),
        Just(GraphPath::Users),
        id().prop_map(GraphPath::User),
        way().prop_map(GraphPath::MyMemberships),
        (id(), way()).prop_map(|(user, way)| GraphPath::UserMemberships(user, way)),
        (id(), prop::option::of(id())).prop_map(|(user, one)| GraphPath::UserAppRoles(user, one)),
        (id(), authentication).prop_map(|(user, tail)| GraphPath::UserAuthentication(user, tail)),
        Just(GraphPath::Groups),
        (id(), group).prop_map(|(id, tail)| GraphPath::Group(id, tail)),
        (id(), way())
            .prop_filter("action", |(_, way)| way.is_action())
            .prop_map(|(id, way)| GraphPath::DirectoryObjectMemberships(id, way)),
        Just(GraphPath::Applications),
        (key(), application).prop_map(|(key, tail)| GraphPath::Application(key, tail)),
        Just(GraphPath::ServicePrincipals),
        (key(), service_principal).prop_map(|(key, tail)| GraphPath::ServicePrincipal(key, tail)),
        Just(GraphPath::PermissionGrants),
        id().prop_map(GraphPath::PermissionGrant),
        Just(GraphPath::DirectoryRoles(DirectoryRolePath::All)),
        key().prop_map(|key| GraphPath::DirectoryRoles(DirectoryRolePath::One(key))),
        key().prop_map(|key| GraphPath::DirectoryRoles(DirectoryRolePath::Members(key))),
        Just(GraphPath::RoleAssignments),
        id().prop_map(GraphPath::RoleAssignment),
        Just(GraphPath::RoleDefinitions),
        id().prop_map(GraphPath::RoleDefinition),
        Just(GraphPath::ConditionalAccessPolicies),
        id().prop_map(GraphPath::ConditionalAccessPolicy),
        Just(GraphPath::AuthorizationPolicy),
        Just(GraphPath::SignInPolicy),
        Just(GraphPath::GetByIds),
        id().prop_filter("operation", |id| !is(id, "getByIds"))
            .prop_map(GraphPath::DirectoryObject),
    ]
}

proptest! {
    #[test]
    fn written_and_read_again_it_is_the_same(path in any_path()) {
        prop_assert_eq!(GraphPath::parse(&path.to_string()), Some(path));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".*", tail in "(applications|users|groups|directoryRoles)?[/()'=$a-z%0-9]{0,30}") {
        let _ = GraphPath::parse(&text);
        if let Some(read) = GraphPath::parse(&format!("/v1.0/{tail}")) {
            prop_assert_eq!(GraphPath::parse(&read.to_string()), Some(read));
        }
    }
}

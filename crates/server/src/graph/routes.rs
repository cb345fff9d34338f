//! The route table: which methods a path knows, and who answers.

use doorward_protocol::paths::{
    ApplicationTail as A, AuthenticationTail as U, DirectoryRolePath as R, GraphPath as P, GroupTail as G,
    Memberships as M, ServicePrincipalTail as S,
};
use doorward_store::group_member::Reach;
use http::Method;

use super::app_role_assignments::Side;
use super::holder::Holder;
use super::memberships::Subject;
use super::{
    Call, GraphError, app_role_assignments, applications, audits, authentication, conditional_access,
    directory_objects, directory_roles, groups, invitations, members, memberships, organization, owners,
    passwords, permission_grants, role_assignments, service_principals, tenant_settings, users,
};
use crate::http::Response;

const READ: &[Method] = &[Method::GET];
const ADD: &[Method] = &[Method::POST];
const REMOVE: &[Method] = &[Method::DELETE];
const COLLECTION: &[Method] = &[Method::GET, Method::POST];
const OBJECT: &[Method] = &[Method::GET, Method::PATCH, Method::DELETE];
const SINGLE: &[Method] = &[Method::GET, Method::PATCH];
const FIXED_OBJECT: &[Method] = &[Method::GET, Method::DELETE];

/// The methods that a path knows.
pub fn methods(path: &P) -> &'static [Method] {
    match path {
        P::Organization | P::Me | P::RoleDefinitions | P::RoleDefinition(_) | P::DirectoryObject(_) => READ,
        P::DirectoryRoles(_) | P::DirectoryAudits => READ,
        P::Invitations | P::GetByIds | P::RevokeMySessions | P::RevokeSessions(_) => ADD,
        P::PermissionGrants
        | P::Users
        | P::Groups
        | P::Applications
        | P::ServicePrincipals
        | P::RoleAssignments => COLLECTION,
        P::ConditionalAccessPolicies => COLLECTION,
        P::ConditionalAccessPolicy(_) | P::PermissionGrant(_) => OBJECT,
        P::AuthorizationPolicy | P::SignInPolicy => SINGLE,
        P::User(_) => OBJECT,
        P::UserAppRoles(_, None) => COLLECTION,
        P::UserAppRoles(_, Some(_)) => FIXED_OBJECT,
        P::UserAuthentication(_, U::Methods | U::SoftwareOathMethods) => READ,
        P::RoleAssignment(_) | P::UserAuthentication(_, U::SoftwareOathMethod(_)) => FIXED_OBJECT,
        P::MyMemberships(way) | P::UserMemberships(_, way) | P::DirectoryObjectMemberships(_, way) => {
            asks(*way)
        }
        P::Group(_, tail) => match tail {
            G::Itself => OBJECT,
            G::Members | G::TransitiveMembers | G::Owners => READ,
            G::MemberReferences | G::OwnerReferences => ADD,
            G::MemberReference(_) | G::OwnerReference(_) => REMOVE,
            G::AppRoleAssignments => COLLECTION,
            G::AppRoleAssignment(_) => FIXED_OBJECT,
            G::Memberships(way) => asks(*way),
        },
        P::Application(_, tail) => match tail {
            A::Itself => OBJECT,
            A::AddPassword | A::RemovePassword | A::OwnerReferences => ADD,
            A::Owners => READ,
            A::OwnerReference(_) => REMOVE,
        },
        P::ServicePrincipal(_, tail) => match tail {
            S::Itself => OBJECT,
            S::AddPassword | S::RemovePassword | S::OwnerReferences => ADD,
            S::Owners => READ,
            S::OwnerReference(_) => REMOVE,
            S::AppRoleAssignments | S::AppRoleAssignedTo => COLLECTION,
            S::AppRoleAssignment(_) | S::AppRoleAssignedToOne(_) => FIXED_OBJECT,
            S::Memberships(way) => asks(*way),
        },
    }
}

const fn asks(way: M) -> &'static [Method] {
    if way.is_action() { ADD } else { READ }
}

/// Hands a call to its handler. The method is one that [`methods`] lists for the path.
pub async fn dispatch(method: Method, call: Call) -> Result<Response, GraphError> {
    let (get, post) = (method == Method::GET, method == Method::POST);
    let delete = method == Method::DELETE;
    match call.path.clone() {
        P::Organization => organization::list(call).await,
        P::Invitations => invitations::create(call).await,
        P::Me => users::me(call).await,
        P::RevokeMySessions => users::revoke_my_sessions(call).await,
        P::RevokeSessions(user) => users::revoke_sessions(call, user).await,
        P::MyMemberships(way) => memberships::answer(call, Subject::Me, way).await,
        P::UserMemberships(user, way) => memberships::answer(call, Subject::User(user), way).await,
        P::DirectoryObjectMemberships(id, way) => memberships::answer(call, Subject::Any(id), way).await,
        P::Groups if get => groups::list(call).await,
        P::Groups => groups::create(call).await,
        P::Group(id, G::Itself) if get => groups::get(call, id).await,
        P::Group(id, G::Itself) if delete => groups::delete(call, id).await,
        P::Group(id, G::Itself) => groups::update(call, id).await,
        P::Group(id, G::Members) => members::list(call, id, Reach::Direct).await,
        P::Group(id, G::TransitiveMembers) => members::list(call, id, Reach::Transitive).await,
        P::Group(id, G::MemberReferences) => members::add(call, id).await,
        P::Group(id, G::MemberReference(member)) => members::remove(call, id, member).await,
        P::Group(id, G::Owners) => owners::list(call, Holder::Group(id)).await,
        P::Group(id, G::OwnerReferences) => owners::add(call, Holder::Group(id)).await,
        P::Group(id, G::OwnerReference(owner)) => owners::remove(call, Holder::Group(id), owner).await,
        P::Group(id, G::AppRoleAssignments) => app_roles(method, call, (Side::Group(id), None)).await,
        P::Group(id, G::AppRoleAssignment(one)) => {
            app_roles(method, call, (Side::Group(id), Some(one))).await
        }
        P::Group(id, G::Memberships(way)) => memberships::answer(call, Subject::Group(id), way).await,
        P::DirectoryAudits => audits::list(call).await,
        P::Users if get => users::list(call).await,
        P::Users => users::create(call).await,
        P::User(user) if get => users::get(call, user).await,
        P::User(user) if delete => users::delete(call, user).await,
        P::User(user) => users::update(call, user).await,
        P::UserAppRoles(user, one) => app_roles(method, call, (Side::User(user), one)).await,
        P::UserAuthentication(user, U::Methods) => authentication::methods(call, user).await,
        P::UserAuthentication(user, U::SoftwareOathMethods) => authentication::apps(call, user).await,
        P::UserAuthentication(user, U::SoftwareOathMethod(id)) if delete => {
            authentication::reset(call, user, id).await
        }
        P::UserAuthentication(user, U::SoftwareOathMethod(id)) => authentication::app(call, user, id).await,
        P::Applications if get => applications::list(call).await,
        P::Applications => applications::create(call).await,
        P::Application(key, A::Itself) if get => applications::get(call, key).await,
        P::Application(key, A::Itself) if delete => applications::delete(call, key).await,
        P::Application(key, A::Itself) => applications::update(call, key).await,
        P::Application(key, A::AddPassword) => passwords::add(call, Holder::Application(key)).await,
        P::Application(key, A::RemovePassword) => passwords::remove(call, Holder::Application(key)).await,
        P::Application(key, A::Owners) => owners::list(call, Holder::Application(key)).await,
        P::Application(key, A::OwnerReferences) => owners::add(call, Holder::Application(key)).await,
        P::Application(key, A::OwnerReference(id)) => {
            owners::remove(call, Holder::Application(key), id).await
        }
        P::ServicePrincipals if get => service_principals::list(call).await,
        P::ServicePrincipals => service_principals::create(call).await,
        P::ServicePrincipal(key, S::Itself) if get => service_principals::get(call, key).await,
        P::ServicePrincipal(key, S::Itself) if delete => service_principals::delete(call, key).await,
        P::ServicePrincipal(key, S::Itself) => service_principals::update(call, key).await,
        P::ServicePrincipal(key, S::AddPassword) => passwords::add(call, Holder::ServicePrincipal(key)).await,
        P::ServicePrincipal(key, S::RemovePassword) => {
            passwords::remove(call, Holder::ServicePrincipal(key)).await
        }
        P::ServicePrincipal(key, S::Owners) => owners::list(call, Holder::ServicePrincipal(key)).await,
        P::ServicePrincipal(key, S::OwnerReferences) => {
            owners::add(call, Holder::ServicePrincipal(key)).await
        }
        P::ServicePrincipal(key, S::OwnerReference(id)) => {
            owners::remove(call, Holder::ServicePrincipal(key), id).await
        }
        P::ServicePrincipal(key, S::AppRoleAssignments) => {
            app_roles(method, call, (Side::ServicePrincipal(key), None)).await
        }
        P::ServicePrincipal(key, S::AppRoleAssignment(id)) => {
            app_roles(method, call, (Side::ServicePrincipal(key), Some(id))).await
        }
        P::ServicePrincipal(key, S::AppRoleAssignedTo) => {
            app_roles(method, call, (Side::Resource(key), None)).await
        }
        P::ServicePrincipal(key, S::AppRoleAssignedToOne(id)) => {
            app_roles(method, call, (Side::Resource(key), Some(id))).await
        }
        P::ServicePrincipal(key, S::Memberships(way)) => {
            memberships::answer(call, Subject::ServicePrincipal(key), way).await
        }
        P::PermissionGrants if post => permission_grants::create(call).await,
        P::PermissionGrants => permission_grants::list(call).await,
        P::PermissionGrant(id) if get => permission_grants::get(call, id).await,
        P::PermissionGrant(id) if delete => permission_grants::delete(call, id).await,
        P::PermissionGrant(id) => permission_grants::update(call, id).await,
        P::DirectoryRoles(R::All) => directory_roles::list(call).await,
        P::DirectoryRoles(R::One(key)) => directory_roles::get(call, key).await,
        P::DirectoryRoles(R::Members(key)) => directory_roles::members(call, key).await,
        P::RoleDefinitions => directory_roles::definitions(call).await,
        P::RoleDefinition(id) => directory_roles::definition(call, id).await,
        P::RoleAssignments if post => role_assignments::create(call).await,
        P::RoleAssignments => role_assignments::list(call).await,
        P::RoleAssignment(id) if delete => role_assignments::delete(call, id).await,
        P::RoleAssignment(id) => role_assignments::get(call, id).await,
        P::ConditionalAccessPolicies if post => conditional_access::create(call).await,
        P::ConditionalAccessPolicies => conditional_access::list(call).await,
        P::ConditionalAccessPolicy(id) if get => conditional_access::get(call, id).await,
        P::ConditionalAccessPolicy(id) if delete => conditional_access::delete(call, id).await,
        P::ConditionalAccessPolicy(id) => conditional_access::update(call, id).await,
        P::AuthorizationPolicy if get => tenant_settings::authorization(call).await,
        P::AuthorizationPolicy => tenant_settings::update_authorization(call).await,
        P::SignInPolicy if get => tenant_settings::sign_in(call).await,
        P::SignInPolicy => tenant_settings::update_sign_in(call).await,
        P::GetByIds => directory_objects::get_by_ids(call).await,
        P::DirectoryObject(id) => directory_objects::get(call, id).await,
    }
}

/// Roles in applications, from whichever side.
async fn app_roles(
    method: Method,
    call: Call,
    (side, one): (Side, Option<String>),
) -> Result<Response, GraphError> {
    match one {
        None if method == Method::POST => app_role_assignments::create(call, side).await,
        None => app_role_assignments::list(call, side).await,
        Some(id) if method == Method::DELETE => app_role_assignments::delete(call, (side, id)).await,
        Some(id) => app_role_assignments::get(call, (side, id)).await,
    }
}

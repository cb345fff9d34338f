//! From a path and a method to its handler. What each needs stands in `requirement.rs`.

use bytes::Bytes;
use doorward_protocol::paths::{ArmPath as P, AuthorizationTail as T, LocationTail};
use http::Method;
use http::request::Parts;

use super::authorization::{
    check_access, deny_assignments, elevate_access, explain_access, permissions, provider_operations,
    role_assignments, role_definitions,
};
use super::call::{Call, Caller};
use super::requirement::requirement;
use super::{
    ArmError, deployments, management_groups, operations, providers, resource_groups, resources,
    subscriptions, tags, tenants, workspace,
};
use crate::ctx::Ctx;
use crate::http::{Response, method_not_allowed};

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::POST,
];

/// Answers a call of a known caller.
pub async fn answer<B>(ctx: &Ctx, caller: Caller, head: &Parts, body: B) -> Result<Response, ArmError>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let path = P::parse(head.uri.path())?;
    let Some(required) = requirement(&path, &head.method) else {
        return match allowed(&path) {
            [] => Err(ArmError::NotServed),
            some => Ok(method_not_allowed(some)),
        };
    };
    let call = Call::read(ctx, caller, head, body).await?;
    if let Some(id) = path.subscription() {
        call.subscription(id).await?;
    }
    if !P::is_of_workspace_service(head.uri.path()) {
        call.query.require_version()?;
    }
    let authorized = call.admit(&required).await?;
    let method = if head.method == Method::HEAD {
        Method::GET
    } else {
        head.method.clone()
    };
    dispatch(&call, path, &method, authorized).await
}

/// The methods that a path knows, of which there are few combinations.
fn allowed(path: &P) -> &'static [Method] {
    const SETS: &[&[Method]] = &[
        &[],
        &[Method::GET, Method::HEAD],
        &[Method::POST],
        &[Method::GET, Method::HEAD, Method::POST],
        &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE],
        &[
            Method::GET,
            Method::HEAD,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ],
    ];
    let known: Vec<&Method> = METHODS
        .iter()
        .filter(|method| requirement(path, method).is_some())
        .collect();
    let same =
        |set: &&&[Method]| set.len() == known.len() && set.iter().all(|method| known.contains(&method));
    SETS.iter()
        .find(same)
        .copied()
        .unwrap_or(&[Method::GET, Method::HEAD])
}

async fn dispatch(
    call: &Call,
    path: P,
    method: &Method,
    authorized: Option<super::access::Authorized>,
) -> Result<Response, ArmError> {
    let (get, put, post) = (
        method == Method::GET,
        method == Method::PUT,
        method == Method::POST,
    );
    let delete = method == Method::DELETE;
    // Paths whose requirement is an action have been allowed it by now.
    let allowed = || authorized.clone().ok_or(ArmError::NotServed);
    match path {
        P::Tenants => tenants::list(call).await,
        P::Subscriptions => subscriptions::list(call).await,
        P::Subscription(id) => subscriptions::get(call, id).await,
        P::Locations(id) => Ok(subscriptions::locations(id)),
        P::Providers(of) => providers::list(call, of).await,
        P::Provider(of, namespace) => providers::get(call, of, &namespace).await,
        P::Register(id, namespace) => providers::register(call, id, &namespace, (true, allowed()?)).await,
        P::Unregister(id, namespace) => providers::register(call, id, &namespace, (false, allowed()?)).await,
        P::Operations(namespace) => provider_operations::of_provider(&namespace),
        P::ResourceGroups(id) => resource_groups::list(call, id).await,
        P::ResourceGroup(scope) if get => resource_groups::get(call, scope).await,
        P::ResourceGroup(scope) if put => resource_groups::put(call, scope, allowed()?).await,
        P::ResourceGroup(scope) if delete => resource_groups::delete(call, scope, allowed()?).await,
        P::ResourceGroup(scope) => resource_groups::patch(call, scope, allowed()?).await,
        P::Resources(scope) => resources::list(call, scope, None).await,
        P::TagNames(id) => tags::names(call, id).await,
        P::Tags(scope) if get => tags::get(call, scope).await,
        P::Tags(scope) if put => tags::put(call, scope, allowed()?).await,
        P::Tags(scope) if delete => tags::delete(call, scope, allowed()?).await,
        P::Tags(scope) => tags::patch(call, scope, allowed()?).await,
        P::ManagementGroups => management_groups::list(call).await,
        P::ManagementGroup(scope) if get => management_groups::get(call, scope).await,
        P::ManagementGroup(scope) if delete => management_groups::delete(call, scope, allowed()?).await,
        P::ManagementGroup(scope) => management_groups::put(call, scope, put).await,
        P::Descendants(scope) => management_groups::descendants(call, scope).await,
        P::ManagementGroupSubscriptions(scope) => management_groups::subscriptions(call, scope).await,
        P::ManagementGroupSubscription(scope, id) if get => {
            management_groups::subscription(call, scope, id).await
        }
        P::ManagementGroupSubscription(scope, id) => management_groups::place(call, scope, id, put).await,
        P::Authorization(scope, tail) => match tail {
            T::RoleDefinitions => role_definitions::list(call, scope).await,
            T::RoleDefinition(id) if get => role_definitions::get(call, scope, id).await,
            T::RoleDefinition(id) if put => role_definitions::put(call, scope, id).await,
            T::RoleDefinition(id) => role_definitions::delete(call, scope, id).await,
            T::RoleAssignments => role_assignments::list(call, scope).await,
            T::RoleAssignment(id) if get => role_assignments::get(call, scope, id).await,
            T::RoleAssignment(id) if put => role_assignments::put(call, scope, (id, allowed()?)).await,
            T::RoleAssignment(id) => role_assignments::delete(call, scope, (id, allowed()?)).await,
            T::DenyAssignments => deny_assignments::list(call, scope).await,
            T::DenyAssignment(id) => deny_assignments::get(call, scope, id).await,
            T::Permissions => Ok(permissions::list(call, &scope)),
            T::CheckAccess => check_access::check(call, &scope),
            T::ExplainAccess => explain_access::explain(call, &scope).await,
            T::ProviderOperations => Ok(provider_operations::list()),
            T::ProviderOperationsOf(namespace) => provider_operations::get(&namespace),
            T::ElevateAccess => elevate_access::elevate(call, &scope).await,
        },
        P::Deployments(scope, tail) => deployments::answer(call, scope, tail, (method, authorized)).await,
        P::Collection(scope, kind) => resources::list(call, scope, Some(kind)).await,
        P::Resource(scope) if get => resources::get(call, scope).await,
        P::Resource(scope) if put => resources::put(call, scope, allowed()?).await,
        P::Resource(scope) if delete => resources::delete(call, scope, allowed()?).await,
        P::Resource(scope) => resources::patch(call, scope, allowed()?).await,
        P::ResourceAction(scope, word) if post => workspace::act(call, scope, &word, allowed()?).await,
        P::ResourceAction(scope, word) => workspace::look(call, scope, &word).await,
        P::MachineLearningLocation(_, _, tail) => match tail {
            LocationTail::Usages => Ok(workspace::location::usages()),
            LocationTail::Quotas => Ok(workspace::location::quotas()),
            LocationTail::VmSizes => Ok(workspace::location::vm_sizes()),
            LocationTail::OperationStatus(_, operation) => operations::status(call, operation).await,
            LocationTail::OperationResult(_, operation) => operations::result(call, operation).await,
        },
        P::ExperimentsQuery(scope) => workspace::services::experiments(call, &scope).await,
    }
}

//! Making and changing a resource, within one transaction: its group, its parent, its place, its name, and then what its
//! type makes of it.

use doorward_domain::arm::Resource;
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_names::{DisplayName, Scope, ScopeKind};
use doorward_protocol::arm::{Identity, Resource as Wire};
use doorward_store::{self as store, QueryError, Tx};

use super::putting::{Putting, SECRETS, principal_of, read_body};
use super::{compute, record, workspace};
use crate::arm::ArmError;
use crate::arm::access::Authorized;
use crate::arm::call::{Call, Conditions, precondition};
use crate::arm::catalogue::{COMPUTE_NAME, Kept, Naming, WORKSPACE_NAME, find_place, find_type};
use crate::arm::providers::is_registered;

/// Most bytes that are kept of one resource.
const MAX_KEPT: usize = 1024 * 1024;

impl Putting {
    /// Refuses a resource that would be linked to others which the caller may not write.
    pub async fn require_linked(
        &self,
        call: &Call,
        authorized: &Authorized,
        scope: &Scope,
        asked: &Wire,
    ) -> Result<(), ArmError> {
        if self.kept != Kept::Workspace {
            return Ok(());
        }
        for linked in workspace::linked(asked)? {
            if let Some(id) = linked.subscription_id() {
                call.subscription(id).await?;
            }
            let kind = linked.resource_type().unwrap_or_default();
            if linked != *scope {
                call.require_linked(authorized, &format!("{kind}/write"), &linked)
                    .await?;
            }
        }
        Ok(())
    }

    /// Makes it, or replaces what is there; says whether it is new.
    pub fn write(
        &self,
        tx: &mut Tx<'_>,
        (scope, asked): (&Scope, &Wire),
        conditions: &Conditions,
    ) -> Result<Result<(Resource, bool), ArmError>, QueryError> {
        let ground = match self.ground(tx, scope)? {
            Ok(ground) => ground,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let old = store::resource::find(tx, self.tenant, scope)?;
        let new = old.is_none();
        let drafted = precondition(conditions, old.as_ref().map(|old| old.version))
            .and_then(|()| self.draft(&ground, scope, (asked, old.as_ref())));
        let mut drafted = match drafted {
            Ok(drafted) => drafted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if self.kept == Kept::Workspace
            && let Err(refusal) = workspace::check_linked(tx, self.tenant, &drafted.1)?
        {
            return Ok(Err(refusal));
        }
        if let Err(refusal) = self.identify(tx, &mut drafted, old.as_ref())? {
            return Ok(Err(refusal));
        }
        let (mut resource, body) = drafted;
        resource.body = match kept(&body) {
            Ok(text) => text,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !new {
            store::resource::update(tx, &resource)?;
            return Ok(Ok((resource, false)));
        }
        let Some(subscription) = scope.subscription_id() else {
            return Ok(Err(ArmError::NotServed));
        };
        if store::resource::insert(tx, subscription, &resource)?.is_err() {
            return Ok(Err(ArmError::PreconditionFailed));
        }
        if self.kept == Kept::Workspace {
            for (name, secret) in SECRETS.into_iter().zip(self.secrets.iter()) {
                store::resource::put_secret(tx, (self.tenant, &resource.scope, name), secret)?;
            }
        }
        Ok(Ok((resource, true)))
    }

    /// Changes what is there.
    pub fn patch(
        &self,
        tx: &mut Tx<'_>,
        (scope, asked): (&Scope, &Wire),
        conditions: &Conditions,
    ) -> Result<Result<Resource, ArmError>, QueryError> {
        let Some(old) = store::resource::find(tx, self.tenant, scope)? else {
            return Ok(Err(ArmError::ResourceNotFound(scope.clone())));
        };
        if let Err(refusal) = precondition(conditions, Some(old.version)) {
            return Ok(Err(refusal));
        }
        let mut body = read_body(&old);
        let patched = match self.kept {
            Kept::Workspace => workspace::patch(&mut body, asked),
            Kept::Compute => compute::patch(&mut body, asked, self.now),
            Kept::Record(_) | Kept::Apart => record::patch(&mut body, asked),
        };
        if let Err(refusal) = patched {
            return Ok(Err(refusal));
        }
        let resource = Resource {
            tags: asked.tags.clone().unwrap_or_else(|| old.tags.clone()),
            version: old.version + 1,
            changed_at: self.now,
            ..old.clone()
        };
        let mut drafted = (resource, body);
        if asked.identity.is_some()
            && let Err(refusal) = self.identify(tx, &mut drafted, Some(&old))?
        {
            return Ok(Err(refusal));
        }
        if self.kept == Kept::Workspace
            && let Err(refusal) = workspace::check_linked(tx, self.tenant, asked)?
        {
            return Ok(Err(refusal));
        }
        let (mut resource, body) = drafted;
        resource.body = match kept(&body) {
            Ok(text) => text,
            Err(refusal) => return Ok(Err(refusal)),
        };
        store::resource::update(tx, &resource)?;
        Ok(Ok(resource))
    }

    /// What it stands on: its group, its parent, a provider that may be used.
    fn ground(&self, tx: &Tx<'_>, scope: &Scope) -> Result<Result<Ground, ArmError>, QueryError> {
        let (Some(subscription), Some(name)) = (scope.subscription_id(), scope.resource_group_name()) else {
            return Ok(Err(ArmError::InvalidRequest(
                "Resources are served within resource groups only.".to_owned(),
            )));
        };
        let Some(group) = store::resource_group::find(tx, (self.tenant, subscription), &name)? else {
            return Ok(Err(ArmError::ResourceGroupNotFound(name.to_string())));
        };
        let parent = match scope.parent() {
            Some(parent) if parent.kind() == ScopeKind::Resource => {
                match store::resource::find(tx, self.tenant, &parent)? {
                    Some(found) => Some(found),
                    None => return Ok(Err(ArmError::ParentNotFound(scope.clone()))),
                }
            }
            _ => None,
        };
        let kind = scope.resource_type().unwrap_or_default();
        let Some((provider, entry)) = find_type(&kind) else {
            return Ok(Err(ArmError::NotServed));
        };
        if entry.name.contains('/') != parent.is_some() {
            // `{resource}/providers/…` would be spelt as the resource's child, of another type than was decided on.
            return Ok(Err(ArmError::NotServed));
        }
        let states = store::provider_registration::list(tx, self.tenant, subscription)?;
        if !is_registered(provider, &states) {
            return Ok(Err(ArmError::Conflict(
                "MissingSubscriptionRegistration",
                format!(
                    "The subscription is not registered to use namespace '{}'. See \
                     https://aka.ms/rps-not-found for how to register subscriptions.",
                    provider.namespace
                ),
            )));
        }
        // Ids are spelt in one way, whatever the request's path was like: clients look for its words.
        let base = parent
            .as_ref()
            .map_or_else(|| group.scope(), |parent| parent.scope.clone());
        let spelt = match &parent {
            Some(_) => base.child(entry.name.rsplit('/').next().unwrap_or_default(), scope.name()),
            None => base.resource(provider.namespace, &[entry.name, scope.name()]),
        };
        let scope = spelt.unwrap_or_else(|_| scope.clone());
        Ok(Ok(Ground { scope, kind, parent }))
    }

    /// The resource as it would be, but for its identity.
    fn draft(
        &self,
        ground: &Ground,
        scope: &Scope,
        (asked, old): (&Wire, Option<&Resource>),
    ) -> Result<(Resource, Wire), ArmError> {
        if old.is_none() {
            self.check_name(scope, &ground.kind)?;
        }
        let parents = ground.parent.as_ref().and_then(|parent| parent.location.clone());
        let location = match asked.location.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) => {
                let place = find_place(text).ok_or_else(|| ArmError::no_such_place(text, &ground.kind))?;
                Some(place.name.to_owned())
            }
            None => old.and_then(|old| old.location.clone()).or(parents),
        };
        let location = location.ok_or_else(|| {
            ArmError::Invalid(
                "LocationRequired",
                "The location property is required for this definition.".to_owned(),
            )
        })?;
        if let Some(there) = old.and_then(|old| old.location.as_deref())
            && there != location
        {
            return Err(ArmError::Conflict(
                "InvalidResourceLocation",
                format!(
                    "The resource '{}' already exists in location '{there}' in resource group '{}'. A resource with \
                     the same name cannot be created in location '{location}'. Please select a new resource name.",
                    scope.name(),
                    scope
                        .resource_group_name()
                        .map(|name| name.to_string())
                        .unwrap_or_default()
                ),
            ));
        }
        let before = old.map(read_body);
        let body = match self.kept {
            Kept::Workspace => workspace::make(self, scope, asked, before.as_ref())?,
            Kept::Compute => compute::make(self, (&location, asked), before.as_ref())?,
            Kept::Record(_) | Kept::Apart => record::make(self, (scope, asked), before.as_ref()),
        };
        let resource = Resource {
            tenant: self.tenant,
            scope: old.map_or_else(|| ground.scope.clone(), |old| old.scope.clone()),
            location: Some(location),
            tags: asked.tags.clone().unwrap_or_default(),
            body: String::new(),
            version: old.map_or(1, |old| old.version + 1),
            created_at: old.map_or(self.now, |old| old.created_at),
            changed_at: self.now,
        };
        Ok((resource, body))
    }

    fn check_name(&self, scope: &Scope, kind: &str) -> Result<(), ArmError> {
        let rule: Naming = match self.kept {
            Kept::Workspace => WORKSPACE_NAME,
            Kept::Compute => COMPUTE_NAME,
            Kept::Record(rule) => rule,
            Kept::Apart => return Ok(()),
        };
        match rule.allows(scope.name()) {
            true => Ok(()),
            false => {
                let shown: String = scope.name().chars().take(64).collect();
                Err(ArmError::Invalid(
                    "InvalidResourceName",
                    format!("'{shown}' is no name of a {kind}: it has {}.", rule.in_words()),
                ))
            }
        }
    }

    /// Gives a resource the identity that it asks for: its own one lives in the directory under its name.
    fn identify(
        &self,
        tx: &mut Tx<'_>,
        (resource, body): &mut (Resource, Wire),
        old: Option<&Resource>,
    ) -> Result<Result<(), ArmError>, QueryError> {
        let had = old.and_then(principal_of);
        let asked = body.identity.take();
        let word = asked
            .as_ref()
            .map(|identity| identity.kind.replace(' ', "").to_lowercase());
        let wants = match word.as_deref() {
            None | Some("" | "none") => false,
            Some("systemassigned") => true,
            Some(_) => {
                return Ok(Err(ArmError::Invalid(
                    "InvalidIdentityType",
                    "An identity is 'SystemAssigned' or 'None': user-assigned identities are not served."
                        .to_owned(),
                )));
            }
        };
        if !wants {
            if let Some(id) = had {
                for assignment in store::access_assignment::of(tx, self.tenant, id)? {
                    store::access_assignment::delete(tx, self.tenant, assignment.id)?;
                }
                store::service_principal::delete(tx, self.tenant, id)?;
            }
            body.identity = asked.map(|_| Identity {
                kind: "None".to_owned(),
                ..Identity::default()
            });
            return Ok(Ok(()));
        }
        let id = match had {
            Some(id) => id,
            None => {
                let Ok(display_name) = DisplayName::new(resource.scope.name()) else {
                    return Ok(Err(ArmError::InvalidRequest(
                        "The name can't be an identity's.".to_owned(),
                    )));
                };
                let principal = ServicePrincipal {
                    id: self.principal,
                    tenant: self.tenant,
                    app_id: self.application,
                    app_owner: Some(self.tenant),
                    display_name,
                    kind: ServicePrincipalKind::ManagedIdentity,
                    enabled: true,
                    assignment_required: false,
                    created_at: self.now,
                };
                if store::service_principal::insert(tx, &principal)?.is_err() {
                    return Ok(Err(ArmError::Unavailable));
                }
                principal.id
            }
        };
        body.identity = Some(Identity {
            kind: "SystemAssigned".to_owned(),
            principal_id: Some(id.to_string()),
            tenant_id: Some(self.tenant.to_string()),
            user_assigned_identities: None,
        });
        Ok(Ok(()))
    }
}

/// A body as it is kept. Each change of it is bounded; so is what many of them come to.
fn kept(body: &Wire) -> Result<String, ArmError> {
    let text = serde_json::to_string(body).map_err(|e| ArmError::Body(e.to_string()))?;
    match text.len() <= MAX_KEPT {
        true => Ok(text),
        false => Err(ArmError::InvalidRequest(format!(
            "What is kept of a resource has at most {MAX_KEPT} bytes."
        ))),
    }
}

/// What a resource stands on.
struct Ground {
    /// Its id, spelt in the one way.
    scope: Scope,
    kind: String,
    parent: Option<Resource>,
}

//! Reading a request, and what it asks for.

use doorward_domain::client::{Client, PlatformRefusal};
use doorward_domain::consent::{Asked, ForEverybody, for_everybody};
use doorward_domain::resource::{FirstParty, Resource};
use doorward_names::{AppId, TenantId};
use doorward_protocol::oauth::{AadSts, OAuthError, Target, form};
use doorward_protocol::paths::EndpointVersion;
use http::request::Parts;

use super::Visit;
use crate::ctx::Ctx;
use crate::http::Response;
use crate::sts::client::{self, sign_in_words, told};
use crate::sts::{StsError, resource};
use crate::web::authorize::pages;
use crate::web::words;

/// Most resources that one application can ask for at once.
const MAX_RESOURCES: usize = 64;

impl<'a> Visit<'a> {
    /// Reads and verifies the request; a fault is told to the application once it is known to be one, else to the person.
    pub(super) async fn read(
        ctx: &'a Ctx,
        (segment, version): (&str, EndpointVersion),
        head: &'a Parts,
    ) -> Result<Self, Response> {
        let query = head.uri.query().unwrap_or_default();
        let form = form::parse(None, query.as_bytes());
        let words = words::wished(form.as_ref().ok(), head);
        let told = |text: &str| pages::refused(words, text);
        let form = form.as_ref().map_err(|e| told(&e.to_string()))?;
        let missing = |name: &str| told(&format!("parameter `{name}` is missing"));
        let client_id = form.get("client_id").ok_or_else(|| missing("client_id"))?;
        let redirect_uri = form.get("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
        let client = match client_id.parse() {
            Ok(id) => client::find(ctx, id).await.map_err(|e| e.answer(ctx))?,
            Err(_) => None,
        };
        // Nobody has to agree to what is built in.
        let Some(Client::Registered(application)) = client else {
            return Err(told(&pages::unknown_client(client_id)));
        };
        let client = Client::Registered(application.clone());
        if client.platform_of(redirect_uri).is_none() {
            return Err(told(&pages::redirect_mismatch(client.app_id())));
        }
        let tenant = pages::tenant(ctx, words, segment).await?;
        let single = |refusal| told(&StsError::Platform(refusal, client.app_id()).text());
        match tenant {
            Some(tenant) => client.admit_tenant(tenant).map_err(single)?,
            None if !client.is_multi_tenant() => return Err(single(PlatformRefusal::SingleTenant)),
            None => {}
        }
        let visit = Self {
            ctx,
            head,
            words,
            tenant,
            application: *application,
            redirect_uri: redirect_uri.to_owned(),
            state: form.get("state").map(str::to_owned),
            target: None,
        };
        let scope = match (version, form.get("scope")) {
            (EndpointVersion::V1, _) => return Ok(visit),
            (EndpointVersion::V2, Some(scope)) => scope,
            (EndpointVersion::V2, None) => {
                let text = Some("parameter `scope` is missing");
                return Err(visit.refused(OAuthError::InvalidRequest, AadSts::MissingParameter, text));
            }
        };
        match Target::from_scope(scope) {
            Ok(target) => Ok(Self {
                target: Some(target),
                ..visit
            }),
            Err(error) => {
                let text = error.to_string();
                Err(visit.refused(OAuthError::InvalidScope, AadSts::InvalidScope, Some(&text)))
            }
        }
    }

    /// What the application asks for in a tenant, resource by resource.
    ///
    /// # Errors
    /// [`StsError::ScopeUnknown`], [`StsError::ResourceUnknown`].
    pub(super) async fn wanted(&self, tenant: TenantId) -> Result<Vec<(Resource, ForEverybody)>, StsError> {
        let ctx = self.ctx;
        let client = Client::Registered(Box::new(self.application.clone()));
        let weigh = |resource: &Resource, asked: Asked<'_>| {
            for_everybody(&self.application, resource, asked).map_err(|refusal| told(&client, &refusal))
        };
        let mut all: Vec<(Resource, ForEverybody)> = Vec::new();
        let Some(target) = &self.target else {
            let mut known: Vec<AppId> = self.application.required.iter().map(|r| r.resource).collect();
            known.sort();
            known.dedup();
            for app_id in known.into_iter().take(MAX_RESOURCES) {
                let resource = resource::find(ctx, tenant, &app_id.to_string()).await?;
                let wanted = weigh(&resource, Asked::Default)?;
                all.push((resource, wanted));
            }
            all.retain(|(_, wanted)| *wanted != ForEverybody::default());
            return Ok(all);
        };
        if let Some(named) = &target.resource {
            let resource = resource::find(ctx, tenant, named).await?;
            let asked = match target.is_default() {
                true => Asked::Default,
                false => Asked::Named(&target.scopes),
            };
            let wanted = weigh(&resource, asked)?;
            all.push((resource, wanted));
        }
        let words: Vec<_> = sign_in_words(target).map(str::to_owned).collect();
        let graph = Resource::from(FirstParty::MicrosoftGraph);
        let sign_in = weigh(&graph, Asked::Named(&words))?;
        match all
            .iter_mut()
            .find(|(resource, _)| resource.app_id == graph.app_id)
        {
            Some((_, wanted)) => {
                for scope in sign_in.scopes {
                    if !wanted.scopes.contains(&scope) {
                        wanted.scopes.push(scope);
                    }
                }
            }
            None => all.push((graph, sign_in)),
        }
        all.retain(|(_, wanted)| *wanted != ForEverybody::default());
        Ok(all)
    }
}

//! `/tenants`, `/subscriptions/…`: Resource Manager, under the server's own name and under Azure's.

mod audit;
mod concurrency;
mod denied;
mod deployments;
mod escalation;
mod every_route;
mod ground;
mod groups;
mod lists;
mod refusals;
mod refused_resources;
mod roles;
mod spelling;
mod subscriptions;
mod tenants;
mod workspaces;

use bytes::Bytes;
use doorward_domain::subscription::Subscription;
use doorward_store as store;
use serde_json::Value;

use crate::harness::{Answer, Caller, Tenancy, World, request};
use crate::run::{LOGIN, Run};

/// The two hosts of Azure's that stand for Resource Manager.
pub const HOSTS: [&str; 2] = ["management.azure.com", "management.core.windows.net"];

/// A name under which Resource Manager is asked.
pub struct Door<'a> {
    pub world: &'a World,
    /// The run through which it is asked, and the host; else it is the server's own name.
    pub relay: Option<(&'a Run, &'static str)>,
}

/// The server's own name, and Azure's two through `run`.
pub fn doors<'a>(world: &'a World, run: &'a Run) -> [Door<'a>; 3] {
    let through = |host| Door {
        world,
        relay: Some((run, host)),
    };
    let [first, second] = HOSTS.map(through);
    [Door { world, relay: None }, first, second]
}

impl Door<'_> {
    pub fn name(&self) -> &'static str {
        self.relay.map_or("own name", |(_, host)| host)
    }

    pub async fn get(&self, path: &str, bearer: Option<&str>) -> Answer {
        self.call("GET", path, bearer).await
    }

    pub async fn call(&self, method: &str, path: &str, bearer: Option<&str>) -> Answer {
        let authorization = bearer.map(|token| format!("Bearer {token}"));
        self.call_with(method, path, &authorization.into_iter().collect::<Vec<_>>())
            .await
    }

    /// A request with these Authorization headers.
    pub async fn call_with(&self, method: &str, path: &str, authorization: &[String]) -> Answer {
        // Every call has a version; tests of that say theirs.
        let path = match path.contains('?') {
            true => path.to_owned(),
            false => format!("{path}?api-version=2020-01-01"),
        };
        let mut draft = request(method, &path, None, Bytes::new());
        for value in authorization {
            draft = draft.header("authorization", value);
        }
        let plain = draft.body_from();
        let request = match self.relay {
            Some((run, host)) => run.relayed(host, plain),
            None => plain,
        };
        self.world.send(request).await
    }

    /// What this side's token service answers to `caller`.
    pub async fn ask(&self, caller: &Caller, target: (&str, &str)) -> Value {
        let version = if target.0 == "scope" { "v2.0/" } else { "" };
        let path = format!("/{}/oauth2/{version}token", caller.tenant);
        let form = caller.form(target);
        let answer = match self.relay {
            Some((run, _)) => run.post_form(LOGIN, &path, &form).await,
            None => self.world.post_form(&path, &form).await,
        };
        answer.ok()
    }

    /// An access token of this side's for `resource`.
    pub async fn token_for(&self, caller: &Caller, resource: &str) -> String {
        let answer = self.ask(caller, ("resource", resource)).await;
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// An access token of this side's for Resource Manager.
    pub async fn token(&self, caller: &Caller) -> String {
        self.token_for(caller, "https://management.core.windows.net/")
            .await
    }
}

/// The one subscription of a tenant.
pub async fn subscription(tenant: &Tenancy) -> Subscription {
    let id = tenant.id;
    let all = tenant
        .world
        .app
        .store
        .read(move |view| store::subscription::list(view, id));
    let mut all = all.await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

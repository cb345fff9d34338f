//! `/run/…`, and requests that a run's relay brings.

mod hosts;
mod identity;
mod legacy;
mod production;
mod secret;
mod ticket;
mod tokens;

use bytes::Bytes;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::harness::{Answer, COMMAND_LINE, Caller, Tenancy, World, form_request, request};
use doorward_server::http::Request;

pub const LOGIN: &str = "login.microsoftonline.com";
pub const GRAPH: &str = "graph.microsoft.com";
pub const MANAGEMENT: &str = "management.azure.com";

/// Asks for a ticket as `caller`.
pub async fn begin(caller: &Caller, body: Value) -> Answer {
    caller.post("/run/tickets", body).await
}

/// A run in progress.
pub struct Run {
    pub world: World,
    pub ticket: String,
    pub answer: Value,
    maker_token: String,
}

impl Run {
    /// A run of `caller`, without an identity.
    pub async fn of(caller: &Caller) -> Self {
        Self::begun(caller, json!({})).await
    }

    /// A run of `caller` as `identity`.
    pub async fn as_identity(caller: &Caller, identity: &str) -> Self {
        Self::begun(caller, json!({ "identity": identity })).await
    }

    async fn begun(caller: &Caller, body: Value) -> Self {
        let answer = begin(caller, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let answer = answer.json();
        Self {
            world: caller.world.clone(),
            ticket: answer["ticket"].as_str().unwrap().to_owned(),
            answer,
            maker_token: caller.graph_token().await,
        }
    }

    /// The secret of the run's identity.
    pub fn secret(&self) -> &str {
        self.answer["identity"]["secret"].as_str().unwrap()
    }

    pub async fn keep(&self) -> Answer {
        self.keep_as(Some(&self.maker_token)).await
    }

    pub async fn keep_as(&self, bearer: Option<&str>) -> Answer {
        self.about("POST", bearer).await
    }

    pub async fn end(&self) -> Answer {
        self.about("DELETE", None).await
    }

    async fn about(&self, method: &str, bearer: Option<&str>) -> Answer {
        let draft = request(method, "/run/ticket", bearer, Bytes::new());
        self.world
            .send(draft.header("doorward-ticket", &self.ticket).body_from())
            .await
    }

    /// What the relay makes of a request.
    pub fn relayed(&self, host: &str, mut request: Request<Full<Bytes>>) -> Request<Full<Bytes>> {
        let headers = request.headers_mut();
        headers.insert("doorward-ticket", self.ticket.parse().unwrap());
        headers.insert("doorward-asked-host", host.parse().unwrap());
        request
    }

    /// GET through the relay.
    pub async fn get(&self, host: &str, path: &str, bearer: Option<&str>) -> Answer {
        let plain = request("GET", path, bearer, Bytes::new()).body_from();
        self.world.send(self.relayed(host, plain)).await
    }

    /// POST of a form through the relay.
    pub async fn post_form(&self, host: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        self.world
            .send(self.relayed(host, form_request(path, form)))
            .await
    }

    /// A service principal's token through the relay.
    pub async fn client_token(
        &self,
        tenant: &Tenancy,
        (client, secret): (&str, &str),
        resource: &str,
    ) -> Answer {
        let form = client_form((client, secret), ("resource", resource));
        let path = format!("/{}/oauth2/token", tenant.id);
        self.post_form(LOGIN, &path, &form).await
    }

    /// A person's token through the relay.
    pub async fn person_token(&self, tenant: &Tenancy, (name, secret): (&str, &str)) -> Answer {
        let path = format!("/{}/oauth2/v2.0/token", tenant.id);
        self.post_form(LOGIN, &path, &person_form((name, secret))).await
    }
}

pub fn client_form<'a>(
    (client, secret): (&'a str, &'a str),
    target: (&'a str, &'a str),
) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_secret", secret),
        target,
    ]
}

pub fn person_form<'a>((name, secret): (&'a str, &'a str)) -> [(&'a str, &'a str); 5] {
    [
        ("grant_type", "password"),
        ("client_id", COMMAND_LINE),
        ("username", name),
        ("password", secret),
        (
            "scope",
            "https://graph.microsoft.com/.default openid offline_access",
        ),
    ]
}

/// The claims of a token, unverified.
pub fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

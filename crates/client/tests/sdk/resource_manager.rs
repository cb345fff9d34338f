//! Calls to Resource Manager: pages, versions, names in paths, what takes longer, what refusals are called.

use crate::mock::{Answer, Seen, Server, TENANT, TestClock, answer, token};
use doorward_names::{ObjectId, ResourceGroupName, Scope, SubscriptionId};
use doorward_sdk::Error;
use doorward_sdk::resource_manager::{
    AssignmentFilter, ComputeAction, ResourceManagerClient, UnderlyingResource, models,
};
use serde_json::json;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

pub const SUBSCRIPTION: &str = "2b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a12";

pub fn subscription() -> SubscriptionId {
    SUBSCRIPTION.parse().unwrap()
}

fn group(name: &str) -> ResourceGroupName {
    name.parse().unwrap()
}

fn workspace() -> Scope {
    ResourceManagerClient::workspace_scope(subscription(), &group("ml-rg"), "w").unwrap()
}

/// A server that gives tokens, and answers everything else by `answers`, which gets the server's own address and the
/// number of the request among those of its kind.
pub async fn resource_manager(
    answers: impl Fn(&str, usize, &Seen) -> Answer + Send + Sync + 'static,
) -> (Server, Arc<TestClock>) {
    let origin = Arc::new(OnceLock::<String>::new());
    let (known, asked) = (Arc::clone(&origin), Mutex::new(0));
    let server = Server::start(move |_, seen| {
        if seen.line.contains("/oauth2/") {
            return token("t", 3600);
        }
        let mut asked = asked.lock().unwrap();
        let number = *asked;
        *asked += 1;
        drop(asked);
        answers(known.get().unwrap(), number, seen)
    })
    .await;
    origin.set(server.url.clone()).unwrap();
    (server, TestClock::new())
}

async fn client(
    answers: impl Fn(&str, usize, &Seen) -> Answer + Send + Sync + 'static,
) -> (Server, Arc<TestClock>, ResourceManagerClient) {
    let (server, clock) = resource_manager(answers).await;
    let client = ResourceManagerClient::of(server.principal(&clock)).unwrap();
    (server, clock, client)
}

/// The lines of what was asked, without those for tokens.
pub fn lines(server: &Server) -> Vec<String> {
    let asked = server
        .seen()
        .into_iter()
        .filter(|seen| !seen.line.contains("/oauth2/"));
    asked.map(|seen| seen.line.replace(" HTTP/1.1", "")).collect()
}

pub fn refuse(status: u16, code: &str, text: &str) -> Answer {
    answer(
        status,
        json!({ "error": { "code": code, "message": text } }).to_string(),
    )
}

fn with(answer: Answer, headers: &str) -> Answer {
    Answer {
        headers: headers.to_owned(),
        ..answer
    }
}

fn one_group() -> String {
    json!({
        "id": "/subscriptions/s/resourceGroups/g", "name": "g", "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope", "properties": { "provisioningState": "Succeeded" },
    })
    .to_string()
}

#[tokio::test]
async fn pages_are_followed_on_the_same_server_with_a_token_of_resource_manager() {
    let (server, _, client) = client(|origin, number, _| {
        let next = (number == 0).then(|| format!("{origin}/subscriptions?api-version=2022-12-01&$skiptoken=x"));
        let one = json!({
            "id": "/subscriptions/s", "subscriptionId": SUBSCRIPTION, "tenantId": TENANT, "displayName": number.to_string(),
            "state": "Enabled", "authorizationSource": "RoleBased",
        });
        answer(200, json!({ "value": [one], "nextLink": next }).to_string())
    })
    .await;
    let found = client.subscriptions().await.unwrap();
    let names: Vec<_> = found.iter().map(|s| s.display_name.as_str()).collect();
    assert_eq!(names, ["0", "1"]);
    let seen = server.seen();
    assert!(
        seen[0]
            .body
            .contains("scope=https%3A%2F%2Fmanagement.core.windows.net%2F%2F.default"),
        "{}",
        seen[0].body
    );
    assert!(
        seen[1]
            .line
            .starts_with("GET /subscriptions?api-version=2022-12-01 ")
    );
    assert!(seen[1].head.contains("authorization: Bearer t"));
    assert!(seen[1].head.contains("client-request-id: "));
}

#[tokio::test]
async fn nothing_that_the_server_names_elsewhere_gets_a_token() {
    let (server, _, client) = client(|_, _, seen| match seen.line.starts_with("GET") {
        true => answer(
            200,
            r#"{"value":[],"nextLink":"https://evil.example/subscriptions"}"#,
        ),
        false => with(
            answer(202, ""),
            "azure-asyncoperation: https://evil.example/x\r\n",
        ),
    })
    .await;
    let page = client.subscriptions().await.unwrap_err();
    let operation = client.delete_workspace(&workspace()).await.unwrap_err();
    for refused in [page, operation] {
        assert!(matches!(refused, Error::Unexpected { .. }), "{refused}");
    }
    assert_eq!(lines(&server).len(), 2);
}

#[tokio::test]
async fn each_call_has_its_version_and_names_stay_in_their_place() {
    let (server, _, client) = client(|_, _, seen| match seen.line.split(' ').next().unwrap() {
        "HEAD" => answer(204, ""),
        "DELETE" => answer(204, ""),
        _ => answer(200, r#"{"value":[]}"#),
    })
    .await;
    let id = ObjectId::from_bytes([7; 16]);
    let rg = Scope::resource_group(subscription(), &group("ml-rg"));
    assert!(
        client
            .resource_group_exists(subscription(), &group("ml-(1)"))
            .await
            .unwrap()
    );
    client
        .resources(&rg, Some("name eq 'a' and b eq 'c&d'"))
        .await
        .unwrap();
    client
        .role_assignments(&Scope::root(), AssignmentFilter::AtScope)
        .await
        .unwrap();
    client
        .role_assignments(&workspace(), AssignmentFilter::Principal(id))
        .await
        .unwrap();
    client.find_role_definitions(&rg, "it's mine").await.unwrap();
    client.workspaces(&rg).await.unwrap();
    client.computes(&workspace()).await.unwrap();
    let compute = ResourceManagerClient::compute_scope(&workspace(), "c").unwrap();
    client
        .delete_compute(&compute, UnderlyingResource::Detach)
        .await
        .unwrap();
    let groups = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups");
    let (learning, roles) = (
        "providers/Microsoft.MachineLearningServices",
        "providers/Microsoft.Authorization",
    );
    let expected = [
        format!("HEAD {groups}/ml-%281%29?api-version=2024-11-01"),
        format!(
            "GET {groups}/ml-rg/resources?api-version=2024-11-01&%24filter=name+eq+%27a%27+and+b+eq+%27c%26d%27"
        ),
        format!("GET /{roles}/roleAssignments?api-version=2022-04-01&%24filter=atScope%28%29"),
        format!(
            "GET {groups}/ml-rg/{learning}/workspaces/w/{roles}/roleAssignments?api-version=2022-04-01&%24filter=principalId+eq+%27{id}%27"
        ),
        format!(
            "GET {groups}/ml-rg/{roles}/roleDefinitions?api-version=2022-04-01&%24filter=atScopeAndBelow%28%29+and+roleName+eq+%27it%27%27s+mine%27"
        ),
        format!("GET {groups}/ml-rg/{learning}/workspaces?api-version=2024-04-01"),
        format!("GET {groups}/ml-rg/{learning}/workspaces/w/computes?api-version=2024-04-01"),
        format!(
            "DELETE {groups}/ml-rg/{learning}/workspaces/w/computes/c?api-version=2024-04-01&underlyingResourceAction=Detach"
        ),
    ];
    assert_eq!(lines(&server), expected);
    for name in ["", "a/b", "a?b", "..", "a#", "w/computes/c"] {
        assert!(
            ResourceManagerClient::workspace_scope(subscription(), &group("g"), name).is_err(),
            "{name}"
        );
        assert!(
            ResourceManagerClient::compute_scope(&workspace(), name).is_err(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_status_is_asked_for_until_it_has_ended() {
    let (server, clock, client) = client(|origin, number, seen| match number {
        0 => with(
            answer(201, "{}"),
            &format!(
                "azure-asyncoperation: {origin}/operations/1?api-version=2024-04-01\r\nretry-after: 5\r\n"
            ),
        ),
        1 => with(answer(200, r#"{"status":"InProgress"}"#), "retry-after: 7\r\n"),
        2 => answer(200, r#"{"status":"Running"}"#),
        3 => answer(200, r#"{"status":"Succeeded"}"#),
        _ => {
            assert!(seen.line.starts_with("GET ") && seen.line.contains("/workspaces/w?"));
            answer(200, r#"{"name":"w"}"#)
        }
    })
    .await;
    let made = client
        .put_workspace(&workspace(), &models::Resource::default())
        .await
        .unwrap();
    assert_eq!(made.name, "w");
    let slept: Vec<u64> = clock
        .slept
        .lock()
        .unwrap()
        .iter()
        .map(Duration::as_secs)
        .collect();
    assert_eq!(slept, [5, 7, 2]);
    assert_eq!(lines(&server).len(), 5);
}

#[tokio::test]
async fn what_failed_later_is_a_refusal() {
    let (_, _, client) = client(|origin, number, _| match number {
        0 => with(
            answer(202, ""),
            &format!("azure-asyncoperation: {origin}/operations/1\r\n"),
        ),
        _ => answer(
            200,
            r#"{"status":"Failed","error":{"code":"InternalError","message":"It broke."}}"#,
        ),
    })
    .await;
    let refused = client.delete_workspace(&workspace()).await.unwrap_err();
    assert_eq!(refused.server().unwrap().code, "InternalError");
    assert!(refused.to_string().contains("It broke."), "{refused}");
}

#[tokio::test]
async fn a_location_is_asked_until_the_result_is_there() {
    let (server, _, client) = client(|origin, number, _| match number {
        0 | 1 => with(answer(202, ""), &format!("location: {origin}/results/1\r\n")),
        _ => answer(204, ""),
    })
    .await;
    client
        .delete_resource_group(subscription(), &group("g"))
        .await
        .unwrap();
    assert_eq!(lines(&server)[1..], ["GET /results/1", "GET /results/1"]);
}

#[tokio::test]
async fn what_never_ends_is_given_up() {
    let (_, clock, client) = client(|origin, number, _| match number {
        0 => with(
            answer(202, ""),
            &format!("azure-asyncoperation: {origin}/operations/1\r\nretry-after: 3600\r\n"),
        ),
        _ => with(answer(200, r#"{"status":"InProgress"}"#), "retry-after: 3600\r\n"),
    })
    .await;
    let given_up = client.delete_workspace(&workspace()).await.unwrap_err();
    assert!(
        matches!(&given_up, Error::Unfinished { operation, waited } if operation.ends_with("/operations/1") && waited.as_secs() == 1800),
        "{given_up}"
    );
    assert_eq!(clock.slept.lock().unwrap().len(), 30);
}

#[tokio::test]
async fn questions_are_repeated_and_acts_are_not() {
    let (server, _, client) = client(|_, _, _| answer(500, "{}")).await;
    let compute = ResourceManagerClient::compute_scope(&workspace(), "c").unwrap();
    assert!(
        client
            .act_on_compute(&compute, ComputeAction::Start)
            .await
            .is_err()
    );
    assert_eq!(lines(&server).len(), 1);
    assert!(client.compute_keys(&compute).await.is_err());
    assert_eq!(lines(&server).len(), 1 + 4);
}

#[tokio::test]
async fn a_group_is_there_or_not() {
    let (_, _, client) = client(|_, number, _| match number {
        0 => answer(204, ""),
        1 => answer(404, ""),
        2 => answer(200, one_group()),
        _ => answer(403, ""),
    })
    .await;
    let exists = async || client.resource_group_exists(subscription(), &group("g")).await;
    assert!(exists().await.unwrap());
    assert!(!exists().await.unwrap());
    let found = client.resource_group(subscription(), &group("g")).await.unwrap();
    assert_eq!((found.name.as_str(), found.tags), ("g", None));
    assert!(matches!(exists().await.unwrap_err(), Error::NotAllowed(_)));
}

#[tokio::test]
async fn refusals_have_names() {
    type Check = fn(&Error) -> bool;
    let denied = "The client 'a' with object id 'b' does not have authorization to perform action 'X/y/read' over scope \
                  '/subscriptions/s' or the scope is invalid. If access was recently granted, please refresh your \
                  credentials.";
    let cases: [(u16, &str, &str, Check); 8] = [
        (
            403,
            "AuthorizationFailed",
            denied,
            |e| matches!(e, Error::MissingPermission { action, scope, .. } if action == "X/y/read" && scope == "/subscriptions/s"),
        ),
        (403, "AuthorizationFailed", "No.", |e| {
            matches!(e, Error::NotAllowed(_))
        }),
        (401, "InvalidAuthenticationTokenTenant", "t", |e| {
            matches!(e, Error::WrongTenant(_)) && !e.is_expired()
        }),
        (401, "ExpiredAuthenticationToken", "t", |e| {
            matches!(e, Error::ExpiredToken(_)) && e.is_expired()
        }),
        (401, "InvalidAuthenticationToken", "t", |e| {
            matches!(e, Error::Unauthenticated(_))
        }),
        (404, "SubscriptionNotFound", "t", |e| {
            matches!(e, Error::NoSuchSubscription(_))
        }),
        (404, "ResourceGroupNotFound", "t", |e| {
            matches!(e, Error::NoSuchResourceGroup(_))
        }),
        (404, "ResourceNotFound", "t", |e| matches!(e, Error::NotFound(_))),
    ];
    for (status, code, text, check) in cases {
        let (_, _, client) = client(move |_, _, _| refuse(status, code, text)).await;
        let refused = client.workspace(&workspace()).await.unwrap_err();
        assert!(check(&refused), "{refused:?}");
        assert!(
            refused.to_string().contains(&format!("({code}) {text}")),
            "{refused}"
        );
    }
}

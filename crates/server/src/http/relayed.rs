//! Which plane answers under which of Azure's hosts. What is not served there yet says so, in the form that the host's
//! clients read.

use bytes::Bytes;
use doorward_protocol::azure_hosts::{
    AzureHost, AzurePlane, EXTENSION_INDEX, below_extension_index, is_own_short_link,
};
use doorward_protocol::graph::GraphErrorBody;
use doorward_protocol::paths::{self, ArmPath, DEVICE_LOGIN, GraphPath, StsPath};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};

use super::respond::{Response, json, text};
use crate::ctx::Ctx;
use crate::{arm, extension, graph, sts, web};

/// The route table under Azure's names.
pub async fn answer<B>(ctx: &Ctx, host: &AzureHost, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let path = head.uri.path();
    let query = head.uri.query().unwrap_or_default();
    match host.plane() {
        AzurePlane::Login if path == paths::ERROR_PAGE => web::error::show(query),
        AzurePlane::Login if path == web::STYLE_PATH => web::style(),
        AzurePlane::Login => match StsPath::parse(path) {
            Some(StsPath::DeviceAuth) => device_login(ctx),
            Some(path) => sts::answer(ctx, path, head, body).await,
            None => no_page(),
        },
        AzurePlane::Graph => match GraphPath::parse(path) {
            Some(path) => graph::answer(ctx, path, head, body).await,
            None if graph::owns(path) => graph::unknown_path(ctx, path),
            None => not_served(
                "ResourceNotFound",
                "Of Microsoft Graph, this server serves version v1.0 only.",
            ),
        },
        AzurePlane::ResourceManager if paths::is_metadata_endpoints(path) => sts::metadata(ctx, query),
        AzurePlane::ResourceManager => arm::answer(ctx, head, body).await,
        AzurePlane::DirectoryGraph => graph::legacy::answer(ctx, head, body).await,
        AzurePlane::Workspace if paths::is_discovery(path) => arm::discover(ctx, &head.method),
        AzurePlane::Workspace if ArmPath::is_of_workspace_service(path) => arm::answer(ctx, head, body).await,
        AzurePlane::Workspace => not_served(
            "NotFound",
            "Of a workspace's own services, this server serves the list of experiments only.",
        ),
        AzurePlane::Studio => not_served(
            "NotFound",
            "The machine-learning studio is not served by this version of Doorward.",
        ),
        AzurePlane::ShortLinks if is_own_short_link(path) => device_login(ctx),
        AzurePlane::ShortLinks => match below_extension_index(path) {
            Some(below) => {
                let base = format!("{}{EXTENSION_INDEX}", ctx.origin.url());
                extension::answer(&base, below, &head.method)
            }
            None => no_page(),
        },
    }
}

fn no_page() -> Response {
    text(StatusCode::NOT_FOUND, "no such page here\n".to_owned())
}

fn not_served(code: &str, message: &str) -> Response {
    json(StatusCode::NOT_FOUND, &GraphErrorBody::plain(code, message))
}

/// A person follows the link with a browser, which has to find the server itself.
fn device_login(ctx: &Ctx) -> Response {
    let target = format!("{}{DEVICE_LOGIN}", ctx.outside.url());
    let mut response = text(StatusCode::FOUND, format!("{target}\n"));
    if let Ok(value) = HeaderValue::from_str(&target) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

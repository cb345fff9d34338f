//! Every URL path, as a constant or a typed path: what the server dispatches on and clients build.
//!
//! Literal segments compare without case; percent-encoding is read strictly (RFC 3986 §2.1). Deliberately not
//! here: methods, hosts and query strings.

mod arm;
mod graph;
mod legacy;
mod segments;
mod sts;

pub use arm::{ArmPath, ArmPathProblem, AuthorizationTail, DeploymentTail, LocationTail, MACHINE_LEARNING};
pub use graph::{
    ApplicationTail, AuthenticationTail, DirectoryRolePath, GRAPH_VERSION, GraphPath, GroupTail, Memberships,
    ObjectKey, ServicePrincipalTail,
};
pub use legacy::LegacyPath;
pub use sts::{EndpointVersion, StsPath};

/// Cloud metadata for clients (`?api-version=`), anonymous.
pub const METADATA_ENDPOINTS: &str = "/metadata/endpoints";

/// The page where a one-time link makes the first administrator, or lets one back in.
pub const SETUP: &str = "/setup";

/// Says whether the server is there.
pub const HEALTH: &str = "/healthz";

/// The page that `error_uri` of token errors points to (`?code=`).
pub const ERROR_PAGE: &str = "/error";

/// Where a run's ticket is made (POST).
pub const RUN_TICKETS: &str = "/run/tickets";

/// The ticket that a request carries: kept alive (POST) or ended (DELETE).
pub const RUN_TICKET: &str = "/run/ticket";

/// The page where a person enters a device's code.
pub const DEVICE_LOGIN: &str = "/devicelogin";

/// The page where a person sees and changes how they sign in.
pub const MY_SIGN_IN: &str = "/signin";

/// Where `az` finds the extension that the server has for it: an index, and below it the file.
pub const EXTENSIONS: &str = "/extensions/azure-cli";

/// The page where a person accepts an invitation into another tenant.
pub const REDEEM: &str = "/redeem";

/// First path segments that a plane uses, in lower case; none of them can name a tenant.
pub const RESERVED_TENANT_SEGMENTS: [&str; 20] = [
    "v1.0",
    "beta",
    "subscriptions",
    "tenants",
    "providers",
    "metadata",
    "discovery",
    "history",
    "setup",
    "healthz",
    "error",
    "assets",
    "portal",
    "devicelogin",
    "extensions",
    "signin",
    "signout",
    "redeem",
    "run",
    ".well-known",
];

/// Whether `segment` belongs to a plane and so cannot name a tenant.
pub fn is_reserved_segment(segment: &str) -> bool {
    RESERVED_TENANT_SEGMENTS
        .iter()
        .any(|reserved| segment.eq_ignore_ascii_case(reserved))
}

/// Whether a path is that of a workspace's `discoveryUrl`.
pub fn is_discovery(path: &str) -> bool {
    path.trim_end_matches('/').eq_ignore_ascii_case("/discovery")
}

/// Whether `path` is the cloud metadata document (any case, one trailing slash allowed).
pub fn is_metadata_endpoints(path: &str) -> bool {
    path.strip_suffix('/')
        .unwrap_or(path)
        .eq_ignore_ascii_case(METADATA_ENDPOINTS)
}

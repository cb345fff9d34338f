//! The older directory API (1.6, `graph.windows.net`), which command lines and SDKs of 2020 speak: what they send, and
//! what they read (Azure AD Graph REST reference 1.6).
//!
//! Its objects are Microsoft Graph's under older names, and are made of these. Deliberately not here: rules, and what
//! these clients never ask for.

mod asked;
mod object;
mod service_principal;

pub use asked::{LegacyCreateApplication, LegacyPassword, create_service_principal, get_by_ids};
pub use object::{LegacyErrorBody, element, list};
pub use service_principal::LegacyServicePrincipal;

/// The version that a query has to name.
pub const VERSION: &str = "1.6";

/// Content type of every answer with a body.
pub const CONTENT_TYPE: &str = "application/json; odata=minimalmetadata; streaming=true; charset=utf-8";

#[cfg(test)]
mod tests;

//! Who calls: the access token, checked for this plane alone.

use doorward_domain::resource::FirstParty;
use doorward_names::IdentifierUri;
use http::HeaderMap;

use super::GraphError;
use crate::bearer::{self, Unknown};
pub use crate::bearer::{Bearer, BearerKind, TokenProblem};
use crate::ctx::Ctx;

/// Checks the access token of a request.
///
/// # Errors
/// What is wrong with it.
pub async fn authenticate(ctx: &Ctx, headers: &HeaderMap) -> Result<Bearer, GraphError> {
    bearer::authenticate(ctx, headers, |audience| is_graph(ctx, audience))
        .await
        .map_err(|unknown| match unknown {
            Unknown::Token(problem) => GraphError::Token(problem),
            Unknown::Store(error) => error.into(),
        })
}

/// Whether an audience is Microsoft Graph, by its own names or, under the server's own names, by the address that `az`
/// knows it under.
pub fn is_graph(ctx: &Ctx, audience: &str) -> bool {
    let mut origins = ctx.app.origins.iter();
    FirstParty::find(audience) == Some(FirstParty::MicrosoftGraph)
        || ctx.origin.azure_host().is_none()
            && origins.any(|origin| IdentifierUri::fold(audience) == origin.url())
}

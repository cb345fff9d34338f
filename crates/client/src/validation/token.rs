//! The validator itself.

use super::ValidationError;
use super::claims::{Expected, ValidatedToken};
use super::keys::KeyCache;
use crate::options::ClientOptions;
use crate::transport::Transport;
use doorward_names::{Duration, TenantId};
use doorward_protocol::claims::AccessClaims;
use doorward_protocol::jose::{JoseError, RS256, UnverifiedToken};
use std::sync::Arc;

/// How far the clocks of server and resource may lie apart.
const SKEW: Duration = Duration::minutes(5);

/// Validates access tokens of one tenant for one resource. Clones share the keys.
///
/// ```no_run
/// # async fn example(shown: &str) -> Result<(), Box<dyn std::error::Error>> {
/// use doorward_sdk::ClientOptions;
/// use doorward_sdk::validation::TokenValidator;
///
/// let tenant = "1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10".parse()?;
/// let validator = TokenValidator::new(ClientOptions::from_env()?, tenant, ["api://my-service"]);
/// let token = validator.validate(shown).await?;
/// println!("{}", token.object_id());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct TokenValidator(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    transport: Transport,
    keys: KeyCache,
    tenant: TenantId,
    issuer_v1: String,
    issuer_v2: String,
    audiences: Vec<String>,
}

impl TokenValidator {
    /// A validator for tokens that the server of `options` issues in `tenant` for any of `audiences`, each
    /// compared as written: the resource as clients ask for it (v1), or its application id (v2.0).
    pub fn new<A: Into<String>>(
        options: ClientOptions,
        tenant: TenantId,
        audiences: impl IntoIterator<Item = A>,
    ) -> Self {
        let origin = options.authority().as_str();
        let (issuer_v1, issuer_v2) = (format!("{origin}/{tenant}/"), format!("{origin}/{tenant}/v2.0"));
        Self(Arc::new(Inner {
            transport: Transport::new(options),
            keys: KeyCache::new(tenant),
            tenant,
            issuer_v1,
            issuer_v2,
            audiences: audiences.into_iter().map(Into::into).collect(),
        }))
    }

    /// Checks an access token in compact form, without `Bearer `.
    ///
    /// # Errors
    /// As [`ValidationError`] says; [`ValidationError::Keys`] is the only one that isn't the caller's fault.
    pub async fn validate(&self, token: &str) -> Result<ValidatedToken, ValidationError> {
        let inner = &*self.0;
        let token = UnverifiedToken::parse(token)?;
        // Before the key is looked for: no request to the server for what can't be right.
        if token.header().alg != RS256 {
            let shown = token
                .header()
                .alg
                .chars()
                .filter(|c| !c.is_control())
                .take(16)
                .collect();
            return Err(JoseError::AlgorithmNotAllowed(shown).into());
        }
        let kid = token.header().kid.as_deref().ok_or(ValidationError::NoKeyId)?;
        let key = inner
            .keys
            .get(&inner.transport, kid)
            .await
            .map_err(ValidationError::Keys)?;
        let claims = token.verify::<AccessClaims>(&key.ok_or(ValidationError::UnknownKey)?);
        let claims = claims.map_err(|e| match e {
            JoseError::Json(_) => ValidationError::NotAnAccessToken,
            other => other.into(),
        })?;
        let expected = Expected {
            issuer_v1: &inner.issuer_v1,
            issuer_v2: &inner.issuer_v2,
            tenant: inner.tenant,
            audiences: &inner.audiences,
            skew: SKEW,
            now: inner.transport.options().clock.now(),
        };
        ValidatedToken::check(claims.get(), &expected)
    }
}

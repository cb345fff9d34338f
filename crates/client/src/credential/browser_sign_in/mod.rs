//! Sign-in in a browser on this machine (RFC 8252): the browser carries a code to a listener on the loopback, which only
//! who began the sign-in can redeem (RFC 7636).

mod listener;
mod pages;
mod request;

use super::user_session::{COMMAND_LINE_CLIENT, SignedIn, UserSession, scopes};
use crate::options::ClientOptions;
use crate::token_service::{self, Form, Tokens};
use crate::transport::{Again, Transport};
use crate::{Error, entropy};
use doorward_names::{SecretString, TenantName};
use doorward_protocol::jose::UnverifiedToken;
use doorward_protocol::oauth::challenge_of;
use doorward_protocol::paths::{EndpointVersion, StsPath};
use listener::Listener;
use serde::Deserialize;
use std::fmt;
use std::time::Duration;
use url::Url;

/// How long a person may take, at the page and with everything that it asks for.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What the server is told about the person beforehand.
#[derive(Debug, Clone, Default)]
pub struct SignInHints {
    /// Who is expected to sign in (`login_hint`); they may choose another account.
    pub login_hint: Option<String>,
    /// What a refusal asked to come back with (`claims`, OpenID Connect Core §5.5).
    pub claims: Option<String>,
}

/// A page that a person has to open in a browser on this machine.
pub struct BrowserSignIn {
    transport: Transport,
    tenant: TenantName,
    listener: Listener,
    page: Url,
    scope: String,
    state: SecretString,
    verifier: SecretString,
    nonce: SecretString,
}

impl BrowserSignIn {
    /// Listens on a free port of 127.0.0.1 for the answer to a sign-in, with a first token for `resource`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing can be listened on.
    pub async fn begin(
        options: ClientOptions,
        tenant: TenantName,
        resource: &str,
        hints: &SignInHints,
    ) -> Result<Self, Error> {
        let listener = Listener::bind().await?;
        let (state, verifier, nonce) = (entropy::secret()?, entropy::secret()?, entropy::secret()?);
        let path = StsPath::Authorize {
            tenant: tenant.to_string(),
            version: EndpointVersion::V2,
        };
        let mut page = options.authority.at(&path.to_string())?;
        let scope = scopes(resource);
        page.query_pairs_mut()
            .append_pair("client_id", COMMAND_LINE_CLIENT)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &listener.address())
            .append_pair("scope", &scope)
            .append_pair("state", state.expose())
            .append_pair("code_challenge", &challenge_of(&verifier))
            .append_pair("code_challenge_method", "S256")
            .append_pair("nonce", nonce.expose())
            // In a form, the code stands in no address, and so in no history.
            .append_pair("response_mode", "form_post")
            .append_pair("prompt", "select_account")
            .extend_pairs(hints.login_hint.iter().map(|hint| ("login_hint", hint)))
            .extend_pairs(hints.claims.iter().map(|claims| ("claims", claims)));
        Ok(Self {
            transport: Transport::new(options),
            tenant,
            listener,
            page,
            scope,
            state,
            verifier,
            nonce,
        })
    }

    /// What the person has to open.
    pub fn page(&self) -> &Url {
        &self.page
    }

    /// Waits until they have signed in, and tells them in the browser what came of it. What others say at the listener
    /// is answered, and changes nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] when they said no; [`Error::NoAnswer`] after fifteen minutes; else as [`Error`] lists.
    pub async fn wait(self) -> Result<SignedIn, Error> {
        let Self {
            transport,
            tenant,
            listener,
            scope,
            state,
            verifier,
            nonce,
            ..
        } = self;
        let address = listener.address();
        let too_late = transport.options().clock.sleep(PATIENCE);
        let (answer, browser) = tokio::select! {
            come = listener.answer(state) => come,
            () = too_late => return Err(Error::NoAnswer { waited: PATIENCE }),
        };
        let result = match answer {
            Err(message) => Err(Error::of_token_service(message, None)),
            Ok(code) => {
                let form = Form::new("authorization_code", COMMAND_LINE_CLIENT)
                    .with("code", code.expose())
                    .with("redirect_uri", &address)
                    .with("code_verifier", verifier.expose())
                    .with("scope", &scope);
                // Not to be repeated by itself: a code is good once.
                let tokens = token_service::ask(&transport, &tenant, form, Again::Never).await;
                let tokens = tokens.and_then(|tokens| is_ours(&transport, tokens, &nonce));
                tokens.and_then(|tokens| UserSession::from_tokens(transport, tenant, tokens))
            }
        };
        browser
            .tell(result.as_ref().map(|_| ()).map_err(ToString::to_string))
            .await;
        result
    }
}

/// The page's address holds the state.
impl fmt::Debug for BrowserSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserSignIn")
            .field("tenant", &self.tenant)
            .field("listener", &self.listener)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Repeated {
    nonce: Option<String>,
}

/// Tokens whose id_token repeats the nonce (OpenID Connect Core §3.1.3.7, number 11): it is of this very sign-in.
fn is_ours(transport: &Transport, tokens: Tokens, nonce: &SecretString) -> Result<Tokens, Error> {
    let repeated = tokens.id_token.as_ref().and_then(|token| {
        let token = UnverifiedToken::parse(token.expose()).ok()?;
        let claims = token.unverified_claims::<Repeated>().ok()?;
        claims.distrusted().nonce.clone()
    });
    match repeated.is_some_and(|repeated| nonce.is(&repeated)) {
        true => Ok(tokens),
        false => Err(Error::Unexpected {
            host: transport.options().authority.host(),
            reason: "its id_token belongs to another sign-in".to_owned(),
        }),
    }
}

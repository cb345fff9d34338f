//! What a browser brings to the authorization endpoint (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).
//!
//! It is read in two parts: first where the answer would go, which has to be verified before anything is sent there;
//! then the rest, whose faults are told to that place.

use super::{ClaimsError, ClaimsRequest, Form, Target, TokenRequestError};
use crate::oauth::token_request::target;
use crate::paths::EndpointVersion;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::SecretString;
use serde_json::Value;

/// How an answer travels back (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// Behind `?` of the redirect URI.
    Query,
    /// Behind `#`.
    Fragment,
    /// In a form that the browser posts.
    FormPost,
}

/// Where an answer would go.
#[derive(Debug, Clone)]
pub struct ReturnAddress {
    /// The client.
    pub client_id: String,
    /// Where the browser is sent back to.
    pub redirect_uri: String,
    /// How; [`ResponseMode::Query`] also where it cannot be read.
    pub mode: ResponseMode,
    /// What goes back as it came.
    pub state: Option<String>,
}

/// What a person is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// What is needed.
    Needed,
    /// Nothing: an error rather than a page.
    None,
    /// The password again.
    Login,
    /// Which account.
    SelectAccount,
    /// Whether they agree, though they did before.
    Consent,
}

/// The rest.
#[derive(Debug, Clone)]
pub struct AuthorizeRequest {
    /// For what.
    pub target: Target,
    /// `scope` as it came.
    pub scope: Option<String>,
    /// The hash of the client's verifier, base64url of 32 bytes, if it sent one.
    pub challenge: Option<String>,
    /// What the id_token has to repeat.
    pub nonce: Option<String>,
    /// What a person is to be asked.
    pub prompt: Prompt,
    /// Who is meant.
    pub login_hint: Option<String>,
    /// How many seconds ago the person may have proved who they are.
    pub max_age: Option<i64>,
    /// Whether `claims` wishes for `auth_time`.
    pub wants_auth_time: bool,
    /// What the client wishes its tokens to say.
    pub claims: ClaimsRequest,
}

/// Why a request cannot be granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    /// A parameter is missing.
    #[error("parameter `{0}` is missing")]
    Missing(&'static str),
    /// Another `response_type` than `code`.
    #[error("the response type is not supported: ask for `code`")]
    ResponseType,
    /// An unknown `response_mode`.
    #[error("the response mode is not supported: `query`, `fragment` and `form_post` are")]
    ResponseMode,
    /// A challenge that is not base64url of 32 bytes, or another method than S256.
    #[error("the request needs a `code_challenge` of 43 characters by the method S256")]
    Challenge,
    /// `prompt` contradicts itself or is unknown.
    #[error("the value of `prompt` is not supported")]
    Prompt,
    /// `max_age` is no number of seconds.
    #[error("the value of `max_age` is no number of seconds")]
    MaxAge,
    /// `claims` cannot be read.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// What is asked for cannot be had.
    #[error(transparent)]
    Target(#[from] TokenRequestError),
}

impl ReturnAddress {
    /// Reads where the answer would go.
    ///
    /// # Errors
    /// The name of the parameter that is missing.
    pub fn parse(form: &Form) -> Result<Self, AuthorizeError> {
        let needed = |name: &'static str| form.get(name).ok_or(AuthorizeError::Missing(name));
        Ok(Self {
            client_id: needed("client_id")?.to_owned(),
            redirect_uri: needed("redirect_uri")?.to_owned(),
            mode: mode(form).unwrap_or(ResponseMode::Query),
            state: form.get("state").map(str::to_owned),
        })
    }
}

fn mode(form: &Form) -> Result<ResponseMode, AuthorizeError> {
    match form.get("response_mode") {
        None | Some("query") => Ok(ResponseMode::Query),
        Some("fragment") => Ok(ResponseMode::Fragment),
        Some("form_post") => Ok(ResponseMode::FormPost),
        Some(_) => Err(AuthorizeError::ResponseMode),
    }
}

impl AuthorizeRequest {
    /// Reads the rest.
    ///
    /// # Errors
    /// See [`AuthorizeError`].
    pub fn parse(version: EndpointVersion, form: &Form) -> Result<Self, AuthorizeError> {
        mode(form)?;
        match form.get("response_type") {
            Some("code") => {}
            None => return Err(AuthorizeError::Missing("response_type")),
            Some(_) => return Err(AuthorizeError::ResponseType),
        }
        let max_age = form.get("max_age").map(str::parse::<u32>).transpose();
        Ok(Self {
            target: target(version, form)?,
            scope: form.get("scope").map(str::to_owned),
            challenge: challenge(form)?,
            nonce: form.get("nonce").map(str::to_owned),
            prompt: prompt(form.get("prompt"))?,
            login_hint: form.get("login_hint").map(str::to_owned),
            max_age: max_age.map_err(|_| AuthorizeError::MaxAge)?.map(i64::from),
            wants_auth_time: wants_auth_time(form),
            claims: ClaimsRequest::parse(form.get("claims"))?,
        })
    }
}

/// The challenge that belongs to a verifier: base64url of its SHA-256 (RFC 7636 §4.2, S256).
pub fn challenge_of(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose().as_bytes()))
}

fn challenge(form: &Form) -> Result<Option<String>, AuthorizeError> {
    let (text, method) = (form.get("code_challenge"), form.get("code_challenge_method"));
    let (text, method) = match (text, method) {
        (None, None) => return Ok(None),
        (Some(text), Some(method)) => (text, method),
        // Without a method it would be `plain`, which hides nothing (RFC 7636 §4.3, RFC 9700 §2.1.1).
        _ => return Err(AuthorizeError::Challenge),
    };
    let is_hash = text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    match is_hash && method == "S256" {
        true => Ok(Some(text.to_owned())),
        false => Err(AuthorizeError::Challenge),
    }
}

/// Whether `claims` wishes for an id_token that says when the person proved who they are.
fn wants_auth_time(form: &Form) -> bool {
    let claims = form
        .get("claims")
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    let of_id_token = claims
        .as_ref()
        .and_then(|claims| claims.get("id_token")?.get("auth_time"));
    of_id_token.is_some()
}

fn prompt(text: Option<&str>) -> Result<Prompt, AuthorizeError> {
    let words: Vec<&str> = text.unwrap_or_default().split_ascii_whitespace().collect();
    let known = ["none", "login", "select_account", "consent"];
    if words.iter().any(|word| !known.contains(word)) {
        return Err(AuthorizeError::Prompt);
    }
    match words.as_slice() {
        [] => Ok(Prompt::Needed),
        ["none"] => Ok(Prompt::None),
        words if words.contains(&"none") => Err(AuthorizeError::Prompt),
        words if words.contains(&"login") => Ok(Prompt::Login),
        words if words.contains(&"consent") => Ok(Prompt::Consent),
        _ => Ok(Prompt::SelectAccount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::form;

    /// RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_the_hash_of_its_verifier() {
        let verifier = SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            challenge_of(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    const BASE: &str = "response_type=code&scope=openid&code_challenge_method=S256&\
                        code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn parse(more: &str) -> Result<AuthorizeRequest, AuthorizeError> {
        let query = format!("{BASE}{more}");
        AuthorizeRequest::parse(EndpointVersion::V2, &form::parse(None, query.as_bytes()).unwrap())
    }

    fn without(from: &str, to: &str) -> AuthorizeError {
        let query = BASE.replace(from, to);
        AuthorizeRequest::parse(EndpointVersion::V2, &form::parse(None, query.as_bytes()).unwrap())
            .unwrap_err()
    }

    #[test]
    fn what_may_be_asked() {
        for (more, prompt) in [
            ("", Prompt::Needed),
            ("&prompt=none", Prompt::None),
            ("&prompt=login", Prompt::Login),
            ("&prompt=select_account", Prompt::SelectAccount),
            ("&prompt=login+select_account", Prompt::Login),
            ("&prompt=consent", Prompt::Consent),
            ("&prompt=consent+select_account", Prompt::Consent),
        ] {
            assert_eq!(parse(more).unwrap().prompt, prompt, "{more}");
        }
        let full = parse("&nonce=n&login_hint=a%40b.example&max_age=0&client_info=1&x=y").unwrap();
        assert_eq!((full.nonce.as_deref(), full.max_age), (Some("n"), Some(0)));
        assert_eq!(full.login_hint.as_deref(), Some("a@b.example"));
        assert!(full.challenge.is_some() && !full.wants_auth_time);
        for (claims, wants) in [
            ("{}", false),
            (r#"{"id_token":{"auth_time":{"essential":true}}}"#, true),
            (r#"{"id_token":{"auth_time":null}}"#, true),
            (r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#, false),
        ] {
            assert_eq!(
                parse(&format!("&claims={claims}")).unwrap().wants_auth_time,
                wants,
                "{claims}"
            );
        }
        assert!(parse(r#"&claims={"id_token":"x"}"#).is_err());
        let step_up = parse(
            "&claims=%7B%22access_token%22%3A%7B%22capolids%22%3A%7B%22values%22%3A%5B%22x%22%5D%7D%7D%7D",
        );
        assert!(step_up.unwrap().claims.second_factor && !full.claims.second_factor);
    }

    #[test]
    fn what_may_not() {
        for (more, error) in [
            ("&prompt=none+login", AuthorizeError::Prompt),
            ("&prompt=create", AuthorizeError::Prompt),
            ("&max_age=-1", AuthorizeError::MaxAge),
            ("&max_age=soon", AuthorizeError::MaxAge),
            ("&response_mode=web_message", AuthorizeError::ResponseMode),
            ("&claims=x", AuthorizeError::Claims(ClaimsError)),
            ("&claims=%5B%5D", AuthorizeError::Claims(ClaimsError)),
            ("&claims={", AuthorizeError::Claims(ClaimsError)),
        ] {
            assert_eq!(parse(more).unwrap_err(), error, "{more}");
        }
        assert_eq!(without("S256", "plain"), AuthorizeError::Challenge);
        assert_eq!(
            without("code_challenge_method=S256&", ""),
            AuthorizeError::Challenge
        );
        let bare = BASE.split_once("&code_challenge_method").unwrap().0;
        let bare = form::parse(None, bare.as_bytes()).unwrap();
        let bare = AuthorizeRequest::parse(EndpointVersion::V2, &bare).unwrap();
        assert_eq!(bare.challenge, None);
        assert_eq!(without("-cM", "-c"), AuthorizeError::Challenge);
        assert_eq!(without("-cM", "-c%3D"), AuthorizeError::Challenge);
        assert_eq!(without("=code&", "=code+id_token&"), AuthorizeError::ResponseType);
        assert_eq!(
            without("response_type=code&", ""),
            AuthorizeError::Missing("response_type")
        );
        assert_eq!(
            without("scope=openid&", ""),
            AuthorizeError::Target(TokenRequestError::Missing("scope"))
        );
    }

    #[test]
    fn the_way_back_is_read_first() {
        let parse = |query: &str| ReturnAddress::parse(&form::parse(None, query.as_bytes()).unwrap());
        let back =
            parse("client_id=c&redirect_uri=http%3A%2F%2Flocalhost%3A1&response_mode=form_post&state=a+b");
        let back = back.unwrap();
        assert_eq!(back.mode, ResponseMode::FormPost);
        assert_eq!(
            (back.redirect_uri.as_str(), back.state.as_deref()),
            ("http://localhost:1", Some("a b"))
        );
        assert_eq!(
            parse("client_id=c").unwrap_err(),
            AuthorizeError::Missing("redirect_uri")
        );
    }
}

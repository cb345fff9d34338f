//! OAuth 2.0 and OpenID Connect as the token service speaks them, v1 and v2.0 (RFC 6749, RFC 6750, OpenID Connect
//! Core and Discovery 1.0, Microsoft identity platform reference).
//!
//! Deliberately not here: which client may have which token, HTTP statuses, and the clock.

pub mod aadsts;
mod authorize;
mod basic;
mod claims_request;
mod device_code;
pub mod discovery;
mod error;
pub mod form;
pub mod instance;
mod target;
mod token_request;
mod token_response;
mod user_info;
mod user_realm;

pub use aadsts::AadSts;
pub use authorize::{AuthorizeError, AuthorizeRequest, Prompt, ResponseMode, ReturnAddress, challenge_of};
pub use claims_request::{CAPABLE, ClaimsError, ClaimsRequest, issued_since, policies_unmet};
pub use device_code::{DeviceCodeRequest, DeviceCodeResponseV1, DeviceCodeResponseV2};
pub use error::{ErrorBody, OAuthError};
pub use form::{Form, FormError};
pub use target::{DEFAULT_SCOPE, MICROSOFT_GRAPH, Target, TargetError};
pub use token_request::{ClientSecret, TokenRequest, TokenRequestError};
pub use token_response::{ClientInfo, TokenResponseV1, TokenResponseV2};
pub use user_info::UserInfo;
pub use user_realm::UserRealm;

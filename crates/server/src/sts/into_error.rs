//! What other modules refuse, as the token service's own error.

use doorward_domain::authorization_code::CodeRefusal;
use doorward_domain::device_grant::PollRefusal;
use doorward_domain::on_behalf_of::AssertionRefusal;
use doorward_domain::session::SessionRefusal;
use doorward_protocol::oauth::{FormError, TargetError, TokenRequestError};
use doorward_store::StoreError;
use std::fmt::Display;

use super::error::StsError;
use crate::keys::SignError;

impl From<FormError> for StsError {
    fn from(error: FormError) -> Self {
        Self::Form(error)
    }
}

impl From<TokenRequestError> for StsError {
    fn from(error: TokenRequestError) -> Self {
        Self::Request(error)
    }
}

impl From<AssertionRefusal> for StsError {
    fn from(refusal: AssertionRefusal) -> Self {
        Self::Assertion(refusal)
    }
}

impl From<TargetError> for StsError {
    fn from(error: TargetError) -> Self {
        Self::Request(error.into())
    }
}

impl From<CodeRefusal> for StsError {
    fn from(refusal: CodeRefusal) -> Self {
        Self::Code(refusal)
    }
}

impl From<PollRefusal> for StsError {
    fn from(refusal: PollRefusal) -> Self {
        Self::Device(refusal)
    }
}

impl From<SessionRefusal> for StsError {
    fn from(refusal: SessionRefusal) -> Self {
        Self::Session(refusal)
    }
}

impl From<SignError> for StsError {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Busy => Self::Busy,
            SignError::NoKey => {
                tracing::error!("{error}");
                Self::Unavailable
            }
        }
    }
}

/// A failure of the store is logged here, once, and told to the client as "try again".
impl<E: Display> From<StoreError<E>> for StsError {
    fn from(error: StoreError<E>) -> Self {
        tracing::error!("the store failed: {error}");
        Self::Unavailable
    }
}

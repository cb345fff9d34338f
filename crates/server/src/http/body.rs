//! Request bodies, with an end to their size and to the patience with them.

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use std::time::Duration;

/// How long a whole body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is larger than allowed.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// It was cut off half-way, or did not arrive in time.
    #[error("the body was cut off")]
    CutOff,
}

/// Reads at most `limit` bytes of `body`.
///
/// # Errors
/// When there are more, or fewer than announced, or they take longer than 30 seconds.
pub async fn collect<B>(body: B, limit: usize) -> Result<Bytes, BodyError>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match tokio::time::timeout(PATIENCE, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge(limit)),
        Ok(Err(_)) | Err(_) => Err(BodyError::CutOff),
    }
}

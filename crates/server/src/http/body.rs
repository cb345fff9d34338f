//! Request bodies, with an end to their size and to the patience with them.

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// How much of a body that nobody wanted is read all the same, in bytes.
const UNWANTED: usize = 256 * 1024;

/// How long it may take.
const PATIENCE_WITH_UNWANTED: Duration = Duration::from_secs(2);

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

/// A body that is lent to a handler, so that what it leaves can be read to its end.
pub struct Lent<B>(Arc<Mutex<B>>);

impl<B> Lent<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    /// Lends `body`; both handles are the same one.
    pub fn new(body: B) -> (Self, Self) {
        let body = Arc::new(Mutex::new(body));
        (Self(Arc::clone(&body)), Self(body))
    }

    /// Reads what is left, within bounds. An answer that comes before its request has ended makes some clients give
    /// up on HTTP/2 (RFC 9113 §8.1), curl 7.88 among them.
    pub async fn read_to_end(mut self) {
        let mut read = 0;
        let rest = async {
            while let Some(Ok(frame)) = self.frame().await {
                read += frame.data_ref().map_or(0, Bytes::len);
                if read > UNWANTED {
                    return;
                }
            }
        };
        // Who is slower than that is cut off.
        let _ = tokio::time::timeout(PATIENCE_WITH_UNWANTED, rest).await;
    }
}

impl<B> http_body::Body for Lent<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, B::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.size_hint()
    }
}

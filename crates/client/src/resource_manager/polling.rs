//! What takes longer: the server says where it tells how far it is, and is asked there until it has ended.
//!
//! Two forms are understood (Resource Manager, "Track asynchronous operations"): `Azure-AsyncOperation`, whose body has a
//! `status`, and `Location`, which answers 202 until the result is there.

use super::{Ask, ResourceManagerClient, accepted, encoded};
use crate::Error;
use crate::error::ServerMessage;
use crate::transport::Response;
use doorward_protocol::arm::Error as Problem;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// How long to wait between two looks when the server doesn't say.
const PAUSE: Duration = Duration::from_secs(2);
/// The longest time between two looks, also when the server says longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// When to give up. What was begun goes on.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// How far it is.
#[derive(Deserialize)]
struct Operation {
    status: String,
    #[serde(default)]
    error: Option<Problem>,
}

impl ResourceManagerClient {
    /// Asks for something that may take longer, and waits for its end. The answer is that of the last request: for PUT
    /// and PATCH the resource as it is then.
    pub(super) async fn long<B: Serialize>(&self, ask: Ask<'_>, body: Option<&B>) -> Result<Response, Error> {
        let url = self.url(&ask)?;
        let changed = matches!(ask.method, Method::PUT | Method::PATCH).then(|| url.clone());
        let body = body.map(encoded).transpose()?;
        let first = accepted(self.raw(ask.method, url, body, ask.repeatable).await?)?;
        match (&first.operation, &first.location) {
            (Some(operation), _) => {
                let operation = self.ours(operation, "the operation's status")?;
                self.watch(operation, first.retry_after).await?;
                let location = first.location.as_deref();
                match (changed, location.filter(|_| first.status == 202)) {
                    (Some(url), _) => accepted(self.raw(Method::GET, url, None, true).await?),
                    (None, Some(location)) => {
                        let location = self.ours(location, "the result")?;
                        accepted(self.raw(Method::GET, location, None, true).await?)
                    }
                    (None, None) => Ok(first),
                }
            }
            (None, Some(location)) if first.status == 202 => {
                let location = self.ours(location, "the result")?;
                self.await_result(location, first.retry_after).await
            }
            _ => Ok(first),
        }
    }

    /// Looks at the status until it says that it has ended.
    async fn watch(&self, url: Url, mut pause: Option<Duration>) -> Result<(), Error> {
        let mut waited = Duration::ZERO;
        loop {
            self.pause(&url, pause, &mut waited).await?;
            let response = accepted(self.raw(Method::GET, url.clone(), None, true).await?)?;
            pause = response.retry_after;
            let operation: Operation = response.json()?;
            match operation.status.to_ascii_lowercase().as_str() {
                "succeeded" => return Ok(()),
                "failed" | "canceled" => return Err(failed(response.status, operation)),
                _ => {}
            }
        }
    }

    /// Asks for the result until it is there.
    async fn await_result(&self, url: Url, mut pause: Option<Duration>) -> Result<Response, Error> {
        let mut waited = Duration::ZERO;
        loop {
            self.pause(&url, pause, &mut waited).await?;
            let response = accepted(self.raw(Method::GET, url.clone(), None, true).await?)?;
            if response.status != 202 {
                return Ok(response);
            }
            pause = response.retry_after;
        }
    }

    async fn pause(&self, url: &Url, asked: Option<Duration>, waited: &mut Duration) -> Result<(), Error> {
        let pause = asked.unwrap_or(PAUSE).min(LONGEST_PAUSE);
        if *waited + pause > PATIENCE {
            return Err(Error::Unfinished {
                operation: url.to_string(),
                waited: *waited,
            });
        }
        self.transport.options().clock.sleep(pause).await;
        // A server that asks for no pause is still given up on in the end.
        *waited += pause.max(Duration::from_secs(1));
        Ok(())
    }
}

fn failed(status: u16, operation: Operation) -> Error {
    let (code, text) = operation
        .error
        .map_or((operation.status, String::new()), |error| {
            (error.code, error.message)
        });
    let message = ServerMessage {
        status,
        code,
        text,
        number: None,
    };
    Error::of_resource_manager(message, None)
}

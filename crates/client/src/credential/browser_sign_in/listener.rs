//! The place on the loopback where the browser brings the answer. Everybody on this machine can come here, so nobody is
//! waited for alone, and only who knows the state is listened to.

use super::pages::{self, Page, Words};
use super::request::{self, Request};
use crate::Error;
use crate::error::ServerMessage;
use doorward_names::SecretString;
use doorward_protocol::oauth::Form;
use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

/// How many are listened to at a time; when more come, those who came first have had the most time.
const VISITORS: usize = 64;

/// How long a visitor may take. Browsers open connections in advance and say nothing on them.
const VISIT: Duration = Duration::from_secs(10);

/// Longest text of a refusal that is passed on.
const TEXT: usize = 2000;

/// The code, or what the server refused with.
pub(super) type Answer = Result<SecretString, ServerMessage>;

#[derive(Debug)]
pub(super) struct Listener {
    socket: TcpListener,
    port: u16,
}

/// The browser that brought the answer, and waits to hear what came of it.
pub(super) struct Waiting {
    stream: TcpStream,
    words: &'static Words,
}

impl Listener {
    /// Takes a free port. 127.0.0.1 and not `localhost`, which can be another address, where somebody else may listen
    /// (RFC 8252 §8.3).
    pub async fn bind() -> Result<Self, Error> {
        let fail =
            |e: std::io::Error| Error::Invalid(format!("no port of 127.0.0.1 can be listened on: {e}"));
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(fail)?;
        let port = socket.local_addr().map_err(fail)?.port();
        Ok(Self { socket, port })
    }

    /// The redirect URI.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits for the one who knows `state`. From then on nobody is listened to.
    pub async fn answer(self, state: SecretString) -> (Answer, Waiting) {
        let expected = Arc::new(Expected {
            state,
            port: self.port,
        });
        let mut visits: JoinSet<Option<(Answer, Waiting)>> = JoinSet::new();
        let mut order: VecDeque<AbortHandle> = VecDeque::new();
        loop {
            tokio::select! {
                Some(done) = visits.join_next() => if let Ok(Some(found)) = done {
                    return found;
                },
                come = self.socket.accept() => match come {
                    Ok((stream, _)) => {
                        order.retain(|visit| !visit.is_finished());
                        if order.len() >= VISITORS && let Some(first) = order.pop_front() {
                            first.abort();
                        }
                        let expected = Arc::clone(&expected);
                        let visit = async move { timeout(VISIT, expected.visit(stream)).await.ok().flatten() };
                        order.push_back(visits.spawn(visit));
                    }
                    // Out of file descriptors: some will be free again.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                },
            }
        }
    }
}

struct Expected {
    state: SecretString,
    port: u16,
}

impl Expected {
    async fn visit(&self, mut stream: TcpStream) -> Option<(Answer, Waiting)> {
        let (words, refused) = match request::read(&mut stream).await {
            Ok(request) => {
                let words = pages::words(request.languages.as_deref());
                match self.judge(&request) {
                    Ok(answer) => return Some((answer, Waiting { stream, words })),
                    Err(status) => (words, status),
                }
            }
            Err(request::Fault::Gone) => return None,
            Err(request::Fault::Malformed) => (pages::words(None), "400 Bad Request"),
            Err(request::Fault::TooLong) => (pages::words(None), "413 Content Too Large"),
        };
        pages::send(&mut stream, words, (refused, &Page::Stray)).await;
        None
    }

    /// The answer in a request, or with which status it is turned away.
    fn judge(&self, request: &Request) -> Result<Answer, &'static str> {
        // A name that leads here can be anybody's; a page under it must not speak to this listener.
        let hosts = ["127.0.0.1", "localhost"].map(|host| format!("{host}:{}", self.port));
        if !hosts.iter().any(|host| host.eq_ignore_ascii_case(&request.host)) {
            return Err("421 Misdirected Request");
        }
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/") => {}
            (_, "/") => return Err("405 Method Not Allowed"),
            _ => return Err("404 Not Found"),
        }
        let form = request.form.as_ref().ok_or("400 Bad Request")?;
        if !form.get("state").is_some_and(|state| self.state.is(state)) {
            return Err("400 Bad Request");
        }
        match (form.secret("code"), form.get("error")) {
            (Some(code), None) => Ok(Ok(code)),
            (None, Some(error)) => Ok(Err(refusal(error, form))),
            _ => Err("400 Bad Request"),
        }
    }
}

fn refusal(error: &str, form: &Form) -> ServerMessage {
    // It came through a browser, and goes to a terminal.
    let plain = |text: &str| {
        text.chars()
            .filter(|c| !c.is_control())
            .take(TEXT)
            .collect::<String>()
    };
    let text = plain(form.get("error_description").unwrap_or_default());
    let number = text.strip_prefix("AADSTS").and_then(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok()
    });
    ServerMessage {
        status: 400,
        code: plain(error),
        text,
        number,
    }
}

impl Waiting {
    /// Says what came of it.
    pub async fn tell(mut self, result: Result<(), String>) {
        let (status, page) = match result {
            Ok(()) => ("200 OK", Page::SignedIn),
            Err(reason) => ("400 Bad Request", Page::NotSignedIn(reason)),
        };
        // Whoever has stopped to listen isn't waited for.
        drop(timeout(VISIT, pages::send(&mut self.stream, self.words, (status, &page))).await);
    }
}

//! The person is outside, and so is their browser: what a program inside wants them to see is looked at first, rewritten
//! to the server's address outside, and opened there; the way back leads in again.

use super::directory::Directory;
use super::shim::{self, Answer, Wish};
use super::this_program;
use super::ticket::Ticket;
use crate::failure::Failure;
use crate::output;
use doorward_relay::{Inside, Redirects, see};
use doorward_sdk::Browser;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use url::Url;

/// How many programs are attended to at a time.
const AT_ONCE: usize = 16;

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longest line that a program says.
const LONGEST: u64 = 64 * 1024;

/// Where programs inside reach the person.
pub struct Person {
    socket: PathBuf,
    listener: UnixListener,
    ticket: Arc<Ticket>,
    /// The server's authority, where a run within this one finds it.
    authority: Option<PathBuf>,
    offline: bool,
}

impl Person {
    /// Listens, and puts the shims in their place.
    pub fn listen(directory: &Directory, ticket: &Arc<Ticket>, offline: bool) -> Result<Self, Failure> {
        let socket = directory.join("person");
        let listener = UnixListener::bind(&socket).map_err(|e| Failure::file(&socket, e))?;
        let shims = directory.directory(shim::DIRECTORY)?;
        let program = this_program()?;
        for name in shim::NAMES {
            let place = shims.join(name);
            symlink(&program, &place).map_err(|e| Failure::file(&place, e))?;
        }
        let authority = ticket.ca_file().map(|file| {
            let pem = std::fs::read(file).map_err(|e| Failure::file(file, e))?;
            directory.file("server-ca.pem", &pem)
        });
        Ok(Self {
            authority: authority.transpose()?,
            socket,
            listener,
            ticket: Arc::clone(ticket),
            offline,
        })
    }

    /// The socket's path.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Answers until the run ends. `inside`: how the loopback address inside is reached, when it is another one.
    pub fn serve(self, inside: Option<Arc<dyn Inside>>) {
        let redirects = inside.map(|inside| Arc::new(Redirects::new(inside)));
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        let own = rustix::process::getuid().as_raw();
        tokio::spawn(async move {
            loop {
                let Ok(permit) = Arc::clone(&gate).acquire_owned().await else {
                    return;
                };
                let Ok((stream, _)) = self.listener.accept().await else {
                    // Out of file descriptors: some will be free again.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                if !stream.peer_cred().is_ok_and(|peer| peer.uid() == own) {
                    continue;
                }
                let (ticket, redirects, offline) =
                    (Arc::clone(&self.ticket), redirects.clone(), self.offline);
                let authority = self.authority.clone();
                tokio::spawn(async move {
                    let attended = attend(stream, (&ticket, authority), (redirects.as_deref(), offline));
                    // A program that goes away half-way, or says nothing, wants nothing more.
                    drop(tokio::time::timeout(PATIENCE, attended).await);
                    drop(permit);
                });
            }
        });
    }
}

async fn attend(
    stream: UnixStream,
    (ticket, authority): (&Ticket, Option<PathBuf>),
    outside: (Option<&Redirects>, bool),
) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(LONGEST)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(Wish::Open(address)) => open(&address, ticket, outside).await,
        Ok(Wish::Inherit) => Answer::Inherited(Box::new(ticket.to_inherit(authority))),
        Err(_) => Answer::Refused("that makes no sense".to_owned()),
    };
    let mut bytes = serde_json::to_vec(&answer)?;
    bytes.push(b'\n');
    write.write_all(&bytes).await
}

async fn open(address: &str, ticket: &Ticket, (redirects, offline): (Option<&Redirects>, bool)) -> Answer {
    let Ok(outside) = Url::parse(ticket.origin()) else {
        return Answer::Refused("the server's address is no address".to_owned());
    };
    let seen = match see(address, &outside, offline) {
        Ok(seen) => seen,
        Err(refused) => {
            output::warn(&format!("doorward run: a page was not opened: {refused}"));
            return Answer::Refused(refused.to_string());
        }
    };
    if let (Some(port), Some(redirects)) = (seen.redirect_port, redirects)
        && let Err(e) = redirects.expect(port).await
    {
        let reason = format!("the browser couldn't come back: port {port} of this machine: {e}");
        output::warn(&format!("doorward run: a page was not opened: {reason}"));
        return Answer::Refused(reason);
    }
    let opened = Browser::find().is_some_and(|browser| start(&browser, &seen.url));
    output::note(&if opened {
        format!("doorward run: opened in your browser: {}", seen.url)
    } else {
        format!(
            "doorward run: please open this address in a browser: {}",
            seen.url
        )
    });
    Answer::Opened
}

/// Starts the person's browser, outside, with nothing to say to the terminal.
fn start(browser: &Browser, url: &Url) -> bool {
    match doorward_sandbox::unblocked(|| browser.command(url).spawn()) {
        Ok(mut child) => {
            std::thread::spawn(move || child.wait());
            true
        }
        Err(_) => false,
    }
}

//! The host's side of a place: has it made, holds its sockets, and speaks with its keeper.

use crate::message::{Channel, Ended, Failed, News, Order};
use crate::plan::{Plan, Way};
use crate::{FOUND, KEEP, ROLE};
use std::collections::VecDeque;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// What the name of a run's directory starts with; no other directory is ever removed.
pub const DIRECTORY_PREFIX: &str = "doorward-run-";

/// Why there is no place, or no command in it.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The place can't be made this way.
    #[error("{0}")]
    Failed(#[from] Failed),
    /// The command can't be started: the system's error.
    #[error("{0}")]
    NotStarted(io::Error),
    /// Founder or keeper went away, or `sudo` refused.
    #[error("{0}")]
    Lost(String),
    /// Something else.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// A place with a command in it.
#[derive(Debug)]
pub struct Place {
    /// Sockets of the place's ports, in the plan's order.
    pub listeners: Vec<TcpListener>,
    /// The socket of the place's name server.
    pub names: Option<UdpSocket>,
    /// Whether processes inside see others; for who reports it.
    pub shares_processes: bool,
    keeper: Keeper,
    ended: oneshot::Receiver<Result<Ended, PlaceError>>,
    helper: Child,
}

/// Speaks with the keeper of a place.
#[derive(Debug, Clone)]
pub struct Keeper {
    channel: Arc<Mutex<Channel>>,
    waiting: Waiting,
}

type Waiting = Arc<Mutex<VecDeque<oneshot::Sender<io::Result<TcpStream>>>>>;

/// Which program is founder and keeper, and how it is started.
#[derive(Debug, Clone)]
pub struct Helper {
    /// This very program.
    pub program: PathBuf,
    /// Put in front of it: `sudo` and its arguments.
    pub before: Vec<String>,
}

impl Helper {
    fn start(&self, role: &str, socket: &Path) -> io::Result<Child> {
        let mut words: Vec<std::ffi::OsString> = self.before.iter().map(Into::into).collect();
        words.push(self.program.clone().into());
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).arg(ROLE).arg(role).arg(socket).spawn()
    }
}

impl Place {
    /// Has `plan` made and its command started; `directory` is one that only the caller can enter.
    ///
    /// # Errors
    /// [`PlaceError::Failed`] when it can't be made this way: nothing has run then.
    pub async fn make(plan: &Plan, helper: &Helper, directory: &Path) -> Result<Self, PlaceError> {
        let path = directory.join("keeper");
        // Left from a way that failed.
        drop(std::fs::remove_file(&path));
        let socket = UnixListener::bind(&path)?;
        let order = Order::Make(Box::new(plan.clone()));
        let role = if plan.way == Way::Plain { KEEP } else { FOUND };
        let mut child = helper.start(role, &path)?;
        let mut listeners = Vec::new();
        let mut names = None;
        if plan.way != Way::Plain {
            let mut founder = meet(&socket, &mut child).await?;
            founder.order(&order)?;
            let mut sockets = made(founder).await?;
            names = sockets.pop().map(UdpSocket::from);
            listeners = sockets.into_iter().map(TcpListener::from).collect();
        }
        let mut channel = meet(&socket, &mut child).await?;
        channel.order(&order)?;
        let heard = channel.try_clone()?;
        let (channel, first) = hear(channel).await?;
        match first {
            News::Started => {}
            News::NotStarted(error) => {
                return Err(PlaceError::NotStarted(io::Error::from_raw_os_error(error)));
            }
            News::Failed(failed) => return Err(failed.into()),
            _ => return Err(PlaceError::Lost("the keeper makes no sense".to_owned())),
        }
        let waiting = Waiting::default();
        let (tell, ended) = oneshot::channel();
        let keeper = Keeper {
            channel: Arc::new(Mutex::new(channel)),
            waiting: Arc::clone(&waiting),
        };
        std::thread::spawn(move || drop(tell.send(listen(heard, &waiting))));
        Ok(Self {
            listeners,
            names,
            shares_processes: false,
            keeper,
            ended,
            helper: child,
        })
    }

    /// The process id of the keeper of a command that runs in the world as it is.
    pub fn keeper_pid(&self) -> Option<u32> {
        self.helper.id()
    }

    /// Speaks with the keeper.
    pub fn keeper(&self) -> Keeper {
        self.keeper.clone()
    }

    /// How the command ended, once it has; nobody runs in the place then.
    ///
    /// # Errors
    /// When the keeper went away first.
    pub async fn ended(&mut self) -> Result<Ended, PlaceError> {
        (&mut self.ended)
            .await
            .unwrap_or_else(|_| Err(PlaceError::Lost("the keeper is gone".to_owned())))
    }
}

impl Keeper {
    /// Passes a signal on to the command.
    ///
    /// # Errors
    /// When the keeper is gone.
    pub fn signal(&self, number: i32) -> io::Result<()> {
        let mut channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        channel.order(&Order::Signal(number))
    }

    /// A connection to a port of the place's loopback address.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn connect(&self, port: u16) -> io::Result<TcpStream> {
        let (answer, answered) = oneshot::channel();
        {
            let mut channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            channel.order(&Order::Connect(port))?;
            waiting.push_back(answer);
        }
        answered
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
    }
}

/// The helper's connection, from this user or from root; or why the helper ended without one.
async fn meet(socket: &UnixListener, child: &mut Child) -> Result<Channel, PlaceError> {
    let own = rustix::process::getuid().as_raw();
    loop {
        let stream: UnixStream = tokio::select! {
            met = socket.accept() => met?.0,
            ended = child.wait() => return Err(PlaceError::Lost(left(ended?))),
        };
        let peer = stream.peer_cred()?.uid();
        if peer != own && peer != 0 {
            continue;
        }
        let stream = stream.into_std()?;
        stream.set_nonblocking(false)?;
        return Ok(Channel::new(stream));
    }
}

fn left(status: ExitStatus) -> String {
    format!("the helper ended too early ({status})")
}

async fn made(founder: Channel) -> Result<Vec<OwnedFd>, PlaceError> {
    let mut founder = founder;
    let heard = tokio::task::spawn_blocking(move || founder.next_news()).await;
    match heard.map_err(io::Error::other)?? {
        Some((News::Made, sockets)) => Ok(sockets),
        Some((News::Failed(failed), _)) => Err(failed.into()),
        _ => Err(PlaceError::Lost("the founder went away".to_owned())),
    }
}

async fn hear(channel: Channel) -> Result<(Channel, News), PlaceError> {
    let mut channel = channel;
    let heard = tokio::task::spawn_blocking(move || channel.next_news().map(|news| (channel, news))).await;
    match heard.map_err(io::Error::other)?? {
        (channel, Some((news, _))) => Ok((channel, news)),
        (_, None) => Err(PlaceError::Lost("the keeper went away".to_owned())),
    }
}

/// Hears the keeper until the command has ended.
fn listen(mut channel: Channel, waiting: &Waiting) -> Result<Ended, PlaceError> {
    loop {
        match channel.next_news()? {
            Some((News::Connected(result), mut descriptors)) => {
                let connection = match (result, descriptors.pop()) {
                    (Ok(()), Some(descriptor)) => Ok(TcpStream::from(descriptor)),
                    (Ok(()), None) => Err(io::ErrorKind::BrokenPipe.into()),
                    (Err(error), _) => Err(io::Error::from_raw_os_error(error)),
                };
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                if let Some(next) = next {
                    // Whoever asked may have gone.
                    drop(next.send(connection));
                }
            }
            Some((News::Ended(ended), _)) => return Ok(ended),
            Some(_) => {}
            None => return Err(PlaceError::Lost("the keeper was killed".to_owned())),
        }
    }
}

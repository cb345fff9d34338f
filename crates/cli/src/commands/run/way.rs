//! The three ways in which a private place is made, and the choice between them.

use super::environment::{Proxy, Surroundings};
use super::{Args, system, this_program};
use crate::exit::Exit;
use crate::failure::Failure;
use doorward_protocol::azure_hosts::NAMES;
use doorward_relay::{Admission, Credential, Inside, NameServer, Relay, Rules};
use doorward_sandbox::{Caught, Ended, Helper, Keeper, Place, PlaceError, Plan, Signals, belongs};
use std::ffi::OsString;
use std::fmt::{self, Write as _};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// Ports on which servers elsewhere are reached from a private network, when nobody says more.
const PORTS: [u16; 8] = [443, 80, 53, 22, 465, 587, 993, 9418];

/// The ways, as they are named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Via {
    /// By unprivileged namespaces
    Namespaces,
    /// By root (you, or `sudo`), who makes namespaces and drops to you
    Root,
    /// By a loopback proxy, which programs have to respect
    Proxy,
}

impl Via {
    /// Those that are tried, in this order.
    pub fn candidates(wanted: Option<Self>) -> Vec<Self> {
        match wanted {
            Some(way) => vec![way],
            None if !cfg!(target_os = "linux") => vec![Self::Proxy],
            None if is_root() => vec![Self::Root, Self::Namespaces, Self::Proxy],
            None => vec![Self::Namespaces, Self::Proxy],
        }
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Namespaces => "namespaces",
            Self::Root => "root",
            Self::Proxy => "proxy",
        })
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A way that was gone: a place, with the command in it.
pub struct Way {
    via: Via,
    place: Place,
    /// Why the ways that are tried before were not to be had.
    before: Vec<(Via, String)>,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.via.fmt(f)?;
        for (via, reason) in &self.before {
            write!(f, " (not by {via}: {reason})")?;
        }
        Ok(())
    }
}

impl Way {
    /// Goes the first way that can be gone.
    pub async fn choose(
        args: &Args,
        (command, surroundings): (Vec<OsString>, Surroundings<'_>),
        relay: &Arc<Relay>,
    ) -> Result<Self, Failure> {
        let mut before = Vec::new();
        for via in Via::candidates(args.via) {
            let attempt = Attempt {
                via,
                args,
                command: &command,
                surroundings,
                relay,
            };
            match attempt.make().await {
                Ok(place) => return Ok(Self { via, place, before }),
                Err(PlaceError::NotStarted(e)) => return Err(not_started(&command, &e)),
                Err(e) => before.push((via, e.to_string())),
            }
        }
        Err(no_way(&before))
    }

    /// Whether the command sees this system's processes, though it has a private network.
    pub fn shares_processes(&self) -> bool {
        self.place.shares_processes
    }

    /// How the loopback address inside is reached, when it is not the host's.
    pub fn inside(&self) -> Option<Arc<dyn Inside>> {
        (self.via != Via::Proxy).then(|| Arc::new(InPlace(self.place.keeper())) as Arc<dyn Inside>)
    }

    /// Passes a signal on.
    pub fn signal(&self, caught: Caught) {
        if let Err(e) = self.place.keeper().signal(caught.number) {
            tracing::debug!("a signal was not passed on: {e}");
        }
    }

    /// Passes signals on until the command has ended.
    pub async fn ended(&mut self, mut signals: Signals) -> Result<Ended, Failure> {
        let keeper = self.place.keeper();
        let pass = async {
            while let Some(caught) = signals.next().await {
                // What the terminal sends reaches the command by itself.
                if caught.sent
                    && let Err(e) = keeper.signal(caught.number)
                {
                    tracing::debug!("a signal was not passed on: {e}");
                }
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = self.place.ended() => ended.map_err(|e| Failure::new(format!("the command was lost: {e}"))),
            () = pass => Err(Failure::new("signals ended")),
        }
    }
}

struct InPlace(Keeper);

#[async_trait::async_trait]
impl Inside for InPlace {
    async fn connect(&self, port: u16) -> io::Result<TcpStream> {
        let stream = self.0.connect(port).await?;
        stream.set_nonblocking(true)?;
        TcpStream::from_std(stream)
    }
}

fn not_started(command: &[OsString], error: &io::Error) -> Failure {
    let name = command
        .first()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let missing = error.kind() == io::ErrorKind::NotFound;
    Failure {
        exit: if missing {
            Exit::CommandNotFound
        } else {
            Exit::CommandNotStarted
        },
        ..Failure::new(format!("`{name}` can't be run: {error}"))
    }
}

fn no_way(before: &[(Via, String)]) -> Failure {
    let mut reasons = String::new();
    for (via, reason) in before {
        let _ = write!(reasons, "; by {via}: {reason}");
    }
    let failure = Failure::new(format!("no private place can be made{reasons}"));
    if before.iter().any(|(via, _)| *via == Via::Namespaces) {
        return failure.cure(
            "docs/run.md says what bars user namespaces and how it is lifted; `--via proxy` needs nothing of the kind",
        );
    }
    failure.cure("leave `--via` out, and the way is chosen by itself")
}

struct Attempt<'a> {
    via: Via,
    args: &'a Args,
    command: &'a [OsString],
    surroundings: Surroundings<'a>,
    relay: &'a Arc<Relay>,
}

impl Attempt<'_> {
    async fn make(&self) -> Result<Place, PlaceError> {
        match self.via {
            Via::Proxy => self.by_proxy().await,
            Via::Namespaces => self.by_namespaces(doorward_sandbox::Way::Namespaces).await,
            Via::Root => self.by_namespaces(doorward_sandbox::Way::Root).await,
        }
    }

    async fn by_namespaces(&self, way: doorward_sandbox::Way) -> Result<Place, PlaceError> {
        let mut plan = self.plan(way)?;
        let place = match self.place(&plan).await {
            // Where parts of `/proc` are covered, as in most containers, no further one may be mounted.
            // Then only another user namespace keeps the command out of other processes; root for somebody has none.
            Err(PlaceError::Failed(failed))
                if failed.step == doorward_sandbox::PROCESSES && !self.by_sudo(way) =>
            {
                plan.processes = false;
                self.place(&plan).await
            }
            made => made,
        };
        let mut place = place?;
        place.shares_processes = !plan.processes;
        let resolvers = if self.args.offline {
            Vec::new()
        } else {
            system::name_servers()
        };
        let rules = Arc::new(Rules {
            host_ports: self.host_ports(),
            name_servers: resolvers.clone(),
        });
        for listener in place.listeners.drain(..) {
            listener.set_nonblocking(true)?;
            let listener = TcpListener::from_std(listener)?;
            tokio::spawn(Arc::clone(self.relay).take(listener, Arc::clone(&rules)));
        }
        if let Some(names) = place.names.take() {
            names.set_nonblocking(true)?;
            tokio::spawn(NameServer::new(resolvers).serve(UdpSocket::from_std(names)?));
        }
        Ok(place)
    }

    async fn by_proxy(&self) -> Result<Place, PlaceError> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let own = listener.local_addr()?;
        let credential = Credential::make();
        let keeper: Arc<OnceLock<u32>> = Arc::default();
        let known = Arc::clone(&keeper);
        let peer =
            Arc::new(move |peer: SocketAddr| known.get().is_some_and(|keeper| belongs(*keeper, peer, own)));
        let proxy = Proxy {
            url: credential.url(own.port()),
            port: own.port(),
        };
        let mut plan = self.plan(doorward_sandbox::Way::Plain)?;
        plan.mounts.clear();
        plan.environment = self.surroundings.environment(Some(&proxy));
        let place = self.place(&plan).await?;
        if let Some(pid) = place.keeper_pid() {
            let _ = keeper.set(pid);
        }
        let admission = Admission { credential, peer };
        tokio::spawn(Arc::clone(self.relay).proxy(listener, admission));
        Ok(place)
    }

    async fn place(&self, plan: &Plan) -> Result<Place, PlaceError> {
        let program = this_program().map_err(|failure| PlaceError::Lost(failure.message))?;
        let before = match (
            self.by_sudo(plan.way),
            std::io::IsTerminal::is_terminal(&std::io::stdin()),
        ) {
            (false, _) => vec![],
            (true, true) => vec!["sudo".to_owned(), "--".to_owned()],
            (true, false) => vec!["sudo".to_owned(), "-n".to_owned(), "--".to_owned()],
        };
        Place::make(
            plan,
            &Helper { program, before },
            self.surroundings.directory.path(),
        )
        .await
    }

    fn by_sudo(&self, way: doorward_sandbox::Way) -> bool {
        way == doorward_sandbox::Way::Root && !is_root()
    }

    fn plan(&self, way: doorward_sandbox::Way) -> io::Result<Plan> {
        let online = !self.args.offline;
        let mut ports: Vec<u16> = PORTS.to_vec();
        if online {
            ports.extend(&self.args.ports);
        }
        ports.extend(self.host_ports());
        let mut seen = std::collections::HashSet::new();
        ports.retain(|port| seen.insert(*port));
        Ok(Plan {
            way,
            processes: true,
            mounts: self.mounts()?,
            ports,
            all_ipv4: online,
            all_ipv6: online && system::has_ipv6(),
            command: self.command.to_vec(),
            environment: self.surroundings.environment(None),
            leftovers: self.surroundings.directory.path().to_owned(),
        })
    }

    /// Ports of this machine that are reached inside: the server's, if it is here, and those that were asked for.
    fn host_ports(&self) -> Vec<u16> {
        let mut ports = self.args.host_ports.clone();
        ports.extend(local_port(self.surroundings.ticket.origin()));
        ports
    }

    /// What stands in the place of what.
    fn mounts(&self) -> io::Result<Vec<(PathBuf, PathBuf)>> {
        let directory = self.surroundings.directory;
        let file = |name: &str, text: &str| {
            directory
                .file(name, text.as_bytes())
                .map_err(|failure| io::Error::other(failure.message))
        };
        let mut mounts = vec![
            (
                file("hosts", &hosts(&system::hosts_file()))?,
                PathBuf::from("/etc/hosts"),
            ),
            (
                file("resolv.conf", &resolv_conf(&system::resolv_conf()))?,
                PathBuf::from("/etc/resolv.conf"),
            ),
            (
                file("nsswitch.conf", &nsswitch_conf(&system::nsswitch_conf()))?,
                PathBuf::from("/etc/nsswitch.conf"),
            ),
        ];
        // Services that answer for names, beside the files above.
        for service in [
            "/run/systemd/resolve/io.systemd.Resolve",
            "/run/nscd/socket",
            "/var/run/nscd/socket",
        ] {
            mounts.push((PathBuf::from("/dev/null"), PathBuf::from(service)));
        }
        mounts.extend(self.surroundings.trust.instead());
        let instead = self.surroundings.home.instead.iter().cloned();
        mounts.extend(instead.filter(|(_, target)| target.is_dir()));
        Ok(mounts)
    }
}

/// The port of a server on this machine.
fn local_port(origin: &str) -> Option<u16> {
    let url = url::Url::parse(origin).ok()?;
    let host = url
        .host_str()?
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    url.port_or_known_default().filter(|_| local)
}

/// The person's hosts file with Azure's names first.
fn hosts(person: &str) -> String {
    let mut text = String::from("127.0.0.1");
    for (name, _) in NAMES {
        text.push(' ');
        text.push_str(name);
    }
    let others = person.lines().filter(|line| {
        let words = line.split('#').next().unwrap_or_default();
        !words
            .split_ascii_whitespace()
            .skip(1)
            .any(|name| doorward_protocol::azure_hosts::AzureHost::parse(name).is_some())
    });
    format!("{text}\n{}\n", others.collect::<Vec<_>>().join("\n"))
}

/// The person's resolver settings, with the run's name server instead of theirs.
fn resolv_conf(person: &str) -> String {
    let kept = person.lines().filter(|line| {
        line.starts_with("search") || line.starts_with("options") || line.starts_with("domain")
    });
    let kept: Vec<_> = kept.collect();
    format!("nameserver 127.0.0.1\n{}\n", kept.join("\n"))
}

/// Names come from the hosts file and the name server, and from no service beside them.
fn nsswitch_conf(person: &str) -> String {
    let others = person
        .lines()
        .filter(|line| !line.trim_start().starts_with("hosts:"));
    format!("{}\nhosts: files dns\n", others.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_persons_files_stay_but_for_azures_names() {
        let hosts = hosts("127.0.0.1 localhost\n20.190.1.1 login.microsoftonline.com x # y\n10.0.0.1 db");
        assert!(hosts.starts_with("127.0.0.1 login.microsoftonline.com login.windows.net "));
        assert!(hosts.contains("\n127.0.0.1 localhost\n10.0.0.1 db\n") && !hosts.contains("20.190"));
        assert_eq!(
            resolv_conf("nameserver 10.0.0.2\nsearch corp.example\n"),
            "nameserver 127.0.0.1\nsearch corp.example\n"
        );
        assert_eq!(
            nsswitch_conf("passwd: files\nhosts: mymachines resolve [!UNAVAIL=return] files dns"),
            "passwd: files\nhosts: files dns\n"
        );
    }

    #[test]
    fn only_a_server_on_this_machine_has_a_port_here() {
        assert_eq!(local_port("https://localhost:8443"), Some(8443));
        assert_eq!(local_port("https://[::1]"), Some(443));
        assert_eq!(local_port("https://login.example.com"), None);
    }
}

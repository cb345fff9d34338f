//! What keeper and signals are on systems other than Linux, where there is no private place: the command runs in the
//! world as it is, behind the loopback proxy. What it leaves in the background is not found there.

use crate::message::{Channel, Ended, News, Order};
use crate::signals::{Caught, PASSED_ON};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use std::io::{self, IsTerminal as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus};
use tokio::sync::mpsc;

/// Nobody makes a private place here.
pub fn found(_: &Path) -> ExitCode {
    ExitCode::FAILURE
}

/// Runs as the keeper: is told over `socket` what to run, runs it, and ends with it.
pub fn keep(socket: &Path) -> ExitCode {
    match work(socket) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn work(socket: &Path) -> io::Result<()> {
    let mut channel = Channel::new(UnixStream::connect(socket)?);
    let Some(Order::Make(plan)) = channel.next_order()? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let (program, arguments) = plan.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    command.envs(plan.environment.iter().map(|(name, value)| (name, value)));
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(e) => return channel.tell(&News::NotStarted(e.raw_os_error().unwrap_or(0)), &[]),
    };
    // What the terminal sends is for the command, which was started before that.
    PASSED_ON
        .into_iter()
        .fold(SigSet::empty(), |mut set, signal| {
            set.add(signal);
            set
        })
        .thread_block()?;
    channel.tell(&News::Started, &[])?;
    let orders = channel.try_clone()?;
    let pid = pid(&child)?;
    std::thread::spawn(move || obey(orders, pid));
    let ended = ended(child.wait()?);
    channel.tell(&News::Ended(ended), &[])
}

fn pid(child: &Child) -> io::Result<Pid> {
    i32::try_from(child.id())
        .map(Pid::from_raw)
        .map_err(io::Error::other)
}

fn ended(status: ExitStatus) -> Ended {
    match status.signal() {
        Some(signal) => Ended::Killed(signal),
        None => Ended::Exited(u8::try_from(status.code().unwrap_or(0) & 0xff).unwrap_or(u8::MAX)),
    }
}

/// Passes signals on; a host that is gone wants nothing to run any more.
fn obey(mut orders: Channel, command: Pid) {
    while let Ok(Some(order)) = orders.next_order() {
        if let Order::Signal(number) = order
            && let Ok(signal) = Signal::try_from(number)
        {
            let _ = kill(command, signal);
        }
    }
    let _ = kill(command, Signal::SIGKILL);
}

/// Waits for signals, and tells of each. Who sent one is not known here: what can be typed is taken for typed where
/// there is a terminal.
pub fn listen(set: SigSet, tell: &mpsc::UnboundedSender<Caught>) {
    while let Ok(signal) = set.wait() {
        let typed = matches!(signal, Signal::SIGINT | Signal::SIGQUIT | Signal::SIGWINCH);
        let caught = Caught {
            number: signal as i32,
            sent: !(typed && io::stdin().is_terminal()),
        };
        if tell.send(caught).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Plan, Way};
    use std::os::unix::net::UnixListener;

    /// The host's end of a keeper that was told to run this.
    fn kept(directory: &Path, script: &str) -> (Channel, std::thread::JoinHandle<ExitCode>) {
        let path = directory.join("keeper");
        let listener = UnixListener::bind(&path).unwrap();
        let keeper = std::thread::spawn(move || keep(&path));
        let mut host = Channel::new(listener.accept().unwrap().0);
        let plan = Plan {
            way: Way::Plain,
            processes: false,
            mounts: vec![],
            ports: vec![],
            all_ipv4: false,
            all_ipv6: false,
            command: ["/bin/sh", "-c", script].map(Into::into).to_vec(),
            environment: vec![("GREETING".into(), "7".into())],
            leftovers: directory.to_owned(),
        };
        host.order(&Order::Make(Box::new(plan))).unwrap();
        assert_eq!(host.next_news().unwrap().unwrap().0, News::Started);
        (host, keeper)
    }

    #[test]
    fn a_command_is_kept_elsewhere_too() {
        let directory = tempfile::tempdir().unwrap();
        let (mut host, keeper) = kept(directory.path(), "exit $GREETING");
        assert_eq!(
            host.next_news().unwrap().unwrap().0,
            News::Ended(Ended::Exited(7))
        );
        keeper.join().unwrap();
    }

    #[test]
    fn it_is_sent_signals_and_ends_with_its_host() {
        let directory = tempfile::tempdir().unwrap();
        let (mut host, keeper) = kept(directory.path(), "exec sleep 60");
        host.order(&Order::Signal(15)).unwrap();
        assert_eq!(
            host.next_news().unwrap().unwrap().0,
            News::Ended(Ended::Killed(15))
        );
        keeper.join().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let (host, keeper) = kept(directory.path(), "exec sleep 60");
        drop(host);
        keeper.join().unwrap();
    }
}

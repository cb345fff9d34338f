//! The keeper: the first process inside. It starts the command, passes signals on, collects whoever is left without a
//! parent, and lets no process outlive the command or the host.

use crate::caller::Caller;
use crate::message::{Channel, Ended, Failed, News, Order};
use crate::plan::{Plan, Way};
use crate::signals;
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid, getuid};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::DumpableBehavior;
use rustix::thread::{CapabilitySet, CapabilitySets, clear_ambient_capability_set, set_capabilities};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// How often, ten milliseconds apart, those are looked for that have not ended yet.
const PATIENCE_WITH_OTHERS: u32 = 200;

/// How long a connection within the place may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs as the keeper: is told over `socket` what to run, runs it, and ends with it.
pub fn keep(socket: &Path) -> ExitCode {
    match work(socket) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn work(socket: &Path) -> io::Result<()> {
    let mut channel = Channel::new(Caller::find().connect(socket)?);
    let Some(Order::Make(plan)) = channel.next_order()? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    SigSet::all().thread_block()?;
    let children = SignalFd::with_flags(
        &SigSet::from(Signal::SIGCHLD),
        SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC,
    )?;
    if let Err(failed) = settle(&plan) {
        return channel.tell(&News::Failed(failed), &[]);
    }
    let command = match start(&plan) {
        Ok(command) => command,
        Err(e) => return channel.tell(&News::NotStarted(e.raw_os_error().unwrap_or(0)), &[]),
    };
    let tended = channel
        .tell(&News::Started, &[])
        .and_then(|()| tend(&mut channel, &children, command));
    end_everyone(&plan);
    match tended {
        Ok(Some(ended)) => channel.tell(&News::Ended(ended), &[]),
        Ok(None) | Err(_) => {
            clear(&plan.leftovers);
            Ok(())
        }
    }
}

/// Becomes what the command is to be: in its own `/proc`, as the caller, without any right of the founder's.
fn settle(plan: &Plan) -> Result<(), Failed> {
    let failed = |step: &str, reason: String| Failed {
        step: step.to_owned(),
        reason,
    };
    let caller = Caller::find();
    if caller.other && (plan.way != Way::Root || !plan.processes) {
        let reason = "root keeps a command in a whole private place, or none";
        return Err(failed("sudo", reason.to_owned()));
    }
    if plan.processes && plan.way != Way::Plain {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
        mount(Some("proc"), "/proc", Some("proc"), flags, None::<&str>)
            .map_err(|e| failed(crate::PROCESSES, e.to_string()))?;
    } else {
        // Orphans become children of the keeper, which then finds them.
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
            .map_err(|e| failed("orphans", e.to_string()))?;
    }
    if plan.way == Way::Namespaces && !getuid().is_root() {
        let_go().map_err(|e| failed("capabilities", e.to_string()))?;
    }
    caller
        .become_for_good()
        .map_err(|e| failed("dropping to the caller", e.to_string()))?;
    // The command is of the same user, and isn't to look into the keeper or speak for it.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|e| failed("privacy", e.to_string()))
}

fn let_go() -> rustix::io::Result<()> {
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    )
}

fn start(plan: &Plan) -> io::Result<Pid> {
    let (program, arguments) = plan.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    command.envs(plan.environment.iter().map(|(name, value)| (name, value)));
    let child = signals::unblocked(|| command.spawn())?;
    i32::try_from(child.id())
        .map(Pid::from_raw)
        .map_err(io::Error::other)
}

/// Until the command has ended, or the host is gone (nothing).
fn tend(channel: &mut Channel, children: &SignalFd, command: Pid) -> io::Result<Option<Ended>> {
    // A command that ended while it was being started has sent its signal to nobody.
    if let Some(ended) = collect(command) {
        return Ok(Some(ended));
    }
    loop {
        let ready = wait(channel.as_fd(), children.as_fd())?;
        if ready.children {
            while children.read_signal()?.is_some() {}
            if let Some(ended) = collect(command) {
                return Ok(Some(ended));
            }
        }
        if ready.host {
            match channel.next_order()? {
                None => return Ok(None),
                Some(Order::Signal(number)) => {
                    if let Ok(signal) = Signal::try_from(number) {
                        // It may have ended a moment ago.
                        let _ = kill(command, signal);
                    }
                }
                Some(Order::Connect(port)) => match connect(port) {
                    Ok(stream) => channel.tell(&News::Connected(Ok(())), &[stream.as_fd()])?,
                    Err(e) => {
                        let error = e.raw_os_error().unwrap_or(Errno::ECONNREFUSED as i32);
                        channel.tell(&News::Connected(Err(error)), &[])?;
                    }
                },
                Some(Order::Make(_)) => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
    }
}

struct Ready {
    host: bool,
    children: bool,
}

fn wait(host: BorrowedFd<'_>, children: BorrowedFd<'_>) -> io::Result<Ready> {
    let mut fds = [
        PollFd::from_borrowed_fd(host, PollFlags::IN),
        PollFd::from_borrowed_fd(children, PollFlags::IN),
    ];
    match poll(&mut fds, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(e) => return Err(e.into()),
    }
    let [host, children] = fds.map(|fd| !fd.revents().is_empty());
    Ok(Ready { host, children })
}

/// Collects everyone who has ended; says how the command did, if it was among them.
fn collect(command: Pid) -> Option<Ended> {
    let mut ended = None;
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(pid, status)) if pid == command => {
                ended = Some(Ended::Exited(u8::try_from(status & 0xff).unwrap_or(u8::MAX)));
            }
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == command => {
                ended = Some(Ended::Killed(signal as i32));
            }
            Ok(WaitStatus::StillAlive) | Err(_) => return ended,
            Ok(_) => {}
        }
    }
}

fn connect(port: u16) -> io::Result<TcpStream> {
    let at = |address: IpAddr| TcpStream::connect_timeout(&(address, port).into(), PATIENCE);
    at(Ipv4Addr::LOCALHOST.into()).or_else(|_| at(Ipv6Addr::LOCALHOST.into()))
}

/// Kills whoever still runs.
fn end_everyone(plan: &Plan) {
    if plan.processes && plan.way != Way::Plain && getpid().as_raw() == 1 {
        // Everyone in this process namespace but this process.
        let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
        while waitpid(None, None).is_ok() {}
        return;
    }
    // Whoever dies leaves its children to the keeper. One that has changed its user can't be killed, and is left.
    for _ in 0..PATIENCE_WITH_OTHERS {
        for child in children() {
            let _ = kill(child, Signal::SIGKILL);
        }
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Err(Errno::ECHILD) => return,
                Ok(WaitStatus::StillAlive) | Err(_) => break,
                Ok(_) => {}
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Every child of this process.
fn children() -> Vec<Pid> {
    let this = getpid();
    let text = std::fs::read_to_string(format!("/proc/self/task/{this}/children")).unwrap_or_default();
    text.split_ascii_whitespace()
        .filter_map(|pid| pid.parse().ok().map(Pid::from_raw))
        .collect()
}

/// Removes the run's directory, in the stead of a host that is gone.
fn clear(leftovers: &Path) {
    let ours = leftovers
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with(crate::place::DIRECTORY_PREFIX));
    if ours {
        crate::remove_tree(leftovers);
    }
}

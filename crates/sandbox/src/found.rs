//! The founder: makes the namespaces of a place, furnishes them, and starts the keeper inside.

use crate::caller::Caller;
use crate::message::{Channel, Failed, News, Order};
use crate::network;
use crate::plan::{Plan, Way};
use crate::{KEEP, ROLE};
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::SigSet;
use rustix::thread::{CapabilitySet, capabilities, configure_capability_in_ambient_set, set_capabilities};
use std::fmt::Display;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::process::{Command, ExitCode};

/// Runs as the founder: is told over `socket` what to make, makes it, and stays until the keeper has ended.
pub fn found(socket: &Path) -> ExitCode {
    match work(socket) {
        Ok(()) => ExitCode::SUCCESS,
        // The host hears it: the socket closes.
        Err(_) => ExitCode::FAILURE,
    }
}

fn work(socket: &Path) -> io::Result<()> {
    let mut channel = Channel::new(Caller::find().connect(socket)?);
    let Some(Order::Make(plan)) = channel.next_order()? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    // What the terminal sends is for the command.
    SigSet::all().thread_block()?;
    let program = std::env::current_exe()?;
    let caller = Caller::find();
    let made = admit(&plan, &caller)
        .and_then(|()| make(&plan, &caller))
        .and_then(|sockets| {
            let keeper = Command::new(program).arg(ROLE).arg(KEEP).arg(socket).spawn();
            Ok((sockets, keeper.map_err(failed("the keeper"))?))
        });
    match made {
        Ok((sockets, mut keeper)) => {
            let sockets: Vec<_> = sockets.iter().map(|socket| socket.as_fd()).collect();
            channel.tell(&News::Made, &sockets)?;
            drop(channel);
            keeper.wait().map(drop)
        }
        Err(failed) => channel.tell(&News::Failed(failed), &[]),
    }
}

/// A step that failed, with the system's reason.
fn failed<E: Display>(step: impl Into<String>) -> impl FnOnce(E) -> Failed {
    let step = step.into();
    move |reason| Failed {
        step,
        reason: reason.to_string(),
    }
}

/// Under `sudo`, root makes namespaces and drops to the caller, and does nothing else.
fn admit(plan: &Plan, caller: &Caller) -> Result<(), Failed> {
    if caller.other && (plan.way != Way::Root || !plan.processes) {
        return Err(failed("sudo")(
            "root makes a whole private place for its caller, or none",
        ));
    }
    if let Some((_, target)) = plan.mounts.iter().find(|(_, target)| !caller.may_replace(target)) {
        let reason = format!("{} is not the caller's to replace", target.display());
        return Err(failed("sudo")(reason));
    }
    caller.join_groups().map_err(failed("the caller's groups"))
}

fn make(plan: &Plan, caller: &Caller) -> Result<Vec<OwnedFd>, Failed> {
    let mut kinds = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET;
    kinds.set(CloneFlags::CLONE_NEWPID, plan.processes);
    match plan.way {
        Way::Namespaces => {
            unshare(kinds | CloneFlags::CLONE_NEWUSER).map_err(|e| match e {
                Errno::ENOSPC => {
                    failed("a user namespace")("no more are allowed (sysctl user.max_user_namespaces)")
                }
                e => failed("a user namespace")(e.to_string().as_str()),
            })?;
            map(caller).map_err(failed("the user's mapping"))?;
            hand_on_the_right_to_mount().map_err(failed("capabilities"))?;
        }
        Way::Root => unshare(kinds).map_err(failed("namespaces, by root"))?,
        Way::Plain => {}
    }
    furnish(plan, caller)?;
    network::raise(plan).map_err(failed("the private network"))?;
    sockets(plan).map_err(failed("the private ports"))
}

/// Inside, the caller has the caller's own ids, and there are no others.
fn map(caller: &Caller) -> io::Result<()> {
    let Caller { user, group, .. } = caller;
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// The keeper has to mount `/proc` for its own process namespace; it then lets go of the right.
fn hand_on_the_right_to_mount() -> rustix::io::Result<()> {
    let mut sets = capabilities(None)?;
    sets.inheritable |= CapabilitySet::SYS_ADMIN;
    set_capabilities(None, sets)?;
    configure_capability_in_ambient_set(CapabilitySet::SYS_ADMIN, true)
}

/// Puts private things in the place of others, for this place only.
fn furnish(plan: &Plan, caller: &Caller) -> Result<(), Failed> {
    let nothing = None::<&str>;
    mount(
        nothing,
        "/",
        nothing,
        MsFlags::MS_REC | MsFlags::MS_SLAVE,
        nothing,
    )
    .map_err(failed("private mounts"))?;
    for (source, target) in &plan.mounts {
        // What can't be seen isn't there, and one that went meanwhile is no matter.
        if !caller.seeing(|| target.exists()) || !caller.may_replace(target) {
            continue;
        }
        let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
        let mounted = caller.seeing(|| mount(Some(source), target, nothing, flags, nothing));
        mounted.map_err(failed(format!("a mount at {}", target.display())))?;
    }
    Ok(())
}

/// The sockets that the host answers on: TCP as the plan lists them, then UDP port 53 of the loopback address.
fn sockets(plan: &Plan) -> io::Result<Vec<OwnedFd>> {
    let named = |port: u16| move |e: io::Error| io::Error::new(e.kind(), format!("port {port}: {e}"));
    let mut sockets = Vec::with_capacity(plan.ports.len() + 1);
    for port in &plan.ports {
        // Both families by one socket; a system without IPv6 has the other alone.
        let socket = TcpListener::bind((Ipv6Addr::UNSPECIFIED, *port))
            .or_else(|_| TcpListener::bind((Ipv4Addr::UNSPECIFIED, *port)));
        sockets.push(socket.map_err(named(*port))?.into());
    }
    let names = UdpSocket::bind((Ipv4Addr::LOCALHOST, 53)).map_err(named(53))?;
    sockets.push(names.into());
    Ok(sockets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::unistd::{Gid, Uid};

    #[test]
    fn root_makes_for_others_a_whole_private_place_and_nothing_else() {
        let caller = Caller {
            user: Uid::from_raw(54321),
            group: Gid::from_raw(54321),
            other: true,
        };
        let plan = |way, processes, target: &str| Plan {
            way,
            processes,
            mounts: vec![("/tmp/x".into(), target.into())],
            ports: vec![],
            all_ipv4: false,
            all_ipv6: false,
            command: vec!["true".into()],
            environment: vec![],
            leftovers: "/tmp/x".into(),
        };
        for (way, processes, target) in [
            (Way::Plain, true, "/etc/hosts"),
            (Way::Namespaces, true, "/etc/hosts"),
            (Way::Root, false, "/etc/hosts"),
            (Way::Root, true, "/etc/group"),
            (Way::Root, true, "/usr/local/bin"),
            (Way::Root, true, "/etc"),
            (Way::Root, true, "/etc/../etc/hosts"),
        ] {
            let refused = admit(&plan(way, processes, target), &caller).unwrap_err();
            assert_eq!(refused.step, "sudo", "{way:?} {processes} {target}");
        }
        let itself = Caller {
            other: false,
            ..caller
        };
        assert_eq!(admit(&plan(Way::Root, true, "/etc/group"), &itself), Ok(()));
    }
}

//! Whose a loopback connection is: of a process below the keeper, or of somebody else.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Whether the process that holds the end `peer` of a connection to `own` descends from the process `keeper`. Both are
/// IPv4 addresses of this machine.
pub fn belongs(keeper: u32, peer: SocketAddr, own: SocketAddr) -> bool {
    // A program with one socket for both families, such as Java's, stands in the other table.
    let found = [("/proc/net/tcp", V4), ("/proc/net/tcp6", MAPPED)]
        .into_iter()
        .find_map(|(table, prefix)| inode(&fs::read_to_string(table).ok()?, prefix, (peer, own)));
    let Some(inode) = found else {
        return false;
    };
    let wanted = format!("socket:[{inode}]");
    descendants(keeper).iter().any(|pid| holds(*pid, &wanted))
}

/// What stands before an IPv4 address in its own table: nothing.
const V4: &str = "";

/// What stands before it in the table of IPv6: `::ffff:`, four bytes at a time in the machine's order.
const MAPPED: &str = if cfg!(target_endian = "little") {
    "0000000000000000FFFF0000"
} else {
    "00000000000000000000FFFF"
};

/// The number of the socket with these ends in `/proc/net/tcp` or `tcp6` (proc_net(5)): addresses in hexadecimal, the
/// bytes of an IPv4 address in the machine's order.
fn inode(table: &str, prefix: &str, (local, remote): (SocketAddr, SocketAddr)) -> Option<u64> {
    let (local, remote) = (written(prefix, local)?, written(prefix, remote)?);
    table.lines().find_map(|line| {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        let same = columns.get(1) == Some(&local.as_str()) && columns.get(2) == Some(&remote.as_str());
        columns.get(9).filter(|_| same)?.parse().ok()
    })
}

fn written(prefix: &str, address: SocketAddr) -> Option<String> {
    let ip: Ipv4Addr = match address.ip().to_canonical() {
        IpAddr::V4(v4) => v4,
        IpAddr::V6(_) => return None,
    };
    Some(format!(
        "{prefix}{:08X}:{:04X}",
        u32::from_ne_bytes(ip.octets()),
        address.port()
    ))
}

/// Every process below `ancestor`, by the parents that processes name. (The kernel's own lists of children are not
/// whole while processes come and go.)
fn descendants(ancestor: u32) -> HashSet<u32> {
    let parents: HashMap<u32, u32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent(pid)?)))
        .collect();
    let below = |pid: &u32| {
        let line = std::iter::successors(parents.get(pid).copied(), |parent| parents.get(parent).copied());
        // A number that was given anew could close a circle.
        line.take(parents.len()).any(|parent| parent == ancestor)
    };
    parents.keys().copied().filter(below).collect()
}

/// The parent, from `/proc/PID/stat` (proc_pid_stat(5)): the second word after the name in parentheses.
fn parent(pid: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

fn holds(pid: u32, socket: &str) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    descriptors
        .flatten()
        .any(|descriptor| fs::read_link(descriptor.path()).is_ok_and(|link| link.as_os_str() == socket))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    #[test]
    fn a_childs_connection_is_ones_own_and_ones_own_is_not_a_childs() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap();
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{}; read -r line <&3", own.port());
        let mut child = Command::new("bash")
            .args(["-c", &script])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let (theirs, peer) = listener.accept().unwrap();
        assert!(belongs(std::process::id(), peer, own));
        assert!(!belongs(child.id(), peer, own), "a process is not below itself");
        let _mine = TcpStream::connect(own).unwrap();
        let (_, mine) = listener.accept().unwrap();
        assert!(!belongs(std::process::id(), mine, own));
        assert!(!belongs(u32::MAX, peer, own));
        drop(theirs);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn the_table_is_read_as_it_is_written() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 4242 1 x\n";
        let (local, remote) = (
            "127.0.0.1:40000".parse().unwrap(),
            "127.0.0.1:8080".parse().unwrap(),
        );
        assert_eq!(inode(table, V4, (local, remote)), Some(4242));
        assert_eq!(inode(table, V4, (remote, local)), None);
        let mapped = table.replace(" 0100007F", " 0000000000000000FFFF00000100007F");
        assert_eq!(inode(&mapped, MAPPED, (local, remote)), Some(4242));
        assert_eq!(inode(&mapped, V4, (local, remote)), None);
    }
}

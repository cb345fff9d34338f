//! The choice of the way.

use crate::world::{World, is_root};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

#[test]
fn the_way_is_chosen_by_itself_and_named_in_one_line() {
    let world = World::new();
    let mut command = world.as_person("namespaces");
    let output = command
        .arg(World::binary())
        .args(["run", "--", "true"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let tenant = &world.env["DOORWARD_TENANT_ID"];
    let by = if is_root() { "namespaces" } else { "root" };
    assert_eq!(
        said,
        format!("doorward run: by {by}; Azure's names lead to https://localhost:8443, tenant {tenant}\n")
    );
}

#[test]
fn where_user_namespaces_are_barred_it_is_the_proxy() {
    if !is_root() {
        // Only root can bar them for others; the choice itself is the same.
        return;
    }
    let world = World::new();
    // The system makes no user namespace for whoever has another root directory (user_namespaces(7)).
    let root = world.path("root");
    fs::create_dir(&root).unwrap();
    let script = format!(
        "mount --rbind / {root} && exec chroot --userspec=54321:54321 {root} env -i PATH=/usr/bin:/bin HOME={home} \
         DOORWARD_URL=https://localhost:8443 DOORWARD_CA={home}/ca.pem {binary} run -- echo ran",
        root = root.display(),
        home = world.person().display(),
        binary = World::binary().display()
    );
    let mut command = world.enter();
    let output = command
        .args(["unshare", "--mount", "sh", "-c", &script])
        .current_dir(world.person())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ran\n", "{said}");
    assert!(
        said.contains("by proxy (not by namespaces: a user namespace: "),
        "{said}"
    );
}

#[test]
fn a_way_that_was_forced_and_fails_says_why() {
    let world = World::new();
    let script = format!(
        "exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin env -i PATH=/usr/bin:/bin HOME={home} \
         DOORWARD_URL=https://localhost:8443 DOORWARD_CA={home}/ca.pem {binary} run --via root -- true",
        home = world.person().display(),
        binary = World::binary().display()
    );
    let output = world.enter().args(["sh", "-c", &script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(125), "{said}");
    assert!(said.contains("no private place can be made; by root: "), "{said}");
}

/// A `sudo` in a directory of its own.
fn sudo(world: &World) -> std::path::PathBuf {
    let directory = world.path("sudo");
    fs::create_dir(&directory).unwrap();
    let program = directory.join("sudo");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/run/sudo.c");
    let built = Command::new("cc").arg("-o").arg(&program).arg(source).status();
    assert!(built.unwrap().success());
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    directory
}

#[test]
fn root_drops_to_whoever_asked_by_sudo() {
    if !is_root() {
        return;
    }
    let world = World::new();
    world.write(".azure/secret", "sentinel");
    let mut command = world.as_person("namespaces");
    let output = command
        .arg(format!("PATH={}:/usr/bin:/bin", sudo(&world).display()))
        .arg(World::binary())
        .args(["run", "-q", "--via", "root", "--", "sh", "-c"])
        .arg(
            "id -u; id -g; id -G; grep -E '^(CapEff|NoNewPrivs)' /proc/self/status; touch made; stat -c %u made; \
             cat ~/.azure/secret \"$OLDPWD.azure/secret\" 2>/dev/null; cat .azure/secret 2>/dev/null; \
             curl -sSf -o /dev/null https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration && echo ours",
        )
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "54321\n54321\n54321\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n54321\nours\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_founder_that_is_root_by_sudo_takes_no_other_orders() {
    if !is_root() {
        return;
    }
    let world = World::new();
    // The keeper without a founder, and a founder without a host: what a caller may start by hand.
    for role in ["keep", "found"] {
        let script = format!(
            "import os, socket, subprocess\nsocket_ = socket.socket(socket.AF_UNIX); socket_.bind('{role}.socket'); socket_.listen()\n\
             helper = subprocess.Popen(['{sudo}/sudo', '--', '{binary}', 'sandbox', '{role}', os.path.abspath('{role}.socket')])\n\
             peer, _ = socket_.accept()\n\
             text = lambda b: len(b).to_bytes(4, 'big') + b\n\
             words = [b'sh', b'-c', b'id -u > {role}.ran']\n\
             plan = b'M' + bytes([2, 1, 0, 0]) + (0).to_bytes(4, 'big') * 2 + len(words).to_bytes(4, 'big')\n\
             plan += b''.join(map(text, words)) + (1).to_bytes(4, 'big') + text(b'PATH') + text(b'/usr/bin:/bin') + text(b'/tmp/x')\n\
             peer.sendall(text(plan)); peer.settimeout(5); said = peer.makefile('rb')\n\
             said = said.read(int.from_bytes(said.read(4), 'big'))\n\
             print(said[:1].decode(), b'sudo' in said); helper.wait(10)",
            sudo = world.path("sudo").display(),
            binary = World::binary().display()
        );
        if !world.path("sudo").exists() {
            sudo(&world);
        }
        let output = world
            .as_person("namespaces")
            .args(["python3", "-c", &script])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            said,
            "f True\n",
            "{role}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(!world.person().join(format!("{role}.ran")).exists(), "{role}");
    }
}

#[test]
fn whose_command_it_is_has_to_be_clear() {
    if !is_root() {
        return;
    }
    let world = World::new();
    let done = world.run_with("root", &["SUDO_UID=54321", "SUDO_GID=54321"], &[], "echo ran");
    assert_eq!((done.code(), done.out().as_str()), (Some(125), ""));
    assert!(done.err().contains("--via root"), "{}", done.err());
}

#[test]
fn the_unprivileged_command_has_no_rights_of_the_founders() {
    if !is_root() {
        return;
    }
    let world = World::new();
    let script = "id -u; grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status | sort; ip link set lo down 2>/dev/null || echo no; \
                  umount /etc/hosts 2>/dev/null || echo no";
    let none = "0000000000000000";
    assert_eq!(
        world.run("namespaces", &[], script).text(),
        format!("54321\nCapAmb:\t{none}\nCapEff:\t{none}\nCapInh:\t{none}\nCapPrm:\t{none}\nno\nno\n")
    );
}

#[test]
fn what_would_be_done_is_printed_and_not_done() {
    let world = World::new();
    let done = world.run_with(
        "proxy",
        &["AZURE_CLIENT_SECRET=sentinel"],
        &["--print", "--offline", "--profile", "p"],
        "touch made",
    );
    let out = done.text();
    for words in [
        "touch made",
        "https://localhost:8443",
        "proxy",
        "login.microsoftonline.com",
        "*.api.azureml.ms",
        "AZURE_CLIENT_SECRET",
        "not reached",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    assert!(!out.contains("sentinel"));
    assert!(!world.person().join("made").exists());
    assert!(
        fs::read_dir(world.person().join(".doorward"))
            .unwrap()
            .all(|entry| entry.unwrap().file_name() != "run")
    );
}

#[test]
fn a_misspelt_option_is_no_command() {
    let world = World::new();
    let mut command = world.as_person("proxy");
    let output = command
        .arg(World::binary())
        .args(["run", "--ofline", "--", "true"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--offline"), "{said}");
    // What follows the command is the command's.
    let mut command = world.as_person("proxy");
    let output = command
        .arg(World::binary())
        .args(["run", "-q", "echo", "--offline", "-q"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "--offline -q\n");
}

#[test]
fn a_shell_is_started_when_asked_for() {
    let world = World::new();
    let mut command = world.as_person("namespaces");
    let mut child = command
        .arg("SHELL=/bin/sh")
        .arg(World::binary())
        .args(["run", "-q", "--shell"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"echo in $0; exit 5\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "in /bin/sh\n");
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn a_server_that_is_gone_is_said_before_anything_runs() {
    let world = World::new();
    let done = world.run_with(
        "namespaces",
        &["DOORWARD_URL=https://localhost:9"],
        &[],
        "echo ran",
    );
    // The account in use is that of the world's server; a command of no account runs nothing.
    assert!(done.out().is_empty() || done.code() == Some(0), "{}", done.err());
    let mut server = world.enter();
    server.args([
        "pkill",
        "-f",
        &format!(
            "up --listen 127.0.0.1:8443 --data {}",
            world.path("server").display()
        ),
    ]);
    server.status().unwrap();
    let gone = world.run("namespaces", &[], "echo ran");
    assert_eq!(
        (gone.code(), gone.out().as_str()),
        (Some(125), ""),
        "{}",
        gone.err()
    );
    assert!(gone.err().contains("localhost:8443"), "{}", gone.err());
}

//! Processes, signals, statuses, terminals.

use crate::world::{PRIVATE, WAYS, World, eventually};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

#[test]
fn the_commands_status_is_the_runs() {
    let world = World::new();
    for via in WAYS {
        for status in [0, 1, 42, 255] {
            assert_eq!(
                world.run(via, &[], &format!("exit {status}")).code(),
                Some(status),
                "{via}"
            );
        }
    }
}

#[test]
fn a_signal_that_ends_the_command_ends_the_run() {
    use std::os::unix::process::ExitStatusExt as _;
    let world = World::new();
    for via in WAYS {
        for signal in [9, 15, 6] {
            let done = world.run(via, &[], &format!("kill -{signal} $$"));
            // `nsenter` becomes the command it starts, so that this is the run's own end.
            assert_eq!(done.0.status.signal(), Some(signal), "{via}");
        }
    }
}

#[test]
fn what_is_not_there_is_named() {
    let world = World::new();
    let run = |via: &str, program: &str| {
        let mut command = world.as_person(via);
        command
            .arg(World::binary())
            .args(["run", "-q", "--via", via, "--", program]);
        let output = command.output().unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    world.write("data", "no program");
    let data = world.person().join("data");
    for via in WAYS {
        let (code, said) = run(via, "no-such-program");
        assert_eq!(code, Some(127), "{via}: {said}");
        assert!(said.contains("`no-such-program` can't be run"), "{said}");
        let (code, said) = run(via, data.to_str().unwrap());
        assert_eq!(code, Some(126), "{via}: {said}");
    }
}

#[test]
fn signals_are_passed_on() {
    let world = World::new();
    for via in WAYS {
        for (signal, name) in [("TERM", "TERM"), ("INT", "INT"), ("HUP", "HUP"), ("USR1", "USR1")] {
            let script =
                format!("trap 'echo got {name}; exit 7' {name}; echo ready; while :; do sleep 0.05; done");
            let mut child = world
                .command(via, &[], &[], &script)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            assert_eq!(lines.next().unwrap().unwrap(), "ready");
            kill(signal, child.id());
            assert_eq!(lines.next().unwrap().unwrap(), format!("got {name}"), "{via}");
            assert_eq!(child.wait().unwrap().code(), Some(7), "{via}");
        }
    }
}

fn kill(signal: &str, pid: u32) {
    let status = Command::new("kill")
        .args(["-s", signal, &pid.to_string()])
        .status();
    assert!(status.unwrap().success());
}

/// Whether any process has this word in its command line.
fn lives(word: &str) -> bool {
    fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(word)
    })
}

#[test]
fn no_process_outlives_the_command() {
    let world = World::new();
    for (number, via) in WAYS.into_iter().enumerate() {
        let word = format!("6{number}.25{}", std::process::id());
        let script = format!(
            "setsid sh -c 'trap \"\" TERM HUP INT; sleep {word}' > /dev/null 2>&1 & (sh -c 'sleep {word} &') ; sleep 0.3"
        );
        world.run(via, &[], &script).text();
        eventually("background processes have ended", || !lives(&word));
    }
}

#[test]
fn nothing_stays_behind_when_the_run_is_killed() {
    let world = World::new();
    for (number, via) in WAYS.into_iter().enumerate() {
        let word = format!("7{number}.25{}", std::process::id());
        let script = format!("dirname \"$DOORWARD_RUN\"; setsid sleep {word} & sleep {word}");
        let mut child = world
            .command(via, &[], &[], &script)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut directory = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut directory)
            .unwrap();
        eventually("the command runs", || lives(&word));
        child.kill().unwrap();
        child.wait().unwrap();
        eventually("the command was ended", || !lives(&word));
        let directory = std::path::Path::new(directory.trim());
        eventually("the run's directory is gone", || !directory.exists());
    }
}

#[test]
fn a_killed_keeper_takes_the_command_with_it_in_a_private_network() {
    let world = World::new();
    for (number, via) in PRIVATE.into_iter().enumerate() {
        let word = format!("8{number}.25{}", std::process::id());
        let mut child = world
            .command(via, &[], &[], &format!("echo ready; sleep {word}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let keeper = keeper_below(child.id());
        kill("KILL", keeper);
        let done = child.wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(125), "{via}");
        assert!(!lives(&word), "{via}");
    }
}

/// The keeper among the processes below the run.
fn keeper_below(run: u32) -> u32 {
    let stat = |pid: u32| fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let parent = |pid: u32| -> Option<u32> {
        stat(pid)
            .rsplit_once(')')?
            .1
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_keeper = |pid: &u32| {
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.contains("\0sandbox\0keep\0")
            && std::iter::successors(Some(*pid), |pid| parent(*pid)).any(|pid| pid == run)
    };
    processes.into_iter().find(is_keeper).expect("a keeper")
}

/// A process below another one.
fn child_of(parent: u32) -> u32 {
    let script = format!("ps -o pid= --ppid {parent}");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn streams_pass_through() {
    let world = World::new();
    for via in WAYS {
        let mut child = world
            .command(via, &[], &[], "cat; echo problem >&2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let mut stdin = child.stdin.take().unwrap();
        let given = bytes.clone();
        let writer = std::thread::spawn(move || stdin.write_all(&given).unwrap());
        let done = child.wait_with_output().unwrap();
        writer.join().unwrap();
        assert!(
            done.stdout == bytes,
            "{via}: {} bytes came through",
            done.stdout.len()
        );
        assert_eq!(String::from_utf8_lossy(&done.stderr), "problem\n", "{via}");
    }
}

/// Runs a command on a terminal of its own, types, and returns what it showed.
const TERMINAL: &str = r#"
import os, pty, select, sys, time
wait, keys = sys.argv[1].encode(), sys.argv[2].encode().decode("unicode_escape").encode()
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
shown, typed, end = b"", False, time.time() + 30
while time.time() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try:
            more = os.read(fd, 4096)
        except OSError:
            break
        if not more:
            break
        shown += more
    if not typed and wait in shown:
        os.write(fd, keys)
        typed = True
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown + b"\nstatus %d\n" % os.waitstatus_to_exitcode(status))
"#;

fn on_a_terminal(world: &World, via: &str, (wait, keys): (&str, &str), script: &str) -> String {
    let run = world.command(via, &[], &[], script);
    let output = Command::new("python3")
        .args(["-c", TERMINAL, wait, keys])
        .arg(run.get_program())
        .args(run.get_args())
        .current_dir(world.person())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_terminal_passes_through() {
    let world = World::new();
    for via in WAYS {
        let script =
            "test -t 0 && test -t 1 && test -t 2 && echo terminal; read answer; echo \"said $answer\"";
        let shown = on_a_terminal(&world, via, ("terminal", "hello\\r"), script);
        assert!(
            shown.contains("said hello") && shown.contains("status 0"),
            "{via}: {shown}"
        );
    }
}

#[test]
fn what_is_typed_to_interrupt_reaches_the_command_once() {
    let world = World::new();
    for via in WAYS {
        let script = "n=0; trap 'n=$((n+1))' INT; echo ready; i=0; while [ $i -lt 15 ]; do sleep 0.1; i=$((i+1)); done; \
                      echo \"interrupted $n\"; exit 3";
        let shown = on_a_terminal(&world, via, ("ready", "\\x03"), script);
        assert!(
            shown.contains("interrupted 1") && shown.contains("status 3"),
            "{via}: {shown}"
        );
    }
}

#[test]
fn without_a_terminal_it_runs_too() {
    let world = World::new();
    for via in WAYS {
        let mut command = world.as_person(via);
        let script = format!(
            "exec setsid -w {} run -q --via {via} -- echo fine < /dev/null",
            World::binary().display()
        );
        let output = command.args(["sh", "-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "fine\n", "{via}");
    }
}

#[test]
fn two_at_once_and_one_within_another() {
    let world = World::new();
    const ASK: &str = "curl -sSf -o /dev/null https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
    for via in WAYS {
        let both: Vec<_> = (0..2)
            .map(|_| {
                world
                    .command(via, &[], &[], &format!("sleep 0.3; {ASK} && echo fine"))
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in both {
            assert_eq!(child.wait_with_output().unwrap().stdout, b"fine\n", "{via}");
        }
        let doorward = World::binary().display();
        for inner in ["namespaces", "proxy"] {
            let script = format!("{doorward} run -q --via {inner} -- sh -c '{ASK} && echo fine'");
            let done = world.run(via, &[], &script);
            assert_eq!(done.text(), "fine\n", "{inner} in {via}: {}", done.err());
        }
    }
}

#[test]
fn a_run_within_one_that_has_an_identity_has_the_same() {
    let world = World::new();
    world
        .doorward(&["ad", "sp", "create-for-rbac", "-n", "ml-auth", "-o", "none"])
        .text();
    let doorward = World::binary().display();
    let script = format!(
        "echo $AML_PRINCIPAL_ID; {doorward} run -q --via namespaces -- sh -c 'echo $AML_PRINCIPAL_ID'"
    );
    // The server's authority lies where `up` puts it, which such a command doesn't see.
    let usual = world.write(
        ".local/share/doorward/ca.pem",
        &fs::read_to_string(world.person().join("ca.pem")).unwrap(),
    );
    let variable = format!("DOORWARD_CA={}", usual.display());
    let out = world
        .run_with("namespaces", &[&variable], &["--as", "ml-auth"], &script)
        .text();
    let ids: Vec<&str> = out.lines().collect();
    assert_eq!(ids.len(), 2, "{out}");
    assert!(ids[0] == ids[1] && !ids[0].is_empty(), "{out}");
}

#[test]
fn the_command_can_not_look_into_the_keeper() {
    let world = World::new();
    let script = "cat /proc/1/environ > /dev/null 2>&1 || echo no; ls /proc/1/fd > /dev/null 2>&1 || echo no; \
                  kill -9 1; kill -STOP 1; echo on";
    let done = world.run("namespaces", &[], script);
    assert_eq!(done.text(), "no\nno\non\n");
}

#[test]
fn a_process_of_the_same_person_can_enter_the_namespaces() {
    let world = World::new();
    let mut child = world
        .command("namespaces", &[], &[], "echo ready; sleep 30")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    // The keeper itself shows nobody anything; the command is below it.
    let keeper = keeper_below(child.id());
    let keeper = child_of(keeper);
    let enter = "nsenter --user --preserve-credentials --mount --net --target";
    let script = format!("{enter} {keeper} -- grep -c login.microsoftonline.com /etc/hosts");
    let output = world
        .as_person("namespaces")
        .args(["sh", "-c", &script])
        .output()
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "1\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

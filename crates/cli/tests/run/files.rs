//! The person's files.

use crate::world::{PRIVATE, WAYS, World};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

const SENTINEL: &str = "sentinel-credential-8c1f";

const PLACES: [&str; 7] = [
    ".azure/msal_token_cache.json",
    ".Azure/AzureRmContext.json",
    ".azureml/auth/msal_token_cache.json",
    ".azd/config.json",
    ".azure-devops/personalAccessTokens",
    ".IdentityService/msal.cache",
    ".local/share/.IdentityService/msal.cache",
];

/// Everything below a directory: path, mode, times, content. Our own files, where a session is kept, are no part of it.
fn picture(directory: &Path) -> String {
    let mut lines = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(path) = open.pop() {
        let data = fs::symlink_metadata(&path).unwrap();
        let content = if data.is_file() {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        lines.push(format!(
            "{} {} {} {} {content:?}",
            path.display(),
            data.mode(),
            data.mtime_nsec(),
            data.ctime_nsec()
        ));
        if data.is_dir() {
            let below = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
            open.extend(below.filter(|path| !path.ends_with(".doorward")));
        }
    }
    lines.sort();
    lines.join("\n")
}

fn planted() -> World {
    let world = World::new();
    for place in PLACES {
        world.write(place, SENTINEL);
    }
    world.write("elsewhere-azure/service_principal_entries.json", SENTINEL);
    world
}

#[test]
fn azures_files_are_the_runs_own() {
    let world = planted();
    let script = "cat $(find -L ~/.azure ~/.Azure ~/.azureml ~/.azd ~/.azure-devops ~/.IdentityService \
                  ~/.local/share/.IdentityService \"$AZURE_CONFIG_DIR\" -type f) /dev/null; \
                  for d in .azure .azureml .IdentityService .local/share/.IdentityService; do echo mine > ~/$d/new; done";
    let elsewhere = format!(
        "AZURE_CONFIG_DIR={}",
        world.person().join("elsewhere-azure").display()
    );
    let before = picture(&world.person());
    for via in WAYS {
        // Also where the variable says what is so anyway.
        let usual = format!("AZURE_CONFIG_DIR={}", world.person().join(".azure").display());
        world.run_with(via, &[&usual], &[], script).text();
        let done = world.run_with(via, &[&elsewhere], &[], script);
        assert_eq!(done.text(), "", "{via}");
    }
    assert_eq!(
        picture(&world.person()),
        before,
        "nothing of the person's was changed"
    );
}

#[test]
fn by_their_own_paths_they_are_hidden_in_a_private_network() {
    let world = planted();
    let home = world.person();
    let home = home.display();
    let script = format!(
        "cat {} {home}/elsewhere-azure/* 2>&1",
        PLACES.map(|place| format!("{home}/{place}")).join(" ")
    );
    let elsewhere = format!("AZURE_CONFIG_DIR={home}/elsewhere-azure");
    for via in PRIVATE {
        let done = world.run_with(via, &[&elsewhere], &[], &script);
        assert!(!done.out().contains(SENTINEL), "{via}: {}", done.out());
    }
}

#[test]
fn by_their_own_paths_the_proxys_command_reads_them() {
    let world = planted();
    let script = format!("cat {}/.azure/msal_token_cache.json", world.person().display());
    assert_eq!(world.run("proxy", &[], &script).text(), SENTINEL);
}

#[test]
fn the_rest_of_the_home_is_there() {
    let world = World::new();
    world.write(".config/tool/settings", "kept");
    world.write("notes.txt", "before");
    for via in WAYS {
        let script = "cat ~/.config/tool/settings; echo after > ~/notes.txt; echo here > local.txt";
        assert_eq!(world.run(via, &[], script).text(), "kept", "{via}");
        assert_eq!(
            fs::read_to_string(world.person().join("notes.txt")).unwrap(),
            "after\n"
        );
        assert_eq!(
            fs::read_to_string(world.person().join("local.txt")).unwrap(),
            "here\n"
        );
        world.write("notes.txt", "before");
    }
}

#[test]
fn what_a_command_makes_in_its_home_is_kept_unless_it_is_hidden() {
    let world = World::new();
    world.write("taken/x", "old");
    for via in WAYS {
        let script = "mkdir -p ~/results/deep && echo 1 > ~/results/deep/a && echo 2 > ~/out.txt && echo 3 > ~/.hidden && \
                      ln -s /etc/passwd ~/link";
        let done = world.run(via, &[], script);
        done.text();
        let person = world.person();
        assert_eq!(
            fs::read_to_string(person.join("results/deep/a")).unwrap(),
            "1\n",
            "{via}"
        );
        assert_eq!(
            fs::read_to_string(person.join("out.txt")).unwrap(),
            "2\n",
            "{via}"
        );
        assert!(
            !person.join(".hidden").exists() && fs::symlink_metadata(person.join("link")).is_err(),
            "{via}"
        );
        fs::remove_dir_all(person.join("results")).unwrap();
        fs::remove_file(person.join("out.txt")).unwrap();
    }
}

#[test]
fn a_profile_keeps_azures_files_for_the_next_run() {
    let world = World::new();
    let keep = ["--profile", "work"];
    for via in WAYS {
        world
            .run(via, &keep, &format!("echo {via} > ~/.azure/state"))
            .text();
        let read = "cat ~/.azure/state 2>/dev/null || echo nothing";
        assert_eq!(world.run(via, &keep, read).text(), format!("{via}\n"));
        assert_eq!(world.run(via, &["--profile", "other"], read).text(), "nothing\n");
        assert_eq!(world.run(via, &[], read).text(), "nothing\n");
    }
    let bad = world.run("proxy", &["--profile", "../x"], "true");
    assert_eq!(bad.code(), Some(2), "{}", bad.err());
}

#[test]
fn trust_in_the_runs_authority_stays_inside() {
    let world = World::new();
    let script = "openssl crl2pkcs7 -nocrl -certfile \"$SSL_CERT_FILE\" | openssl pkcs7 -print_certs -noout | grep -c 'Doorward run'; \
                  grep -c Doorward /etc/ssl/certs/ca-certificates.crt | head -1";
    let inside = world.run("namespaces", &[], script).out();
    assert!(
        inside.starts_with("2\n"),
        "subject and issuer of one root: {inside}"
    );
    let outside = fs::read_to_string("/etc/ssl/certs/ca-certificates.crt").unwrap_or_default();
    let now = "cat /etc/ssl/certs/ca-certificates.crt";
    let bundle = world.run("namespaces", &[], now).text();
    assert!(bundle.len() > outside.len());
    assert_eq!(
        fs::read_to_string("/etc/ssl/certs/ca-certificates.crt").unwrap_or_default(),
        outside
    );
}

#[test]
fn the_authoritys_key_is_nowhere() {
    let world = World::new();
    let script = "dir=$(dirname \"$DOORWARD_RUN\"); grep -rl 'PRIVATE KEY' \"$dir\" 2>/dev/null | grep -v '/home/'; ls \"$dir\"";
    for via in WAYS {
        let out = world.run(via, &[], script).text();
        assert!(!out.contains('/'), "{via}: a private key lies in {out}");
    }
}

#[test]
fn the_runs_directory_is_the_persons_alone_and_goes_with_the_run() {
    let world = World::new();
    for via in WAYS {
        let out = world
            .run(
                via,
                &[],
                "d=$(dirname \"$DOORWARD_RUN\"); stat -c %a \"$d\"; echo \"$d\"",
            )
            .text();
        let (mode, directory) = out.trim().split_once('\n').unwrap();
        assert_eq!(mode, "700", "{via}");
        assert!(!Path::new(directory).exists(), "{via}: {directory}");
    }
}

#[test]
fn other_files_of_the_persons_are_not_protected() {
    let world = World::new();
    let secret = world.write("diary", "dear diary");
    for via in WAYS {
        let out = world.run(via, &[], &format!("cat {}", secret.display())).text();
        assert_eq!(out, "dear diary", "{via}");
    }
}

#[test]
fn an_edit_that_replaces_a_file_reaches_it() {
    let world = World::new();
    for via in WAYS {
        world.write("notes.txt", "one\n");
        world.write(".settings", "one\n");
        world.write("busy.txt", "one\n");
        let home = world.person();
        let script = format!(
            "cd ~ && sed -i s/one/two/ notes.txt && sed -i s/one/two/ .settings && sed -i s/one/two/ busy.txt && sleep 0.1 && \
             echo three > {}/busy.txt",
            home.display()
        );
        world.run(via, &[], &script).text();
        let read = |name: &str| fs::read_to_string(home.join(name)).unwrap();
        assert_eq!(
            (read("notes.txt"), read(".settings")),
            ("two\n".to_owned(), "two\n".to_owned()),
            "{via}"
        );
        // Changed on both sides: both are kept.
        assert_eq!(
            (read("busy.txt"), read("busy.txt.from-run")),
            ("three\n".to_owned(), "two\n".to_owned()),
            "{via}"
        );
        fs::remove_file(home.join("busy.txt.from-run")).unwrap();
    }
}

#[test]
fn what_is_not_there_yet_can_not_be_hidden() {
    let world = World::new();
    let path = world.person().join(".azd");
    for via in WAYS {
        world.run(via, &[], &format!("mkdir {}", path.display())).text();
        assert!(path.is_dir(), "{via}");
        fs::remove_dir(&path).unwrap();
    }
}

#[test]
fn a_command_with_an_identity_sees_neither_session_nor_data_of_the_persons() {
    let world = World::new();
    world
        .doorward(&["ad", "sp", "create-for-rbac", "-n", "ml-auth", "-o", "none"])
        .text();
    let planted = world.write(".local/share/doorward/dev-credentials", SENTINEL);
    let session = world.person().join(".doorward/secrets.json");
    let script = format!(
        "cat ~/.local/share/doorward/* ~/.doorward/* {} {} 2>/dev/null; true",
        planted.display(),
        session.display()
    );
    for via in PRIVATE {
        assert_eq!(world.run(via, &["--as", "ml-auth"], &script).text(), "", "{via}");
    }
    let by_home = "cat ~/.local/share/doorward/* ~/.doorward/* 2>/dev/null; true";
    assert_eq!(world.run("proxy", &["--as", "ml-auth"], by_home).text(), "");
}

#[test]
fn what_looks_like_a_run_that_is_over_is_left_alone() {
    let world = World::new();
    let temporary = world.person().join("tmp");
    fs::create_dir(&temporary).unwrap();
    world.own(&temporary);
    world.write("tmp/doorward-run-results/lock", "mine");
    world.write("tmp/doorward-run-empty/x", "mine");
    let variable = format!("TMPDIR={}", temporary.display());
    let pipe = temporary.join("doorward-run-pipe");
    let script = format!("mkdir {0} && mkfifo {0}/lock", pipe.display());
    assert!(
        world
            .as_person("namespaces")
            .args(["sh", "-c", &script])
            .status()
            .unwrap()
            .success()
    );
    for via in WAYS {
        world.run_with(via, &[&variable], &[], "true").text();
    }
    let mut left: Vec<_> = fs::read_dir(&temporary)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["doorward-run-empty", "doorward-run-pipe", "doorward-run-results"]
    );
}

//! The command's environment.

use crate::world::{WAYS, World};

const SENTINELS: [&str; 10] = [
    "AZURE_CLIENT_SECRET=sentinel",
    "AZURE_FEDERATED_TOKEN_FILE=sentinel",
    "ARM_CLIENT_SECRET=sentinel",
    "AML_PRINCIPAL_PASS=sentinel",
    "AZUREML_SERVICE_PRINCIPAL_PASSWORD=sentinel",
    "MSI_ENDPOINT=sentinel",
    "MSI_SECRET=sentinel",
    "IDENTITY_ENDPOINT=sentinel",
    "IDENTITY_HEADER=sentinel",
    "IMDS_ENDPOINT=sentinel",
];

#[test]
fn variables_that_may_hold_credentials_stay_outside() {
    let world = World::new();
    for via in WAYS {
        let done = world.run_with(via, &SENTINELS, &[], "env | grep -i sentinel");
        assert_eq!(done.out(), "", "{via}");
    }
}

#[test]
fn a_variable_that_is_named_is_passed_on() {
    let world = World::new();
    let options = [
        "--pass-env",
        "AZURE_CLIENT_SECRET",
        "--pass-env",
        "AZURE_CONFIG_DIR",
    ];
    let variables = [
        "AZURE_CLIENT_SECRET=mine",
        "AZURE_CONFIG_DIR=/nowhere",
        "ARM_CLIENT_SECRET=mine",
    ];
    for via in WAYS {
        let script = "echo $AZURE_CLIENT_SECRET $AZURE_CONFIG_DIR $ARM_CLIENT_SECRET";
        assert_eq!(
            world.run_with(via, &variables, &options, script).text(),
            "mine /nowhere\n",
            "{via}"
        );
    }
}

#[test]
fn other_variables_are_passed_on() {
    let world = World::new();
    for via in WAYS {
        let done = world.run_with(
            via,
            &["COLOUR=a b", "EMPTY="],
            &[],
            "echo \"$COLOUR${EMPTY-unset}\"",
        );
        assert_eq!(done.text(), "a b\n", "{via}");
    }
}

#[test]
fn telemetry_is_off() {
    let world = World::new();
    let script = "echo $AZURE_CORE_COLLECT_TELEMETRY $DOTNET_CLI_TELEMETRY_OPTOUT $AZURE_TELEMETRY_DISABLED";
    assert_eq!(world.run("namespaces", &[], script).text(), "no 1 1\n");
}

#[test]
fn the_keyring_is_not_reached() {
    let world = World::new();
    let done = world.run_with(
        "namespaces",
        &["DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus"],
        &[],
        "echo $DBUS_SESSION_BUS_ADDRESS",
    );
    assert_eq!(done.text(), "disabled:\n");
}

#[test]
fn a_proxy_of_the_persons_is_used_by_the_run_not_by_the_command() {
    let world = World::new();
    // The machine elsewhere is no proxy, and answers every request with a page: a tunnel there is none.
    let variables = [
        "HTTPS_PROXY=http://me:secret@192.0.2.1:4444",
        "NO_PROXY=localhost",
    ];
    let script =
        "echo \"${HTTPS_PROXY-none} ${https_proxy-none}\"; curl -s -m 5 http://192.0.2.1/ > /dev/null; true";
    let out = world.run_with("namespaces", &variables, &[], script).text();
    assert_eq!(out, "none none\n");
    let heard = world.heard_elsewhere();
    assert!(
        heard.contains("tcp 192.0.2.1:4444 b'CONNECT 192.0.2.1:80 HTTP/1.1"),
        "{heard}"
    );
}

#[test]
fn a_variable_that_may_be_missed_is_named() {
    let world = World::new();
    let said = |options: &[&str]| {
        let mut command = world.as_person("proxy");
        command.args(["AZURE_CLIENT_SECRET=mine", "AZURE_AUTHORITY_HOST=x"]);
        command
            .arg(World::binary())
            .args(["run", "--via", "proxy"])
            .args(options);
        let output = command.args(["--", "true"]).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let line = said(&[]);
    assert!(
        line.ends_with("; AZURE_CLIENT_SECRET and the like stay outside (--as, --pass-env)\n"),
        "{line}"
    );
    let line = said(&["--pass-env", "AZURE_CLIENT_SECRET"]);
    assert!(!line.contains("stay outside"), "{line}");
    let refused = world.run("proxy", &["--pass-env", "AZURE_*"], "true");
    assert_eq!(refused.code(), Some(2), "{}", refused.err());
}

//! `trust` and `env`: what is printed does what it says.

use crate::run::{Cli, SERVER};
use std::process::Command;

#[test]
fn printed_ways_change_nothing() {
    let cli = Cli::new().with("DOORWARD_CA", &SERVER.env["DOORWARD_CA"]);
    let text = cli.run(["trust", "--print"]).text();
    for word in [
        "update-ca-certificates",
        "keytool",
        "NODE_EXTRA_CA_CERTS",
        "REQUESTS_CA_BUNDLE",
        "policies.json",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!cli.config().exists());
    assert!(
        Cli::new()
            .run(["trust", "--print"])
            .failed(1)
            .contains("no certificate authority is known")
    );
}

#[test]
fn the_exports_are_read_by_a_shell() {
    let cli = Cli::admin();
    let script = format!(
        "{}\nprintf '%s|' \"$AZURE_AUTHORITY_HOST\" \"$AZURE_TENANT_ID\" \"$AZURE_CORE_INSTANCE_DISCOVERY\"\ncat \"$REQUESTS_CA_BUNDLE\"",
        cli.run(["env"]).text()
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let expected = format!("{}|{}|false|", SERVER.url, SERVER.env["DOORWARD_TENANT_ID"]);
    let bundle = text.strip_prefix(&expected).unwrap_or_else(|| panic!("{text}"));
    let ours = std::fs::read_to_string(&SERVER.env["DOORWARD_CA"]).unwrap();
    assert!(bundle.contains(ours.trim()));
    assert!(
        cli.run(["env", "--shell", "fish"])
            .text()
            .contains("set -gx NODE_EXTRA_CA_CERTS '")
    );
    assert!(
        cli.run(["env", "--shell", "powershell"])
            .text()
            .contains("$Env:DOORWARD_URL = '")
    );
    let az = cli.run(["env", "--az"]).text();
    assert!(
        az.contains(&format!(
            "az cloud register -n Doorward --endpoint-resource-manager {}",
            SERVER.url
        )),
        "{az}"
    );
    assert!(az.contains("az config set core.instance_discovery=false"));
}

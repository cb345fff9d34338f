//! A server elsewhere, in production.

use crate::world::{ELSEWHERE, PRIVATE, WAYS, World};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};

/// Starts a production server at https://192.0.2.1:9443, whose certificate comes from an authority of its own.
fn serve(world: &World) -> Child {
    let home = world.path("production");
    fs::create_dir(&home).unwrap();
    let script = format!(
        r#"
        new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        openssl req -x509 $new -subj "/CN=Test authority" -keyout ca.key -out ca.pem
        openssl req -x509 $new -subj "/CN=production" -keyout tls.key -out tls.pem -CA ca.pem -CAkey ca.key \
            -addext subjectAltName=IP:{ELSEWHERE} -addext basicConstraints=critical,CA:FALSE
        (umask 077; openssl rand -hex 32 > master.key)"#
    );
    let made = std::process::Command::new("bash")
        .args(["-euc", &script])
        .current_dir(&home)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
    let at = home.display();
    let config = format!(
        "origins = [\"https://{ELSEWHERE}:9443\"]\nlisten = [\"{ELSEWHERE}:9443\"]\ndata = \"{at}/data\"\n\
         master_key_file = \"{at}/master.key\"\n[tls]\ncertificate = \"{at}/tls.pem\"\nkey = \"{at}/tls.key\"\n\
         [tenant]\nname = \"Contoso\"\ndomain = \"contoso.example\"\n"
    );
    fs::write(home.join("doorward.toml"), config).unwrap();
    let ca = world.person().join("production.pem");
    fs::copy(home.join("ca.pem"), &ca).unwrap();
    fs::set_permissions(&ca, fs::Permissions::from_mode(0o644)).unwrap();
    let mut child = world
        .enter()
        .arg(World::binary())
        .args(["serve", "--config"])
        .arg(home.join("doorward.toml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("ready "), "{line}");
    child
}

#[test]
fn a_server_elsewhere_in_production_serves_as_well() {
    let world = World::new();
    let mut server = serve(&world);
    let link = world
        .enter()
        .arg(World::binary())
        .args(["init", "--config"])
        .arg(world.path("production/doorward.toml"))
        .output()
        .unwrap();
    let link = String::from_utf8(link.stdout).unwrap();
    let variables = [
        format!("DOORWARD_URL=https://{ELSEWHERE}:9443"),
        format!("DOORWARD_CA={}", world.person().join("production.pem").display()),
        format!(
            "DOORWARD_CONFIG_DIR={}",
            world.person().join(".doorward/production").display()
        ),
    ];
    let mut login = world.as_person("namespaces");
    let mut login = login
        .args(&variables)
        .arg(World::binary())
        .args([
            "login",
            "--setup-link",
            link.trim(),
            "-u",
            "admin@contoso.example",
            "-p",
            "-",
            "-o",
            "none",
        ])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(login.stdin.take().unwrap(), "a long enough passphrase 1").unwrap();
    assert!(login.wait().unwrap().success());
    let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
    let made = world
        .as_person("namespaces")
        .args(&variables)
        .arg(World::binary())
        .args(["ad", "sp", "create-for-rbac", "-n", "ml-auth", "-o", "none"])
        .status();
    assert!(made.unwrap().success());
    let script = "curl -sS https://login.microsoftonline.com/$AML_TENANT_ID/oauth2/token -d grant_type=client_credentials \
                  -d client_id=$AML_PRINCIPAL_ID --data-urlencode client_secret=$AML_PRINCIPAL_PASS \
                  -d resource=https://management.azure.com/ | grep -o '\"token_type\":\"Bearer\"'";
    for via in WAYS {
        let done = world.run_with(via, &variables, &["--as", "ml-auth"], script);
        assert_eq!(
            done.text(),
            "\"token_type\":\"Bearer\"\n",
            "{via}: {}",
            done.err()
        );
    }
    // The way to the server is the run's, not the command's, also where there is no other way out.
    for via in PRIVATE {
        let done = world.run_with(via, &variables, &["--as", "ml-auth", "--offline"], script);
        assert_eq!(
            done.text(),
            "\"token_type\":\"Bearer\"\n",
            "{via}: {}",
            done.err()
        );
    }
    let other = world.run_with(
        "namespaces",
        &variables,
        &["--as", "somebody@contoso.example"],
        "true",
    );
    assert_eq!(other.code(), Some(125), "{}", other.err());
    server.kill().unwrap();
    server.wait().unwrap();
}

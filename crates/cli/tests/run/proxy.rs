//! The loopback proxy.

use crate::world::World;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

const ASK: &str = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";

#[test]
fn whoever_has_no_credential_may_not_use_it() {
    let world = World::new();
    let mut child = world
        .command("proxy", &[], &[], "echo $HTTPS_PROXY; sleep 30")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut url)
        .unwrap();
    let (credential, address) = url
        .trim()
        .strip_prefix("http://")
        .unwrap()
        .split_once('@')
        .unwrap();
    let status = |proxy: &str| {
        let script = format!("curl -sk -m 5 -o /dev/null -w '%{{http_connect}}' --proxy {proxy} {ASK}");
        let output = world
            .as_person("proxy")
            .args(["sh", "-c", &script])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(status(&format!("http://{address}")), "407");
    assert_eq!(status(&format!("http://run:guess@{address}")), "407");
    assert_eq!(status(&format!("http://{credential}@{address}")), "200");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_commands_own_processes_need_none() {
    let world = World::new();
    let script = format!(
        "curl -sSf -o /dev/null -w '%{{http_connect}}' --proxy http://${{HTTPS_PROXY#*@}} {ASK}; \
         (sh -c 'curl -sSf -o /dev/null -w \" %{{http_connect}}\" --proxy http://${{HTTPS_PROXY#*@}} {ASK}')"
    );
    assert_eq!(world.run("proxy", &[], &script).text(), "200 200");
}

#[test]
fn whole_addresses_are_understood() {
    let world = World::new();
    let script = r#"python3 -c '
import base64, os, socket, urllib.parse
proxy = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
pair = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
for method, target in [
    ("GET", "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=https://login.microsoftonline.com/common/oauth2/authorize"),
    ("GET", "http://192.0.2.1/whole"),
    ("GET", "https://login.microsoftonline.com:8443/"),
    ("GET", "http://169.254.169.254/metadata/instance"),
    ("GET", "https://169.254.169.254/"),
    ("CONNECT", "login.microsoftonline.com:80"),
    ("CONNECT", "169.254.169.254:80"),
    ("CONNECT", "nonsense"),
    ("GET", "/"),
]:
    s = socket.create_connection((proxy.hostname, proxy.port))
    s.sendall(f"{method} {target} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic {pair}\r\nConnection: close\r\n\r\n".encode())
    print(method, target[:40], s.makefile("rb").readline().split()[1].decode())
'"#;
    let out = world.run("proxy", &[], script).text();
    insta::assert_snapshot!(out, @"
    GET https://login.microsoftonline.com/common 200
    GET http://192.0.2.1/whole 200
    GET https://login.microsoftonline.com:8443/ 403
    GET http://169.254.169.254/metadata/instance 502
    GET https://169.254.169.254/ 403
    CONNECT login.microsoftonline.com:80 403
    CONNECT 169.254.169.254:80 502
    CONNECT nonsense 400
    GET / 400
    ");
    let heard = world.heard_elsewhere();
    assert!(
        heard.contains("GET /whole HTTP/1.1") && !heard.contains("Basic"),
        "{heard}"
    );
}

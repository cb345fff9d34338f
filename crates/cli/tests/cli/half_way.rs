//! What is left when `create-for-rbac` fails half-way, against a server that fails where a test says.

use crate::run::Cli;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

const ID: &str = "11111111-2222-4333-8444-555555555555";

/// A directory that refuses the calls whose first line contains one of `refused`.
struct Directory {
    url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Directory {
    fn refusing(refused: &'static [&'static str], applications: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&lines);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let line = request(&stream);
                let (status, body) = match refused.iter().any(|word| line.contains(word)) {
                    true => (
                        403,
                        json!({ "error": { "code": "Authorization_RequestDenied", "message": "No." } }),
                    ),
                    false => answer(&line, &applications),
                };
                log.lock().unwrap().push(line);
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                drop(stream.write_all((head + &body).as_bytes()));
            }
        });
        Self { url, lines }
    }

    /// A command line that is signed in here.
    fn cli(&self) -> Cli {
        let cli = Cli::new();
        std::fs::create_dir_all(cli.config()).unwrap();
        let account = json!({
            "environmentName": "Doorward", "homeTenantId": ID, "id": ID, "isDefault": true, "name": "Test",
            "state": "Enabled", "tenantId": ID, "user": { "name": ID, "type": "servicePrincipal" },
            "server": { "authority": self.url },
        });
        let owner = json!({ "authority": self.url, "tenant": ID, "user": ID });
        let secret = json!({ "owner": owner, "kind": "servicePrincipal", "secret": "hush" });
        let write = |name, value: Value| std::fs::write(cli.config().join(name), value.to_string()).unwrap();
        write("accounts.json", json!({ "subscriptions": [account] }));
        write("secrets.json", json!({ "credentials": [secret] }));
        cli
    }

    /// The calls that change something.
    fn changes(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        let change = |line: &&String| !line.starts_with("GET") && !line.contains("/oauth2/");
        lines
            .iter()
            .filter(change)
            .map(|line| line.replace(" HTTP/1.1", ""))
            .collect()
    }
}

fn request(stream: &std::net::TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    first.trim().to_owned()
}

fn answer(line: &str, applications: &Value) -> (u16, Value) {
    if line.contains("/oauth2/") {
        return (
            200,
            json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "t" }),
        );
    }
    match line.split(' ').collect::<Vec<_>>()[..] {
        ["GET", path, ..] if path.starts_with("/v1.0/applications") => {
            (200, json!({ "value": applications }))
        }
        ["GET", ..] => (200, json!({ "value": [] })),
        ["POST", path, ..] if path.ends_with("addPassword") => {
            (200, json!({ "keyId": "new-key", "secretText": "new-secret" }))
        }
        ["POST", "/v1.0/servicePrincipals", ..] => (201, json!({ "id": ID })),
        ["POST", "/v1.0/applications", ..] => (201, json!({ "id": "object-id", "appId": "app-id" })),
        _ => (204, json!({})),
    }
}

const CREATE: [&str; 5] = ["ad", "sp", "create-for-rbac", "--name", "half"];
const NEW: [&str; 3] = [
    "POST /v1.0/applications",
    "POST /v1.0/applications/object-id/addPassword",
    "POST /v1.0/servicePrincipals",
];
const DELETE: &str = "DELETE /v1.0/applications/object-id";

#[test]
fn calls_come_in_the_order_of_az() {
    let directory = Directory::refusing(&[], json!([]));
    let made = directory.cli().run(CREATE).json();
    assert_eq!(made["password"], "new-secret");
    assert_eq!(directory.changes(), NEW);
}

#[test]
fn a_caller_who_may_not_leaves_nothing_and_is_told() {
    let directory = Directory::refusing(&["POST /v1.0/applications "], json!([]));
    let said = directory.cli().run(CREATE).failed(1);
    assert!(
        said.starts_with("ERROR: (Authorization_RequestDenied) No."),
        "{said}"
    );
    assert!(
        said.contains("To mend it: your account may not do this"),
        "{said}"
    );
    assert_eq!(directory.changes(), NEW[..1]);
}

#[test]
fn what_was_made_is_taken_back() {
    for (refused, made) in [(&["addPassword"], 2), (&["POST /v1.0/servicePrincipals"], 3)] {
        let directory = Directory::refusing(refused, json!([]));
        let said = directory.cli().run(CREATE).failed(1);
        assert!(
            said.starts_with("ERROR: nothing was made: (Authorization_RequestDenied)"),
            "{said}"
        );
        assert!(!said.contains("new-secret"), "{said}");
        let mut expected = NEW[..made].to_vec();
        expected.push(DELETE);
        assert_eq!(directory.changes(), expected);
    }
}

#[test]
fn what_can_not_be_taken_back_is_named_with_the_command_that_does_it() {
    let directory = Directory::refusing(&["POST /v1.0/servicePrincipals", "DELETE"], json!([]));
    let said = directory.cli().run(CREATE).failed(1);
    assert!(said.starts_with("ERROR: half done"), "{said}");
    assert!(
        said.contains("the application app-id was made and is still there"),
        "{said}"
    );
    assert!(said.contains("doorward ad app delete --id app-id"), "{said}");
}

#[test]
fn an_application_that_was_there_stays_and_loses_only_the_new_password() {
    let old =
        json!([{ "id": "object-id", "appId": "app-id", "passwordCredentials": [{ "keyId": "old-key" }] }]);
    let directory = Directory::refusing(&["POST /v1.0/servicePrincipals"], old);
    let said = directory.cli().run(CREATE).failed(1);
    assert!(said.contains("ERROR: nothing was made"), "{said}");
    let remove = "POST /v1.0/applications/object-id/removePassword";
    assert_eq!(directory.changes(), [NEW[1], NEW[2], remove]);
}

#[test]
fn one_name_of_several_applications_is_refused() {
    let two = json!([{ "id": "1", "appId": "app-1" }, { "id": "2", "appId": "app-2" }]);
    let directory = Directory::refusing(&[], two);
    let said = directory.cli().run(CREATE).failed(1);
    assert!(
        said.contains("More than one application") && said.contains("app-1, app-2"),
        "{said}"
    );
    assert!(directory.changes().is_empty());
}

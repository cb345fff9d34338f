//! `doorward serve` as a process: the way to the first administrator, and what production refuses.
use crate::common::{Server, doorward, failing};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A certificate authority in `ca.pem`, and a server certificate under it in `tls.pem` and `tls.key`.
fn make_certificate(home: &Path) {
    let script = r#"
        new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        openssl req -x509 $new -subj "/CN=Test authority" -keyout ca.key -out ca.pem
        openssl req -x509 $new -subj "/CN=localhost" -keyout tls.key -out tls.pem -CA ca.pem -CAkey ca.key \
            -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE"#;
    let made = Command::new("bash")
        .args(["-euc", script])
        .current_dir(home)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

/// Writes a configuration with a certificate of its own, on a port that was free a moment ago.
fn configure(home: &Path) -> u16 {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    make_certificate(home);
    let key = home.join("master.key");
    fs::write(&key, "5a".repeat(32)).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let home = home.display();
    let config = format!(
        r#"origins = ["https://localhost:{port}"]
listen = ["127.0.0.1:{port}"]
data = "{home}/data"
master_key_file = "{home}/master.key"
[tls]
certificate = "{home}/tls.pem"
key = "{home}/tls.key"
[tenant]
name = "Contoso"
domain = "contoso.example"
"#
    );
    fs::write(format!("{home}/doorward.toml"), config).unwrap();
    port
}

fn serve(home: &Path) -> Command {
    let mut command = doorward(home);
    command
        .args(["serve", "--config"])
        .arg(home.join("doorward.toml"));
    command
}

fn link(home: &Path, arguments: &[&str]) -> String {
    let output = doorward(home)
        .args(arguments)
        .arg("--config")
        .arg(home.join("doorward.toml"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim().to_owned()
}

fn secret_of(link: &str) -> &str {
    link.split_once("?link=").unwrap().1
}

/// Waits until the server has noticed what another process wrote.
fn until(mut condition: impl FnMut() -> bool) {
    for _ in 0..100 {
        if condition() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it did not happen within five seconds");
}

#[test]
fn the_way_to_the_first_administrator() {
    let home = tempfile::tempdir().unwrap();
    configure(home.path());
    let server = Server::start(serve(home.path()), home.path());
    // Empty: health alone.
    assert_eq!(
        server.curl("/healthz", &[]),
        (200, "ok, not set up yet\n".to_owned())
    );
    for path in [
        "/common/discovery/instance",
        "/setup",
        "/v1.0/users",
        "/metadata/endpoints",
    ] {
        assert_eq!(server.curl(path, &[]).0, 503, "{path}");
    }
    let link = link_after_init(&server, home.path());
    let secret = secret_of(&link).to_owned();
    // Looking spends nothing.
    for _ in 0..2 {
        let (status, page) = server.curl(&format!("/setup?link={secret}"), &[]);
        assert_eq!(status, 200);
        assert!(page.contains("Become the first administrator"), "{page}");
    }
    let korean = ["--header", "Accept-Language: ko"];
    let (_, page) = server.curl(&format!("/setup?link={secret}"), &korean);
    assert!(
        page.contains("<html lang=\"ko\">") && page.contains("첫 관리자 만들기"),
        "{page}"
    );
    for (said, bad) in [
        (
            "암호가 너무 짧습니다",
            "username=root&password=short&password_again=short",
        ),
        (
            "다릅니다",
            "username=root&password=correct-horse&password_again=another-horse",
        ),
        (
            "끝나야 합니다",
            "username=root@elsewhere.example&password=correct-horse&password_again=correct-horse",
        ),
        (
            "로그인 이름으로 쓸 수 없습니다",
            "username=ro+ot@@&password=correct-horse&password_again=correct-horse",
        ),
    ] {
        let form = format!("link={secret}&{bad}");
        let (status, page) = server.curl("/setup", &[korean[0], korean[1], "--data", &form]);
        assert!(status == 400 && page.contains(said), "{said}: {page}");
    }
    let (status, page) = server.curl("/setup?link=nobodys", &korean);
    assert!(status == 404 && page.contains("알 수 없는 링크"), "{page}");
    // A weak password spends nothing either.
    let form =
        |password: &str| format!("link={secret}&username=root&password={password}&password_again={password}");
    assert_eq!(server.curl("/setup", &["--data", &form("short")]).0, 400);
    assert_eq!(
        server
            .curl("/setup", &["--data", &form("correct-horse-battery")])
            .0,
        200
    );
    // Once.
    let (status, page) = server.curl("/setup", &["--data", &form("another-long-password")]);
    assert_eq!(status, 410);
    assert!(page.contains("used before"), "{page}");
    let (_, said) = failing(
        doorward(home.path())
            .args(["init", "--config"])
            .arg(home.path().join("doorward.toml")),
    );
    assert!(said.contains("admin recover"), "{said}");
    assert!(!server.log().contains(&secret), "the link stands in the log");
    server.stop();
}

fn link_after_init(server: &Server, home: &Path) -> String {
    let link = link(home, &["init"]);
    assert!(link.starts_with(&server.url), "{link}");
    until(|| server.curl("/healthz", &[]).1 == "ok\n");
    link
}

#[test]
fn an_administrator_signs_in_by_link_and_is_let_back_in() {
    let home = tempfile::tempdir().unwrap();
    configure(home.path());
    let server = Server::start(serve(home.path()), home.path());
    let first = link_after_init(&server, home.path());
    let sign_in = |link: &str, password: &str| {
        use std::io::Write as _;
        let mut child = doorward(home.path())
            .env("DOORWARD_CA", home.path().join("ca.pem"))
            .args([
                "login",
                "--setup-link",
                link,
                "--username",
                "root@contoso.example",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(format!("{password}\n").as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    let output = sign_in(&first, "correct-horse-battery");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let me = |server: &Server| {
        let mut command = doorward(&server.home);
        command
            .env("DOORWARD_CA", server.home.join("ca.pem"))
            .args(["ad", "signed-in-user", "show"]);
        command.output().unwrap()
    };
    let output = me(&server);
    assert!(String::from_utf8_lossy(&output.stdout).contains("root@contoso.example"));
    // Production takes no password at the token endpoint.
    let form = "grant_type=password&client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&username=root%40contoso.example&password=correct-horse-battery&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let (status, body) = server.curl("/contoso.example/oauth2/v2.0/token", &["--data", form]);
    assert_eq!(status, 400);
    assert!(body.contains("AADSTS70003"), "{body}");
    // A recovery ends every session.
    let again = link(home.path(), &["admin", "recover", "root@contoso.example"]);
    let (status, _) = server.curl(
        "/setup",
        &[
            "--data",
            &format!(
                "link={}&password=second-horse-battery&password_again=second-horse-battery",
                secret_of(&again)
            ),
        ],
    );
    assert_eq!(status, 200);
    until(|| !me(&server).status.success());
    let (_, said) = failing(
        doorward(home.path())
            .args(["admin", "recover", "nobody@contoso.example", "--config"])
            .arg(home.path().join("doorward.toml")),
    );
    assert!(said.contains("no user"), "{said}");
    server.stop();
}

#[test]
fn a_second_tenant_has_an_administrator_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    configure(home.path());
    let create = |domain: &str| {
        let mut command = doorward(home.path());
        command
            .args([
                "admin", "tenant", "create", "--name", "Fabrikam", "--domain", domain, "--config",
            ])
            .arg(home.path().join("doorward.toml"));
        command
    };
    let (_, said) = failing(&mut create("fabrikam.example"));
    assert!(said.contains("doorward init"), "{said}");
    let server = Server::start(serve(home.path()), home.path());
    link_after_init(&server, home.path());
    let made = create("fabrikam.example").output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let link = String::from_utf8(made.stdout).unwrap();
    assert!(link.starts_with(&format!("{}/setup?link=", server.url)), "{link}");
    let secret = secret_of(link.trim()).to_owned();
    let form = format!(
        "link={secret}&username=root&password=correct-horse-battery&password_again=correct-horse-battery"
    );
    let (status, page) = server.curl("/setup", &["--data", &form]);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("root@fabrikam.example"), "{page}");
    until(|| {
        server
            .curl("/fabrikam.example/.well-known/openid-configuration", &[])
            .0
            == 200
    });
    // It is somebody's now.
    let (_, said) = failing(&mut create("fabrikam.example"));
    assert!(said.contains("the domain of another tenant"), "{said}");
    assert!(!server.log().contains(&secret), "the link stands in the log");
    server.stop();
}

#[test]
fn each_mode_refuses_the_others_store() {
    let home = tempfile::tempdir().unwrap();
    configure(home.path());
    Server::up(home.path()).stop();
    // The development key is right for the development store; the mode still forbids it.
    fs::copy(
        home.path().join("data/master.key"),
        home.path().join("master.key"),
    )
    .unwrap();
    let (_, said) = failing(&mut serve(home.path()));
    assert!(said.contains("doorward up"), "{said}");

    let other = tempfile::tempdir().unwrap();
    configure(other.path());
    Server::start(serve(other.path()), other.path()).stop();
    fs::copy(
        other.path().join("master.key"),
        other.path().join("data/master.key"),
    )
    .unwrap();
    let mut up = doorward(other.path());
    up.args(["up", "--listen", "127.0.0.1:0", "--data"])
        .arg(other.path().join("data"));
    let (_, said) = failing(&mut up);
    assert!(said.contains("doorward serve"), "{said}");
}

#[test]
fn what_production_does_not_start_without() {
    let home = tempfile::tempdir().unwrap();
    configure(home.path());
    let config = home.path().join("doorward.toml");
    let good = fs::read_to_string(&config).unwrap();
    let refused = |from: &str, to: &str, expected: &str| {
        assert!(good.contains(from));
        fs::write(&config, good.replace(from, to)).unwrap();
        let (_, said) = failing(&mut serve(home.path()));
        assert!(said.contains(expected), "{expected}: {said}");
    };
    refused("/tls.pem", "/none.pem", "none.pem");
    refused("/master.key", "/none.key", "openssl rand -hex 32");
    refused("/master.key", "/data/master.key", "outside `data`");
    refused("https://localhost", "http://localhost", "not an origin");
    refused("[tenant]", "[tenent]", "unknown field `tenent`");
}

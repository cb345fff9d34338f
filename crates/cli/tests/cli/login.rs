//! Signing in and out.

use crate::person::{self, SigningIn, hidden};
use crate::run::{Cli, SERVER};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

#[test]
fn a_person_signs_in_by_a_password_and_out_again() {
    let (cli, env) = (Cli::at_server(), &SERVER.env);
    let accounts = cli
        .feed(
            ["login", "-u", &env["DOORWARD_ADMIN_UPN"], "-p", "-"],
            &env["DOORWARD_ADMIN_PASSWORD"],
        )
        .json();
    assert_eq!(accounts[0]["tenantId"], env["DOORWARD_TENANT_ID"].as_str());
    assert_eq!(accounts[0]["user"]["type"], "user");
    let mode = |name: &str| {
        std::fs::metadata(cli.config().join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (mode(""), mode("accounts.json"), mode("secrets.json")),
        (0o700, 0o600, 0o600)
    );
    cli.run(["logout"]).text();
    cli.run(["account", "show"]).failed(4);
    let secrets = std::fs::read_to_string(cli.config().join("secrets.json")).unwrap();
    assert!(!secrets.contains("dwr~") && !secrets.contains("eyJ"), "{secrets}");
    assert!(cli.run(["logout"]).failed(4).contains("doorward login"));
}

#[test]
fn a_wrong_password_is_said() {
    let cli = Cli::at_server();
    let said = cli
        .feed(
            ["login", "-u", &SERVER.env["DOORWARD_ADMIN_UPN"], "-p", "-"],
            "wrong-password",
        )
        .failed(1);
    assert!(said.contains("AADSTS50126"), "{said}");
    assert!(said.contains("To mend it: "), "{said}");
    assert!(!said.contains("wrong-password"), "{said}");
}

#[test]
fn a_service_principal_signs_in_by_its_secret() {
    let admin = Cli::admin();
    let made = admin
        .run(["ad", "sp", "create-for-rbac", "--name", "login-sp"])
        .json();
    let (id, secret) = (
        made["appId"].as_str().unwrap(),
        made["password"].as_str().unwrap(),
    );
    let file = admin.directory.path().join("secret");
    std::fs::write(&file, format!("{secret}\n")).unwrap();
    let given = format!("@{}", file.display());
    for password in [secret, &given] {
        let cli = Cli::at_server();
        let login = [
            "login",
            "--service-principal",
            "-u",
            id,
            "-p",
            password,
            "--tenant",
            &SERVER.env["DOORWARD_TENANT_DOMAIN"],
        ];
        let accounts = cli.run(login).json();
        assert_eq!(accounts[0]["user"]["name"], id);
        assert_eq!(accounts[0]["tenantId"], SERVER.env["DOORWARD_TENANT_ID"].as_str());
        let token = cli
            .run([
                "account",
                "get-access-token",
                "--resource",
                "https://management.azure.com",
            ])
            .json();
        assert_eq!(token["tokenType"], "Bearer");
    }
}

#[test]
fn each_refusal_of_a_service_principal_is_said_with_its_cure() {
    let tenant = &SERVER.env["DOORWARD_TENANT_ID"];
    let made = Cli::admin()
        .run(["ad", "sp", "create-for-rbac", "--name", "refused-sp"])
        .json();
    let id = made["appId"].as_str().unwrap();
    let unknown = "11111111-2222-4333-8444-555555555555";
    let cases = [
        (id, tenant.as_str(), "AADSTS7000215", "not its id"),
        (unknown, tenant.as_str(), "AADSTS700016", "application id"),
        (id, unknown, "AADSTS90002", "tenant's id or domain"),
    ];
    for (id, tenant, number, cure) in cases {
        let said = Cli::at_server()
            .run([
                "login",
                "--service-principal",
                "-u",
                id,
                "-p",
                "hush~hush",
                "-t",
                tenant,
            ])
            .failed(1);
        assert!(said.starts_with(&format!("ERROR: {number}: ")), "{said}");
        assert!(said.contains("To mend it: ") && said.contains(cure), "{said}");
        assert!(!said.contains("hush~hush"), "{said}");
    }
}

#[test]
fn a_server_that_is_not_trusted_is_said() {
    let cli = Cli::new().with("DOORWARD_URL", &SERVER.url);
    let said = cli
        .run([
            "login",
            "--service-principal",
            "-u",
            "x",
            "-p",
            "y",
            "-t",
            "contoso.com",
        ])
        .failed(5);
    assert!(said.contains("is not trusted"), "{said}");
    assert!(
        said.contains("doorward trust") && said.contains("DOORWARD_CA"),
        "{said}"
    );
}

/// What a person does in a browser with a device's code.
pub async fn answer(code: &str, answer: &str) {
    let url = format!("{}/devicelogin", SERVER.url);
    let http = person::http();
    let first = http.get(&url).send().await.unwrap();
    let cookie = first.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let mut page = first.text().await.unwrap();
    let (name, password) = (
        &SERVER.env["DOORWARD_ADMIN_UPN"],
        &SERVER.env["DOORWARD_ADMIN_PASSWORD"],
    );
    for typed in [
        vec![("user_code", code)],
        vec![("username", name), ("password", password)],
        vec![("answer", answer)],
    ] {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(hidden(&page)).extend_pairs(typed);
        let sent = http
            .post(&url)
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish())
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status().as_u16(), 200);
        page = sent.text().await.unwrap();
    }
}

#[test]
fn a_person_signs_in_by_a_code_or_says_no() {
    for (word, code_of_exit) in [("approve", 0), ("deny", 1)] {
        let cli = Cli::at_server();
        let mut child = cli
            .command()
            .args(["login", "--use-device-code"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut error = BufReader::new(child.stderr.take().unwrap());
        error.read_line(&mut said).unwrap();
        let page = format!("open the page {}/devicelogin", SERVER.url);
        assert!(
            said.starts_with("WARNING: To sign in, ") && said.contains(&page),
            "{said}"
        );
        let code = said.split_once("the code ").unwrap().1.split(' ').next().unwrap();
        tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(answer(code, word));
        let done = child.wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(code_of_exit));
        if word == "approve" {
            let accounts: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
            assert_eq!(
                accounts[0]["user"]["name"],
                SERVER.env["DOORWARD_ADMIN_UPN"].as_str()
            );
            cli.say("account get-access-token").json();
        } else {
            let mut rest = String::new();
            error.read_to_string(&mut rest).unwrap();
            assert!(rest.contains("AADSTS65004"), "{rest}");
        }
    }
}

#[test]
fn a_person_signs_in_in_a_browser() {
    let begun = SigningIn::begin(&[]);
    let last = begun.answer("sign_in");
    assert!(last.contains("You are signed in"), "{last}");
    let state = begun.parameter("state");
    assert!(!last.contains(&state) && !last.contains("dwa~"), "{last}");
    let (cli, done) = begun.done();
    let accounts = done.json();
    assert_eq!(
        accounts[0]["user"]["name"],
        SERVER.env["DOORWARD_ADMIN_UPN"].as_str()
    );
    assert_eq!(accounts[0]["id"], SERVER.env["DOORWARD_SUBSCRIPTION_ID"].as_str());
    let said = done.err();
    assert!(
        said.starts_with("WARNING: A web browser has been opened"),
        "{said}"
    );
    for secret in ["dwa~", "dwr~", "eyJ"] {
        assert!(!said.contains(secret), "{said}");
    }
    cli.say("account get-access-token --resource-type ms-graph")
        .json();
    // It is a session like any other: it goes on when this token has ended.
    let secrets = std::fs::read_to_string(cli.config().join("secrets.json")).unwrap();
    assert!(secrets.contains("dwr~"));
}

#[test]
fn the_tenant_that_was_named_is_asked() {
    let domain = SERVER.env["DOORWARD_TENANT_DOMAIN"].as_str();
    for tenant in [domain, SERVER.env["DOORWARD_TENANT_ID"].as_str()] {
        let begun = SigningIn::begin(&["--tenant", tenant]);
        assert!(
            begun
                .url
                .path()
                .starts_with(&format!("/{tenant}/oauth2/v2.0/authorize"))
        );
        begun.answer("sign_in");
        begun.done().1.json();
    }
}

#[test]
fn the_resource_that_was_named_is_signed_in_for_first() {
    let graph = "https://graph.microsoft.com/.default";
    let begun = SigningIn::begin(&["--scope", graph]);
    let asked = begun.parameter("scope");
    assert!(asked.split(' ').any(|scope| scope == graph), "{asked}");
    assert!(!asked.contains("management"), "{asked}");
    begun.answer("sign_in");
    let (cli, done) = begun.done();
    assert_eq!(
        done.json()[0]["tenantId"],
        SERVER.env["DOORWARD_TENANT_ID"].as_str()
    );
    // The session is as good for others, and the first token isn't taken for theirs.
    for resource in ["https://management.azure.com", "https://graph.microsoft.com"] {
        let token = cli
            .say(&format!("account get-access-token --resource {resource}"))
            .json();
        assert_eq!(crate::account::claims(&token)["aud"], resource);
    }
    let said = Cli::at_server()
        .say(&format!("login --scope {graph} -u alice@contoso.example"))
        .failed(2);
    assert!(said.contains("--scope"), "{said}");
}

#[test]
fn a_no_in_the_browser_is_said() {
    let begun = SigningIn::begin(&[]);
    let last = begun.answer("cancel");
    assert!(last.contains("You are not signed in"), "{last}");
    let (cli, done) = begun.done();
    assert!(done.failed(1).contains("AADSTS65004"));
    cli.say("account show").failed(4);
}

#[test]
fn without_a_browser_a_code_is_used_and_that_is_said() {
    let none = Cli::at_server();
    let missing = Cli::at_server().with("BROWSER", "/nowhere/firefox");
    let broken = person::with_browser("exit 3");
    for (cli, said) in [
        (
            none,
            "WARNING: No web browser can be opened here, so a code is used.",
        ),
        (
            missing,
            "WARNING: No web browser can be opened here, so a code is used.",
        ),
        (broken, "WARNING: A web browser has been opened"),
    ] {
        let mut child = person::spawn(cli.command().arg("login"));
        let (first, error) = person::first_line(&mut child);
        assert!(first.starts_with(said), "{first}");
        let mut lines = error.lines().map(Result::unwrap);
        let line = lines.find(|line| line.contains("the code ")).unwrap();
        let code = line.split_once("the code ").unwrap().1.split(' ').next().unwrap();
        tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(answer(code, "approve"));
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success());
        cli.say("account show").json();
    }
}

#[test]
fn who_gives_up_leaves_nothing_behind() {
    use rustix::process::{Pid, Signal, kill_process};
    let mut begun = SigningIn::begin(&[]);
    let port = begun
        .parameter("redirect_uri")
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    // Not INT, which is ignored in what a shell runs in its background.
    kill_process(Pid::from_child(&begun.child), Signal::TERM).unwrap();
    let status = begun.child.wait().unwrap();
    assert!(!status.success());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    begun.cli.say("account show").failed(4);
    assert!(!begun.cli.config().join("secrets.json").exists());
}

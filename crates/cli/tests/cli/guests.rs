//! Somebody of one tenant in another: the second tenant is made, they are invited, they accept, and get tokens for the tenant
//! that they name, by the command line and the SDK.

use crate::person::{self, hidden, http};
use crate::run::{Cli, Done, SERVER, engine};
use doorward_sdk::validation::{TokenValidator, Who};
use doorward_sdk::{Authority, Browser, ClientOptions, Error, InteractiveLoginAuthentication, UserSession};
use std::path::Path;

const ARM: &str = "https://management.azure.com";
const APP: &str = "https://app.example/welcome";
const PASSWORD: &str = "correct horse battery";

fn options() -> ClientOptions {
    ClientOptions::new(Authority::parse(&SERVER.url).unwrap()).ca_file(&SERVER.env["DOORWARD_CA"])
}

/// `admin tenant create` beside the running server.
fn create_tenant(cli: &Cli, name: &str, domain: &str) -> Done {
    let data = Path::new(&SERVER.env["DOORWARD_CA"]).parent().unwrap();
    let mut arguments = vec![
        "admin".to_owned(),
        "tenant".to_owned(),
        "create".to_owned(),
        "--name".to_owned(),
        name.to_owned(),
        "--domain".to_owned(),
        domain.to_owned(),
        "--data".to_owned(),
        data.to_str().unwrap().to_owned(),
    ];
    arguments.extend(engine(data.parent().unwrap()));
    cli.run(arguments.iter().map(String::as_str))
}

/// A tenant of that domain, with its administrator signed in.
fn tenant(domain: &str) -> Cli {
    let cli = Cli::at_server();
    let made = create_tenant(&cli, "Fabrikam", domain);
    let link = made.text();
    assert!(
        link.starts_with(&format!("{}/setup?link=dws~", SERVER.url)),
        "{link}"
    );
    assert!(
        made.err().contains("good once") && !made.err().contains("dws~"),
        "{}",
        made.err()
    );
    let root = format!("root@{domain}");
    // The server notices within a second.
    let arguments = ["login", "--setup-link", link.trim(), "-u", &root, "-p", "-"];
    let mut done = cli.feed(arguments, PASSWORD);
    for _ in 0..50 {
        if done.code() == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        done = cli.feed(arguments, PASSWORD);
    }
    done.text();
    sees_its_subscription(&cli);
    cli
}

/// Waits until the server has noticed the subscription as well, which another process made.
fn sees_its_subscription(cli: &Cli) {
    let sees = || {
        let accounts = cli.say("account list --refresh").json();
        accounts[0]["id"] != accounts[0]["tenantId"]
    };
    let wait = || std::thread::sleep(std::time::Duration::from_millis(100));
    assert!((0..50).any(|_| sees() || {
        wait();
        false
    }));
}

/// A person of the first tenant, made by its administrator.
fn alice(admin: &Cli, name: &str) -> String {
    let upn = format!("{name}@{}", SERVER.env["DOORWARD_TENANT_DOMAIN"]);
    let create = [
        "ad",
        "user",
        "create",
        "--display-name",
        name,
        "--user-principal-name",
        &upn,
        "--password",
        "-",
    ];
    admin.feed(create, PASSWORD).json();
    upn
}

/// Accepts an invitation, as a person does in a browser.
async fn accept(link: &str, upn: &str) {
    let http = http();
    let mut cookies = Vec::new();
    let mut step = async |url: String, form: Option<String>| {
        let request = match form {
            None => http.get(&url),
            Some(form) => http
                .post(&url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
        };
        let answer = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        for value in answer.headers().get_all("set-cookie") {
            let pair = value.to_str().unwrap().split(';').next().unwrap().to_owned();
            cookies.push(pair);
        }
        let target = answer
            .headers()
            .get("location")
            .map(|v| v.to_str().unwrap().to_owned());
        (target, answer.text().await.unwrap())
    };
    let form = |page: &str, typed: &[(&str, &str)]| person::form(hidden(page), typed);
    let url = format!("{}/redeem", SERVER.url);
    let (_, page) = step(link.to_owned(), None).await;
    let typed = [("username", upn), ("password", PASSWORD), ("step", "sign_in")];
    let (back, page) = step(url.clone(), Some(form(&page, &typed))).await;
    let back = back.expect(&page);
    let (_, page) = step(format!("{}{back}", SERVER.url), None).await;
    let (target, page) = step(url, Some(form(&page, &[("step", "accept")]))).await;
    assert_eq!(target.as_deref(), Some(APP), "{page}");
}

fn claims(token: &str) -> serde_json::Value {
    let token = doorward_protocol::jose::UnverifiedToken::parse(token).unwrap();
    token
        .unverified_claims::<serde_json::Value>()
        .unwrap()
        .distrusted()
        .clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_gets_tokens_for_the_tenant_that_they_name() {
    let (admin, domain) = (Cli::admin(), "fabrikam.example");
    let there = tenant(domain);
    let upn = alice(&admin, "alice");
    let login = |cli: &Cli, tenant: &str| {
        let arguments = [
            "login",
            "-u",
            &upn,
            "-p",
            "-",
            "-t",
            tenant,
            "--allow-no-subscriptions",
        ];
        cli.feed(arguments, PASSWORD)
    };
    let refused = login(&Cli::at_server(), domain).failed(1);
    assert!(refused.contains("AADSTS50020"), "{refused}");
    let invite = [
        "ad",
        "user",
        "invite",
        "--email",
        &upn,
        "--redirect-url",
        APP,
        "--display-name",
        "Alice",
    ];
    let made = there.run(invite).json();
    let guest = made["invitedUser"]["id"].as_str().unwrap().to_owned();
    let list = ["ad", "user", "list", "--filter", "userType eq 'Guest'"];
    assert_eq!(there.run(list).json()[0]["id"], guest.as_str());
    let link = made["inviteRedeemUrl"].as_str().unwrap();
    accept(link, &upn).await;

    let cli = Cli::at_server();
    let accounts = login(&cli, domain).json();
    let second = there.say("account show").json()["tenantId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        (&accounts[0]["tenantId"], &accounts[0]["user"]["name"]),
        (&second.as_str().into(), &upn.as_str().into())
    );
    let me = cli.say("ad signed-in-user show").json();
    assert_eq!(me["id"], guest.as_str());
    assert_eq!(
        me["userPrincipalName"],
        format!("alice_{}#EXT#@{domain}", SERVER.env["DOORWARD_TENANT_DOMAIN"])
    );
    let token = cli.say("account get-access-token").json();
    let token = claims(token["accessToken"].as_str().unwrap());
    assert_eq!(
        (&token["tid"], &token["oid"]),
        (&second.as_str().into(), &guest.as_str().into())
    );
    // The same session, at home.
    let home = &SERVER.env["DOORWARD_TENANT_ID"];
    let token = cli.run(["account", "get-access-token", "--tenant", home]).json();
    let token = claims(token["accessToken"].as_str().unwrap());
    assert_eq!(token["tid"], home.as_str());
    assert_ne!(token["oid"], guest.as_str());

    // A role there is the guest's.
    let subscription = there.say("account show").json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let scope = format!("/subscriptions/{subscription}");
    let assign = [
        "role",
        "assignment",
        "create",
        "--assignee",
        &guest,
        "--role",
        "Reader",
        "--scope",
        &scope,
    ];
    there.run(assign).json();
    let seen = login(&Cli::at_server(), domain).json();
    assert_eq!(seen[0]["id"], subscription.as_str());

    // The SDK, by a password and in a browser.
    let validator = TokenValidator::new(options(), second.parse().unwrap(), [ARM]);
    let is_guest = async |token: &str| {
        let checked = validator.validate(token).await.unwrap();
        assert!(
            matches!(checked.who(), Who::Person { username: Some(name), .. } if *name == upn),
            "{checked:?}"
        );
        assert_eq!(claims(token)["oid"], guest.as_str());
    };
    let (name, password) = (upn.parse().unwrap(), PASSWORD.into());
    let signed_in = UserSession::sign_in(options(), domain.parse().unwrap(), &name, &password, ARM).await;
    let session = signed_in.unwrap().session;
    is_guest(session.token(ARM).await.unwrap().secret().expose()).await;
    let directory = tempfile::tempdir().unwrap();
    let browser = directory.path().join("browser");
    std::fs::write(&browser, person::WRITES).unwrap();
    let auth = InteractiveLoginAuthentication::new()
        .unwrap()
        .tenant_id(&second)
        .unwrap()
        .options(options())
        .browser(Browser::command_line(&format!("sh {}", browser.display())))
        .cache_directory(Some(&directory.path().join("sdk")))
        .tell(|_| ());
    let asking = auth.clone();
    let waiting = tokio::spawn(async move { asking.token(ARM).await });
    let opened = directory.path().to_owned();
    let page = tokio::task::spawn_blocking(move || person::opened(&opened))
        .await
        .unwrap();
    let last = person::answer_as((&upn, PASSWORD), page, "sign_in").await;
    assert!(last.contains("You are signed in"), "{last}");
    is_guest(waiting.await.unwrap().unwrap().secret().expose()).await;

    // What ends at home ends there.
    admin
        .run(["ad", "user", "update", "--id", &upn, "--account-enabled", "false"])
        .text();
    assert_ne!(cli.say("ad signed-in-user show").code(), 0);
    let refused = session.token("https://graph.microsoft.com").await.unwrap_err();
    assert!(
        matches!(refused, Error::SessionEnded(..) | Error::Refused { .. }),
        "{refused:?}"
    );
    let refused = login(&Cli::at_server(), domain).failed(4);
    assert!(refused.contains("AADSTS50057"), "{refused}");
}

#[test]
fn a_tenant_is_made_once_and_its_domain_is_nobody_elses() {
    let cli = Cli::at_server();
    let create = |name: &str, domain: &str| create_tenant(&cli, name, domain);
    let first = create("Once", "once.example").text();
    // Nobody has used the link: there may be another, for whoever says the same.
    assert_ne!(create("Once", "once.example").text(), first);
    assert!(
        create("Twice", "once.example")
            .failed(1)
            .contains("the domain of another tenant")
    );
    let own = &SERVER.env["DOORWARD_TENANT_DOMAIN"];
    assert!(
        create("Mine", own)
            .failed(1)
            .contains("the domain of another tenant")
    );
    for (name, domain) in [
        ("", "x.example"),
        ("X", ""),
        ("X", "localhost"),
        ("X", "a b.example"),
        ("X", "common"),
    ] {
        let done = create(name, domain);
        assert_ne!(done.code(), 0, "{name} {domain}");
        assert_eq!(done.out(), "");
    }
}

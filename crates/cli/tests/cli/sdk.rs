//! The SDK against the real server, over TLS: its tokens, its keys, its validator.

use crate::person;
use crate::run::{Cli, SERVER};
use doorward_sdk::run::RunClient;
use doorward_sdk::validation::{TokenValidator, ValidationError, Who};
use doorward_sdk::{
    Authority, AzureCliAuthentication, Browser, ClientOptions, DeviceCodeAuthentication, Error,
    InteractiveLoginAuthentication, ServicePrincipalAuthentication, UserSession, Workspace,
};
use std::sync::mpsc;

const ARM: &str = "https://management.azure.com";

fn options() -> ClientOptions {
    ClientOptions::new(Authority::parse(&SERVER.url).unwrap()).ca_file(&SERVER.env["DOORWARD_CA"])
}

fn validator(audience: &str) -> TokenValidator {
    TokenValidator::new(
        options(),
        SERVER.env["DOORWARD_TENANT_ID"].parse().unwrap(),
        [audience],
    )
}

#[tokio::test]
async fn a_service_principal_s_token_is_for_its_resource_only() {
    let made = Cli::admin()
        .run(["ad", "sp", "create-for-rbac", "-n", "sdk"])
        .json();
    let (id, secret) = (
        made["appId"].as_str().unwrap(),
        made["password"].as_str().unwrap(),
    );
    let domain = &SERVER.env["DOORWARD_TENANT_DOMAIN"];
    let principal = ServicePrincipalAuthentication::new(domain, id, secret)
        .unwrap()
        .options(options());
    let token = principal.token(ARM).await.unwrap();
    let checked = validator(ARM).validate(token.secret().expose()).await.unwrap();
    assert_eq!(checked.client().to_string(), id);
    assert_eq!(*checked.who(), Who::Application { roles: Vec::new() });
    let refused = validator("https://graph.microsoft.com")
        .validate(token.secret().expose())
        .await
        .unwrap_err();
    assert_eq!(refused, ValidationError::WrongAudience(ARM.to_owned()));

    let unknown = principal.token("api://nothing").await.unwrap_err();
    assert!(matches!(unknown, Error::ResourceUnknown(_)), "{unknown}");
}

#[tokio::test]
async fn a_resource_that_asks_for_v2_gets_v2_and_an_id_token_is_no_access_token() {
    let cli = Cli::admin();
    let api = cli.run(["ad", "sp", "create-for-rbac", "-n", "sdk-api"]).json();
    let id = api["appId"].as_str().unwrap();
    let uri = format!("api://{id}");
    let update = [
        "ad",
        "app",
        "update",
        "--id",
        id,
        "--identifier-uris",
        &uri,
        "--requested-access-token-version",
        "2",
    ];
    cli.run(update).text();
    let tenant = &SERVER.env["DOORWARD_TENANT_ID"];
    let secret = api["password"].as_str().unwrap();
    let principal = ServicePrincipalAuthentication::new(tenant, id, secret)
        .unwrap()
        .options(options());
    let token = principal.token(&uri).await.unwrap();
    let checked = validator(id).validate(token.secret().expose()).await.unwrap();
    assert_eq!(
        (checked.version(), checked.audience()),
        (doorward_sdk::validation::TokenVersion::V2, id)
    );

    let (upn, password) = (
        &SERVER.env["DOORWARD_ADMIN_UPN"],
        SERVER.env["DOORWARD_ADMIN_PASSWORD"].as_str().into(),
    );
    let signed_in = UserSession::sign_in(
        options(),
        tenant.parse().unwrap(),
        &upn.parse().unwrap(),
        &password,
        ARM,
    )
    .await
    .unwrap();
    let person = validator(ARM)
        .validate(signed_in.token.secret().expose())
        .await
        .unwrap();
    assert!(
        matches!(person.who(), Who::Person { username: Some(name), .. } if name == upn),
        "{person:?}"
    );
    let id_token = signed_in.id_token.unwrap();
    let refused = validator(doorward_sdk::COMMAND_LINE_CLIENT)
        .validate(id_token.expose())
        .await
        .unwrap_err();
    assert_eq!(refused, ValidationError::NotAnAccessToken);
}

#[tokio::test]
async fn a_run_is_answered_under_azures_names_until_it_ends() {
    let made = Cli::admin()
        .run(["ad", "sp", "create-for-rbac", "-n", "sdk-run"])
        .json();
    let id = made["appId"].as_str().unwrap();
    let tenant = &SERVER.env["DOORWARD_TENANT_ID"];
    let signed_in = UserSession::sign_in(
        options(),
        tenant.parse().unwrap(),
        &SERVER.env["DOORWARD_ADMIN_UPN"].parse().unwrap(),
        &SERVER.env["DOORWARD_ADMIN_PASSWORD"].as_str().into(),
        ARM,
    )
    .await
    .unwrap();
    let runs = RunClient::new(options(), std::sync::Arc::new(signed_in.session));
    let begun = runs.begin(Some(id)).await.unwrap();
    let identity = begun.identity.as_ref().unwrap();
    assert_eq!(identity.client_id.to_string(), id);
    // What the relay does: the true address, and two headers.
    let client = options().http_client().unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={id}&client_secret={}&resource={ARM}",
        identity.secret.expose()
    );
    let ask = || async {
        let request = client
            .post(format!("{}/{tenant}/oauth2/token", SERVER.url))
            .header("doorward-ticket", begun.ticket.expose())
            .header("doorward-asked-host", "login.microsoftonline.com")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.clone());
        let response = request.send().await.unwrap();
        (response.status().as_u16(), format!("{:?}", response.version()))
    };
    assert_eq!(ask().await, (200, "HTTP/2.0".to_owned()));
    assert_eq!(runs.keep(&begun.ticket).await.unwrap().expires_in, 120);
    let unknown = runs.begin(Some("no such application")).await.unwrap_err();
    assert!(matches!(unknown, Error::NotFound(_)), "{unknown}");
    runs.end(&begun.ticket).await.unwrap();
    runs.end(&begun.ticket).await.unwrap();
    assert_eq!(ask().await.0, 403);
    let ended = runs.keep(&begun.ticket).await.unwrap_err();
    assert!(matches!(ended, Error::NotFound(_)), "{ended}");
}

fn principal(made: &serde_json::Value) -> ServicePrincipalAuthentication {
    let (id, secret) = (
        made["appId"].as_str().unwrap(),
        made["password"].as_str().unwrap(),
    );
    ServicePrincipalAuthentication::new(&SERVER.env["DOORWARD_TENANT_ID"], id, secret)
        .unwrap()
        .options(options())
}

#[tokio::test]
async fn a_workspace_is_got_with_and_without_its_group_and_says_its_details() {
    let subscription = &SERVER.env["DOORWARD_SUBSCRIPTION_ID"];
    let made = Cli::admin()
        .say(&format!(
            "ad sp create-for-rbac -n sdk-reads --role Reader --scopes {}",
            crate::resources::sample()
        ))
        .json();
    let auth = principal(&made);
    let mut all = Vec::new();
    for group in [Some("ml-rg"), None] {
        let workspace = Workspace::get("ML-Example", auth.clone(), subscription, group)
            .await
            .unwrap();
        let details = workspace.get_details().await.unwrap();
        assert_eq!(details["id"], crate::resources::sample());
        all.push(details);
    }
    assert_eq!(all[0], all[1]);
    let project = tempfile::tempdir().unwrap();
    let workspace = Workspace::new(subscription, "ml-rg", "ml-example")
        .auth(auth.clone())
        .await
        .unwrap();
    workspace.write_config(Some(project.path()), None).unwrap();
    let found = Workspace::from_config()
        .path(project.path())
        .auth(auth.clone())
        .await
        .unwrap();
    assert_eq!(found.get_details().await.unwrap(), all[0]);
    let listed = Workspace::list(subscription, auth.clone(), None).await.unwrap();
    assert_eq!(listed.len(), 1);

    let denied = workspace.delete().await.unwrap_err();
    assert!(
        matches!(&denied, Error::MissingPermission { action, scope, .. }
            if action == "Microsoft.MachineLearningServices/workspaces/delete" && *scope == crate::resources::sample()),
        "{denied:?}"
    );
    let denied = workspace
        .share("11111111-2222-4333-8444-555555555555", "owner")
        .await;
    assert!(
        matches!(denied, Err(Error::MissingPermission { .. })),
        "{denied:?}"
    );
}

#[tokio::test]
async fn why_a_workspace_can_not_be_got_is_told_apart() {
    let subscription = &SERVER.env["DOORWARD_SUBSCRIPTION_ID"];
    let admin = Cli::admin();
    let nobody = principal(&admin.say("ad sp create-for-rbac -n sdk-nobody").json());
    let owner = principal(
        &admin
            .say(&format!(
                "ad sp create-for-rbac -n sdk-owner --role Owner --scopes /subscriptions/{subscription}/resourceGroups/ml-rg"
            ))
            .json(),
    );
    let get = async |name, auth: &ServicePrincipalAuthentication, subscription: &str, group| {
        Workspace::get(name, auth.clone(), subscription, group)
            .await
            .map(drop)
            .unwrap_err()
    };
    let none = get("nothing", &owner, subscription, Some("ml-rg")).await;
    assert!(matches!(none, Error::NoSuchWorkspace { .. }), "{none}");
    let none = get("nothing", &owner, subscription, None).await;
    assert!(matches!(none, Error::NoSuchWorkspace { .. }), "{none}");
    let denied = get("ml-example", &nobody, subscription, Some("ml-rg")).await;
    assert!(
        matches!(&denied, Error::MissingPermission { action, .. } if action.ends_with("workspaces/read")),
        "{denied}"
    );
    let unknown = get(
        "ml-example",
        &owner,
        "11111111-2222-4333-8444-555555555555",
        Some("ml-rg"),
    )
    .await;
    assert!(matches!(unknown, Error::NoSuchSubscription(_)), "{unknown}");
    let session = UserSession::sign_in(
        options(),
        SERVER.env["DOORWARD_TENANT_ID"].parse().unwrap(),
        &SERVER.env["DOORWARD_ADMIN_UPN"].parse().unwrap(),
        &SERVER.env["DOORWARD_ADMIN_PASSWORD"].as_str().into(),
        ARM,
    )
    .await
    .unwrap()
    .session;
    let no_group = Workspace::new(subscription, "no-such-group", "w")
        .auth(session)
        .await
        .map(drop)
        .unwrap_err();
    assert!(matches!(no_group, Error::NoSuchResourceGroup(_)), "{no_group}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_for_a_program_in_a_browser() {
    let directory = tempfile::tempdir().unwrap();
    let browser = directory.path().join("browser");
    std::fs::write(&browser, person::WRITES).unwrap();
    let auth = || {
        InteractiveLoginAuthentication::new()
            .unwrap()
            .tenant_id(&SERVER.env["DOORWARD_TENANT_DOMAIN"])
            .unwrap()
            .options(options())
            .browser(Browser::command_line(&format!("sh {}", browser.display())))
            .cache_directory(Some(&directory.path().join("sdk")))
            .tell(|_| ())
    };
    let first = auth();
    let waiting = tokio::spawn(async move { first.token(ARM).await });
    let page = tokio::task::spawn_blocking({
        let directory = directory.path().to_owned();
        move || person::opened(&directory)
    });
    let last = person::answer(page.await.unwrap(), "sign_in").await;
    assert!(last.contains("You are signed in"), "{last}");
    let token = waiting.await.unwrap().unwrap();
    let checked = validator(ARM).validate(token.secret().expose()).await.unwrap();
    let upn = &SERVER.env["DOORWARD_ADMIN_UPN"];
    assert!(
        matches!(checked.who(), Who::Person { username: Some(name), .. } if name == upn),
        "{checked:?}"
    );
    std::fs::remove_file(directory.path().join("browser.opened")).unwrap();
    // The next program asks nobody, and neither does one for another resource.
    let next = auth();
    assert_eq!(
        next.token(ARM).await.unwrap().secret().expose(),
        token.secret().expose()
    );
    next.token("https://graph.microsoft.com").await.unwrap();
    let subscription = &SERVER.env["DOORWARD_SUBSCRIPTION_ID"];
    let workspace = Workspace::new(subscription, "ml-rg", "ml-example")
        .auth(next)
        .await;
    assert_eq!(workspace.unwrap().name(), "ml-example");
    assert!(!directory.path().join("browser.opened").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_for_a_program_by_a_code() {
    let (said, heard) = mpsc::channel();
    let auth = DeviceCodeAuthentication::new()
        .unwrap()
        .options(options())
        .cache_directory(None)
        .tell(move |text| said.send(text.to_owned()).unwrap());
    let waiting = tokio::spawn(async move { auth.authentication_header().await });
    let text = tokio::task::spawn_blocking(move || heard.recv().unwrap())
        .await
        .unwrap();
    let code = text.split_once("the code ").unwrap().1.split(' ').next().unwrap();
    crate::login::answer(code, "approve").await;
    let header = waiting.await.unwrap().unwrap();
    let token = header.expose().strip_prefix("Bearer ").unwrap();
    validator(ARM).validate(token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_uses_the_session_of_the_command_line() {
    let cli = Cli::admin();
    let wrapper = cli.directory.path().join("doorward");
    let script = format!(
        "#!/bin/sh\nDOORWARD_CONFIG_DIR='{}' exec '{}' \"$@\"\n",
        cli.config().display(),
        env!("CARGO_BIN_EXE_doorward")
    );
    let install = ["-c", "printf %s \"$1\" > \"$2\"; chmod 755 \"$2\"", "sh", &script];
    let made = std::process::Command::new("sh")
        .args(install)
        .arg(&wrapper)
        .status();
    assert!(made.unwrap().success());
    let auth = AzureCliAuthentication::new()
        .unwrap()
        .options(options())
        .programs([wrapper]);
    let token = auth.token(ARM).await.unwrap();
    validator(ARM).validate(token.secret().expose()).await.unwrap();
    let subscription = &SERVER.env["DOORWARD_SUBSCRIPTION_ID"];
    let workspace = Workspace::new(subscription, "ml-rg", "ml-example")
        .auth(auth.clone())
        .await;
    workspace.unwrap();
    cli.say("logout").text();
    let refused = auth.token("https://graph.microsoft.com").await.unwrap_err();
    assert!(
        refused.to_string().contains("Please run 'doorward login'"),
        "{refused}"
    );
}

/// What a program does that says nothing about who it is. It is one when the test below starts it.
#[tokio::test]
#[ignore = "a program of its own, which a test starts"]
async fn program() {
    let workspace = match std::env::args().any(|word| word == "--skip=by-command-line") {
        true => {
            Workspace::from_config()
                .auth(AzureCliAuthentication::new().unwrap())
                .await
        }
        false => Workspace::from_config().await,
    };
    println!("it is {}", workspace.unwrap().get_details().await.unwrap()["id"]);
}

#[test]
fn without_auth_a_person_signs_in_and_the_server_is_that_of_the_command_line() {
    let desktop = crate::keyring::Desktop::start();
    let cli = desktop.cli(person::with_browser(person::WRITES));
    // A key of before, when there was no keyring.
    let kept = cli.config().join("sdk");
    std::fs::create_dir_all(&kept).unwrap();
    std::fs::write(
        kept.join("sessions.key"),
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    )
    .unwrap();
    let project = cli.directory.path().join("project");
    std::fs::create_dir(&project).unwrap();
    let config = serde_json::json!({
        "subscription_id": SERVER.env["DOORWARD_SUBSCRIPTION_ID"],
        "resource_group": "ml-rg",
        "workspace_name": "ml-example",
    });
    std::fs::write(project.join("config.json"), config.to_string()).unwrap();
    // As the command line is started, but that it is this program.
    let program = |more: &[&str]| {
        let known = cli.command();
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.env_clear().current_dir(&project);
        for (name, value) in known.get_envs() {
            command.env(name, value.unwrap());
        }
        command
            .args(["--exact", "sdk::program", "--ignored", "--nocapture"])
            .args(more);
        command
    };
    let expected = format!("it is \"{}\"", crate::resources::sample());
    let child = person::spawn(&mut program(&[]));
    let page = person::opened(cli.directory.path());
    let last = tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(person::answer(page, "sign_in"));
    assert!(last.contains("You are signed in"), "{last}");
    let done = crate::run::Done(child.wait_with_output().unwrap());
    assert!(done.text().contains(&expected), "{}", done.out());
    assert!(
        done.err().contains("A web browser has been opened"),
        "{}",
        done.err()
    );
    // The second one knows them already, by the key in the keyring.
    assert_eq!(desktop.keys(), 1);
    assert!(kept.join("sessions.json").exists() && !kept.join("sessions.key").exists());
    let again = crate::run::Done(program(&[]).output().unwrap());
    assert!(again.text().contains(&expected), "{}", again.out());
    assert!(!again.err().contains("A web browser"), "{}", again.err());

    // Without a variable about the server it is the one that the command line is signed in to.
    let admin = Cli::admin();
    let bin = admin.directory.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_doorward"), bin.join("doorward")).unwrap();
    let done = program(&["--skip=by-command-line"])
        .env_remove("DOORWARD_URL")
        .env_remove("DOORWARD_CA")
        .env("DOORWARD_CONFIG_DIR", admin.config())
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .output()
        .unwrap();
    let done = crate::run::Done(done);
    assert!(done.text().contains(&expected), "{}{}", done.out(), done.err());
}

//! `ad`: the directory through the command line.

use crate::run::{Cli, SERVER};
use serde_json::json;

#[test]
fn sdk_auth_prints_the_ten_fields_in_the_page_s_order() {
    let done = Cli::admin().run([
        "ad",
        "sp",
        "create-for-rbac",
        "--sdk-auth",
        "--name",
        "ten-fields",
    ]);
    let text = done.text();
    let keys: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split('"').next())
        .collect();
    assert_eq!(
        keys,
        [
            "clientId",
            "clientSecret",
            "subscriptionId",
            "tenantId",
            "activeDirectoryEndpointUrl",
            "resourceManagerEndpointUrl",
            "activeDirectoryGraphResourceId",
            "sqlManagementEndpointUrl",
            "galleryEndpointUrl",
            "managementEndpointUrl",
        ]
    );
    let fields = done.json();
    assert_eq!(fields["activeDirectoryEndpointUrl"], SERVER.url.as_str());
    assert_eq!(fields["resourceManagerEndpointUrl"], format!("{}/", SERVER.url));
    assert_eq!(fields["tenantId"], SERVER.env["DOORWARD_TENANT_ID"].as_str());
    assert!(
        done.err().starts_with("WARNING: The output includes a password"),
        "{}",
        done.err()
    );
}

#[test]
fn a_name_that_is_taken_is_used_again_with_a_new_password() {
    let cli = Cli::admin();
    let first = cli.run(["ad", "sp", "create-for-rbac", "-n", "again"]).json();
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["appId", "displayName", "password", "tenant"]);
    let done = cli.run(["ad", "sp", "create-for-rbac", "-n", "again"]);
    assert!(
        done.err().contains("Found an existing application instance"),
        "{}",
        done.err()
    );
    let second = done.json();
    assert_eq!(first["appId"], second["appId"]);
    assert_ne!(first["password"], second["password"]);
    let id = first["appId"].as_str().unwrap();
    let kept = cli.run(["ad", "app", "credential", "list", "--id", id]).json();
    assert_eq!(kept.as_array().unwrap().len(), 1, "{kept}");
    assert_eq!(kept[0]["displayName"], "rbac");
    assert!(!kept.to_string().contains(second["password"].as_str().unwrap()));
}

#[test]
fn a_service_principal_is_shown_in_both_shapes_and_by_every_name() {
    let cli = Cli::admin();
    let made = cli.run(["ad", "sp", "create-for-rbac", "-n", "shapes"]).json();
    let id = made["appId"].as_str().unwrap();
    let new = cli.run(["ad", "sp", "show", "--id", id]).json();
    assert_eq!(
        (&new["appId"], &new["appDisplayName"], &new["accountEnabled"]),
        (&json!(id), &json!("shapes"), &json!(true))
    );
    let object_id = new["id"].as_str().unwrap();
    assert_eq!(
        cli.run(["ad", "sp", "show", "--id", object_id]).json()["appId"],
        id
    );
    let old = cli.run(["ad", "sp", "show", "--legacy", "--id", id]).json();
    assert_eq!(
        (&old["accountEnabled"], &old["objectType"]),
        (&json!("True"), &json!("ServicePrincipal"))
    );
    assert_eq!(old["objectId"], object_id);
    let uri = format!("api://{id}");
    cli.run(["ad", "app", "update", "--id", id, "--identifier-uris", &uri])
        .text();
    assert_eq!(
        cli.run(["ad", "sp", "show", "--id", &uri]).json()["id"],
        object_id
    );
    assert_eq!(cli.run(["ad", "app", "show", "--id", &uri]).json()["appId"], id);
    let listed = cli
        .run([
            "ad",
            "sp",
            "list",
            "--display-name",
            "shap",
            "--query",
            "[].appId",
            "-o",
            "tsv",
        ])
        .text();
    assert_eq!(listed.trim(), id);
}

#[test]
fn what_does_not_exist_ends_with_3() {
    let cli = Cli::admin();
    let id = "11111111-2222-4333-8444-555555555555";
    for kind in ["sp", "app", "user"] {
        let said = cli.run(["ad", kind, "show", "--id", id]).failed(3);
        assert!(said.starts_with("ERROR: (Request_ResourceNotFound) "), "{said}");
    }
}

#[test]
fn a_disabled_service_principal_gets_no_token() {
    let cli = Cli::admin();
    let made = cli.run(["ad", "sp", "create-for-rbac", "-n", "disabled"]).json();
    let (id, secret) = (
        made["appId"].as_str().unwrap(),
        made["password"].as_str().unwrap(),
    );
    cli.run(["ad", "sp", "update", "--id", id, "--set", "accountEnabled=false"])
        .text();
    let tenant = SERVER.env["DOORWARD_TENANT_ID"].as_str();
    let login = [
        "login",
        "--service-principal",
        "-u",
        id,
        "-p",
        secret,
        "-t",
        tenant,
    ];
    let said = Cli::at_server().run(login).failed(1);
    assert!(said.contains("AADSTS7000112"), "{said}");
    cli.run(["ad", "sp", "update", "--id", id, "--set", "accountEnabled=true"])
        .text();
    Cli::at_server().run(login).text();
    cli.run(["ad", "sp", "delete", "--id", id]).text();
    cli.run(["ad", "sp", "show", "--id", id]).failed(3);
    cli.run(["ad", "app", "show", "--id", id]).text();
    cli.run(["ad", "sp", "create", "--id", id]).text();
    Cli::at_server().run(login).text();
    cli.run(["ad", "app", "delete", "--id", id]).text();
    cli.run(["ad", "sp", "show", "--id", id]).failed(3);
}

#[test]
fn passwords_come_and_go() {
    let cli = Cli::admin();
    let made = cli.run(["ad", "sp", "create-for-rbac", "-n", "passwords"]).json();
    let id = made["appId"].as_str().unwrap();
    let tenant = SERVER.env["DOORWARD_TENANT_ID"].as_str();
    let works = |secret: &str| {
        Cli::at_server()
            .run([
                "login",
                "--service-principal",
                "-u",
                id,
                "-p",
                secret,
                "-t",
                tenant,
            ])
            .code()
            == 0
    };
    let reset = [
        "ad",
        "app",
        "credential",
        "reset",
        "--id",
        id,
        "--display-name",
        "more",
        "--end-date",
        "2040-01-31",
    ];
    let more = cli.run(reset.into_iter().chain(["--append"])).json();
    let more = more["password"].as_str().unwrap();
    assert!(works(made["password"].as_str().unwrap()) && works(more));
    let listed = cli.run(["ad", "app", "credential", "list", "--id", id]).json();
    let of_more = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["displayName"] == "more")
        .unwrap();
    assert_eq!(of_more["endDateTime"], "2040-01-31T00:00:00Z");
    let key_id = of_more["keyId"].as_str().unwrap();
    cli.run([
        "ad",
        "app",
        "credential",
        "delete",
        "--id",
        id,
        "--key-id",
        key_id,
    ])
    .text();
    assert!(!works(more));
    let new = cli.run(reset).json();
    assert!(works(new["password"].as_str().unwrap()) && !works(made["password"].as_str().unwrap()));
}

#[test]
fn a_service_principal_has_passwords_and_owners_of_its_own() {
    let cli = Cli::admin();
    let made = cli
        .run(["ad", "sp", "create-for-rbac", "-n", "sp-passwords"])
        .json();
    let id = made["appId"].as_str().unwrap();
    let tenant = SERVER.env["DOORWARD_TENANT_ID"].as_str();
    let reset = cli
        .run(["ad", "sp", "credential", "reset", "--id", id, "--years", "2"])
        .json();
    assert_eq!(
        (&reset["appId"], &reset["tenant"]),
        (&made["appId"], &json!(tenant))
    );
    let secret = reset["password"].as_str().unwrap();
    Cli::at_server()
        .run([
            "login",
            "--service-principal",
            "-u",
            id,
            "-p",
            secret,
            "-t",
            tenant,
        ])
        .text();
    let listed = cli.run(["ad", "sp", "credential", "list", "--id", id]).json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    let key_id = listed[0]["keyId"].as_str().unwrap();
    cli.run(["ad", "sp", "credential", "delete", "--id", id, "--key-id", key_id])
        .text();
    Cli::at_server()
        .run([
            "login",
            "--service-principal",
            "-u",
            id,
            "-p",
            secret,
            "-t",
            tenant,
        ])
        .failed(1);
    cli.run(["ad", "sp", "owner", "list", "--id", id]).text();
    cli.run(["ad", "sp", "list", "--show-mine"]).text();
    cli.run([
        "ad",
        "sp",
        "list",
        "--spn",
        id,
        "--filter",
        "accountEnabled eq true",
    ])
    .text();
}

#[test]
fn users_come_and_go_and_may_not_do_everything() {
    let (cli, domain) = (Cli::admin(), SERVER.env["DOORWARD_TENANT_DOMAIN"].as_str());
    let upn = format!("carla@{domain}");
    let password = "a-long-pass-phrase-7";
    let create = [
        "ad",
        "user",
        "create",
        "--display-name",
        "Carla",
        "--user-principal-name",
        &upn,
        "--password",
        "-",
    ];
    let made = cli.feed(create, password).json();
    assert_eq!(made["userPrincipalName"], upn.as_str());
    assert_eq!(
        cli.run(["ad", "user", "show", "--id", &upn]).json()["id"],
        made["id"]
    );
    let listed = cli
        .run([
            "ad",
            "user",
            "list",
            "--upn",
            &upn,
            "--query",
            "[0].displayName",
            "-o",
            "tsv",
        ])
        .text();
    assert_eq!(listed, "Carla\n");

    let carla = Cli::at_server();
    carla.feed(["login", "-u", &upn, "-p", "-"], password).text();
    assert_eq!(
        carla.run(["ad", "signed-in-user", "show"]).json()["id"],
        made["id"]
    );
    let admin = &SERVER.env["DOORWARD_ADMIN_UPN"];
    let said = carla
        .run(["ad", "user", "update", "--id", admin, "--display-name", "x"])
        .failed(1);
    assert!(
        said.starts_with("ERROR: (Authorization_RequestDenied) Insufficient privileges"),
        "{said}"
    );
    assert!(
        said.contains("To mend it: ") && said.contains("ask an administrator"),
        "{said}"
    );

    cli.run([
        "ad",
        "role",
        "assignment",
        "create",
        "--assignee",
        &upn,
        "--role",
        "User Administrator",
    ])
    .text();
    let held = cli
        .run(["ad", "role", "assignment", "list", "--assignee", &upn])
        .json();
    assert_eq!(held[0]["roleDefinitionName"], "User Administrator");
    cli.run([
        "ad",
        "role",
        "assignment",
        "delete",
        "--assignee",
        &upn,
        "--role",
        "user administrator",
    ])
    .text();
    cli.run([
        "ad",
        "role",
        "assignment",
        "delete",
        "--assignee",
        &upn,
        "--role",
        "user administrator",
    ])
    .failed(3);

    cli.run(["ad", "user", "delete", "--id", &upn]).text();
    cli.run(["ad", "user", "show", "--id", &upn]).failed(3);
    let ended = carla.run(["ad", "sp", "list"]).err();
    assert!(ended.contains("ERROR: "), "{ended}");
}

#[test]
fn owners_are_listed_added_and_removed() {
    let cli = Cli::admin();
    let made = cli.run(["ad", "app", "create", "--display-name", "owned"]).json();
    let id = made["appId"].as_str().unwrap();
    let me = cli.run(["ad", "signed-in-user", "show"]).json();
    let me = me["id"].as_str().unwrap();
    let owners = || {
        cli.run([
            "ad", "app", "owner", "list", "--id", id, "--query", "[].id", "-o", "tsv",
        ])
        .text()
    };
    if owners().trim() != me {
        cli.run(["ad", "app", "owner", "add", "--id", id, "--owner-object-id", me])
            .text();
    }
    assert_eq!(owners().trim(), me);
    let mine = cli
        .run([
            "ad",
            "app",
            "list",
            "--show-mine",
            "--query",
            "[].appId",
            "-o",
            "tsv",
        ])
        .text();
    assert!(mine.contains(id), "{mine}");
}

#[test]
fn an_application_says_how_it_signs_people_in() {
    let cli = Cli::admin();
    let scopes = r#"{"idToken":[{"name":"auth_time"}]}"#;
    let made = cli
        .run([
            "ad",
            "app",
            "create",
            "--display-name",
            "signs people in",
            "--web-redirect-uris",
            "https://app.example/back",
            "https://app.example/other",
            "--web-home-page-url",
            "https://app.example",
            "--spa-redirect-uris",
            "http://localhost:3000",
            "--public-client-redirect-uris",
            "http://localhost",
            "--is-fallback-public-client",
            "--optional-claims",
            scopes,
        ])
        .json();
    let id = made["appId"].as_str().unwrap();
    assert_eq!(
        made["web"]["redirectUris"],
        json!(["https://app.example/back", "https://app.example/other"])
    );
    assert_eq!(made["publicClient"]["redirectUris"], json!(["http://localhost"]));
    assert_eq!(made["isFallbackPublicClient"], true);
    assert_eq!(made["optionalClaims"]["idToken"][0]["name"], "auth_time");

    let file = std::env::temp_dir().join(format!("roles-{}.json", std::process::id()));
    let role = json!([{
        "id": "00000000-0000-4000-8000-000000000002", "allowedMemberTypes": ["User"], "displayName": "Reader",
        "description": "Reads.", "isEnabled": true, "value": "Reader",
    }]);
    std::fs::write(&file, role.to_string()).unwrap();
    let roles = format!("@{}", file.display());
    cli.run([
        "ad",
        "app",
        "update",
        "--id",
        id,
        "--app-roles",
        &roles,
        "--web-redirect-uris",
        "https://new.example",
        "--set",
        "web.logoutUrl=https://new.example/out",
        "--is-fallback-public-client",
        "false",
    ])
    .text();
    std::fs::remove_file(&file).unwrap();
    let seen = cli.run(["ad", "app", "show", "--id", id]).json();
    assert_eq!(seen["web"]["redirectUris"], json!(["https://new.example"]));
    assert_eq!(seen["web"]["logoutUrl"], "https://new.example/out");
    assert_eq!(seen["spa"]["redirectUris"], json!(["http://localhost:3000"]));
    assert_eq!(seen["appRoles"][0]["value"], "Reader");
    assert_eq!(seen["isFallbackPublicClient"], false);
    let no_json = cli.run(["ad", "app", "update", "--id", id, "--app-roles", "[{"]);
    assert!(no_json.failed(2).contains("cannot be read"));
    let evil = [
        "ad",
        "app",
        "update",
        "--id",
        id,
        "--web-redirect-uris",
        "http://evil.example",
    ];
    assert!(cli.run(evil).failed(1).contains("https://"));
}

#[test]
fn a_policy_demands_a_second_factor_of_whom_it_names() {
    let (cli, domain) = (Cli::admin(), SERVER.env["DOORWARD_TENANT_DOMAIN"].as_str());
    let upn = format!("policy@{domain}");
    let person = cli
        .run([
            "ad",
            "user",
            "create",
            "--display-name",
            "Policy",
            "--user-principal-name",
            &upn,
            "--password",
            "correct-horse-battery",
        ])
        .json();
    let id = person["id"].as_str().unwrap();
    let made = cli
        .run([
            "ad",
            "policy",
            "create",
            "--display-name",
            "for one",
            "--users",
            &upn,
            "--roles",
            "Guest Inviter",
            "--applications",
            "Windows Azure Service Management API",
        ])
        .json();
    let conditions = &made["conditions"];
    assert_eq!(conditions["users"]["includeUsers"], json!([id]));
    assert_eq!(
        conditions["users"]["includeRoles"],
        json!(["95e79109-95c0-4d8e-aee3-d01accf2d47b"])
    );
    assert_eq!(
        conditions["applications"]["includeApplications"],
        json!(["797f4846-ba00-4fd7-ba43-dac1f8f63013"])
    );
    assert_eq!(made["state"], "enabled");
    let policy = made["id"].as_str().unwrap();
    // Who is named has no way in by a password alone, and is told what to do.
    let refused = Cli::at_server().feed(["login", "-u", &upn, "-p", "-"], "correct-horse-battery");
    assert!(
        refused.err().contains("AADSTS50076") && refused.err().contains("doorward login"),
        "{}",
        refused.err()
    );
    let table = cli.run(["ad", "policy", "list", "-o", "table"]).text();
    assert!(table.contains("for one") && table.contains("enabled"), "{table}");
    cli.run(["ad", "policy", "update", "--id", policy, "--enabled", "false"])
        .text();
    let shown = cli.run(["ad", "policy", "show", "--id", policy]).json();
    assert_eq!(shown["state"], "disabled");
    let nothing = cli.run(["ad", "policy", "update", "--id", policy]);
    assert!(nothing.err().contains("nothing to change"), "{}", nothing.err());
    let nobody = cli.run(["ad", "policy", "create", "--display-name", "x"]);
    assert!(nobody.err().contains("--everyone"), "{}", nobody.err());
    let administrators = cli
        .run([
            "ad",
            "policy",
            "create",
            "--display-name",
            "admins",
            "--administrators",
            "--disabled",
        ])
        .json();
    assert_eq!(
        administrators["conditions"]["users"]["includeRoles"]
            .as_array()
            .unwrap()
            .len(),
        6
    );
    for id in [policy, administrators["id"].as_str().unwrap()] {
        cli.run(["ad", "policy", "delete", "--id", id]).text();
    }
    let gone = cli.run(["ad", "policy", "show", "--id", policy]);
    assert!(gone.err().contains("does not exist"), "{}", gone.err());
}

#[test]
fn tenant_settings_are_shown_and_changed() {
    let cli = Cli::admin();
    let show = || cli.run(["ad", "tenant-settings", "show"]).json();
    assert_eq!(
        show(),
        json!({"legacyClients": true, "passwordGrant": true, "userConsent": true})
    );
    let update = |args: &[&str]| {
        let all = ["ad", "tenant-settings", "update"];
        cli.run(all.iter().chain(args).copied())
    };
    update(&["--user-consent", "false", "--legacy-clients", "false"]).text();
    assert_eq!(
        show(),
        json!({"legacyClients": false, "passwordGrant": true, "userConsent": false})
    );
    update(&["--user-consent", "true"]).text();
    update(&["--legacy-clients", "true", "--password-grant", "true"]).text();
    assert_eq!(
        show(),
        json!({"legacyClients": true, "passwordGrant": true, "userConsent": true})
    );
    let nothing = update(&[]);
    assert!(nothing.err().contains("nothing to change"), "{}", nothing.err());
}

//! The SDK against the real server, over TLS: its tokens, its keys, its validator.

use crate::run::{Cli, SERVER};
use doorward_sdk::validation::{TokenValidator, ValidationError, Who};
use doorward_sdk::{Authority, ClientOptions, Error, ServicePrincipalAuthentication, UserSession};

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

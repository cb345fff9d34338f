use super::legacy::LegacyServicePrincipal;
use super::*;
use crate::Marks;
use doorward_names::{
    AppId, CorrelationId, CredentialId, ObjectId, SecretString, TenantId, Timestamp, TraceId,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const AT: Timestamp = Timestamp::from_unix_seconds(1_604_997_000);

fn application() -> Application {
    Application {
        id: ObjectId::from_bytes([1; 16]),
        app_id: AppId::from_bytes([2; 16]),
        created_date_time: Some(AT),
        display_name: Some("ml-auth".into()),
        identifier_uris: Vec::new(),
        publisher_domain: Some("contoso.com".into()),
        sign_in_audience: Some("AzureADMyOrg".into()),
        api: ApplicationApi::default(),
        app_roles: Vec::new(),
        group_membership_claims: None,
        is_fallback_public_client: None,
        optional_claims: None,
        public_client: RedirectUris::default(),
        required_resource_access: Vec::new(),
        spa: RedirectUris::default(),
        web: ApplicationWeb::default(),
        password_credentials: Vec::new(),
        constants: ApplicationConstants::default(),
    }
}

fn service_principal() -> ServicePrincipal {
    ServicePrincipal {
        id: ObjectId::from_bytes([3; 16]),
        account_enabled: true,
        app_display_name: Some("ml-auth".into()),
        app_id: AppId::from_bytes([2; 16]),
        app_owner_organization_id: Some(TenantId::from_bytes([4; 16])),
        app_role_assignment_required: false,
        app_roles: Vec::new(),
        created_date_time: Some(AT),
        display_name: Some("ml-auth".into()),
        password_credentials: Vec::new(),
        service_principal_names: vec![AppId::from_bytes([2; 16]).to_string()],
        service_principal_type: Some("Application".into()),
        sign_in_audience: Some("AzureADMyOrg".into()),
        homepage: None,
        logout_url: None,
        oauth2_permission_scopes: Vec::new(),
        reply_urls: Vec::new(),
        constants: ServicePrincipalConstants::default(),
    }
}

#[test]
fn an_application() {
    let context = Some(context("https://h:8443/", "applications/$entity"));
    let json = serde_json::to_value(Entity {
        context,
        value: application(),
    })
    .unwrap();
    insta::assert_json_snapshot!(json, @r#"
    {
      "@odata.context": "https://h:8443/v1.0/$metadata#applications/$entity",
      "addIns": [],
      "api": {
        "acceptMappedClaims": null,
        "knownClientApplications": [],
        "oauth2PermissionScopes": [],
        "preAuthorizedApplications": [],
        "requestedAccessTokenVersion": null
      },
      "appId": "02020202-0202-0202-0202-020202020202",
      "appRoles": [],
      "applicationTemplateId": null,
      "certification": null,
      "createdDateTime": "2020-11-10T08:30:00Z",
      "defaultRedirectUri": null,
      "deletedDateTime": null,
      "description": null,
      "disabledByMicrosoftStatus": null,
      "displayName": "ml-auth",
      "groupMembershipClaims": null,
      "id": "01010101-0101-0101-0101-010101010101",
      "identifierUris": [],
      "info": {
        "logoUrl": null,
        "marketingUrl": null,
        "privacyStatementUrl": null,
        "supportUrl": null,
        "termsOfServiceUrl": null
      },
      "isDeviceOnlyAuthSupported": null,
      "isFallbackPublicClient": null,
      "keyCredentials": [],
      "notes": null,
      "optionalClaims": null,
      "parentalControlSettings": {
        "countriesBlockedForMinors": [],
        "legalAgeGroupRule": "Allow"
      },
      "passwordCredentials": [],
      "publicClient": {
        "redirectUris": []
      },
      "publisherDomain": "contoso.com",
      "requiredResourceAccess": [],
      "samlMetadataUrl": null,
      "serviceManagementReference": null,
      "signInAudience": "AzureADMyOrg",
      "spa": {
        "redirectUris": []
      },
      "tags": [],
      "tokenEncryptionKeyId": null,
      "verifiedPublisher": {
        "addedDateTime": null,
        "displayName": null,
        "verifiedPublisherId": null
      },
      "web": {
        "homePageUrl": null,
        "implicitGrantSettings": {
          "enableAccessTokenIssuance": false,
          "enableIdTokenIssuance": false
        },
        "logoutUrl": null,
        "redirectUriSettings": [],
        "redirectUris": []
      }
    }
    "#);
    let read: Entity<Application> = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), json);
}

#[test]
fn a_service_principal() {
    let json = serde_json::to_value(service_principal()).unwrap();
    insta::assert_json_snapshot!(json, @r#"
    {
      "accountEnabled": true,
      "addIns": [],
      "alternativeNames": [],
      "appDescription": null,
      "appDisplayName": "ml-auth",
      "appId": "02020202-0202-0202-0202-020202020202",
      "appOwnerOrganizationId": "04040404-0404-0404-0404-040404040404",
      "appRoleAssignmentRequired": false,
      "appRoles": [],
      "applicationTemplateId": null,
      "createdDateTime": "2020-11-10T08:30:00Z",
      "deletedDateTime": null,
      "description": null,
      "disabledByMicrosoftStatus": null,
      "displayName": "ml-auth",
      "homepage": null,
      "id": "03030303-0303-0303-0303-030303030303",
      "info": {
        "logoUrl": null,
        "marketingUrl": null,
        "privacyStatementUrl": null,
        "supportUrl": null,
        "termsOfServiceUrl": null
      },
      "keyCredentials": [],
      "loginUrl": null,
      "logoutUrl": null,
      "notes": null,
      "notificationEmailAddresses": [],
      "oauth2PermissionScopes": [],
      "passwordCredentials": [],
      "preferredSingleSignOnMode": null,
      "preferredTokenSigningKeyThumbprint": null,
      "replyUrls": [],
      "resourceSpecificApplicationPermissions": [],
      "samlSingleSignOnSettings": null,
      "servicePrincipalNames": [
        "02020202-0202-0202-0202-020202020202"
      ],
      "servicePrincipalType": "Application",
      "signInAudience": "AzureADMyOrg",
      "tags": [],
      "tokenEncryptionKeyId": null,
      "verifiedPublisher": {
        "addedDateTime": null,
        "displayName": null,
        "verifiedPublisherId": null
      }
    }
    "#);
    let read: ServicePrincipal = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), json);
}

#[test]
fn a_user_in_its_default_projection() {
    let user = User::new(
        ObjectId::from_bytes([5; 16]),
        "alice@contoso.com".into(),
        "Alice".into(),
    );
    insta::assert_json_snapshot!(user, @r#"
    {
      "businessPhones": [],
      "displayName": "Alice",
      "givenName": null,
      "jobTitle": null,
      "mail": null,
      "mobilePhone": null,
      "officeLocation": null,
      "preferredLanguage": null,
      "surname": null,
      "userPrincipalName": "alice@contoso.com",
      "id": "05050505-0505-0505-0505-050505050505"
    }
    "#);
}

#[test]
fn a_bare_foreign_object_is_read() {
    let id = ObjectId::from_bytes([1; 16]);
    let bare =
        json!({ "id": id, "appId": AppId::from_bytes([2; 16]), "web": null, "tags": ["x"], "more": 1 });
    assert!(serde_json::from_value::<Application>(bare.clone()).is_ok());
    assert!(serde_json::from_value::<ServicePrincipal>(bare).is_ok());
    assert!(serde_json::from_value::<User>(json!({ "id": id })).is_ok());
}

#[test]
fn the_page_s_older_shape() {
    let text = serde_json::to_string(&LegacyServicePrincipal::from(&service_principal())).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["accountEnabled"], "True");
    assert_eq!(json["addIns"], json!([]));
    assert_eq!(json["appDisplayName"], "ml-auth");
    assert_eq!(json["objectId"], json!(ObjectId::from_bytes([3; 16])));
    assert_eq!(json["objectType"], "ServicePrincipal");
    // Written in alphabetical order, as the page shows it; parsed keys come sorted.
    let mut last = 0;
    for name in json.as_object().unwrap().keys() {
        let at = text.find(&format!("\"{name}\":")).unwrap();
        assert!(at >= last, "{name}");
        last = at;
    }
}

#[test]
fn objects_say_what_they_are() {
    let objects = List {
        context: None,
        next_link: None,
        value: vec![
            DirectoryObject::ServicePrincipal(service_principal()),
            DirectoryObject::Application(application()),
        ],
    };
    let json = serde_json::to_value(&objects).unwrap();
    assert_eq!(
        json["value"][0]["@odata.type"],
        "#microsoft.graph.servicePrincipal"
    );
    assert_eq!(json["value"][0]["keyCredentials"], json!([]));
    let read: List<DirectoryObject> = serde_json::from_value(json).unwrap();
    assert!(matches!(
        read.value.as_slice(),
        [
            DirectoryObject::ServicePrincipal(_),
            DirectoryObject::Application(_)
        ]
    ));
}

#[test]
fn an_error() {
    let marks = Marks {
        trace: TraceId::from_bytes([6; 16]),
        correlation: CorrelationId::from_bytes([7; 16]),
        at: AT,
    };
    let body = GraphErrorBody::new(GraphCode::NotFound, GraphError::not_found("x"), marks);
    insta::assert_json_snapshot!(body, @r#"
    {
      "error": {
        "code": "Request_ResourceNotFound",
        "message": "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
        "innerError": {
          "date": "2020-11-10T08:30:00",
          "request-id": "06060606-0606-0606-0606-060606060606",
          "client-request-id": "07070707-0707-0707-0707-070707070707"
        }
      }
    }
    "#);
}

#[test]
fn a_password_shows_its_text_in_json_only() {
    let password = PasswordCredential {
        custom_key_identifier: crate::Null,
        display_name: Some("rbac".into()),
        end_date_time: Some(AT),
        hint: Some("dwc".into()),
        key_id: CredentialId::from_bytes([8; 16]),
        secret_text: Some(SecretString::from("hunter2")),
        start_date_time: Some(AT),
    };
    assert_eq!(serde_json::to_value(&password).unwrap()["secretText"], "hunter2");
    assert!(!format!("{password:?}").contains("hunter2"));
    let user: CreateUser = parse_body(
        br#"{"accountEnabled":"True","displayName":"A","userPrincipalName":"a@b.c","mailNickname":"a",
            "passwordProfile":{"password":"hunter2","forceChangePasswordNextSignIn":true}}"#,
    )
    .unwrap();
    assert_eq!(user.account_enabled, Some(true));
    assert!(!format!("{user:?}").contains("hunter2"));
}

#[test]
fn the_bodies_that_the_command_line_sends() {
    let app: CreateApplication = parse_body(
        br#"{"displayName":"ml-auth","keyCredentials":[],"web":{"homePageUrl":null,"redirectUris":[]},
            "isFallbackPublicClient":false,"signInAudience":null}"#,
    )
    .unwrap();
    let web = RequestedWeb {
        home_page_url: Some(None),
        redirect_uris: Some(Vec::new()),
        ..RequestedWeb::default()
    };
    assert_eq!(
        app,
        CreateApplication {
            display_name: "ml-auth".into(),
            identifier_uris: None,
            parts: RequestedParts {
                web: Some(web),
                is_fallback_public_client: Some(Some(false)),
                ..RequestedParts::default()
            },
        }
    );
    for enabled in ["true", "\"True\"", "\"true\""] {
        let body = format!(
            r#"{{"appId":"{}","accountEnabled":{enabled}}}"#,
            AppId::from_bytes([2; 16])
        );
        let sp: CreateServicePrincipal = parse_body(body.as_bytes()).unwrap();
        assert_eq!(sp.account_enabled, Some(true));
    }
    let password: AddPassword = parse_body(
        br#"{"passwordCredential":{"displayName":"rbac","startDateTime":"2020-11-10T08:30:00.123Z","endDateTime":"2021-11-10T08:30:00Z"}}"#,
    )
    .unwrap();
    assert_eq!(
        password.password_credential.unwrap().end_date_time,
        Some("2021-11-10T08:30:00Z".parse().unwrap())
    );
    assert_eq!(parse_body::<AddPassword>(b"{}"), Ok(AddPassword::default()));
    let ids: GetByIds =
        parse_body(br#"{"ids":["1"],"types":["user","directoryObjectPartnerReference"]}"#).unwrap();
    assert_eq!(ids.ids, ["1"]);
    let id = ObjectId::from_bytes([1; 16]);
    let owner = serde_json::to_vec(&Reference::to_object("https://h/", id)).unwrap();
    assert_eq!(parse_body::<Reference>(&owner).unwrap().object_id(), Some(id));
}

#[test]
fn what_is_not_kept_is_refused_by_name() {
    let error = |body: &str| parse_body::<CreateApplication>(body.as_bytes()).unwrap_err();
    assert_eq!(
        error(r#"{"displayName":"a","colour":1}"#).to_string(),
        "Invalid property 'colour'."
    );
    for body in [
        r#"{"displayName":"a","keyCredentials":[{}]}"#,
        r#"{"displayName":"a","passwordCredentials":[{"secretText":"x"}]}"#,
        r#"{"displayName":"a","tags":["x"]}"#,
    ] {
        assert!(matches!(error(body), BodyError::Unsupported(_)), "{body}");
    }
    for part in [
        r#""web":{"colour":1}"#,
        r#""web":{"redirectUris":"https://x"}"#,
        r#""web":{"implicitGrantSettings":{"colour":true}}"#,
        r#""spa":{"redirectUri":["https://x"]}"#,
        r#""api":{"scopes":[]}"#,
        r#""api":{"oauth2PermissionScopes":[{"value":"x"}]}"#,
        r#""appRoles":[{"id":"x"}]"#,
        r#""requiredResourceAccess":[{}]"#,
        r#""optionalClaims":{"jwt":[]}"#,
        r#""isFallbackPublicClient":"yes""#,
    ] {
        let body = format!("{{\"displayName\":\"a\",{part}}}");
        assert!(matches!(error(&body), BodyError::Invalid(_)), "{body}");
    }
    assert_eq!(
        error(r#"{"identifierUris":[]}"#),
        BodyError::Invalid("missing field `displayName`".into())
    );
    for body in ["", "[]", "null", "{", r#""x""#] {
        assert_eq!(error(body), BodyError::NotJson, "{body}");
    }
    let update = parse_body::<UpdateApplication>(br#"{"passwordCredentials":[]}"#);
    assert!(matches!(update, Err(BodyError::UnknownProperty(_))));
    assert!(parse_body::<UpdateApplication>(br##"{"@odata.type":"#microsoft.graph.application"}"##).is_ok());
}

#[test]
fn a_refusal_does_not_repeat_a_secret() {
    let body = br#"{"displayName":"A","userPrincipalName":"a@b.c","passwordProfile":"hunter2"}"#;
    let error = parse_body::<CreateUser>(body).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn codes_are_distinct() {
    let words: std::collections::BTreeSet<_> = GraphCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(words.len(), GraphCode::ALL.len());
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body: Vec<u8>) {
        let _ = parse_body::<CreateApplication>(&body);
    }
}

#[test]
fn a_group() {
    let id: ObjectId = "a3f6c606-38ec-42d7-8c0e-d4ecaf0d9d61".parse().unwrap();
    let group = Group {
        id,
        created_date_time: Some(AT),
        description: None,
        display_name: Some("ML team".into()),
        group_types: crate::NoItems,
        mail_enabled: false,
        mail_nickname: Some("ml-team".into()),
        renewed_date_time: Some(AT),
        security_enabled: true,
        security_identifier: Some(security_identifier(id)),
        constants: GroupConstants::default(),
    };
    insta::assert_json_snapshot!(DirectoryObject::Group(group.clone()), @r##"
    {
      "@odata.type": "#microsoft.graph.group",
      "id": "a3f6c606-38ec-42d7-8c0e-d4ecaf0d9d61",
      "createdDateTime": "2020-11-10T08:30:00Z",
      "description": null,
      "displayName": "ML team",
      "groupTypes": [],
      "mailEnabled": false,
      "mailNickname": "ml-team",
      "renewedDateTime": "2020-11-10T08:30:00Z",
      "securityEnabled": true,
      "securityIdentifier": "S-1-12-1-2750858758-1121401068-3973320332-1637682607",
      "deletedDateTime": null,
      "classification": null,
      "creationOptions": [],
      "expirationDateTime": null,
      "isAssignableToRole": null,
      "mail": null,
      "membershipRule": null,
      "membershipRuleProcessingState": null,
      "onPremisesDomainName": null,
      "onPremisesLastSyncDateTime": null,
      "onPremisesNetBiosName": null,
      "onPremisesProvisioningErrors": [],
      "onPremisesSamAccountName": null,
      "onPremisesSecurityIdentifier": null,
      "onPremisesSyncEnabled": null,
      "preferredDataLocation": null,
      "preferredLanguage": null,
      "proxyAddresses": [],
      "resourceBehaviorOptions": [],
      "resourceProvisioningOptions": [],
      "serviceProvisioningErrors": [],
      "theme": null,
      "uniqueName": null,
      "visibility": null
    }
    "##);
    let json = serde_json::to_value(&group).unwrap();
    assert_eq!(serde_json::from_value::<Group>(json).unwrap(), group);
}

#[test]
fn a_change_of_a_group_tells_null_from_missing() {
    let read = |body: Value| parse_body::<UpdateGroup>(body.to_string().as_bytes());
    assert_eq!(read(json!({})).unwrap().description, None);
    assert_eq!(
        read(json!({"description": null})).unwrap().description,
        Some(None)
    );
    assert_eq!(
        read(json!({"description": "x", "members@odata.bind": ["y"]})).unwrap(),
        UpdateGroup {
            description: Some(Some("x".into())),
            members: vec!["y".into()],
            ..UpdateGroup::default()
        }
    );
    for (body, expected) in [
        (
            json!({"members": []}),
            BodyError::UnknownProperty("members".into()),
        ),
        (
            json!({"visibility": "Private"}),
            BodyError::Unsupported("visibility".into()),
        ),
        (
            json!({"owners@odata.bind": []}),
            BodyError::UnknownProperty("owners@odata.bind".into()),
        ),
    ] {
        assert_eq!(read(body), Err(expected));
    }
}

#[test]
fn what_is_missing_is_told_from_what_is_emptied() {
    let parts = |body: &str| parse_body::<UpdateApplication>(body.as_bytes()).unwrap().parts;
    assert_eq!(parts("{}"), RequestedParts::default());
    let nothing = r#"{"web":null,"api":null,"appRoles":null,"spa":{},"isFallbackPublicClient":null}"#;
    let nothing = parts(nothing);
    assert_eq!((nothing.web, nothing.api, nothing.app_roles), (None, None, None));
    assert_eq!(nothing.spa, Some(RequestedRedirectUris::default()));
    assert_eq!(nothing.is_fallback_public_client, Some(None));
    let api = parts(r#"{"api":{"requestedAccessTokenVersion":null}}"#)
        .api
        .unwrap();
    assert_eq!(api.requested_access_token_version, Some(None));
    let api = parts(r#"{"api":{"oauth2PermissionScopes":[]}}"#).api.unwrap();
    assert_eq!(api.requested_access_token_version, None);
    assert_eq!(api.oauth2_permission_scopes, Some(Vec::new()));
    // What Graph shows can be sent back as it is.
    let shown = serde_json::to_value(application()).unwrap();
    let mut sent = serde_json::Map::new();
    for name in [
        "web",
        "spa",
        "publicClient",
        "api",
        "appRoles",
        "optionalClaims",
        "groupMembershipClaims",
    ] {
        sent.insert(name.to_owned(), shown[name].clone());
    }
    parts(&Value::Object(sent).to_string());
}

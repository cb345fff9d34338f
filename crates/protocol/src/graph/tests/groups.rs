use super::super::*;
use super::AT;
use doorward_names::ObjectId;
use serde_json::{Value, json};

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

//! What tokens say (Microsoft identity platform, access token and ID token claims references; RFC 7519 §4.1).
//!
//! Claims are written in the order of the real service, without those that a token does not carry. When read,
//! unknown ones are left aside, and what sets an access token apart from an id_token is required. Deliberately
//! not here: which claims a principal gets, and when a token is accepted.

mod access;
mod id_token;

pub use access::{AccessClaims, AccessClaimsV1, AccessClaimsV2};
pub use id_token::{IdClaimsV1, IdClaimsV2};

use serde::{Deserialize, Serialize};

/// Which claims stand elsewhere, each by the name of its source (OpenID Connect Core §5.6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimNames {
    /// The source of the groups.
    pub groups: String,
}

/// The sources, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimSources {
    /// The one there is.
    pub src1: ClaimSource,
}

/// Where claims are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimSource {
    /// The address, to which a token for Microsoft Graph is brought.
    pub endpoint: String,
}

/// Says that the groups are to be had at `endpoint`.
pub fn elsewhere(endpoint: String) -> (ClaimNames, ClaimSources) {
    let groups = "src1".to_owned();
    let src1 = ClaimSource { endpoint };
    (ClaimNames { groups }, ClaimSources { src1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_names::{ObjectId, TenantId};
    use serde_json::json;

    fn v1() -> AccessClaimsV1 {
        AccessClaimsV1 {
            aud: "https://management.azure.com/".into(),
            iss: "https://h/t/".into(),
            iat: 1,
            nbf: 1,
            exp: 3901,
            acr: None,
            aio: None,
            amr: None,
            appid: "app".into(),
            appidacr: "1".into(),
            email: None,
            groups: None,
            claim_names: None,
            claim_sources: None,
            idp: Some("https://h/t/".into()),
            idtyp: Some("app".into()),
            name: None,
            oid: ObjectId::from_bytes([1; 16]),
            rh: None,
            roles: None,
            scp: None,
            sid: None,
            sub: "s".into(),
            tid: TenantId::from_bytes([2; 16]),
            unique_name: None,
            upn: None,
            uti: "u".into(),
            ver: "1.0".into(),
            wids: None,
            xms_cc: None,
        }
    }

    #[test]
    fn claims_stand_in_the_order_of_the_real_service() {
        let json = serde_json::to_string(&v1()).unwrap();
        insta::assert_snapshot!(json, @r#"{"aud":"https://management.azure.com/","iss":"https://h/t/","iat":1,"nbf":1,"exp":3901,"appid":"app","appidacr":"1","idp":"https://h/t/","idtyp":"app","oid":"01010101-0101-0101-0101-010101010101","sub":"s","tid":"02020202-0202-0202-0202-020202020202","uti":"u","ver":"1.0"}"#);
    }

    #[test]
    fn the_version_says_which_form_it_is() {
        let json = serde_json::to_value(v1()).unwrap();
        let read: AccessClaims = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(read, AccessClaims::V1(v1()));
        assert_eq!(
            (read.client(), read.kind(), read.scopes().count()),
            ("app", Some("app"), 0)
        );
        for ver in [json!("2.0"), json!("3.0"), json!(1), json!(null)] {
            let mut other = json.clone();
            other["ver"] = ver;
            assert!(serde_json::from_value::<AccessClaims>(other).is_err());
        }
    }

    #[test]
    fn unknown_claims_are_left_aside() {
        let mut json = serde_json::to_value(v1()).unwrap();
        json["xms_tcdt"] = json!(1);
        json["scp"] = json!("User.Read  Files.Read");
        let read: AccessClaims = serde_json::from_value(json).unwrap();
        assert_eq!(read.scopes().collect::<Vec<_>>(), ["User.Read", "Files.Read"]);
    }

    #[test]
    fn an_id_token_is_no_access_token() {
        let common = json!({
            "aud": "c", "iss": "https://h/t/v2.0", "iat": 1, "nbf": 1, "exp": 2, "name": "Alice", "sub": "s",
            "oid": ObjectId::from_bytes([1; 16]), "tid": TenantId::from_bytes([2; 16]), "uti": "u",
            "preferred_username": "alice@contoso.com", "upn": "alice@contoso.com",
        });
        for ver in ["1.0", "2.0"] {
            let mut claims = common.clone();
            claims["ver"] = json!(ver);
            assert!(
                serde_json::from_value::<AccessClaims>(claims.clone()).is_err(),
                "{ver}"
            );
            assert!(serde_json::from_value::<IdClaimsV1>(claims.clone()).is_ok());
            assert!(serde_json::from_value::<IdClaimsV2>(claims).is_ok());
        }
    }

    #[test]
    fn an_audience_is_one_text() {
        let mut json = serde_json::to_value(v1()).unwrap();
        json["aud"] = json!(["https://management.azure.com/", "other"]);
        assert!(serde_json::from_value::<AccessClaims>(json).is_err());
    }
}

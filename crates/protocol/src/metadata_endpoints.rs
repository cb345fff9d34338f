//! Cloud metadata, by which command lines learn a cloud's addresses (`GET /metadata/endpoints?api-version=`):
//! one flat object in 2015-01-01, an array of clouds from 2019-05-01, one cloud from 2022-09-01.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The addresses of a cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudUrls {
    /// Its name; under the server's own names not `AzureCloud`, whose addresses clients replace by built-in ones.
    pub name: String,
    /// The token service, without a trailing slash.
    pub login: String,
    /// Resource Manager.
    pub resource_manager: String,
    /// Microsoft Graph, as address and audience.
    pub microsoft_graph: String,
    /// The older directory graph, as address and audience.
    pub directory_graph: String,
    /// Audiences of Resource Manager; clients ask for the first.
    pub audiences: Vec<String>,
    /// The portal.
    pub portal: String,
}

/// The answer in one of its three shapes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MetadataEndpoints {
    /// From 2019-05-01 on: an array.
    Clouds(Vec<Cloud>),
    /// From 2022-09-01 on: one cloud.
    Cloud(Cloud),
    /// 2015-01-01.
    Flat(FlatCloud),
}

/// One cloud, 2019-05-01 and later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cloud {
    /// Its name.
    pub name: String,
    /// The portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<String>,
    /// How to sign in.
    pub authentication: CloudAuthentication,
    /// The older directory graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<String>,
    /// The older directory graph's audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph_audience: Option<String>,
    /// Microsoft Graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microsoft_graph_resource_id: Option<String>,
    /// Resource Manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_manager: Option<String>,
    /// Endings of host names; none here, but clients want the object.
    #[serde(default)]
    pub suffixes: BTreeMap<String, String>,
}

/// How to sign in to a cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudAuthentication {
    /// The token service.
    pub login_endpoint: String,
    /// Audiences of Resource Manager.
    pub audiences: Vec<String>,
    /// The tenant to begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// `AAD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_provider: Option<String>,
}

/// One cloud, 2015-01-01.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FlatCloud {
    /// There is no gallery; Resource Manager's address stands here, since clients want one.
    pub gallery_endpoint: String,
    /// The older directory graph.
    pub graph_endpoint: String,
    /// The portal.
    pub portal_endpoint: String,
    /// How to sign in.
    pub authentication: CloudAuthentication,
}

impl MetadataEndpoints {
    /// The answer to `api_version`; versions are compared as dates, and a missing one counts as the oldest.
    pub fn new(api_version: Option<&str>, urls: &CloudUrls) -> Self {
        match api_version.unwrap_or_default() {
            version if version >= "2022-09-01" => Self::Cloud(Cloud::new(urls)),
            version if version >= "2019-05-01" => Self::Clouds(vec![Cloud::new(urls)]),
            _ => Self::Flat(FlatCloud {
                gallery_endpoint: urls.resource_manager.clone(),
                graph_endpoint: urls.directory_graph.clone(),
                portal_endpoint: urls.portal.clone(),
                authentication: CloudAuthentication {
                    login_endpoint: urls.login.clone(),
                    audiences: urls.audiences.clone(),
                    tenant: None,
                    identity_provider: None,
                },
            }),
        }
    }
}

impl CloudUrls {
    /// Azure's public cloud, with the portal at `portal`.
    pub fn azure(portal: String) -> Self {
        Self {
            name: "AzureCloud".to_owned(),
            login: "https://login.microsoftonline.com".to_owned(),
            resource_manager: "https://management.azure.com/".to_owned(),
            microsoft_graph: "https://graph.microsoft.com/".to_owned(),
            directory_graph: "https://graph.windows.net/".to_owned(),
            audiences: vec![
                "https://management.core.windows.net/".to_owned(),
                "https://management.azure.com/".to_owned(),
            ],
            portal,
        }
    }
}

impl Cloud {
    fn new(urls: &CloudUrls) -> Self {
        Self {
            name: urls.name.clone(),
            portal: Some(urls.portal.clone()),
            authentication: CloudAuthentication {
                login_endpoint: urls.login.clone(),
                audiences: urls.audiences.clone(),
                tenant: Some("common".to_owned()),
                identity_provider: Some("AAD".to_owned()),
            },
            graph: Some(urls.directory_graph.clone()),
            graph_audience: Some(urls.directory_graph.clone()),
            microsoft_graph_resource_id: Some(urls.microsoft_graph.clone()),
            resource_manager: Some(urls.resource_manager.clone()),
            suffixes: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(api_version: Option<&str>) -> serde_json::Value {
        let urls = CloudUrls {
            name: "Doorward".into(),
            login: "https://h:8443".into(),
            resource_manager: "https://h:8443/".into(),
            microsoft_graph: "https://h:8443/".into(),
            directory_graph: "https://h:8443/".into(),
            audiences: vec![
                "https://management.core.windows.net/".into(),
                "https://management.azure.com/".into(),
            ],
            portal: "https://h:8443/portal".into(),
        };
        serde_json::to_value(MetadataEndpoints::new(api_version, &urls)).unwrap()
    }

    #[test]
    fn each_version_has_its_shape() {
        assert!(answer(Some("2019-05-01")).is_array());
        assert!(answer(Some("2020-09-01")).is_array());
        assert!(answer(Some("2022-09-01")).is_object());
        assert_eq!(answer(Some("2019-05-01"))[0], answer(Some("2022-09-01")));
        assert_eq!(answer(None), answer(Some("2015-01-01")));
        insta::assert_json_snapshot!(answer(Some("2022-09-01")), @r#"
        {
          "authentication": {
            "audiences": [
              "https://management.core.windows.net/",
              "https://management.azure.com/"
            ],
            "identityProvider": "AAD",
            "loginEndpoint": "https://h:8443",
            "tenant": "common"
          },
          "graph": "https://h:8443/",
          "graphAudience": "https://h:8443/",
          "microsoftGraphResourceId": "https://h:8443/",
          "name": "Doorward",
          "portal": "https://h:8443/portal",
          "resourceManager": "https://h:8443/",
          "suffixes": {}
        }
        "#);
        insta::assert_json_snapshot!(answer(Some("2015-01-01")), @r#"
        {
          "authentication": {
            "audiences": [
              "https://management.core.windows.net/",
              "https://management.azure.com/"
            ],
            "loginEndpoint": "https://h:8443"
          },
          "galleryEndpoint": "https://h:8443/",
          "graphEndpoint": "https://h:8443/",
          "portalEndpoint": "https://h:8443/portal"
        }
        "#);
    }

    #[test]
    fn what_is_written_is_read() {
        for version in ["2015-01-01", "2019-05-01", "2022-09-01"] {
            let json = answer(Some(version));
            let read: MetadataEndpoints = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), json, "{version}");
        }
    }
}

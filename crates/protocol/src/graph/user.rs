//! Users (Graph `user`).

use doorward_names::{ObjectId, SecretString, Timestamp};
use serde::{Deserialize, Serialize};

use super::RequestBody;
use crate::{NoItems, Null, wire};

/// A person's account. The properties before `account_enabled` are the default projection; the rest appears only
/// when it is selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Always empty here.
    #[serde(default)]
    pub business_phones: NoItems,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Always null here.
    #[serde(default)]
    pub given_name: Null,
    /// Always null here.
    #[serde(default)]
    pub job_title: Null,
    /// The address that a guest was invited by; of others null.
    #[serde(default)]
    pub mail: Option<String>,
    /// Always null here.
    #[serde(default)]
    pub mobile_phone: Null,
    /// Always null here.
    #[serde(default)]
    pub office_location: Null,
    /// Always null here.
    #[serde(default)]
    pub preferred_language: Null,
    /// Always null here.
    #[serde(default)]
    pub surname: Null,
    /// Its sign-in name.
    #[serde(default)]
    pub user_principal_name: Option<String>,
    /// Its object id.
    pub id: ObjectId,
    /// Whether it may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_enabled: Option<bool>,
    /// When it was made.
    #[serde(
        default,
        with = "wire::optional_instant",
        skip_serializing_if = "Option::is_none"
    )]
    pub created_date_time: Option<Timestamp>,
    /// Its mail alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_nickname: Option<String>,
    /// `Member`, `Guest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
    /// What was issued before counts no more.
    #[serde(
        default,
        with = "wire::optional_instant",
        skip_serializing_if = "Option::is_none"
    )]
    pub sign_in_sessions_valid_from_date_time: Option<Timestamp>,
    /// `Invitation` of a guest; of others null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_type: Option<String>,
    /// Of a guest: `PendingAcceptance`, `Accepted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_user_state: Option<String>,
    /// Since when a guest's state is so.
    #[serde(
        default,
        with = "wire::optional_instant",
        skip_serializing_if = "Option::is_none"
    )]
    pub external_user_state_change_date_time: Option<Timestamp>,
}

impl User {
    /// The account in its default projection.
    pub fn new(id: ObjectId, user_principal_name: String, display_name: String) -> Self {
        Self {
            business_phones: NoItems,
            display_name: Some(display_name),
            given_name: Null,
            job_title: Null,
            mail: None,
            mobile_phone: Null,
            office_location: Null,
            preferred_language: Null,
            surname: Null,
            user_principal_name: Some(user_principal_name),
            id,
            account_enabled: None,
            created_date_time: None,
            mail_nickname: None,
            user_type: None,
            sign_in_sessions_valid_from_date_time: None,
            creation_type: None,
            external_user_state: None,
            external_user_state_change_date_time: None,
        }
    }
}

/// Body of `POST /users`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateUser {
    /// Whether it may sign in. `"True"` is read as well.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub account_enabled: Option<bool>,
    /// Its name for people.
    pub display_name: String,
    /// Its mail alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_nickname: Option<String>,
    /// Its sign-in name.
    pub user_principal_name: String,
    /// Its first password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_profile: Option<PasswordProfile>,
    /// `Member` (when missing), `Guest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
}

/// Body of `PATCH /users/{id}`: what is missing stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateUser {
    /// Whether it may sign in. `"True"` is read as well.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub account_enabled: Option<bool>,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its mail alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_nickname: Option<String>,
    /// Its sign-in name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// A new password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_profile: Option<PasswordProfile>,
    /// `Member`, `Guest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
}

/// A password as a client sends it. Unknown members are refused here too: none of them is safe to ignore.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordProfile {
    /// The password; in changes it may be missing.
    #[serde(
        default,
        with = "wire::optional_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub password: Option<SecretString>,
    /// Whether the person must choose another at the next sign-in; true when missing at creation.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub force_change_password_next_sign_in: Option<bool>,
    /// The same after a second proof.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub force_change_password_next_sign_in_with_mfa: Option<bool>,
}

const KEPT: &[&str] = &[
    "accountEnabled",
    "displayName",
    "mailNickname",
    "userPrincipalName",
    "passwordProfile",
    "userType",
];

const EMPTY_ONLY: &[&str] = &[
    "ageGroup",
    "businessPhones",
    "city",
    "companyName",
    "consentProvidedForMinor",
    "country",
    "department",
    "employeeId",
    "employeeType",
    "faxNumber",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "onPremisesImmutableId",
    "otherMails",
    "passwordPolicies",
    "postalCode",
    "preferredLanguage",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
];

impl RequestBody for CreateUser {
    const KEPT: &'static [&'static str] = KEPT;
    const EMPTY_ONLY: &'static [&'static str] = EMPTY_ONLY;
}

impl RequestBody for UpdateUser {
    const KEPT: &'static [&'static str] = KEPT;
    const EMPTY_ONLY: &'static [&'static str] = EMPTY_ONLY;
}

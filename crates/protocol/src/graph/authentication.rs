//! By what a person signs in (Graph `authenticationMethod`).

use doorward_names::{ObjectId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Null, wire};

/// The id that every person's password has as a method.
pub const PASSWORD_METHOD: ObjectId = ObjectId::from_u128(0x28c1_0230_6103_485e_b985_444c_6000_1490);

/// One method. Its secret is never told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "@odata.type")]
pub enum AuthenticationMethod {
    /// The password.
    #[serde(
        rename = "#microsoft.graph.passwordAuthenticationMethod",
        rename_all = "camelCase"
    )]
    Password {
        /// [`PASSWORD_METHOD`].
        id: ObjectId,
        /// Always null.
        password: Null,
        /// When it was set.
        #[serde(with = "wire::optional_instant")]
        created_date_time: Option<Timestamp>,
    },
    /// An authenticator app.
    #[serde(
        rename = "#microsoft.graph.softwareOathAuthenticationMethod",
        rename_all = "camelCase"
    )]
    SoftwareOath {
        /// Its id.
        id: ObjectId,
        /// Always null.
        secret_key: Null,
        /// When it was set up.
        #[serde(with = "wire::optional_instant")]
        created_date_time: Option<Timestamp>,
    },
}

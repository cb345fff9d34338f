//! Invitations of guests (Graph `invitation`). Nothing is mailed from here, so what is about a message may only say nothing.

use doorward_names::{ObjectId, SecretString};
use serde::{Deserialize, Serialize};

use super::RequestBody;
use crate::{Null, wire};

/// An invitation as it was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// Its id, opaque.
    pub id: String,
    /// Where the guest accepts; who has it can, so it is shown once.
    #[serde(with = "wire::secret")]
    pub invite_redeem_url: SecretString,
    /// The guest's name for people.
    #[serde(default)]
    pub invited_user_display_name: Option<String>,
    /// `Guest`, `Member`.
    #[serde(default)]
    pub invited_user_type: Option<String>,
    /// The address that was invited.
    pub invited_user_email_address: String,
    /// Always false here.
    #[serde(default)]
    pub send_invitation_message: bool,
    /// Whether the guest has to accept anew.
    #[serde(default)]
    pub reset_redemption: bool,
    /// Where the guest is led once they have accepted.
    pub invite_redirect_url: String,
    /// `PendingAcceptance`, `Completed`.
    pub status: String,
    /// Always null here.
    #[serde(default)]
    pub invited_user_message_info: Null,
    /// The guest's account in the tenant that invites.
    pub invited_user: InvitedUser,
}

/// The account of who was invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedUser {
    /// Its object id.
    pub id: ObjectId,
}

/// Body of `POST /invitations`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateInvitation {
    /// Whom to invite.
    pub invited_user_email_address: String,
    /// Where to lead them once they have accepted.
    pub invite_redirect_url: String,
    /// Their name for people; what stands before the `@` when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_user_display_name: Option<String>,
    /// `Guest` (when missing), `Member`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_user_type: Option<String>,
    /// Whether who accepted before has to do so anew. `"True"` is read as well.
    #[serde(
        default,
        deserialize_with = "wire::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub reset_redemption: Option<bool>,
}

impl RequestBody for CreateInvitation {
    const KEPT: &'static [&'static str] = &[
        "invitedUserEmailAddress",
        "inviteRedirectUrl",
        "invitedUserDisplayName",
        "invitedUserType",
        "resetRedemption",
    ];
    const EMPTY_ONLY: &'static [&'static str] = &[
        "sendInvitationMessage",
        "invitedUserMessageInfo",
        "invitedUserSponsors",
    ];
}

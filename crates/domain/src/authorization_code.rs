//! Authorization codes (RFC 6749 §4.1): what a browser carries back to a client, good once and for a minute.

use doorward_names::{AppId, Duration, ObjectId, SecretHash, SessionId, TenantId, Timestamp};

use crate::application::Platform;
use crate::device_grant::Wanted;
use crate::redirect_uri;

/// How long a code can be redeemed.
pub const LIFETIME: Duration = Duration::seconds(60);

/// A code as it is remembered.
#[derive(Debug, Clone)]
pub struct AuthorizationCode {
    /// Its keyed hash.
    pub hash: SecretHash,
    /// The person's tenant.
    pub tenant: TenantId,
    /// The client that asked.
    pub client: AppId,
    /// The person.
    pub user: ObjectId,
    /// Where the browser was sent back to.
    pub redirect_uri: String,
    /// What runs there.
    pub platform: Platform,
    /// The hash of the client's verifier (`code_challenge`, RFC 7636 §4.2, S256), if it sent one.
    pub challenge: Option<String>,
    /// For what.
    pub wanted: Wanted,
    /// What the id_token has to repeat.
    pub nonce: Option<String>,
    /// Whether the id_token has to say when the person proved who they are (`auth_time`).
    pub says_when: bool,
    /// How the person proved who they are (`amr`).
    pub methods: String,
    /// When they did.
    pub signed_in_at: Timestamp,
    /// When the code was made.
    pub created_at: Timestamp,
    /// When it was first presented.
    pub spent_at: Option<Timestamp>,
    /// The session that it gave.
    pub session: Option<SessionId>,
}

/// What comes with a code to the token endpoint.
#[derive(Debug, Clone)]
pub struct Presented {
    /// The client.
    pub client: AppId,
    /// The tenant in the path; `None` where none is named.
    pub tenant: Option<TenantId>,
    /// The redirect URI, to be the same.
    pub redirect_uri: String,
    /// The challenge that belongs to the verifier, if one came.
    pub challenge: Option<String>,
}

/// Why a code gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    /// It was presented before: the session that it gave ends (RFC 6749 §4.1.2).
    #[error("the code was presented before")]
    Used,
    /// Its minute is over.
    #[error("the code has expired")]
    Expired,
    /// It is another client's, tenant's or redirect URI's.
    #[error("the code was given to another client, tenant or redirect URI")]
    NotTheirs,
    /// The verifier does not belong to the challenge, or there is one without the other (RFC 9700 §2.1.1).
    #[error("the code verifier is wrong")]
    WrongVerifier,
}

impl AuthorizationCode {
    /// Whether the code gives tokens to who presents it. It is spent by this, whatever the answer.
    ///
    /// # Errors
    /// The reason why not.
    pub fn redeem(&self, presented: &Presented, now: Timestamp) -> Result<(), CodeRefusal> {
        if self.spent_at.is_some() {
            return Err(CodeRefusal::Used);
        }
        let same = self.client == presented.client
            && presented.tenant.is_none_or(|tenant| tenant == self.tenant)
            && redirect_uri::is_same(&self.redirect_uri, &presented.redirect_uri);
        if !same {
            return Err(CodeRefusal::NotTheirs);
        }
        if self.challenge != presented.challenge {
            return Err(CodeRefusal::WrongVerifier);
        }
        match now.since(self.created_at) > LIFETIME {
            true => Err(CodeRefusal::Expired),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_names::HashKeyId;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    #[test]
    fn a_code_is_bound_to_everything_that_it_was_given_for() {
        let code = AuthorizationCode {
            hash: SecretHash::new(HashKeyId::from_u128(1), [1; 32]),
            tenant: TenantId::from_u128(2),
            client: AppId::from_u128(3),
            user: ObjectId::from_u128(4),
            redirect_uri: "http://localhost:8400".to_owned(),
            platform: Platform::Public,
            challenge: Some("right".to_owned()),
            wanted: Wanted {
                resource: None,
                scope: None,
            },
            nonce: None,
            says_when: false,
            methods: "pwd".to_owned(),
            signed_in_at: NOW,
            created_at: NOW,
            spent_at: None,
            session: None,
        };
        let right = Presented {
            client: code.client,
            tenant: Some(code.tenant),
            redirect_uri: code.redirect_uri.clone(),
            challenge: Some("right".to_owned()),
        };
        let end = NOW.plus(LIFETIME);
        assert_eq!(code.redeem(&right, end), Ok(()));
        let late = end.plus(Duration::seconds(1));
        assert_eq!(code.redeem(&right, late), Err(CodeRefusal::Expired));
        let others = [
            Presented {
                client: AppId::from_u128(9),
                ..right.clone()
            },
            Presented {
                tenant: Some(TenantId::from_u128(9)),
                ..right.clone()
            },
            Presented {
                redirect_uri: "http://localhost:8401".to_owned(),
                ..right.clone()
            },
        ];
        for other in others {
            assert_eq!(code.redeem(&other, NOW), Err(CodeRefusal::NotTheirs));
        }
        for challenge in [Some("wrong".to_owned()), None] {
            let wrong = Presented {
                challenge,
                ..right.clone()
            };
            assert_eq!(code.redeem(&wrong, NOW), Err(CodeRefusal::WrongVerifier));
        }
        // Whoever took the challenge out of a request cannot pass the client's verifier off on it.
        let bare = AuthorizationCode {
            challenge: None,
            ..code.clone()
        };
        assert_eq!(bare.redeem(&right, NOW), Err(CodeRefusal::WrongVerifier));
        let without = Presented {
            challenge: None,
            ..right.clone()
        };
        assert_eq!(bare.redeem(&without, NOW), Ok(()));
        let spent = AuthorizationCode {
            spent_at: Some(NOW),
            ..code
        };
        assert_eq!(spent.redeem(&right, NOW), Err(CodeRefusal::Used));
    }
}

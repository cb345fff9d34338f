//! The client credentials grant (RFC 6749 §4.4): an application proves itself and gets a token as itself.

use doorward_names::{AppId, CredentialId, ObjectId, SecretHash, Timestamp};

use crate::application::PasswordCredential;
use crate::run_ticket::RunTicket;
use crate::service_principal::{ServicePrincipal, ServicePrincipalKind};

/// A client that has proved itself; only [`authenticate`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedClient {
    app_id: AppId,
    service_principal: ObjectId,
    credential: Option<CredentialId>,
}

impl VerifiedClient {
    /// The application id.
    pub fn app_id(&self) -> AppId {
        self.app_id
    }
    /// The object id of its service principal in the tenant.
    pub fn service_principal(&self) -> ObjectId {
        self.service_principal
    }
    /// The credential that proved it; `None` when that was the secret of a run.
    pub fn credential(&self) -> Option<CredentialId> {
        self.credential
    }
}

/// Why a client did not prove itself. Only who presents a right secret learns more than "wrong".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientRefusal {
    /// No secret was sent.
    #[error("no client secret was sent")]
    NoSecret,
    /// The secret is none of the client's.
    #[error("the client secret is wrong")]
    WrongSecret,
    /// The secret was right once.
    #[error("the client secret has expired")]
    ExpiredSecret,
    /// The secret will be right later.
    #[error("the client secret is not valid yet")]
    NotYetValid,
    /// The secret is right, but the service principal may not sign in.
    #[error("the service principal is disabled")]
    Disabled,
    /// A built-in client holds no secret and never acts as itself.
    #[error("a built-in client cannot act as itself")]
    PublicClient,
}

/// Checks what a client presents: `presented` holds the secret's hash under every hash key in use, and is empty
/// for a text that no generator of ours ever made. `run` is the live ticket that the request brought; its secret is as
/// good as a credential.
///
/// # Errors
/// The reason for a refusal; expiry and disablement are told only to whom the secret proves.
pub fn authenticate(
    client: &ServicePrincipal,
    (credentials, run): (&[PasswordCredential], Option<&RunTicket>),
    presented: Option<&[SecretHash]>,
    now: Timestamp,
) -> Result<VerifiedClient, ClientRefusal> {
    if client.kind == ServicePrincipalKind::FirstParty {
        return Err(ClientRefusal::PublicClient);
    }
    let presented = presented.ok_or(ClientRefusal::NoSecret)?;
    let matching = || {
        credentials
            .iter()
            .filter(|c| presented.iter().any(|hash| hash.matches(&c.hash)))
    };
    let by_run =
        run.is_some_and(|run| run.proves_service_principal((client.tenant, client.id), presented, now));
    let credential = matching().find(|c| c.starts_at <= now && now < c.ends_at);
    if credential.is_none() && !by_run {
        return Err(match matching().next() {
            None => ClientRefusal::WrongSecret,
            Some(c) if now < c.starts_at => ClientRefusal::NotYetValid,
            Some(_) => ClientRefusal::ExpiredSecret,
        });
    }
    if !client.enabled {
        return Err(ClientRefusal::Disabled);
    }
    Ok(VerifiedClient {
        app_id: client.app_id,
        service_principal: client.id,
        credential: credential.map(|c| c.id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_ticket::{ActsAs, Identity, Maker};
    use doorward_names::{DisplayName, Duration, HashKeyId, TenantId};

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn hash(byte: u8) -> SecretHash {
        SecretHash::new(HashKeyId::from_bytes([1; 16]), [byte; 32])
    }

    fn client(enabled: bool) -> ServicePrincipal {
        ServicePrincipal {
            id: ObjectId::from_bytes([2; 16]),
            tenant: TenantId::from_bytes([3; 16]),
            app_id: AppId::from_bytes([4; 16]),
            app_owner: Some(TenantId::from_bytes([3; 16])),
            display_name: DisplayName::new("ml-auth").unwrap(),
            kind: ServicePrincipalKind::Application,
            enabled,
            assignment_required: false,
            created_at: NOW,
        }
    }

    fn credential(byte: u8, from_hours: i64, to_hours: i64) -> PasswordCredential {
        PasswordCredential {
            id: CredentialId::from_bytes([byte; 16]),
            display_name: None,
            hint: "dwc~abc".into(),
            hash: hash(byte),
            starts_at: NOW.plus(Duration::hours(from_hours)),
            ends_at: NOW.plus(Duration::hours(to_hours)),
        }
    }

    #[test]
    fn what_a_client_hears() {
        let all = [credential(1, -2, 2), credential(2, -2, -1), credential(3, 1, 2)];
        let ask = |enabled, byte| authenticate(&client(enabled), (&all, None), Some(&[hash(byte)]), NOW);
        assert_eq!(
            ask(true, 1).unwrap().credential(),
            Some(CredentialId::from_bytes([1; 16]))
        );
        assert_eq!(ask(true, 2), Err(ClientRefusal::ExpiredSecret));
        assert_eq!(ask(true, 3), Err(ClientRefusal::NotYetValid));
        assert_eq!(ask(true, 9), Err(ClientRefusal::WrongSecret));
        assert_eq!(ask(false, 1), Err(ClientRefusal::Disabled));
        assert_eq!(
            ask(false, 9),
            Err(ClientRefusal::WrongSecret),
            "a stranger does not learn that it is disabled"
        );
        assert_eq!(
            authenticate(&client(true), (&all, None), None, NOW),
            Err(ClientRefusal::NoSecret)
        );
        assert_eq!(
            authenticate(&client(true), (&all, None), Some(&[]), NOW),
            Err(ClientRefusal::WrongSecret)
        );
    }

    #[test]
    fn a_runs_secret_is_as_good_as_a_credential() {
        let maker = Maker {
            id: ObjectId::from_bytes([5; 16]),
            client: AppId::from_bytes([6; 16]),
            session: None,
        };
        let identity = Identity {
            kind: ActsAs::ServicePrincipal,
            id: client(true).id,
            client: client(true).app_id,
            secret: hash(8),
        };
        let run = RunTicket::new(hash(7), client(true).tenant, maker, Some(identity), NOW);
        let all = [credential(1, -2, 2)];
        let ask = |client: &ServicePrincipal, byte| {
            authenticate(client, (&all, Some(&run)), Some(&[hash(byte)]), NOW)
        };
        assert_eq!(ask(&client(true), 8).unwrap().credential(), None);
        assert!(ask(&client(true), 1).is_ok(), "its own secrets keep working");
        assert_eq!(ask(&client(false), 8), Err(ClientRefusal::Disabled));
        assert_eq!(ask(&client(true), 7), Err(ClientRefusal::WrongSecret));
        let other = ServicePrincipal {
            id: ObjectId::from_bytes([9; 16]),
            ..client(true)
        };
        assert_eq!(ask(&other, 8), Err(ClientRefusal::WrongSecret));
    }
}

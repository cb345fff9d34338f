//! The client credentials grant (RFC 6749 §4.4): an application asks for a token as itself.

use doorward_names::{CredentialId, SecretHash, Timestamp};

use crate::application::PasswordCredential;
use crate::service_principal::ServicePrincipal;

//! What each number means and what a person can do about it: shown on the page that `error_uri` leads to, and in `docs/errors.md`.

use doorward_protocol::oauth::AadSts;

/// What to do about `code`, in a sentence or two.
pub const fn cure(code: AadSts) -> &'static str {
    use AadSts as C;
    match code {
        C::ResourceNotFound => {
            "Check the resource's URI or application id. Built-in resources are Resource Manager, Microsoft Graph, \
             Azure Machine Learning, Storage and Key Vault; others need a service principal in this tenant."
        }
        C::RedirectMismatch => {
            "Send one of the application's own redirect URIs, letter by letter. Built-in clients listen on http://localhost, any port."
        }
        C::NotSignedIn | C::MustAsk => {
            "Send the request without `prompt=none`, so that the person can be asked."
        }
        C::CrossOrigin | C::NotCrossOrigin => {
            "Register the redirect URI for the platform that redeems the code: `spa` for a page in a browser, `web` for a server, `publicClient` for a program."
        }
        C::SingleTenant => {
            "Put the application's own tenant into the path, or let its signInAudience be AzureADMultipleOrgs."
        }
        C::ChallengeMissing | C::WrongVerifier => {
            "Send the S256 hash of a fresh verifier with the authorization request, and the verifier with the code."
        }
        C::ResponseType | C::ResponseMode => "Ask for a code, and for a response mode that is offered.",
        C::DevicePending | C::DeviceSlowDown => {
            "Enter the code on the page that the device names, and let the device wait as long as `interval` says."
        }
        C::BadVerificationCode | C::DeviceCodeExpired | C::CodeRedeemed => {
            "Start again: each code is good once, for one client, and not for long."
        }
        C::Declined => "Start again, and approve it when it was you who started it.",
        C::UnknownInstance => {
            "Use the address that the server calls itself by; it vouches for no other host."
        }
        C::UserNotFound | C::WrongPassword | C::NoPassword => {
            "Check the name and the password. An administrator can set a new one."
        }
        C::SecondFactorFailed => {
            "Enter the code that the authenticator app shows now, or a recovery code. An administrator can reset both."
        }
        C::SecondFactorNeeded => {
            "Sign in in a browser, where the second factor can be proven or set up: `doorward login`. A client that was given \
             `claims` sends them along."
        }
        C::AccountLocked => {
            "Go on in a browser in which the person signed in before, or wait. A new password, which an administrator \
             can set, ends the wait."
        }
        C::Throttled => "Wait as long as the Retry-After header says. A right secret is never slowed.",
        C::NotInTenant => {
            "Ask for an invitation (`doorward ad user invite`), or sign in to the tenant that the account is of."
        }
        C::PasswordExpired => "Sign in on a page, where the new password is chosen: `doorward login`.",
        C::UserDisabled => "Ask an administrator to enable the account.",
        C::NoTenant => "Put the tenant's id or domain into the path instead of `common`.",
        C::ClientAssertionFailed => {
            "Send a client secret; certificates and federated tokens are not accepted here yet."
        }
        C::SessionRevoked
        | C::PasswordChanged
        | C::GrantExpired
        | C::RefreshTokenInactive
        | C::SinglePageExpired
        | C::InvalidGrant => "Sign in again: `doorward login`.",
        C::InvalidAssertion | C::AssertionExpired | C::AssertionAudience | C::AssertionOfApplication => {
            "Show the access token that the service was called with, before it expires: one of a person, whose audience is the \
             service itself."
        }
        C::NotAssigned | C::ClientNotAssigned | C::ConsentRequired => {
            "Ask an administrator for access to the application."
        }
        C::ApplicationDisabled => {
            "Enable it: `doorward ad sp update --id CLIENT_ID --set accountEnabled=true`."
        }
        C::ServicePrincipalNotFound => "Make its service principal: `doorward ad sp create --id CLIENT_ID`.",
        C::UnsupportedGrant => "Use the client credentials grant, or `doorward login` for a person.",
        C::InvalidScope | C::ScopeNotDefault | C::SeveralResources | C::ResourcelessScope => {
            "Ask for one resource, written as its URI followed by `/.default`."
        }
        C::ApplicationNotFound => {
            "Check the client id, and that the tenant in the path is the one it lives in: `doorward ad sp list`."
        }
        C::InvalidClientSecret | C::ClientProofRequired | C::ClientProofMissing | C::PublicClientSecret => {
            "Send the secret's text, not its id. A lost one is replaced: `doorward ad app credential reset --id CLIENT_ID`."
        }
        C::ClientSecretExpired => "Make a new one: `doorward ad app credential reset --id CLIENT_ID`.",
        C::TenantNotFound => "Check the tenant's id or domain in the path: `doorward account show`.",
        C::InvalidRequest
        | C::MalformedBody
        | C::UnsupportedContentType
        | C::PostRequired
        | C::MissingParameter => {
            "Send a POST with a form (application/x-www-form-urlencoded) of at most 64 KiB, each parameter once."
        }
        C::ResourceOnV2 => "Send `scope` to /oauth2/v2.0/token, or `resource` to /oauth2/token.",
        C::Transient | C::Unavailable => "Try again after a second; the server's log says what it lacks.",
    }
}

/// What `code` means, where its text names the application or tenant and so says nothing in general.
pub fn meaning(code: AadSts) -> &'static str {
    use AadSts as C;
    if let Some(text) = code.text() {
        return text;
    }
    match code {
        C::ResourceNotFound => "The tenant knows no such resource.",
        C::UserNotFound => "The tenant knows no such user.",
        C::ApplicationDisabled => "The application's service principal is disabled.",
        C::ServicePrincipalNotFound => "The application has no service principal in the tenant.",
        C::UnsupportedGrant => "The grant type is not offered.",
        C::InvalidScope | C::ScopeNotDefault | C::SeveralResources => "The scope does not name one resource.",
        C::ApplicationNotFound => "The tenant knows no such application.",
        C::InvalidClientSecret => "The client secret is wrong.",
        C::ClientSecretExpired => "The client secret was right once, and has ended.",
        C::RedirectMismatch => "The redirect URI is not one of the application's.",
        C::TenantNotFound => "There is no such tenant here.",
        C::MissingParameter => "The request lacks a parameter.",
        _ => "The request was refused; the answer's error_description says why.",
    }
}

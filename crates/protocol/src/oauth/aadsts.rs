//! The numbers of the token service's errors (Microsoft Entra authentication error codes) and their texts.
//!
//! Which refusal gets which number, and with which HTTP status, is the server's table.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $(, $text:literal)?;)*) => {
        /// A known error number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum AadSts { $($(#[$doc])* $name,)* }

        impl AadSts {
            /// Every number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The number itself, as in `error_codes`.
            pub const fn number(self) -> u32 {
                match self { $(Self::$name => $number,)* }
            }

            /// The text, for numbers whose text takes no parameter; the others have a function in this module.
            pub const fn text(self) -> Option<&'static str> {
                match self { $(Self::$name => codes!(@text $($text)?),)* }
            }
        }
    };
    (@text) => { None };
    (@text $text:literal) => { Some($text) };
}

codes! {
    /// The redirect URI is not one of the application's; see [`redirect_mismatch`].
    RedirectMismatch = 50011;
    /// Nobody is signed in, and nobody may be asked.
    NotSignedIn = 50058, "A silent sign-in request was sent but no user is signed in.";
    /// A person has to be asked, and may not be.
    MustAsk = 16000, "The application may act for nobody silently: send an interactive authorization request.";
    /// The challenge of PKCE is missing or malformed.
    ChallengeMissing = 50147, "The request must contain a code_challenge of 43 characters and the code_challenge_method S256.";
    /// A page redeems what was given to something that is no page; see [`cross_origin`].
    CrossOrigin = 9002326;
    /// What was given to a page is redeemed by something that is no page.
    NotCrossOrigin = 9002327, "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.";
    /// The session of a single-page application is over.
    SinglePageExpired = 700084, "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 24 hours, which can't be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page.";
    /// The application is for people of its home tenant; see [`single_tenant`].
    SingleTenant = 50194;
    /// The verifier of PKCE is wrong.
    WrongVerifier = 501481, "The code_verifier does not match the code_challenge supplied in the authorization request.";
    /// Another response type than `code`.
    ResponseType = 70005, "The response_type is not supported: ask for 'code'.";
    /// An unknown response mode.
    ResponseMode = 70007, "The response_mode is not supported: 'query', 'fragment' and 'form_post' are.";
    /// A device's person has not answered yet.
    DevicePending = 70016, "Pending end-user authorization. Continue polling.";
    /// A device asks too often; the same number as [`Self::DevicePending`].
    DeviceSlowDown = 70016, "Pending end-user authorization. The device asks more often than its interval says.";
    /// No device of this client and tenant was given this code.
    BadVerificationCode = 70018, "Invalid verification code: it was not issued to this client and tenant.";
    /// A device's code has expired.
    DeviceCodeExpired = 70019, "The verification code has expired. Start again on the device.";
    /// A code was redeemed before.
    CodeRedeemed = 54005, "The code was redeemed already. Each is good for one time; start again.";
    /// The person said no.
    Declined = 65004, "The user declined to let the application act for them.";
    /// The resource is unknown or disabled in the tenant; see [`resource_not_found`].
    ResourceNotFound = 500011;
    /// Who signed in has no account in the tenant, not even a guest's.
    NotInTenant = 50020, "The user account from another organization does not exist in the tenant and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.";
    /// An authority that this service does not vouch for.
    UnknownInstance = 50049, "Unknown or invalid instance.";
    /// No account of that name; see [`user_not_found`].
    UserNotFound = 50034;
    /// Too many wrong passwords.
    AccountLocked = 50053, "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.";
    /// The password must be changed first.
    PasswordExpired = 50055, "The password is expired.";
    /// The account has no password.
    NoPassword = 50056, "Invalid or null password: password does not exist in the directory for this user.";
    /// The account is disabled.
    UserDisabled = 50057, "The user account is disabled.";
    /// No tenant can be told from the request.
    NoTenant = 50059, "No tenant-identifying information found in either the request or implied by any provided credentials.";
    /// A client assertion was not accepted.
    ClientAssertionFailed = 50012, "Authentication failed.";
    /// Wrong name or password.
    WrongPassword = 50126, "Error validating credentials due to invalid username or password.";
    /// The second factor was wrong.
    SecondFactorFailed = 500121, "Authentication failed during strong authentication request.";
    /// A second factor is needed; see [`second_factor_needed`].
    SecondFactorNeeded = 50076;
    /// The session was revoked.
    SessionRevoked = 50132, "The session is not valid due to a password expiration or recent password change, or because it was revoked.";
    /// The session was revoked by a password change.
    PasswordChanged = 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.";
    /// An assertion's signature is not ours.
    InvalidAssertion = 50013, "Assertion failed signature validation: it is no access token that was issued here for this tenant.";
    /// An assertion's time is over, or has not come.
    AssertionExpired = 500_133, "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.";
    /// An assertion is for another application.
    AssertionAudience = 500_131, "Assertion audience does not match the client application that presents the assertion. The caller must request a token for the application that makes the on-behalf-of request, and this application use that token as the assertion.";
    /// An assertion is an application's own.
    AssertionOfApplication = 7_000_114, "The application is not allowed to make application on-behalf-of calls: the assertion is an application's own token, and there is no user to act for.";
    /// The client or the person has not been given what is asked for.
    NotAssigned = 50105, "The signed in user is not assigned to a role for the application.";
    /// The client was given nothing in the resource, which lets nobody else in; see [`client_not_assigned`].
    ClientNotAssigned = 501_051;
    /// Consent is missing.
    ConsentRequired = 65001, "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.";
    /// The refresh token is of another client, malformed or unknown.
    InvalidGrant = 70000, "Provided grant is invalid or malformed.";
    /// The application is disabled; see [`application_disabled`].
    ApplicationDisabled = 7000112;
    /// The service principal's application is gone, or not enabled in the tenant; see [`service_principal_not_found`].
    ServicePrincipalNotFound = 7000229;
    /// The grant is unknown; see [`unsupported_grant`].
    UnsupportedGrant = 70003;
    /// A code or refresh token has expired.
    GrantExpired = 70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.";
    /// A refresh token was not used for too long.
    RefreshTokenInactive = 700082, "The refresh token has expired due to inactivity.";
    /// The scope is malformed; see [`invalid_scope`].
    InvalidScope = 70011;
    /// The client credentials grant without `/.default`; see [`scope_not_default`].
    ScopeNotDefault = 1002012;
    /// Scopes of several resources; see [`several_resources`].
    SeveralResources = 700022;
    /// A scope that names no resource.
    ResourcelessScope = 700023, "The provided value for the input parameter 'scope' is not valid when requesting an access token.";
    /// The application is unknown in the tenant; see [`application_not_found`].
    ApplicationNotFound = 700016;
    /// The client's secret is wrong; see [`invalid_client_secret`].
    InvalidClientSecret = 7000215;
    /// The client credentials grant without any proof.
    ClientProofRequired = 7000216, "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.";
    /// A confidential client gave no proof.
    ClientProofMissing = 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    /// The client's secret has expired; see [`client_secret_expired`].
    ClientSecretExpired = 7000222;
    /// A public client gave a secret.
    PublicClientSecret = 700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.";
    /// The tenant is unknown; see [`tenant_not_found`].
    TenantNotFound = 90002;
    /// The request is malformed; see [`malformed_request`].
    InvalidRequest = 90023;
    /// The body cannot be read.
    MalformedBody = 9002313, "Invalid request. Request is malformed or invalid.";
    /// The content type is not a form; the same number as [`Self::MalformedBody`].
    UnsupportedContentType = 9002313, "Invalid request. The request body must be of content type application/x-www-form-urlencoded.";
    /// The request must be a POST.
    PostRequired = 900561, "The endpoint only accepts POST, OPTIONS requests. Received a GET request.";
    /// A parameter is missing; see [`missing_parameter`].
    MissingParameter = 900144;
    /// `resource` on the v2.0 endpoint.
    ResourceOnV2 = 901002, "The 'resource' request parameter is not supported.";
    /// A passing failure.
    Transient = 90024, "A transient error has occurred. Please try again.";
    /// Too many requests.
    Throttled = 90055, "The request was throttled. Wait and try again.";
    /// Something is down.
    Unavailable = 90033, "A transient error has occurred. Please try again.";
}

impl AadSts {
    /// The known error of that number.
    pub fn of_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }
}

impl fmt::Display for AadSts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AADSTS{}", self.number())
    }
}

/// Text of [`AadSts::ResourceNotFound`].
pub fn resource_not_found(resource: &str, tenant: &str) -> String {
    format!(
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
    )
}

/// Text of [`AadSts::SecondFactorNeeded`].
pub fn second_factor_needed(resource: &str) -> String {
    format!(
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'."
    )
}

/// Text of [`AadSts::NotAssigned`] that names the application.
pub fn not_assigned(app: &str, name: &str) -> String {
    format!(
        "The administrator has set up the application {name} ('{app}') to let in only who was given access to it. The signed in user is neither assigned to it themselves nor a direct member of a group that is. An administrator can assign them."
    )
}

/// Text of [`AadSts::ClientNotAssigned`].
pub fn client_not_assigned(resource: &str, name: &str) -> String {
    format!("The client application is not assigned to a role for the application '{resource}'({name}).")
}

/// Text of [`AadSts::RedirectMismatch`].
pub fn redirect_mismatch(app: &str) -> String {
    format!(
        "The redirect URI specified in the request does not match the redirect URIs configured for the application '{app}'."
    )
}

/// Text of [`AadSts::CrossOrigin`].
pub fn cross_origin(origin: &str) -> String {
    format!(
        "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '{origin}'."
    )
}

/// Text of [`AadSts::SingleTenant`].
pub fn single_tenant(app: &str) -> String {
    format!(
        "Application '{app}' is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the application to be multi-tenant."
    )
}

/// Text of [`AadSts::UserNotFound`].
pub fn user_not_found(upn: &str, tenant: &str) -> String {
    format!(
        "The user account {upn} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory."
    )
}

/// Text of [`AadSts::ApplicationDisabled`].
pub fn application_disabled(app: &str) -> String {
    format!("Application '{app}' is disabled.")
}

/// Text of [`AadSts::ServicePrincipalNotFound`].
pub fn service_principal_not_found(app: &str, tenant: &str) -> String {
    format!("The client application '{app}' is missing service principal in the tenant '{tenant}'.")
}

/// Text of [`AadSts::UnsupportedGrant`].
pub fn unsupported_grant(grant: &str) -> String {
    format!("The app requested an unsupported grant type '{grant}'.")
}

/// Text of [`AadSts::InvalidScope`].
pub fn invalid_scope(scope: &str) -> String {
    format!(
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
    )
}

/// Text of [`AadSts::ScopeNotDefault`].
pub fn scope_not_default(scope: &str) -> String {
    format!(
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
    )
}

/// Text of [`AadSts::SeveralResources`].
pub fn several_resources(scope: &str) -> String {
    format!(
        "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {scope} is not valid."
    )
}

/// Text of [`AadSts::ApplicationNotFound`].
pub fn application_not_found(app: &str, tenant: &str) -> String {
    format!(
        "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
    )
}

/// Text of [`AadSts::InvalidClientSecret`].
pub fn invalid_client_secret(app: &str) -> String {
    format!(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'."
    )
}

/// Text of [`AadSts::ClientSecretExpired`].
pub fn client_secret_expired(app: &str) -> String {
    format!("The provided client secret keys for app '{app}' are expired. Create new keys for your app.")
}

/// Text of [`AadSts::TenantNotFound`].
pub fn tenant_not_found(tenant: &str) -> String {
    format!(
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
    )
}

/// Text of [`AadSts::InvalidRequest`].
pub fn malformed_request(why: &str) -> String {
    format!("Malformed request: {why}.")
}

/// Text of [`AadSts::MissingParameter`].
pub fn missing_parameter(name: &str) -> String {
    format!("The request body must contain the following parameter: '{name}'.")
}

//! Clients that act for people: the built-in ones, and what tenants register.

use doorward_names::{AppId, RedirectUri, TenantId};

use crate::application::{Application, Platform, SignInAudience};
use crate::redirect_uri::is_loopback;

/// A client, as it stands for every tenant.
#[derive(Debug, Clone)]
pub enum Client {
    /// Built in: public, and at home everywhere.
    BuiltIn(AppId),
    /// Registered in its home tenant.
    Registered(Box<Application>),
}

/// Why a client is not served as it asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformRefusal {
    /// It needs a hashed secret in its request, and sent none.
    #[error("the request has no code challenge, which this client needs")]
    NoChallenge,
    /// It keeps no secret, and sent one.
    #[error("a public client presented a secret")]
    SecretOfPublic,
    /// What a page was given is asked for by something that is no page.
    #[error("what was given to a single-page application is asked for from no origin")]
    NotFromPage,
    /// A page asks that is not registered as one.
    #[error("the origin is not one of a single-page application's")]
    OtherOrigin(String),
    /// No redirect URI is named, and the application is not registered as a public client.
    #[error("the application is not a public client")]
    NotPublic,
    /// The application is for people of its home tenant.
    #[error("the application is for one tenant")]
    SingleTenant,
}

impl Client {
    /// Its application id.
    pub fn app_id(&self) -> AppId {
        match self {
            Self::BuiltIn(id) => *id,
            Self::Registered(application) => application.app_id,
        }
    }

    /// What a tenant registered, unless it is built in.
    pub fn registration(&self) -> Option<&Application> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Registered(application) => Some(application),
        }
    }

    /// What runs at a redirect URI, when that is the client's. A built-in client has only the loopback.
    pub fn platform_of(&self, redirect_uri: &str) -> Option<Platform> {
        match self {
            Self::BuiltIn(_) => is_loopback(redirect_uri).then_some(Platform::Public),
            Self::Registered(application) => {
                let uri: RedirectUri = redirect_uri.parse().ok()?;
                application.sign_in.platform_of(&uri)
            }
        }
    }

    /// Whether people of `tenant` can sign in to it.
    ///
    /// # Errors
    /// When it is another tenant's alone.
    pub fn admit_tenant(&self, tenant: TenantId) -> Result<(), PlatformRefusal> {
        match self {
            Self::Registered(a) if a.audience == SignInAudience::SingleTenant && a.tenant != tenant => {
                Err(PlatformRefusal::SingleTenant)
            }
            Self::Registered(_) | Self::BuiltIn(_) => Ok(()),
        }
    }

    /// Whether people of any tenant can.
    pub fn is_multi_tenant(&self) -> bool {
        self.registration()
            .is_none_or(|a| a.audience == SignInAudience::MultiTenant)
    }

    /// What it is taken for by a flow that names no redirect URI: what it says of itself (`isFallbackPublicClient`), else a
    /// program, when it is registered as that and as nothing else.
    pub fn platform_without_redirect(&self) -> Platform {
        let is_program = |a: &Application| {
            let mut all = a.sign_in.redirects.iter().map(|known| known.platform).peekable();
            all.peek().is_some() && all.all(|platform| platform == Platform::Public)
        };
        let public = |a: &Application| a.sign_in.fallback_public.unwrap_or_else(|| is_program(a));
        match self.registration().is_none_or(public) {
            true => Platform::Public,
            false => Platform::Web,
        }
    }

    /// Whether it may be given a device's code, which proves nothing of who asks.
    ///
    /// # Errors
    /// When it is no public client.
    pub fn admit_device(&self) -> Result<(), PlatformRefusal> {
        match self.platform_without_redirect() {
            Platform::Public => Ok(()),
            Platform::Web | Platform::SinglePage => Err(PlatformRefusal::NotPublic),
        }
    }

    /// Whether a request without a code challenge is good enough. `legacy` says whether the tenant admits built-in clients
    /// of the time before challenges were.
    ///
    /// # Errors
    /// When it is not.
    pub fn admit_challenge(
        &self,
        platform: Platform,
        has_challenge: bool,
        legacy: bool,
    ) -> Result<(), PlatformRefusal> {
        let excused = matches!(self, Self::BuiltIn(_)) && legacy;
        match has_challenge || !platform.needs_proof_key() || excused {
            true => Ok(()),
            false => Err(PlatformRefusal::NoChallenge),
        }
    }

    /// Whether what was given to `platform` may be redeemed by who asks from `origin` (the header of that name). Only pages
    /// have one, and a page gets nothing that was not given to a page of its origin.
    ///
    /// # Errors
    /// When it may not.
    pub fn admit_origin(&self, platform: Platform, origin: Option<&str>) -> Result<(), PlatformRefusal> {
        let Some(origin) = origin else {
            return match platform {
                Platform::SinglePage => Err(PlatformRefusal::NotFromPage),
                Platform::Web | Platform::Public => Ok(()),
            };
        };
        let own = || self.registration().map(|a| a.sign_in.page_origins());
        let known = || own().is_some_and(|own| own.iter().any(|known| known == origin));
        match platform == Platform::SinglePage && known() {
            true => Ok(()),
            false => Err(PlatformRefusal::OtherOrigin(origin.chars().take(256).collect())),
        }
    }

    /// Whether a client that proves itself, or doesn't, is one of `platform`; a web application's proof is checked apart.
    ///
    /// # Errors
    /// When a public client presents a secret. The built-in ones may: old programs send an empty-handed one along.
    pub fn admit_secret(&self, platform: Platform, has_secret: bool) -> Result<(), PlatformRefusal> {
        let registered = self.registration().is_some();
        match registered && has_secret && platform != Platform::Web {
            true => Err(PlatformRefusal::SecretOfPublic),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::Bare;
    use doorward_names::{DisplayName, ObjectId, Timestamp};

    const HOME: TenantId = TenantId::from_u128(1);

    fn registered(audience: SignInAudience, public: Option<bool>) -> Client {
        let mut application = Application::from(Bare {
            id: ObjectId::from_u128(2),
            tenant: HOME,
            app_id: AppId::from_u128(3),
            display_name: DisplayName::new("app").unwrap(),
            created_at: Timestamp::from_unix_seconds(0),
        });
        application.audience = audience;
        application.sign_in.fallback_public = public;
        for (platform, uri) in [
            (Platform::Web, "https://web.example/back"),
            (Platform::SinglePage, "https://spa.example/"),
            (Platform::Public, "http://localhost"),
        ] {
            application.sign_in.set(platform, [uri.parse().unwrap()]);
        }
        Client::Registered(Box::new(application))
    }

    const BUILT_IN: Client = Client::BuiltIn(AppId::from_u128(4));

    #[test]
    fn where_each_is_answered() {
        let client = registered(SignInAudience::SingleTenant, None);
        assert_eq!(
            client.platform_of("https://web.example/back"),
            Some(Platform::Web)
        );
        assert_eq!(client.platform_of("http://localhost:1"), Some(Platform::Public));
        assert_eq!(client.platform_of("https://evil.example"), None);
        assert_eq!(client.platform_of("javascript:alert(1)"), None);
        assert_eq!(BUILT_IN.platform_of("http://localhost:1"), Some(Platform::Public));
        assert_eq!(BUILT_IN.platform_of("https://web.example/back"), None);
    }

    #[test]
    fn whose_people_each_is_for() {
        let other = TenantId::from_u128(9);
        let single = registered(SignInAudience::SingleTenant, None);
        assert_eq!(single.admit_tenant(HOME), Ok(()));
        assert_eq!(single.admit_tenant(other), Err(PlatformRefusal::SingleTenant));
        assert!(!single.is_multi_tenant());
        for client in [registered(SignInAudience::MultiTenant, None), BUILT_IN] {
            assert!(client.admit_tenant(other).is_ok() && client.is_multi_tenant());
        }
    }

    #[test]
    fn who_needs_a_challenge() {
        let client = registered(SignInAudience::SingleTenant, Some(true));
        for legacy in [false, true] {
            assert!(client.admit_challenge(Platform::Web, false, legacy).is_ok());
            for platform in [Platform::SinglePage, Platform::Public] {
                assert!(client.admit_challenge(platform, true, legacy).is_ok());
                assert_eq!(
                    client.admit_challenge(platform, false, legacy),
                    Err(PlatformRefusal::NoChallenge)
                );
            }
            let built_in = BUILT_IN.admit_challenge(Platform::Public, false, legacy);
            assert_eq!(built_in.is_ok(), legacy);
        }
    }

    #[test]
    fn a_page_redeems_what_a_page_was_given() {
        let client = registered(SignInAudience::SingleTenant, None);
        let page = Some("https://spa.example");
        assert_eq!(client.admit_origin(Platform::SinglePage, page), Ok(()));
        assert_eq!(
            client.admit_origin(Platform::SinglePage, None),
            Err(PlatformRefusal::NotFromPage)
        );
        for platform in Platform::ALL {
            for origin in [
                "https://web.example",
                "https://spa.example/",
                "null",
                "",
                "https://SPA.example",
            ] {
                assert!(
                    client.admit_origin(platform, Some(origin)).is_err(),
                    "{platform:?} {origin}"
                );
            }
        }
        for platform in [Platform::Web, Platform::Public] {
            assert_eq!(client.admit_origin(platform, None), Ok(()));
            assert!(client.admit_origin(platform, page).is_err());
        }
        assert!(BUILT_IN.admit_origin(Platform::Public, page).is_err());
    }

    #[test]
    fn who_keeps_no_secret_shows_none() {
        let client = registered(SignInAudience::SingleTenant, None);
        assert_eq!(client.admit_secret(Platform::Web, true), Ok(()));
        for platform in [Platform::SinglePage, Platform::Public] {
            assert!(client.admit_secret(platform, true).is_err());
            assert!(client.admit_secret(platform, false).is_ok());
        }
        assert!(BUILT_IN.admit_secret(Platform::Public, true).is_ok());
    }

    #[test]
    fn what_a_client_is_where_no_redirect_uri_says_it() {
        let of = |public, platforms: &[Platform]| {
            let Client::Registered(mut application) = registered(SignInAudience::SingleTenant, public) else {
                panic!("built in");
            };
            for platform in Platform::ALL.into_iter().filter(|p| !platforms.contains(p)) {
                application.sign_in.set(platform, []);
            }
            Client::Registered(application)
        };
        let all = Platform::ALL;
        for (public, platforms, expected) in [
            (Some(true), &all[..], Platform::Public),
            (Some(true), &[], Platform::Public),
            (Some(false), &[Platform::Public], Platform::Web),
            (None, &all, Platform::Web),
            (None, &[], Platform::Web),
            (None, &[Platform::Public], Platform::Public),
            (None, &[Platform::Public, Platform::SinglePage], Platform::Web),
        ] {
            let client = of(public, platforms);
            assert_eq!(
                client.platform_without_redirect(),
                expected,
                "{public:?} {platforms:?}"
            );
            assert_eq!(client.admit_device().is_ok(), expected == Platform::Public);
        }
        assert!(BUILT_IN.admit_device().is_ok());
    }
}

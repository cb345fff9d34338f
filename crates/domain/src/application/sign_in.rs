//! How an application signs people in: where a browser is sent back to, and whether it can keep a secret.

use doorward_names::RedirectUri;

/// What runs at a redirect URI (Graph `web`, `spa`, `publicClient`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    /// A server, which keeps a secret.
    Web,
    /// A page in a browser, which keeps none and asks the token endpoint from its own origin.
    SinglePage,
    /// A program on a person's machine, which keeps none.
    Public,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Self; 3] = [Self::Web, Self::SinglePage, Self::Public];

    /// Whether it has to hash a secret of its own into each request (RFC 9700 §2.1.1). A web application may.
    pub const fn needs_proof_key(self) -> bool {
        match self {
            Self::Web => false,
            Self::SinglePage | Self::Public => true,
        }
    }
}

/// A redirect URI with what runs there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredRedirect {
    /// What runs there.
    pub platform: Platform,
    /// Where.
    pub uri: RedirectUri,
}

/// How an application signs people in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignIn {
    /// Where a browser may be sent back to.
    pub redirects: Vec<RegisteredRedirect>,
    /// Whether flows that name no redirect URI take it for a public client (Graph `isFallbackPublicClient`).
    pub fallback_public: Option<bool>,
    /// Its page for people (Graph `web.homePageUrl`).
    pub home_page: Option<RedirectUri>,
    /// Where it hears of a sign-out (Graph `web.logoutUrl`).
    pub logout: Option<RedirectUri>,
}

impl SignIn {
    /// What runs at the redirect URI `asked`, when it is registered: letter by letter (RFC 9700 §4.1.3), but for the port of
    /// a public client's loopback address, which it learns only as it starts (RFC 8252 §7.3).
    pub fn platform_of(&self, asked: &RedirectUri) -> Option<Platform> {
        let exactly = self.redirects.iter().find(|known| known.uri == *asked);
        let but_for_the_port = || {
            self.redirects
                .iter()
                .filter(|known| known.platform == Platform::Public)
                .find(|known| same_but_for_the_port(&known.uri, asked))
        };
        exactly.or_else(but_for_the_port).map(|known| known.platform)
    }

    /// The redirect URIs of one platform, in their order.
    pub fn of(&self, platform: Platform) -> impl Iterator<Item = &RedirectUri> {
        self.redirects
            .iter()
            .filter(move |known| known.platform == platform)
            .map(|known| &known.uri)
    }

    /// Puts `uris` in place of those that one platform had.
    pub fn set(&mut self, platform: Platform, uris: impl IntoIterator<Item = RedirectUri>) {
        self.redirects.retain(|known| known.platform != platform);
        let new = uris.into_iter().map(|uri| RegisteredRedirect { platform, uri });
        self.redirects.extend(new);
        self.redirects.sort_by_key(|known| known.platform);
    }

    /// The origins from which pages may ask the token endpoint.
    pub fn page_origins(&self) -> Vec<String> {
        let mut origins: Vec<_> = self.of(Platform::SinglePage).map(RedirectUri::origin).collect();
        origins.sort();
        origins.dedup();
        origins
    }
}

/// Whether both lead to the same place of the person's machine, at whichever port. No path and `/` are the same there.
fn same_but_for_the_port(known: &RedirectUri, asked: &RedirectUri) -> bool {
    let place = |uri: &RedirectUri| match uri.parts() {
        Some((host, _, tail)) if uri.is_loopback() => {
            let tail = if tail.is_empty() { "/" } else { tail };
            Some((host.to_owned(), tail.to_owned()))
        }
        _ => None,
    };
    place(known).is_some_and(|known| place(asked) == Some(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign_in(all: &[(Platform, &str)]) -> SignIn {
        let mut sign_in = SignIn::default();
        for platform in Platform::ALL {
            let uris = all.iter().filter(|(p, _)| *p == platform);
            sign_in.set(platform, uris.map(|(_, uri)| uri.parse().unwrap()));
        }
        sign_in
    }

    #[test]
    fn letter_by_letter() {
        let registered = sign_in(&[
            (Platform::Web, "https://app.example.com/back?x=1"),
            (Platform::SinglePage, "http://localhost:3000/"),
            (Platform::SinglePage, "https://spa.example.com"),
            (Platform::Public, "msalb1://auth"),
        ]);
        let of = |text: &str| registered.platform_of(&text.parse().unwrap());
        assert_eq!(of("https://app.example.com/back?x=1"), Some(Platform::Web));
        assert_eq!(of("http://localhost:3000/"), Some(Platform::SinglePage));
        assert_eq!(of("msalb1://auth"), Some(Platform::Public));
        for other in [
            "https://app.example.com/back",
            "https://app.example.com/back?x=1&y=2",
            "https://app.example.com/back/?x=1",
            "https://app.example.com:443/back?x=1",
            "http://app.example.com/back?x=1",
            "https://app.example.com.evil.example/back?x=1",
            "https://spa.example.com/",
            "http://localhost:3000",
            "http://localhost:3001/",
            "http://localhost/",
            "msalb1://auth/",
            "msalb1://evil",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(
            registered.page_origins(),
            ["http://localhost:3000", "https://spa.example.com"]
        );
    }

    #[test]
    fn a_program_listens_where_it_can() {
        let registered = sign_in(&[
            (Platform::Public, "http://localhost"),
            (Platform::Public, "http://127.0.0.1:1/back"),
            (Platform::Public, "https://localhost/tls"),
        ]);
        let of = |text: &str| registered.platform_of(&text.parse().unwrap());
        for uri in [
            "http://localhost:8400",
            "http://localhost",
            "http://localhost:50000/",
            "http://127.0.0.1:6/back",
            "http://127.0.0.1/back",
        ] {
            assert_eq!(of(uri), Some(Platform::Public), "{uri}");
        }
        for uri in [
            "http://127.0.0.1:8400",
            "http://[::1]:8400",
            "http://localhost:8400/path",
            "http://localhost:8400?x",
            "http://127.0.0.1:6/back/",
            "https://localhost:8400/tls",
            "https://localhost:8400",
            "http://localhost.example:8400",
        ] {
            assert_eq!(of(uri), None, "{uri}");
        }
    }
}

//! GET and POST /{tenant}/oauth2/authorize and /{tenant}/oauth2/v2.0/authorize: a person signs in for an application,
//! and the browser carries a code back to it (RFC 6749 §4.1, RFC 7636, OpenID Connect Core §3.1).
//!
//! The request stays in the URL through every step, and is read and verified again at each. Nothing is sent to a
//! redirect URI before it is known to be the client's.

mod answer;
mod consent;
pub(in crate::web) mod pages;
mod steps;

pub use answer::{found, origin, redirect};

use bytes::Bytes;
use doorward_domain::application::Platform;
use doorward_domain::browser_session::{BrowserSession, Wish};
use doorward_domain::client::{Client, PlatformRefusal};
use doorward_domain::guest::Seat;
use doorward_protocol::oauth::{AadSts, AuthorizeRequest, OAuthError, Prompt, ReturnAddress, form};
use doorward_protocol::paths::EndpointVersion;
use http::Method;
use http::request::Parts;

use super::forms::{Browser, FormRefusal};
use super::words::{self, Words};
use super::{cookies_blocked, second_factor, session};
use crate::ctx::Ctx;
use crate::http::Response;
use crate::sts::{StsError, client, read_form};

/// Stands in the URL once the browser was given its cookie: should that be missing then, it keeps none.
pub(in crate::web) const COOKIE_GIVEN: &str = "cookie_given";

/// One request of one browser, verified.
struct Visit<'a> {
    ctx: &'a Ctx,
    head: &'a Parts,
    words: &'static Words,
    client: Client,
    platform: Platform,
    back: ReturnAddress,
    request: AuthorizeRequest,
    wish: Wish,
}

/// The route table of this page; GET, HEAD or POST.
pub async fn answer<B>(
    ctx: &Ctx,
    (segment, version): (&str, EndpointVersion),
    head: &Parts,
    body: B,
) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if let Some(elsewhere) = outside(ctx, head) {
        return elsewhere;
    }
    let visit = match Visit::read(ctx, (segment, version), head).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match head.method {
        Method::POST => match read_form(head, body).await {
            Ok(form) => visit.post(&form).await,
            Err(error) => error.answer(ctx),
        },
        _ => visit.get().await,
    }
}

/// Under Azure's names a person's browser is led to the server's own, where it keeps its cookies.
pub fn outside(ctx: &Ctx, head: &Parts) -> Option<Response> {
    ctx.origin.azure_host()?;
    let path = head.uri.path_and_query().map(|path| path.as_str());
    let target = format!("{}{}", ctx.outside.url(), path.unwrap_or_default());
    Some(answer::found(&target))
}

impl<'a> Visit<'a> {
    /// Reads and verifies the request; a fault is told to the client once it is known to be one, else to the person.
    async fn read(
        ctx: &'a Ctx,
        (segment, version): (&str, EndpointVersion),
        head: &'a Parts,
    ) -> Result<Self, Response> {
        let query = head.uri.query().unwrap_or_default();
        let form = form::parse(None, query.as_bytes());
        let words = words::wished(form.as_ref().ok(), head);
        let told = |text: &str| pages::refused(words, text);
        let form = form.as_ref().map_err(|e| told(&e.to_string()))?;
        let back = ReturnAddress::parse(form).map_err(|e| told(&e.to_string()))?;
        let client = match back.client_id.parse() {
            Ok(id) => client::find(ctx, id).await.map_err(|e| e.answer(ctx))?,
            Err(_) => None,
        };
        let Some(client) = client else {
            return Err(told(&pages::unknown_client(&back.client_id)));
        };
        let Some(platform) = client.platform_of(&back.redirect_uri) else {
            return Err(told(&pages::redirect_mismatch(client.app_id())));
        };
        let tenant = pages::tenant(ctx, words, segment).await?;
        match tenant {
            Some(tenant) => {
                let admitted = client::admit_found(ctx, tenant, client.clone()).await;
                admitted.map_err(|error| told(&error.text()))?;
            }
            None if !client.is_multi_tenant() => {
                let refusal = StsError::Platform(PlatformRefusal::SingleTenant, client.app_id());
                return Err(told(&refusal.text()));
            }
            None => {}
        }
        let request = AuthorizeRequest::parse(version, form)
            .map_err(|error| answer::fault(ctx, (&back, words), &error))?;
        let wish = Wish {
            tenant,
            login_hint: request.login_hint.clone(),
            max_age: request.max_age,
        };
        Ok(Self {
            ctx,
            head,
            words,
            client,
            platform,
            back,
            request,
            wish,
        })
    }

    async fn get(&self) -> Response {
        let browser = Browser::of(self.head);
        let signed_in = match session::seated(self.ctx, self.head, self.wish.tenant).await {
            Ok(found) => found.filter(|(session, seat)| self.fits(session, seat)),
            Err(error) => return error.answer(self.ctx),
        };
        let silent = self.request.prompt == Prompt::None;
        let needed = self.request.prompt == Prompt::Needed;
        match signed_in {
            Some((session, seat)) if silent && self.is_assured() => {
                self.in_silence(&browser, (session, seat)).await
            }
            // Whatever listens on the loopback can claim to be the client, so the person is asked (RFC 8252 §8.6).
            Some(_) if silent => self.error(OAuthError::InteractionRequired, AadSts::MustAsk),
            None if silent => self.error(OAuthError::LoginRequired, AadSts::NotSignedIn),
            _ if browser.is_fresh() => self.give_cookie(&browser),
            Some((session, seat)) if needed && self.is_assured() => {
                self.without_a_word(&browser, (session, seat)).await
            }
            Some((_, seat)) if self.request.prompt != Prompt::Login => self.choose_page(&browser, &seat.home),
            _ => self.sign_in_page(&browser, self.hint(), None),
        }
    }

    /// Whether only the client itself can get what is sent to the redirect URI.
    fn is_assured(&self) -> bool {
        let by_tls = self.back.redirect_uri.starts_with("https://");
        match self.platform {
            Platform::Web => true,
            Platform::SinglePage => by_tls,
            Platform::Public => false,
        }
    }

    fn fits(&self, session: &BrowserSession, seat: &Seat) -> bool {
        session.fits(seat, &self.wish, self.ctx.now)
    }

    fn hint(&self) -> &str {
        self.request.login_hint.as_deref().unwrap_or_default()
    }

    /// Gives the browser its cookie and looks whether it brings it again.
    fn give_cookie(&self, browser: &Browser) -> Response {
        let query = self.head.uri.query().unwrap_or_default();
        let given = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == COOKIE_GIVEN);
        if given {
            return cookies_blocked(self.words);
        }
        let target = format!("{}?{query}&{COOKIE_GIVEN}=1", self.head.uri.path());
        browser.keep(answer::found(&target))
    }

    async fn post(&self, form: &doorward_protocol::oauth::Form) -> Response {
        let browser = match Browser::of_form(self.ctx, self.head, form) {
            Ok(browser) => browser,
            Err(FormRefusal::NoCookie) => return cookies_blocked(self.words),
            Err(FormRefusal::NotOurs) => {
                let browser = Browser::of(self.head);
                let text = Some(self.words.stale_form.to_owned());
                return self.sign_in_page(&browser, self.hint(), text);
            }
        };
        if second_factor::is_step(form) {
            return self.second_factor(&browser, form).await;
        }
        match form.get("step") {
            Some("sign_in") => self.sign_in(&browser, form).await,
            Some("continue") => self.go_on(&browser, form).await,
            Some("agree") => self.agree(&browser, form).await,
            Some("cancel") => self.error(OAuthError::AccessDenied, AadSts::Declined),
            _ => self.sign_in_page(&browser, "", None),
        }
    }
}

//! Forms that only the browser they were given to can send: a cookie, and in each form a seal over it. So no other site
//! can send one in a person's name, and none can fill one in for them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_protocol::oauth::Form;
use http::request::Parts;
use http::{HeaderValue, header};

use super::known;
use crate::credentials::known_browser::Known;
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::Response;

/// The cookie that a form's seal is made over; it says nothing of who is signed in.
const COOKIE: &str = "__Host-doorward-form";

/// The field of a form that holds the seal.
pub const FIELD: &str = "seal";

const PURPOSE: &str = "form";

/// A browser that was given, or will be given, the cookie.
pub struct Browser {
    cookie: String,
    fresh: bool,
    known: String,
}

/// Why a form is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormRefusal {
    /// The browser sent no cookie of ours.
    NoCookie,
    /// The form was not given to this browser.
    NotOurs,
}

impl Browser {
    /// The browser that asks for a page; one without the cookie is to be given it.
    pub fn of(head: &Parts) -> Self {
        let known = known::brought(head);
        match cookie(head, COOKIE) {
            Some(cookie) => Self {
                cookie,
                fresh: false,
                known,
            },
            None => Self {
                cookie: URL_SAFE_NO_PAD.encode(entropy::bytes::<32>()),
                fresh: true,
                known,
            },
        }
    }

    /// The browser that sends a form, when that was given to it.
    ///
    /// # Errors
    /// See [`FormRefusal`].
    pub fn of_form(ctx: &Ctx, head: &Parts, form: &Form) -> Result<Self, FormRefusal> {
        let cookie = cookie(head, COOKIE).ok_or(FormRefusal::NoCookie)?;
        let seal = form.get(FIELD).unwrap_or_default();
        match ctx.app.hasher.is_sealed(PURPOSE, &cookie, seal) {
            true => Ok(Self {
                cookie,
                fresh: false,
                known: known::brought(head),
            }),
            false => Err(FormRefusal::NotOurs),
        }
    }

    /// What it was given when somebody signed in there.
    pub fn known(&self) -> Known<'_> {
        Known::new(&self.known)
    }

    /// Whether it brought no cookie.
    pub const fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// What a form for it holds.
    pub fn seal(&self, ctx: &Ctx) -> String {
        ctx.app.hasher.seal(PURPOSE, &self.cookie).unwrap_or_default()
    }

    /// A seal over `parts` for this browser and one purpose.
    pub fn seal_for(&self, ctx: &Ctx, purpose: &str, parts: &[&str]) -> String {
        let seal = ctx.app.hasher.seal(purpose, &self.joined(parts));
        seal.unwrap_or_default()
    }

    /// Whether `seal` is one over `parts` for this browser and that purpose.
    pub fn is_sealed_for(&self, ctx: &Ctx, purpose: &str, parts: &[&str], seal: &str) -> bool {
        ctx.app.hasher.is_sealed(purpose, &self.joined(parts), seal)
    }

    /// The cookie and all parts with their lengths, so that no other parts give the same text.
    fn joined(&self, parts: &[&str]) -> String {
        let all = std::iter::once(self.cookie.as_str()).chain(parts.iter().copied());
        all.map(|part| format!("{}:{part}", part.len())).collect()
    }

    /// Gives the browser its cookie, when it has none.
    pub fn keep(&self, mut response: Response) -> Response {
        if self.fresh {
            let text = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax", self.cookie);
            if let Ok(value) = HeaderValue::from_str(&text) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        response
    }
}

/// Takes the cookie away, so that no form of before is taken any more.
pub fn forget(mut response: Response) -> Response {
    let text = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The cookie of that name, when there is exactly one, of at most 128 bytes.
pub fn cookie(head: &Parts, name: &str) -> Option<String> {
    cookie_within(head, name, 128)
}

/// The cookie of that name, when there is exactly one, of at most so many bytes.
pub fn cookie_within(head: &Parts, name: &str, most: usize) -> Option<String> {
    let all = head.headers.get_all(header::COOKIE).iter();
    let mut found = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(value), None) if !value.is_empty() && value.len() <= most => Some(value.to_owned()),
        _ => None,
    }
}

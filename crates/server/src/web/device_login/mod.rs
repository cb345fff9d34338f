//! GET and POST /devicelogin: where a person enters the code that a device shows, signs in, sees what the device asks
//! for, and says yes or no.
//!
//! Each time they sign in afresh, and the code is typed: one in a link would let a stranger's device be approved by a
//! careless click. The steps are forms; nothing of them stands in a URL.

mod pages;
mod steps;

use bytes::Bytes;
use doorward_domain::device_grant::EntryRefusal;
use doorward_protocol::oauth::Form;
use http::Method;
use http::request::Parts;

use super::forms::{Browser, FormRefusal};
use super::words::{self, Words};
use super::{cookies_blocked, second_factor};
use crate::ctx::Ctx;
use crate::http::{Response, method_not_allowed};
use crate::sts::{StsError, read_form};

/// What a yes on the page seals beside the answer.
const CONSENT: &str = "device consent";

/// A person at one step: which browser, in which language.
struct Visit<'a> {
    ctx: &'a Ctx,
    browser: Browser,
    words: &'static Words,
}

/// Why a step was not taken.
#[derive(Debug)]
enum Problem {
    /// Too many wrong codes.
    TooManyCodes,
    /// Nobody shows this code.
    WrongCode,
    /// The code leads nowhere.
    Entry(EntryRefusal),
    /// The sign-in failed, or the server did.
    SignIn(StsError),
}

impl<E: Into<StsError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::SignIn(error.into())
    }
}

/// The route table of this page.
pub async fn answer<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let words = words::chosen(None, head);
    match head.method {
        Method::GET | Method::HEAD => {
            let browser = Browser::of(head);
            Visit { ctx, browser, words }.code_page(None)
        }
        Method::POST => match read_form(head, body).await {
            Ok(form) => post(ctx, head, &form, words).await,
            Err(error) => error.answer(ctx),
        },
        _ => method_not_allowed(&[Method::GET, Method::HEAD, Method::POST]),
    }
}

async fn post(ctx: &Ctx, head: &Parts, form: &Form, words: &'static Words) -> Response {
    let browser = match Browser::of_form(ctx, head, form) {
        Ok(browser) => browser,
        Err(FormRefusal::NoCookie) => return cookies_blocked(words),
        Err(FormRefusal::NotOurs) => {
            let browser = Browser::of(head);
            return Visit { ctx, browser, words }.code_page(Some(words.stale_form.to_owned()));
        }
    };
    let visit = Visit { ctx, browser, words };
    if second_factor::is_step(form) {
        return visit.second_factor(form).await;
    }
    match form.get("step") {
        Some("code") => visit.take_code(form).await,
        Some("sign_in") => visit.sign_in(form).await,
        Some("answer") => visit.take_answer(form).await,
        _ => visit.code_page(Some(words.stale_form.to_owned())),
    }
}

//! The steps between the password and the end of a sign-in: a code of the person's authenticator app, or the enrolment of
//! one, and then a password of their own in place of a temporary one. They are part of the page that signs the person in, whichever that is.

mod new_password;
mod pages;
mod proven;
mod qr;

use doorward_domain::second_factor::{Need, PATIENCE, SECRET_BYTES, SecondFactor, need, with_code};
use doorward_names::{ObjectId, RecoveryCode, Secret, TenantId};
use doorward_protocol::oauth::Form;
use doorward_store as store;

use super::forms::Browser;
use super::words::Words;
use crate::credentials::totp::{TotpSecret, TypedCode, matching_step};
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::Response;
use crate::sts::conditional_access::{Purpose, unmet_by};
use crate::sts::second_factor::{self, Typed};
use crate::sts::{StsError, seat};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub use proven::Proven;

const PURPOSE: &str = "enrolment";

/// The page whose steps these are.
pub struct Place<'a> {
    /// The request.
    pub ctx: &'a Ctx,
    /// Who it comes from.
    pub browser: &'a Browser,
    /// In which language.
    pub words: &'static Words,
    /// Where the forms are sent.
    pub action: String,
    /// What else they hold.
    pub hidden: Vec<(&'static str, String)>,
    /// The origin that a form may lead on to.
    pub leading_to: Option<String>,
    /// What the sign-in is for: what was proven for one thing is worth nothing for another.
    pub binding: String,
    /// The tenant that is signed in to, whose policies count; `None` stands for the person's own.
    pub tenant: Option<TenantId>,
    /// What is signed in to; `None` on the person's own page, which every policy lets in.
    pub purpose: Option<Purpose>,
    /// Whether the application asked for a second factor, whatever the policies say.
    pub asked: bool,
}

/// What comes of a step.
pub enum Outcome {
    /// Nothing more is needed.
    Done(Box<Proven>),
    /// The person is to do something first.
    Page(Response),
    /// The step came too late, or from elsewhere: start again.
    Stale,
}

/// Whether a form is one of these steps.
pub fn is_step(form: &Form) -> bool {
    matches!(
        form.get("step"),
        Some("prove" | "enrol" | "enrolled" | "new_password")
    )
}

impl Place<'_> {
    /// What is needed of a person after what they have proven.
    pub async fn after(&self, proven: Proven) -> Result<Outcome, StsError> {
        let (tenant, id) = (proven.user.tenant, proven.user.id);
        let find = move |view: &store::View<'_>| store::second_factor::exists(view, tenant, id);
        let enrolled = self.ctx.app.store.read(find).await?;
        let demanded = self.asked || self.demanded(&proven).await?;
        Ok(match need(&proven.methods, enrolled, demanded) {
            Need::Nothing => self.with_own_password(proven),
            Need::Proof => Outcome::Page(self.code_page(&proven, None)),
            // A browser that was left open is not enough for a first app.
            Need::Enrolment if self.ctx.now.since(proven.at) > PATIENCE => Outcome::Stale,
            Need::Enrolment => Outcome::Page(self.enrol_page(&proven, None, None)),
        })
    }

    /// Whether a policy of the tenant that is signed in to demands more than was proven.
    async fn demanded(&self, proven: &Proven) -> Result<bool, StsError> {
        let Some(purpose) = &self.purpose else {
            return Ok(false);
        };
        let (seat, roles) = seat::take(self.ctx, self.tenant, proven.user.clone()).await?;
        let so_far = (Some(&seat.user), roles.as_slice(), &*proven.methods);
        let unmet = unmet_by(self.ctx, seat.user.tenant, so_far, purpose).await?;
        Ok(!unmet.is_empty())
    }

    /// Takes a form for which [`is_step`] is true.
    pub async fn take(&self, form: &Form) -> Result<Outcome, StsError> {
        let sealed = form.get("proven").unwrap_or_default();
        if form.get("step") == Some("new_password") {
            return self.new_password(form, sealed).await;
        }
        let Some(proven) = Proven::open(self.ctx, (self.browser, &self.binding), sealed).await? else {
            return Ok(Outcome::Stale);
        };
        match form.get("step") {
            Some("prove") => self.prove(proven, form).await,
            Some("enrol") => self.enrol(proven, form).await,
            // The codes were shown, and the form holds what was proven before that.
            _ => self.after(proven).await,
        }
    }

    async fn prove(&self, proven: Proven, form: &Form) -> Result<Outcome, StsError> {
        match second_factor::prove(self.ctx, &proven.user, typed(form)).await {
            Ok(()) => self.after(with_second_factor(proven)).await,
            Err(error @ (StsError::SecondFactor(_) | StsError::Throttled { .. })) => {
                Ok(Outcome::Page(self.code_page(&proven, Some(&error))))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn enrol(&self, proven: Proven, form: &Form) -> Result<Outcome, StsError> {
        let Some(secret) = self.enrolling(&proven, form) else {
            return Ok(Outcome::Stale);
        };
        let code = TypedCode::parse(form.get("otp").unwrap_or_default());
        let step = code.and_then(|code| matching_step(&secret, &code, self.ctx.now));
        let Some(step) = step else {
            let problem = Some(self.words.wrong_enrolment);
            return Ok(Outcome::Page(self.enrol_page(&proven, Some(secret), problem)));
        };
        let factor = SecondFactor {
            id: ObjectId::from_random(entropy::bytes()),
            tenant: proven.user.tenant,
            user: proven.user.id,
            secret,
            last_step: step,
            enrolled_at: self.ctx.now,
        };
        match second_factor::enrol(self.ctx, factor).await {
            Ok(codes) => Ok(Outcome::Page(
                self.recovery_codes_page(&with_second_factor(proven), &codes),
            )),
            Err(StsError::SecondFactorThere) => Ok(Outcome::Stale),
            Err(failure) => Err(failure),
        }
    }

    /// Asks for a new app, whose secret is drawn now unless it was before.
    pub fn enrol_page(&self, proven: &Proven, secret: Option<TotpSecret>, problem: Option<&str>) -> Response {
        let secret = secret.unwrap_or_else(|| Secret::new(entropy::bytes()));
        let text = Secret::new(URL_SAFE_NO_PAD.encode(secret.expose()));
        let seal = self.seal_of(proven, text.expose());
        self.show_enrolment(proven, (&secret, &text, &seal), problem)
    }

    /// Shows the codes, once; the form goes on with what is proven.
    pub fn recovery_codes_page(&self, proven: &Proven, codes: &[RecoveryCode]) -> Response {
        self.show_codes(proven, codes)
    }

    /// The secret that a form enrols, when it was drawn for this person and browser.
    fn enrolling(&self, proven: &Proven, form: &Form) -> Option<TotpSecret> {
        let text = form.secret("secret")?;
        let seal = form.get("secret_seal").unwrap_or_default();
        let id = proven.user.id.to_string();
        let parts = [self.binding.as_str(), id.as_str(), text.expose().as_str()];
        if !self.browser.is_sealed_for(self.ctx, PURPOSE, &parts, seal) {
            return None;
        }
        let bytes = Secret::new(URL_SAFE_NO_PAD.decode(text.expose()).ok()?);
        let bytes: [u8; SECRET_BYTES] = bytes.expose().as_slice().try_into().ok()?;
        Some(Secret::new(bytes))
    }

    fn seal_of(&self, proven: &Proven, text: &str) -> String {
        let id = proven.user.id.to_string();
        self.browser
            .seal_for(self.ctx, PURPOSE, &[&self.binding, &id, text])
    }
}

/// What was typed: six digits, or a recovery code.
pub fn typed(form: &Form) -> Typed {
    let field = |name| form.get(name).map(str::trim).filter(|text| !text.is_empty());
    if let Some(code) = field("recovery") {
        return code.parse().map_or(Typed::NoRecoveryCode, Typed::Recovery);
    }
    let code = field("otp").and_then(TypedCode::parse);
    code.map_or(Typed::NoCode, Typed::App)
}

fn with_second_factor(proven: Proven) -> Proven {
    Proven {
        methods: with_code(&proven.methods),
        ..proven
    }
}

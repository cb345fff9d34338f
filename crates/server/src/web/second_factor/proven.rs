//! What a person has proven in a browser so far, between two steps of a page. It stands in the page's form, under a seal
//! over the browser's cookie and what the page is for, so it is worth nothing in another browser or for another request,
//! nor after [`PATIENCE`], a change of the password, a revocation, or the end of the account.

use doorward_domain::browser_session::BrowserSession;
use doorward_domain::second_factor::PATIENCE;
use doorward_domain::user::User;
use doorward_names::{ObjectId, TenantId, Timestamp};
use doorward_protocol::oauth::Form;
use doorward_store as store;

use crate::ctx::Ctx;
use crate::sts::{StsError, person};
use crate::web::forms::Browser;

const PURPOSE: &str = "proven";

/// Who a person is, and how they proved it.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The person.
    pub user: User,
    /// How (`amr`, space-separated).
    pub methods: String,
    /// When they proved the first factor.
    pub at: Timestamp,
    /// Whether they wish to stay signed in.
    pub stays: bool,
}

impl Proven {
    /// Who gave their password just now, in a form that may say more.
    pub fn by_password(ctx: &Ctx, user: User, form: &Form) -> Self {
        Self {
            user,
            methods: person::PASSWORD.to_owned(),
            at: ctx.now,
            stays: form.get("stay").is_some(),
        }
    }

    /// Who is signed in already.
    pub fn in_session(session: &BrowserSession, user: User) -> Self {
        Self {
            user,
            methods: session.methods.clone(),
            at: session.signed_in_at,
            stays: session.stays,
        }
    }

    /// The text for a form of `browser` that is for `binding`.
    pub fn seal(&self, ctx: &Ctx, (browser, binding): (&Browser, &str)) -> String {
        let text = [
            self.user.tenant.to_string(),
            self.user.id.to_string(),
            self.methods.replace(' ', "+"),
            self.at.micros().to_string(),
            u8::from(self.stays).to_string(),
            ctx.now.micros().to_string(),
        ]
        .join("/");
        let seal = browser.seal_for(ctx, PURPOSE, &[binding, &text]);
        format!("{text}/{seal}")
    }

    /// Reads the text of a form again; `None` when it proves nothing (any more).
    pub async fn open(
        ctx: &Ctx,
        (browser, binding): (&Browser, &str),
        sealed: &str,
    ) -> Result<Option<Self>, StsError> {
        let Some(claimed) = read(ctx, (browser, binding), sealed) else {
            return Ok(None);
        };
        let (tenant, id) = (claimed.tenant, claimed.user);
        let find = move |view: &store::View<'_>| store::user::find(view, tenant, id);
        let user = ctx.app.store.read(find).await?.filter(|user| user.enabled);
        Ok(user.filter(|user| user.stands_by(claimed.at)).map(|user| Self {
            user,
            methods: claimed.methods,
            at: claimed.at,
            stays: claimed.stays,
        }))
    }
}

struct Claimed {
    tenant: TenantId,
    user: ObjectId,
    methods: String,
    at: Timestamp,
    stays: bool,
}

fn read(ctx: &Ctx, (browser, binding): (&Browser, &str), sealed: &str) -> Option<Claimed> {
    let (text, seal) = sealed.rsplit_once('/')?;
    if !browser.is_sealed_for(ctx, PURPOSE, &[binding, text], seal) {
        return None;
    }
    let mut parts = text.split('/');
    let mut next = || parts.next();
    let (tenant, user) = (next()?.parse().ok()?, next()?.parse().ok()?);
    let methods = next()?.replace('+', " ");
    let at = Timestamp::from_micros(next()?.parse().ok()?);
    let stays = next()? == "1";
    let made_at = Timestamp::from_micros(next()?.parse().ok()?);
    (ctx.now.since(made_at) <= PATIENCE).then_some(Claimed {
        tenant,
        user,
        methods,
        at,
        stays,
    })
}

//! Whether an application may do what it asks for: the question, and what was answered.
//!
//! The form is for one browser, one request, one person and exactly what the page named, for ten minutes, and is taken once: what
//! is asked for meanwhile asks again.

use askama::Template;
use doorward_domain::application::PermissionScope;
use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::directory::rights::{Action, Caller, Standing, Target, decide};
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_domain::guest::Seat;
use doorward_domain::permission_grant::{Consenter, PermissionGrant};
use doorward_domain::resource::{FirstParty, Resource};
use doorward_domain::second_factor::PATIENCE;
use doorward_domain::tenant_settings::Setting;
use doorward_domain::user::User;
use doorward_names::{AppId, GeneratedSecret, ObjectId, SecretHash, SecretKind, TenantId, Timestamp};
use doorward_protocol::oauth::Form;
use doorward_store::{self as store, QueryError, Tx, View};
use http::StatusCode;

use super::Visit;
use super::answer::origin;
use crate::entropy;
use crate::http::Response;
use crate::sts::StsError;
use crate::sts::client::{self, Weighing};
use crate::web::forms::Browser;
use crate::web::page_leading_to;
use crate::web::words::Words;

const PURPOSE: &str = "consent";

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    application: &'a str,
    account: &'a str,
    wanted: &'a [(String, Vec<String>)],
    consent: &'a str,
    for_all: bool,
}

#[derive(Template)]
#[template(path = "ask_administrator.html")]
struct AskAdministrator<'a> {
    w: &'a Words,
    seal: &'a str,
    action: &'a str,
    application: &'a str,
    account: &'a str,
    wanted: &'a [(String, Vec<String>)],
}

/// What a person said yes to, not written yet.
#[derive(Clone)]
pub struct Agreed {
    tenant: TenantId,
    form: Vec<SecretHash>,
    grants: Vec<PermissionGrant>,
    audit: AuditRow,
}

impl Agreed {
    /// Writes it down; `false` when the form was sent before, which then gives nothing.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<bool, QueryError> {
        for form in &self.form {
            if !store::permission_grant::spend_form(tx, form, self.audit.at)? {
                return Ok(false);
            }
        }
        for new in &self.grants {
            let by = (new.client, new.resource);
            let known = store::permission_grant::find_same(tx, self.tenant, by, new.consenter)?;
            match known {
                Some(mut known) => {
                    known.add(new.scopes.iter().map(String::as_str));
                    store::permission_grant::update(tx, self.tenant, &known)?;
                }
                None => {
                    store::permission_grant::insert(tx, self.tenant, new)?;
                }
            }
            let for_whom = match new.consenter {
                Consenter::Person(_) => "for themselves",
                Consenter::Everybody => "for everybody",
            };
            let row = AuditRow {
                target: Some(new.client),
                detail: format!("consent {for_whom}: {} on {}", new.scopes.join(" "), new.resource),
                ..self.audit.clone()
            };
            store::audit::insert(tx, &row)?;
        }
        Ok(true)
    }
}

impl Visit<'_> {
    /// Asks the person, or says who could be asked.
    pub async fn consent_page(
        &self,
        browser: &Browser,
        user: &User,
        weighed: &Weighing,
    ) -> Result<Response, StsError> {
        let (ctx, w) = (self.ctx, self.words);
        let administers = administers(ctx, user).await?;
        let settings = client::settings(ctx, user.tenant).await?;
        let may = administers || settings.is_on(Setting::UserConsent) && weighed.is_for_people();
        let wanted: Vec<_> = weighed.missing.iter().map(|missing| shown(w, missing)).collect();
        let (seal, action, application) = (browser.seal(ctx), self.action(), self.application());
        let target = origin(&self.back.redirect_uri);
        let leading_to = (target.as_str(), None);
        if !may {
            let template = AskAdministrator {
                w,
                seal: &seal,
                action: &action,
                application: &application,
                account: user.upn.as_str(),
                wanted: &wanted,
            };
            return Ok(page_leading_to(leading_to, StatusCode::OK, &template));
        }
        let nonce = GeneratedSecret::from_entropy(SecretKind::Form, entropy::bytes());
        let text = [
            user.id.to_string(),
            ctx.now.micros().to_string(),
            nonce.as_secret().expose().clone(),
        ]
        .join("/");
        let named = named(weighed);
        let sealed = browser.seal_for(ctx, PURPOSE, &[&action, &text, &named]);
        let template = ConsentPage {
            w,
            seal: &seal,
            action: &action,
            application: &application,
            account: user.upn.as_str(),
            wanted: &wanted,
            consent: &format!("{text}/{sealed}"),
            for_all: administers,
        };
        Ok(page_leading_to(leading_to, StatusCode::OK, &template))
    }

    /// What the person of `seat` agreed to by a form; `None` when the form is not for this, or not theirs to agree to.
    pub async fn agreed(
        &self,
        browser: &Browser,
        form: &Form,
        (seat, weighed): (&Seat, &Weighing),
    ) -> Result<Option<Agreed>, StsError> {
        let (ctx, user) = (self.ctx, &seat.user);
        let Some(nonce) = self.opened(browser, form, (user, weighed)) else {
            return Ok(None);
        };
        let administers = administers(ctx, user).await?;
        let settings = client::settings(ctx, user.tenant).await?;
        let for_all = form.get("for_all") == Some("1");
        let may = administers || settings.is_on(Setting::UserConsent) && weighed.is_for_people();
        if !may || for_all && !administers {
            return Ok(None);
        }
        let consenter = match for_all {
            true => Consenter::Everybody,
            false => Consenter::Person(user.id),
        };
        let app_id = self.client.app_id();
        let tenant = user.tenant;
        let Some(client) = principal(self.ctx, tenant, app_id).await? else {
            return Ok(None);
        };
        let mut grants = Vec::new();
        for (resource, scopes) in &weighed.missing {
            let Some(resource) = principal(self.ctx, tenant, resource.app_id).await? else {
                return Ok(None);
            };
            grants.push(PermissionGrant {
                id: ObjectId::from_random(entropy::bytes()),
                client,
                consenter,
                resource,
                scopes: scopes.iter().map(|scope| scope.value.clone()).collect(),
                created_at: ctx.now,
            });
        }
        let mut audit = ctx.audit(tenant, Event::RoleGranted);
        audit.actor = Some(user.id);
        audit.client = Some(app_id);
        Ok(Some(Agreed {
            tenant,
            form: nonce,
            grants,
            audit,
        }))
    }

    /// The hashes of a form's own secret, when the form was given to this browser for this person and exactly this.
    fn opened(
        &self,
        browser: &Browser,
        form: &Form,
        (user, weighed): (&User, &Weighing),
    ) -> Option<Vec<SecretHash>> {
        let (text, seal) = form.get("consent")?.rsplit_once('/')?;
        let parts = [&self.action(), text, &named(weighed)];
        if !browser.is_sealed_for(self.ctx, PURPOSE, &parts, seal) {
            return None;
        }
        let mut parts = text.split('/');
        let (person, made_at, nonce) = (parts.next()?, parts.next()?, parts.next()?);
        let made_at = Timestamp::from_micros(made_at.parse().ok()?);
        let theirs = person == user.id.to_string() && self.ctx.now.since(made_at) <= PATIENCE;
        theirs.then(|| self.ctx.app.hasher.candidates(SecretKind::Form, nonce))
    }
}

/// Whether somebody can agree for everybody, and to what people cannot agree to: who may give permissions.
async fn administers(ctx: &crate::ctx::Ctx, user: &User) -> Result<bool, StsError> {
    let (tenant, id) = (user.tenant, user.id);
    let read = move |view: &View<'_>| store::directory_role::of(view, tenant, id);
    let roles: Vec<DirectoryRole> = ctx.app.store.read::<_, QueryError>(read).await?;
    let caller = Caller {
        standing: Standing::Person {
            kind: user.kind,
            scopes: vec![Permission::DirectoryAccessAsUserAll],
        },
        roles,
    };
    Ok(decide(&caller, Action::GrantPermission, &Target::default()).is_ok())
}

async fn principal(
    ctx: &crate::ctx::Ctx,
    tenant: TenantId,
    app_id: AppId,
) -> Result<Option<ObjectId>, StsError> {
    let record = ctx.app.snapshots.client(tenant, app_id).await?;
    Ok(record.and_then(|record| record.service_principal.as_ref().map(|principal| principal.id)))
}

/// All that is asked for, as a text that stands for nothing else.
fn named(weighed: &Weighing) -> String {
    let of = |(resource, scopes): &(Resource, Vec<PermissionScope>)| {
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.value.as_str()).collect();
        format!("{} {}", resource.app_id, scopes.join(" "))
    };
    weighed.missing.iter().map(of).collect::<Vec<_>>().join("\n")
}

/// A resource and what is asked for there, for people.
fn shown(w: &Words, (resource, scopes): &(Resource, Vec<PermissionScope>)) -> (String, Vec<String>) {
    let name = resource.first_party.map_or_else(
        || {
            resource
                .name
                .clone()
                .unwrap_or_else(|| resource.app_id.to_string())
        },
        |first_party: FirstParty| first_party.display_name().to_owned(),
    );
    let text = |scope: &PermissionScope| {
        let known = resource.first_party.and_then(|_| (w.scope)(&scope.value));
        let (title, description) = &scope.for_people;
        let own = || {
            let title = title.as_ref().unwrap_or(&scope.for_administrators.0);
            let description = description.as_ref().unwrap_or(&scope.for_administrators.1);
            let says_nothing = [title.as_str(), &scope.value, ""].contains(&description.as_str());
            match says_nothing {
                true => format!("{title} ({})", scope.value),
                false => format!("{title}: {description} ({})", scope.value),
            }
        };
        known.map_or_else(own, str::to_owned)
    };
    (name, scopes.iter().map(text).collect())
}

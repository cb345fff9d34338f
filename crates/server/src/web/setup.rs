//! GET and POST /setup: a one-time link makes the first administrator, or sets a lost password anew.
//!
//! Looking at the page spends nothing. The form spends the link in the transaction that makes the account.

use askama::Template;
use bytes::Bytes;
use doorward_domain::application::Platform;
use doorward_domain::audit::Event;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::guest::Seat;
use doorward_domain::new_password::{self, PasswordRefusal};
use doorward_domain::resource::client::COMMAND_LINE;
use doorward_domain::second_factor::with_code;
use doorward_domain::setup_link::{LinkRefusal, Purpose, SetupLink};
use doorward_domain::tenant::Tenant;
use doorward_domain::user::{Password, PasswordHash, User, UserKind};
use doorward_names::{DisplayName, ObjectId, SecretHash, SecretKind, SecretString, Upn};
use doorward_protocol::oauth::{Form, Target, form};
use doorward_protocol::paths::EndpointVersion;
use doorward_store::directory_role::RoleAssignment;
use doorward_store::{self as store, QueryError, StoreError, Tx, View};
use http::request::Parts;
use http::{Method, StatusCode, header};

use super::words::{self, Words};
use super::{SaidPage, known, page};
use crate::boot::own_subscriptions;
use crate::credentials::known_browser::Known;
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::{BodyError, Response, collect, json, method_not_allowed};
use crate::sts::person::PASSWORD;
use crate::sts::{
    IdTokenWish, Person, StsError, client, issue_for_person, lockout, start_session, token_response,
};

const MAX_BODY: usize = 16 * 1024;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage<'a> {
    w: &'a Words,
    link: &'a str,
    tenant: &'a str,
    domain: &'a str,
    /// The account that gets a new password; `None` for the first administrator.
    account: Option<&'a str>,
    username: &'a str,
    problem: Option<&'a str>,
}

/// Why nothing was set up.
#[derive(Debug)]
enum Problem {
    UnknownLink,
    Link(LinkRefusal),
    Unreadable,
    Differ,
    Taken,
    Name,
    Domain(String),
    Password(PasswordRefusal),
    Unavailable,
}

impl Problem {
    const fn status(&self) -> StatusCode {
        match self {
            Self::UnknownLink => StatusCode::NOT_FOUND,
            Self::Link(_) => StatusCode::GONE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unreadable
            | Self::Differ
            | Self::Taken
            | Self::Name
            | Self::Domain(_)
            | Self::Password(_) => StatusCode::BAD_REQUEST,
        }
    }

    fn said(&self, words: &Words) -> String {
        let w = &words.setup;
        match self {
            Self::UnknownLink => w.unknown_link,
            Self::Link(refusal) => (w.link_over)(*refusal),
            Self::Unreadable => w.unreadable,
            Self::Differ => words.passwords_differ,
            Self::Taken => w.taken,
            Self::Name => w.bad_name,
            Self::Domain(domain) => return (w.domain)(domain),
            Self::Password(refusal) => words.password_problem(*refusal),
            Self::Unavailable => w.unavailable,
        }
        .to_owned()
    }
}

impl<E: std::fmt::Display> From<StoreError<E>> for Problem {
    fn from(error: StoreError<E>) -> Self {
        tracing::error!("the store failed: {error}");
        Self::Unavailable
    }
}

/// The route table of this page.
pub async fn answer<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match head.method {
        Method::GET | Method::HEAD => show(ctx, head).await,
        Method::POST => post(ctx, head, body).await,
        _ => method_not_allowed(&[Method::GET, Method::HEAD, Method::POST]),
    }
}

async fn show(ctx: &Ctx, head: &Parts) -> Response {
    let (words, query) = (words::chosen(None, head), head.uri.query().unwrap_or_default());
    let link = url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == "link");
    let link = link.map(|(_, value)| value.into_owned()).unwrap_or_default();
    match open(ctx, &link).await {
        Ok(opened) => opened.page(words, (&link, ""), None),
        Err(problem) => message(words, &problem),
    }
}

async fn post<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let words = words::chosen(None, head);
    let wants_json = head
        .headers
        .get(header::ACCEPT)
        .is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    let body = match collect(body, MAX_BODY).await {
        Ok(body) => body,
        Err(BodyError::TooLarge(_) | BodyError::CutOff) => {
            return refuse(ctx, words, wants_json, (&Problem::Unreadable, None));
        }
    };
    let content_type = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let Ok(form) = form::parse(content_type, &body) else {
        return refuse(ctx, words, wants_json, (&Problem::Unreadable, None));
    };
    let link = form.get("link").unwrap_or_default().to_owned();
    let opened = match open(ctx, &link).await {
        Ok(opened) => opened,
        Err(problem) => return refuse(ctx, words, wants_json, (&problem, None)),
    };
    match spend(ctx, &opened, &form).await {
        Ok(user) if wants_json => sign_in(ctx, &user).await.unwrap_or_else(|e| e.answer(ctx)),
        Ok(user) => {
            let brought = known::brought(head);
            known::keep(ctx, (Known::new(&brought), &user), done(ctx, words, &user))
        }
        Err(problem) => {
            let typed = (link.as_str(), form.get("username").unwrap_or_default());
            let again = opened.page(words, typed, Some(&problem));
            refuse(ctx, words, wants_json, (&problem, Some(again)))
        }
    }
}

/// A link that could be spent now, and what it is for.
struct Opened {
    link: SetupLink,
    tenant: Tenant,
    account: Option<User>,
}

impl Opened {
    fn page(&self, w: &Words, (link, username): (&str, &str), problem: Option<&Problem>) -> Response {
        let text = problem.map(|problem| problem.said(w));
        let template = SetupPage {
            w,
            link,
            tenant: self.tenant.display_name.as_str(),
            domain: self.tenant.default_domain.as_str(),
            account: self.account.as_ref().map(|user| user.upn.as_str()),
            username,
            problem: text.as_deref(),
        };
        page(problem.map_or(StatusCode::OK, Problem::status), &template)
    }
}

async fn open(ctx: &Ctx, text: &str) -> Result<Opened, Problem> {
    let hashes = ctx.app.hasher.candidates(SecretKind::Setup, text);
    let found = ctx.app.store.read(move |view| find(view, &hashes)).await?;
    let opened = found.ok_or(Problem::UnknownLink)?;
    opened.link.check(ctx.now).map_err(Problem::Link)?;
    Ok(opened)
}

fn find(view: &View<'_>, hashes: &[SecretHash]) -> Result<Option<Opened>, QueryError> {
    for hash in hashes {
        let Some(link) = store::setup_link::find_by_hash(view, hash)? else {
            continue;
        };
        let Some(tenant) = store::tenant::find(view, link.tenant)? else {
            continue;
        };
        let account = match link.purpose {
            Purpose::FirstAdministrator => None,
            Purpose::Recover(id) => match store::user::find(view, link.tenant, id)? {
                Some(user) => Some(user),
                None => continue,
            },
        };
        return Ok(Some(Opened {
            link,
            tenant,
            account,
        }));
    }
    Ok(None)
}

/// Spends the link and makes or changes the account, all in one transaction.
async fn spend(ctx: &Ctx, opened: &Opened, form: &Form) -> Result<User, Problem> {
    let password = form.secret("password").unwrap_or_else(|| SecretString::from(""));
    // The command line asks twice by itself.
    if form
        .secret("password_again")
        .is_some_and(|again| again.expose() != password.expose())
    {
        return Err(Problem::Differ);
    }
    let user = match &opened.account {
        Some(user) => user.clone(),
        None => first_administrator(ctx, &opened.tenant, form)?,
    };
    let names = [user.upn.as_str(), opened.tenant.display_name.as_str()];
    new_password::admit(&password, &names).map_err(Problem::Password)?;
    let hash = ctx
        .app
        .passwords
        .hash(password)
        .await
        .ok_or(Problem::Unavailable)?;
    let user = with_password(user, hash, ctx);
    let (link, kept, now) = (opened.link.clone(), user.clone(), ctx.now);
    let mut audit = ctx.audit(opened.tenant.id, Event::LinkUsed);
    audit.target = Some(user.id);
    audit.detail = "password set by a one-time link".to_owned();
    let role = RoleAssignment {
        id: ObjectId::from_random(entropy::bytes()),
        role: DirectoryRole::GlobalAdministrator,
        principal: user.id,
    };
    let outcome = ctx
        .app
        .snapshots
        .write(move |tx| {
            let Some(present) = store::setup_link::find_by_hash(tx, &link.hash)? else {
                return Ok::<_, QueryError>(Err(Problem::UnknownLink));
            };
            let spent = match present.spend(now) {
                Ok(spent) => spent,
                Err(refusal) => return Ok(Err(Problem::Link(refusal))),
            };
            if let Err(problem) = apply(tx, &spent, (&kept, &role))? {
                return Ok(Err(problem));
            }
            store::setup_link::save(tx, &spent)?;
            store::audit::insert(tx, &audit)?;
            Ok(Ok(()))
        })
        .await?;
    outcome.map(|()| user)
}

fn apply(
    tx: &mut Tx<'_>,
    link: &SetupLink,
    (user, role): (&User, &RoleAssignment),
) -> Result<Result<(), Problem>, QueryError> {
    let taken = || Problem::Taken;
    match link.purpose {
        Purpose::FirstAdministrator => {
            if !store::directory_role::list(tx, link.tenant)?.is_empty() {
                return Ok(Err(Problem::Link(LinkRefusal::Used)));
            }
            if store::user::insert(tx, user)?.is_err() {
                return Ok(Err(taken()));
            }
            // Who sets the server up owns what is in it, and gives it on from there.
            own_subscriptions(tx, (link.tenant, user.id), user.created_at)?;
            Ok(store::directory_role::insert(tx, link.tenant, role)?.map_err(|_| taken()))
        }
        Purpose::Recover(_) => {
            let saved = store::user::update(tx, user)?;
            let ended_at = link.used_at.unwrap_or(link.created_at);
            store::session::revoke_all_of_user(tx, link.tenant, user.id, ended_at)?;
            lockout::forgive(tx, user)?;
            Ok(match saved {
                Ok(true) => Ok(()),
                Ok(false) | Err(_) => Err(Problem::UnknownLink),
            })
        }
    }
}

fn first_administrator(ctx: &Ctx, tenant: &Tenant, form: &Form) -> Result<User, Problem> {
    let name = form.get("username").unwrap_or_default().trim();
    let full = if name.contains('@') {
        name.to_owned()
    } else {
        format!("{name}@{}", tenant.default_domain)
    };
    let upn: Upn = full.parse().map_err(|_| Problem::Name)?;
    if !tenant.domains.contains(upn.domain()) {
        return Err(Problem::Domain(tenant.default_domain.to_string()));
    }
    Ok(User {
        id: ObjectId::from_random(entropy::bytes()),
        tenant: tenant.id,
        display_name: DisplayName::new(upn.local_part()).map_err(|_| Problem::Name)?,
        mail_nickname: upn.local_part().to_owned(),
        upn,
        kind: UserKind::Member,
        enabled: true,
        password: None,
        guest: None,
        created_at: ctx.now,
        sessions_revoked_at: None,
    })
}

fn with_password(user: User, hash: PasswordHash, ctx: &Ctx) -> User {
    User {
        password: Some(Password {
            hash,
            must_change: false,
            set_at: ctx.now,
        }),
        enabled: true,
        ..user
    }
}

/// Signs the person in to the command line that sent the form. The link came from the owner of the data and is good once,
/// so with the password it makes two factors.
async fn sign_in(ctx: &Ctx, user: &User) -> Result<Response, StsError> {
    let (tenant, id) = (user.tenant, user.id);
    let roles = ctx
        .app
        .store
        .read(move |view| store::directory_role::of(view, tenant, id))
        .await?;
    let admitted = client::admit(ctx, user.tenant, COMMAND_LINE).await?;
    let (session, refresh_token) = start_session(
        ctx,
        (COMMAND_LINE, Platform::Public),
        user,
        &with_code(PASSWORD),
        None,
    )
    .await?;
    let target = Target::from_scope("https://graph.microsoft.com/.default openid profile offline_access")?;
    let seat = Seat::of(user.clone());
    let person = Person {
        capable: false,
        seat: &seat,
        session: &session,
        roles,
        refresh_token,
        client: admitted,
        wish: IdTokenWish::default(),
    };
    let (granted, requested) = issue_for_person(ctx, EndpointVersion::V2, person, (&target, true)).await?;
    Ok(token_response(EndpointVersion::V2, &granted, &requested))
}

fn done(ctx: &Ctx, w: &Words, user: &User) -> Response {
    said(
        w,
        StatusCode::OK,
        [
            w.setup.done,
            &(w.setup.done_text)(user.upn.as_str()),
            &(w.setup.done_cure)(ctx.origin.url()),
        ],
    )
}

fn said(w: &Words, status: StatusCode, [title, text, cure]: [&str; 3]) -> Response {
    page(status, &SaidPage { w, title, text, cure })
}

fn message(w: &Words, problem: &Problem) -> Response {
    let cure = match problem {
        Problem::UnknownLink | Problem::Link(_) => w.setup.link_cure,
        _ => w.setup.again_cure,
    };
    said(w, problem.status(), [w.setup.nothing, &problem.said(w), cure])
}

fn refuse(
    ctx: &Ctx,
    words: &Words,
    wants_json: bool,
    (problem, form): (&Problem, Option<Response>),
) -> Response {
    if wants_json {
        let body = serde_json::json!({
            "error": "invalid_request",
            "error_description": problem.said(words),
            "trace_id": ctx.trace,
        });
        return json(problem.status(), &body);
    }
    match problem.status() {
        StatusCode::BAD_REQUEST => form.unwrap_or_else(|| message(words, problem)),
        _ => message(words, problem),
    }
}

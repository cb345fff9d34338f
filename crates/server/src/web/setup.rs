//! GET and POST /setup: a one-time link makes the first administrator, or sets a lost password anew.
//!
//! Looking at the page spends nothing. The form spends the link in the transaction that makes the account.

use askama::Template;
use bytes::Bytes;
use doorward_domain::application::Platform;
use doorward_domain::audit::Event;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::guest::Seat;
use doorward_domain::new_password;
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

use super::{MessagePage, known, page};
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
    link: &'a str,
    tenant: &'a str,
    domain: &'a str,
    /// The account that gets a new password; `None` for the first administrator.
    account: Option<&'a str>,
    username: &'a str,
    problem: Option<&'a str>,
}

/// Why nothing was set up.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("This link is not known.")]
    UnknownLink,
    #[error("{}", sentence(.0))]
    Link(LinkRefusal),
    #[error("{0}")]
    Input(String),
    #[error("The server cannot reach its store. Try again.")]
    Unavailable,
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownLink => StatusCode::NOT_FOUND,
            Self::Link(_) => StatusCode::GONE,
            Self::Input(_) => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
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
        Method::GET | Method::HEAD => show(ctx, head.uri.query().unwrap_or_default()).await,
        Method::POST => post(ctx, head, body).await,
        _ => method_not_allowed(&[Method::GET, Method::HEAD, Method::POST]),
    }
}

async fn show(ctx: &Ctx, query: &str) -> Response {
    let link = url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == "link");
    let link = link.map(|(_, value)| value.into_owned()).unwrap_or_default();
    match open(ctx, &link).await {
        Ok(opened) => opened.page(&link, "", None),
        Err(problem) => message(&problem),
    }
}

async fn post<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let wants_json = head
        .headers
        .get(header::ACCEPT)
        .is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    let body = match collect(body, MAX_BODY).await {
        Ok(body) => body,
        Err(BodyError::TooLarge(_) | BodyError::CutOff) => {
            return refuse(
                ctx,
                wants_json,
                &Problem::Input("The form could not be read.".to_owned()),
                None,
            );
        }
    };
    let content_type = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let Ok(form) = form::parse(content_type, &body) else {
        return refuse(
            ctx,
            wants_json,
            &Problem::Input("The form could not be read.".to_owned()),
            None,
        );
    };
    let link = form.get("link").unwrap_or_default().to_owned();
    let opened = match open(ctx, &link).await {
        Ok(opened) => opened,
        Err(problem) => return refuse(ctx, wants_json, &problem, None),
    };
    match spend(ctx, &opened, &form).await {
        Ok(user) if wants_json => sign_in(ctx, &user).await.unwrap_or_else(|e| e.answer(ctx)),
        Ok(user) => {
            let brought = known::brought(head);
            known::keep(ctx, (Known::new(&brought), &user), done(ctx, &user))
        }
        Err(problem) => {
            let again = opened.page(&link, form.get("username").unwrap_or_default(), Some(&problem));
            refuse(ctx, wants_json, &problem, Some(again))
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
    fn page(&self, link: &str, username: &str, problem: Option<&Problem>) -> Response {
        let text = problem.map(ToString::to_string);
        let template = SetupPage {
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
        return Err(Problem::Input("The two passwords differ.".to_owned()));
    }
    let user = match &opened.account {
        Some(user) => user.clone(),
        None => first_administrator(ctx, &opened.tenant, form)?,
    };
    let names = [user.upn.as_str(), opened.tenant.display_name.as_str()];
    new_password::admit(&password, &names).map_err(|e| Problem::Input(sentence(&e)))?;
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
    let taken = || Problem::Input("This name is taken.".to_owned());
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
    let upn: Upn = full
        .parse()
        .map_err(|e: doorward_names::InvalidName| Problem::Input(sentence(&e)))?;
    if !tenant.domains.contains(upn.domain()) {
        return Err(Problem::Input(format!(
            "The name has to end in @{}.",
            tenant.default_domain
        )));
    }
    Ok(User {
        id: ObjectId::from_random(entropy::bytes()),
        tenant: tenant.id,
        display_name: DisplayName::new(upn.local_part()).map_err(|e| Problem::Input(sentence(&e)))?,
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

fn done(ctx: &Ctx, user: &User) -> Response {
    let text = format!("The password of {} is set, and this link is spent.", user.upn);
    let cure = format!("{} is where Doorward answers.", ctx.origin.url());
    page(
        StatusCode::OK,
        &MessagePage {
            title: "You are set up",
            text: &text,
            cure: &cure,
        },
    )
}

fn message(problem: &Problem) -> Response {
    let cure = match problem {
        Problem::UnknownLink | Problem::Link(_) => {
            "The owner of the data prints another with `doorward init` or `doorward admin recover`."
        }
        Problem::Input(_) | Problem::Unavailable => "Go back and try again.",
    };
    let text = problem.to_string();
    page(
        problem.status(),
        &MessagePage {
            title: "Nothing was changed",
            text: &text,
            cure,
        },
    )
}

fn refuse(ctx: &Ctx, wants_json: bool, problem: &Problem, form: Option<Response>) -> Response {
    if wants_json {
        let body = serde_json::json!({
            "error": "invalid_request",
            "error_description": problem.to_string(),
            "trace_id": ctx.trace,
        });
        return json(problem.status(), &body);
    }
    match problem {
        Problem::Input(_) => form.unwrap_or_else(|| message(problem)),
        Problem::UnknownLink | Problem::Link(_) | Problem::Unavailable => message(problem),
    }
}

/// A cause as a sentence: with a capital and a full stop.
fn sentence(cause: &impl std::fmt::Display) -> String {
    let text = cause.to_string();
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => text,
    }
}

//! `/invitations`: people of other organizations become guests. Nothing is mailed from here: whoever invites hands
//! `inviteRedeemUrl` over.

use doorward_domain::audit::Event;
use doorward_domain::directory::rights::Action;
use doorward_domain::guest::{Guest, Invitation, upn_of_guest};
use doorward_domain::redirect_uri;
use doorward_domain::user::{User, UserKind};
use doorward_names::{DisplayName, GeneratedSecret, ObjectId, SecretKind, SecretString, Upn};
use doorward_protocol::graph as wire;
use doorward_protocol::paths::REDEEM;
use doorward_store::{self as store, Tx, Unique};
use url::Url;

use super::access::{Acting, OrFail as _, Stop, change};
use super::{Call, GraphError, created};
use crate::entropy;
use crate::http::Response;

/// Longest `inviteRedirectUrl`, in bytes.
const MAX_URL: usize = 2048;

/// What is asked for.
#[derive(Clone)]
struct Asked {
    address: Upn,
    display_name: DisplayName,
    kind: UserKind,
    redirect_url: String,
    reset: bool,
}

/// POST /v1.0/invitations. Who was invited before is invited again by who may change their account, for whoever has the
/// new link could be another: until somebody accepts, the one before ends; afterwards only `resetRedemption` makes one.
pub async fn create(call: Call) -> Result<Response, GraphError> {
    let body: wire::CreateInvitation = call.body()?;
    let asked = Asked::read(&body)?;
    let secret = GeneratedSecret::from_entropy(SecretKind::Invitation, entropy::bytes());
    let hash = call.ctx.app.hasher.hash(&secret).ok_or(GraphError::Unavailable)?;
    let invitation = Invitation {
        hash,
        tenant: call.bearer.tenant,
        user: ObjectId::from_random(entropy::bytes()),
        redirect_url: asked.redirect_url.clone(),
        created_at: call.ctx.now,
    };
    let (wanted, fresh) = (asked.clone(), invitation.clone());
    let user = change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        invite(tx, acting, (&wanted, &fresh))
    })
    .await?;
    let accepted = user.home().is_some();
    let redeem = match accepted {
        // There is nothing left to accept.
        true => SecretString::new(asked.redirect_url.clone()),
        false => SecretString::new(format!(
            "{}{REDEEM}?invitation={}",
            call.ctx.outside.url().trim_end_matches('/'),
            secret.as_secret().expose()
        )),
    };
    let answer = wire::Invitation {
        id: invitation.user.to_string(),
        invite_redeem_url: redeem,
        invited_user_display_name: Some(user.display_name.to_string()),
        invited_user_type: Some(kind_name(user.kind).to_owned()),
        invited_user_email_address: body.invited_user_email_address,
        send_invitation_message: false,
        reset_redemption: asked.reset,
        invite_redirect_url: asked.redirect_url,
        status: if accepted {
            "Completed"
        } else {
            "PendingAcceptance"
        }
        .to_owned(),
        invited_user_message_info: doorward_protocol::Null,
        invited_user: wire::InvitedUser { id: user.id },
    };
    Ok(created(&call, "invitations", &answer))
}

impl Asked {
    fn read(body: &wire::CreateInvitation) -> Result<Self, GraphError> {
        let address: Upn = body.invited_user_email_address.parse()?;
        let name = body.invited_user_display_name.as_deref().map(str::trim);
        let kind = match body.invited_user_type.as_deref() {
            None | Some("Guest" | "guest") => UserKind::Guest,
            Some("Member" | "member") => UserKind::Member,
            Some(_) => {
                let text = "invitedUserType is Guest or Member.";
                return Err(GraphError::Invalid(text.to_owned()));
            }
        };
        Ok(Self {
            display_name: DisplayName::new(
                name.filter(|name| !name.is_empty())
                    .unwrap_or_else(|| address.local_part()),
            )?,
            address,
            kind,
            redirect_url: redirect_url(&body.invite_redirect_url)?,
            reset: body.reset_redemption.unwrap_or(false),
        })
    }
}

/// An address that a browser may be led to, in its one spelling.
fn redirect_url(text: &str) -> Result<String, GraphError> {
    let bad = || {
        let text = "inviteRedirectUrl has to be an https:// URL, or http:// to the guest's own machine.";
        GraphError::Invalid(text.to_owned())
    };
    let url = Url::parse(text).map_err(|_| bad())?;
    let origin = url.origin().ascii_serialization();
    let safe = url.scheme() == "https" || redirect_uri::is_loopback(&origin);
    let plain = url.username().is_empty() && url.password().is_none();
    match safe && plain && url.as_str().len() <= MAX_URL {
        true => Ok(url.into()),
        false => Err(bad()),
    }
}

fn invite(tx: &mut Tx<'_>, acting: &Acting, (asked, fresh): (&Asked, &Invitation)) -> Result<User, Stop> {
    acting.require_any(Action::InviteGuest)?;
    if asked.kind == UserKind::Member {
        acting.require_any(Action::CreateUser)?;
    }
    let tenant = store::tenant::find(tx, acting.tenant).or_fail()?;
    let tenant = tenant.ok_or_else(|| acting.missing(Action::InviteGuest, "tenant"))?;
    if tenant.domains.contains(asked.address.domain()) {
        let text = "The address that is invited is one of your own organization. Make a user instead.";
        return Err(GraphError::Invalid(text.to_owned()).into());
    }
    let upn = upn_of_guest(asked.address.as_str(), &tenant.default_domain)?;
    if let Some(known) = store::user::find_by_upn(tx, acting.tenant, &upn).or_fail()? {
        return invite_again(tx, acting, known, (asked, fresh));
    }
    let user = User {
        id: fresh.user,
        tenant: acting.tenant,
        display_name: asked.display_name.clone(),
        mail_nickname: upn.local_part().to_owned(),
        upn,
        kind: asked.kind,
        enabled: true,
        password: None,
        guest: Some(Guest {
            email: asked.address.as_str().to_owned(),
            home: None,
            since: acting.now,
        }),
        created_at: acting.now,
        sessions_revoked_at: None,
    };
    store::user::insert(tx, &user).or_fail()??;
    store::invitation::insert(tx, fresh).or_fail()??;
    acting.record(tx, Event::DirectoryCreated, user.id, "user: invited as a guest")?;
    Ok(user)
}

fn invite_again(
    tx: &mut Tx<'_>,
    acting: &Acting,
    mut user: User,
    (asked, fresh): (&Asked, &Invitation),
) -> Result<User, Stop> {
    acting.require(Action::UpdateUser, &acting.user(tx, &user)?)?;
    let Some(guest) = &mut user.guest else {
        return Err(GraphError::Duplicate(Unique::Upn).into());
    };
    if guest.home.is_some() && !asked.reset {
        return Ok(user);
    }
    if guest.home.take().is_some() {
        guest.since = acting.now;
        store::user::update(tx, &user).or_fail()??;
    }
    store::invitation::delete_all_of(tx, acting.tenant, user.id).or_fail()?;
    let user_id = user.id;
    store::invitation::insert(
        tx,
        &Invitation {
            user: user_id,
            ..fresh.clone()
        },
    )
    .or_fail()??;
    acting.record(tx, Event::DirectoryUpdated, user.id, "user: invited again")?;
    Ok(user)
}

const fn kind_name(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Member => "Member",
        UserKind::Guest => "Guest",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_led_nowhere_but_to_a_safe_address() {
        for (text, kept) in [
            ("https://app.example", "https://app.example/"),
            ("HTTPS://App.example/a?b#c", "https://app.example/a?b#c"),
            ("http://localhost:8400/x", "http://localhost:8400/x"),
            ("http://[::1]:8400", "http://[::1]:8400/"),
        ] {
            assert_eq!(redirect_url(text).unwrap(), kept);
        }
        let long = format!("https://app.example/{}", "a".repeat(MAX_URL));
        for text in [
            "",
            "/here",
            "//app.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://app.example",
            "http://localhost.app.example/",
            "https://user@app.example/",
            "https://user:secret@app.example/",
            "ftp://app.example/",
            "https://",
            &long,
        ] {
            let problem = redirect_url(text).unwrap_err();
            assert!(
                matches!(&problem, GraphError::Invalid(text) if !text.contains("secret")),
                "{text}"
            );
        }
    }
}

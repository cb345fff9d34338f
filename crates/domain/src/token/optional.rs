//! What else an application wishes its tokens to say (Microsoft identity platform, optional claims reference).
//!
//! A claim that cannot be had, or that nobody here knows, is left out, as Azure does; so is one that the token says anyway.

use std::net::IpAddr;

use doorward_names::Timestamp;

use super::TokenVersion;
use super::claims::{Groups, Told};
use crate::application::OptionalClaim;
use crate::guest::Seat;
use crate::session::Session;

/// What a claim says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A text.
    Text(String),
    /// A number: seconds, or a sign.
    Number(i64),
}

/// Claims by their names.
pub type Optional = Vec<(&'static str, Said)>;

/// Where and when a person signed in.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn<'a> {
    /// Who, and as whom.
    pub seat: &'a Seat,
    /// Their session.
    pub session: &'a Session,
    /// The address from which the client asks (`ipaddr`).
    pub source: IpAddr,
    /// The form of the token.
    pub version: TokenVersion,
}

/// What a person's token says besides.
pub fn of_person(wishes: &[OptionalClaim], who: SignedIn<'_>) -> Optional {
    let SignedIn { seat, session, .. } = who;
    let text = |text: &str| Said::Text(text.to_owned());
    let fill = |wish: &OptionalClaim| {
        Some(match wish.name.as_str() {
            "acct" => ("acct", Said::Number(i64::from(seat.is_guest()))),
            "auth_time" => (
                "auth_time",
                Said::Number(Timestamp::unix_seconds(session.signed_in_at)),
            ),
            "idtyp" => ("idtyp", text("user")),
            "ipaddr" => ("ipaddr", Said::Text(who.source.to_canonical().to_string())),
            "login_hint" => ("login_hint", text(seat.home.upn.as_str())),
            "preferred_username" if who.version == TokenVersion::V1 => {
                ("preferred_username", text(seat.home.upn.as_str()))
            }
            "sid" => ("sid", Said::Text(session.id.to_string())),
            "upn" => ("upn", Said::Text(upn(wish, seat)?)),
            _ => return None,
        })
    };
    wishes.iter().filter_map(fill).collect()
}

/// What an application's own token says besides.
pub fn of_application(wishes: &[OptionalClaim]) -> Optional {
    let wished = wishes.iter().any(|wish| wish.name == "idtyp");
    let idtyp = ("idtyp", Said::Text("app".to_owned()));
    wished.then_some(idtyp).into_iter().collect()
}

/// A member's sign-in name; a guest's in the tenant that they are in, for who wishes for it by a property.
fn upn(wish: &OptionalClaim, seat: &Seat) -> Option<String> {
    let has = |property: &str| wish.properties.iter().any(|each| each == property);
    let here = seat.user.upn.as_str();
    match seat.is_guest() {
        false => Some(here.to_owned()),
        true if has("include_externally_authenticated_upn_without_hash") => Some(here.replace('#', "_")),
        true if has("include_externally_authenticated_upn") => Some(here.to_owned()),
        true => None,
    }
}

/// Says the groups as roles where that is wished for (`emit_as_roles` of `groups`); the roles are not said then.
pub fn groups_as_roles(wishes: &[OptionalClaim], told: &mut Told) {
    let is_wished = |wish: &OptionalClaim| {
        wish.name == "groups" && wish.properties.iter().any(|property| property == "emit_as_roles")
    };
    if wishes.iter().any(is_wished)
        && let Groups::All(groups) = &told.groups
    {
        told.roles = groups.iter().map(ToString::to_string).collect();
        told.groups = Groups::None;
    }
}

//! From what was decided to what goes over the wire.

use doorward_domain::session::Session;
use doorward_domain::token::TokenVersion;
use doorward_domain::token::claims::{self, AccessToken, Subject, Told};
use doorward_domain::token::optional::{Optional, Said};
use doorward_names::{ObjectId, TenantId, Timestamp};
use doorward_protocol::claims::{
    AccessClaims, AccessClaimsV1, AccessClaimsV2, ClaimNames, ClaimSources, IdClaimsV1, IdClaimsV2, elsewhere,
};
use doorward_protocol::oauth::{CAPABLE, ClientInfo, Target, TokenResponseV1, TokenResponseV2};
use doorward_protocol::paths::{EndpointVersion, GraphPath, Memberships};
use http::StatusCode;
use serde_json::{Map, Value};

use super::issue::{Granted, IdTokenWish};
use crate::http::{Response, json};
use crate::origin::Origin;

/// The claims of an access token as JSON.
pub fn access_token_claims(token: &AccessToken, origin: &Origin) -> Vec<u8> {
    let issuer = origin.issuer(token.version, token.tenant);
    let claims = match token.version {
        TokenVersion::V1 => AccessClaims::V1(v1(token, issuer, origin)),
        TokenVersion::V2 => AccessClaims::V2(v2(token, issuer, origin)),
    };
    with(serde_json::to_vec(&claims).unwrap_or_default(), &token.optional)
}

/// The claims, and what is wished for besides where they don't say it.
fn with(claims: Vec<u8>, optional: &Optional) -> Vec<u8> {
    if optional.is_empty() {
        return claims;
    }
    let mut all: Map<String, Value> = serde_json::from_slice(&claims).unwrap_or_default();
    for (name, said) in optional {
        let said = match said {
            Said::Text(text) => text.as_str().into(),
            Said::Number(number) => (*number).into(),
        };
        all.entry(*name).or_insert(said);
    }
    serde_json::to_vec(&all).unwrap_or_default()
}

fn capabilities(token: &AccessToken) -> Option<Vec<String>> {
    token.capable.then(|| vec![CAPABLE.to_owned()])
}

/// Where a guest comes from, by the name that their own tenant's tokens bear.
fn idp(from: Option<TenantId>, origin: &Origin) -> Option<String> {
    from.map(|tenant| origin.issuer(TokenVersion::V1, tenant))
}

fn v1(token: &AccessToken, issuer: String, origin: &Origin) -> AccessClaimsV1 {
    let not_before = token.validity.not_before.unix_seconds();
    let base = AccessClaimsV1 {
        aud: token.audience.clone(),
        iss: issuer.clone(),
        iat: not_before,
        nbf: not_before,
        exp: token.validity.expires_at.unix_seconds(),
        acr: None,
        aio: None,
        amr: None,
        appid: token.client.to_string(),
        appidacr: token.proof.acr().to_owned(),
        email: None,
        groups: None,
        claim_names: None,
        claim_sources: None,
        idp: None,
        idtyp: None,
        name: None,
        oid: oid(&token.subject),
        rh: None,
        roles: None,
        scp: None,
        sid: None,
        sub: token.sub.clone(),
        tid: token.tenant,
        unique_name: None,
        upn: None,
        uti: token.uti.clone(),
        ver: "1.0".to_owned(),
        wids: None,
        xms_cc: capabilities(token),
    };
    match &token.subject {
        Subject::Application { roles, .. } => AccessClaimsV1 {
            idp: Some(issuer),
            idtyp: Some("app".to_owned()),
            roles: some(roles.clone()),
            ..base
        },
        Subject::Person {
            oid,
            upn,
            from,
            name,
            told,
            methods,
            session,
            scopes,
            ..
        } => {
            let groups = Groups::of(told, *oid, origin);
            AccessClaimsV1 {
                acr: Some("1".to_owned()),
                amr: Some(methods.clone()),
                email: from.map(|_| upn.clone()),
                idp: idp(*from, origin),
                idtyp: Some("user".to_owned()),
                name: Some(name.clone()),
                scp: Some(scopes.join(" ")).filter(|scp| !scp.is_empty()),
                sid: Some(session.to_string()),
                unique_name: Some(upn.clone()),
                upn: from.is_none().then(|| upn.clone()),
                roles: some(told.roles.clone()),
                groups: groups.these,
                claim_names: groups.names,
                claim_sources: groups.sources,
                wids: wids(told),
                ..base
            }
        }
    }
}

fn v2(token: &AccessToken, issuer: String, origin: &Origin) -> AccessClaimsV2 {
    let not_before = token.validity.not_before.unix_seconds();
    let base = AccessClaimsV2 {
        aud: token.audience.clone(),
        iss: issuer,
        iat: not_before,
        nbf: not_before,
        exp: token.validity.expires_at.unix_seconds(),
        aio: None,
        azp: token.client.to_string(),
        azpacr: token.proof.acr().to_owned(),
        email: None,
        groups: None,
        claim_names: None,
        claim_sources: None,
        idp: None,
        idtyp: None,
        name: None,
        oid: oid(&token.subject),
        preferred_username: None,
        rh: None,
        roles: None,
        scp: None,
        sid: None,
        sub: token.sub.clone(),
        tid: token.tenant,
        uti: token.uti.clone(),
        ver: "2.0".to_owned(),
        wids: None,
        xms_cc: capabilities(token),
    };
    match &token.subject {
        Subject::Application { roles, .. } => AccessClaimsV2 {
            roles: some(roles.clone()),
            ..base
        },
        Subject::Person {
            oid,
            upn,
            from,
            name,
            told,
            session,
            scopes,
            ..
        } => {
            let groups = Groups::of(told, *oid, origin);
            AccessClaimsV2 {
                email: from.map(|_| upn.clone()),
                idp: idp(*from, origin),
                name: Some(name.clone()),
                preferred_username: Some(upn.clone()),
                scp: Some(scopes.join(" ")).filter(|scp| !scp.is_empty()),
                sid: Some(session.to_string()),
                roles: some(told.roles.clone()),
                groups: groups.these,
                claim_names: groups.names,
                claim_sources: groups.sources,
                wids: wids(told),
                ..base
            }
        }
    }
}

/// What an id_token says that the access token beside it doesn't.
pub struct OfClient {
    /// The name by which the client knows the person.
    pub sub: String,
    /// What it is told of them.
    pub told: Told,
    /// What it wished for.
    pub wish: IdTokenWish,
    /// What its registration wishes for besides.
    pub optional: Optional,
}

/// The claims of an id_token for the client of `token`, as JSON; nothing for an application.
pub fn id_token_claims(
    version: EndpointVersion,
    (token, of_client): (&AccessToken, OfClient),
    origin: &Origin,
) -> Vec<u8> {
    let Subject::Person {
        oid,
        upn,
        from,
        name,
        methods,
        ..
    } = &token.subject
    else {
        return Vec::new();
    };
    let issuer = origin.issuer(id_token_version(version), token.tenant);
    let (iat, exp) = (
        token.validity.not_before.unix_seconds(),
        token.validity.expires_at.unix_seconds(),
    );
    let OfClient {
        sub,
        told,
        wish,
        optional,
    } = of_client;
    let IdTokenWish { nonce, auth_time } = wish;
    let (groups, wids) = (Groups::of(&told, *oid, origin), wids(&told));
    let auth_time = auth_time.map(Timestamp::unix_seconds);
    let bytes = match version {
        EndpointVersion::V1 => serde_json::to_vec(&IdClaimsV1 {
            aud: token.client.to_string(),
            iss: issuer,
            iat,
            nbf: iat,
            exp,
            amr: Some(methods.clone()),
            auth_time,
            email: from.map(|_| upn.clone()),
            idp: idp(*from, origin),
            groups: groups.these,
            claim_names: groups.names,
            claim_sources: groups.sources,
            name: Some(name.clone()),
            nonce,
            oid: *oid,
            roles: some(told.roles),
            sub,
            tid: token.tenant,
            unique_name: Some(upn.clone()),
            upn: from.is_none().then(|| upn.clone()),
            uti: None,
            wids,
            ver: "1.0".to_owned(),
        }),
        EndpointVersion::V2 => serde_json::to_vec(&IdClaimsV2 {
            aud: token.client.to_string(),
            iss: issuer,
            iat,
            nbf: iat,
            exp,
            auth_time,
            email: from.map(|_| upn.clone()),
            idp: idp(*from, origin),
            groups: groups.these,
            claim_names: groups.names,
            claim_sources: groups.sources,
            name: Some(name.clone()),
            nonce,
            oid: *oid,
            preferred_username: Some(upn.clone()),
            roles: some(told.roles),
            sub,
            tid: token.tenant,
            uti: None,
            wids,
            ver: "2.0".to_owned(),
        }),
    };
    with(bytes.unwrap_or_default(), &optional)
}

/// An id_token's form follows the endpoint: it is for the client that called it.
pub const fn id_token_version(version: EndpointVersion) -> TokenVersion {
    match version {
        EndpointVersion::V1 => TokenVersion::V1,
        EndpointVersion::V2 => TokenVersion::V2,
    }
}

/// `scope` of a person's answer. On v2.0 it has to repeat what was asked for, word for word: clients look their
/// tokens up by it.
pub fn granted_scope(version: EndpointVersion, target: &Target, scopes: &[String]) -> String {
    match version {
        EndpointVersion::V1 => scopes.join(" "),
        EndpointVersion::V2 => target.requested.clone(),
    }
}

/// The answer of the token endpoint.
pub fn token_response(version: EndpointVersion, granted: &Granted, resource: &str) -> Response {
    let expires_in = granted.validity.expires_in;
    match version {
        EndpointVersion::V1 => json(
            StatusCode::OK,
            &TokenResponseV1 {
                token_type: "Bearer".to_owned(),
                scope: granted.scope.clone(),
                expires_in,
                ext_expires_in: Some(expires_in),
                expires_on: Some(granted.validity.expires_at.unix_seconds()),
                not_before: Some(granted.validity.not_before.unix_seconds()),
                resource: Some(resource.to_owned()),
                access_token: granted.access_token.clone(),
                refresh_token: granted.refresh_token.clone(),
                id_token: granted.id_token.clone(),
            },
        ),
        EndpointVersion::V2 => json(
            StatusCode::OK,
            &TokenResponseV2 {
                token_type: "Bearer".to_owned(),
                scope: granted.scope.clone(),
                expires_in,
                ext_expires_in: Some(expires_in),
                access_token: granted.access_token.clone(),
                refresh_token: granted.refresh_token.clone(),
                id_token: granted.id_token.clone(),
                client_info: granted.client_info.clone(),
            },
        ),
    }
}

/// `client_info` of a person: who they are at home, wherever the token is for. Clients know their accounts by it.
pub fn client_info(session: &Session) -> String {
    ClientInfo {
        uid: session.user,
        utid: session.tenant,
    }
    .encode()
}

fn oid(subject: &Subject) -> ObjectId {
    match subject {
        Subject::Application {
            service_principal, ..
        } => *service_principal,
        Subject::Person { oid, .. } => *oid,
    }
}

fn wids(told: &Told) -> Option<Vec<String>> {
    let roles = told.directory_roles.iter();
    some(roles.map(|role| role.template_id().to_string()).collect())
}

/// A person's groups as a token says them: these, or where they can be asked for (OpenID Connect Core §5.6.2).
#[derive(Default)]
struct Groups {
    these: Option<Vec<String>>,
    names: Option<ClaimNames>,
    sources: Option<ClaimSources>,
}

impl Groups {
    fn of(told: &Told, oid: ObjectId, origin: &Origin) -> Self {
        match &told.groups {
            claims::Groups::None => Self::default(),
            claims::Groups::All(groups) => Self {
                these: Some(groups.iter().map(ToString::to_string).collect()),
                ..Self::default()
            },
            claims::Groups::TooMany => {
                let path = GraphPath::UserMemberships(oid.to_string(), Memberships::GetMemberObjects);
                let (names, sources) = elsewhere(format!("{}{path}", origin.graph_url()));
                Self {
                    these: None,
                    names: Some(names),
                    sources: Some(sources),
                }
            }
        }
    }
}

fn some(list: Vec<String>) -> Option<Vec<String>> {
    (!list.is_empty()).then_some(list)
}

//! What a registration says beyond its name, in one column: a line for each thing, its fields parted by tabs, the first one
//! saying what it is. Nothing is looked for in it; what is, stands in tables of its own.

use crate::QueryError;
use crate::row::Row;
use doorward_domain::application::{
    AccessKind, AppRole, Application, ConsentType, GroupClaims, OptionalClaim, PermissionScope, Platform,
    PreAuthorized, RequiredAccess, RoleHolders,
};
use std::str::FromStr;

/// The word of a platform, in this and other columns.
pub(crate) const fn platform_word(platform: Platform) -> &'static str {
    match platform {
        Platform::Web => "web",
        Platform::SinglePage => "spa",
        Platform::Public => "public",
    }
}

/// The platform of that word.
pub(crate) fn platform_of(word: &str) -> Option<Platform> {
    Platform::ALL.into_iter().find(|p| platform_word(*p) == word)
}

const fn groups_word(groups: GroupClaims) -> &'static str {
    match groups {
        GroupClaims::None => "none",
        GroupClaims::SecurityGroup => "security",
        GroupClaims::All => "all",
        GroupClaims::ApplicationGroup => "application",
        GroupClaims::DirectoryRole => "role",
    }
}

fn groups_of(word: &str) -> Option<GroupClaims> {
    use GroupClaims as G;
    [
        G::None,
        G::SecurityGroup,
        G::All,
        G::ApplicationGroup,
        G::DirectoryRole,
    ]
    .into_iter()
    .find(|groups| groups_word(*groups) == word)
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn push(&mut self, fields: &[&str]) {
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                self.0.push('\t');
            }
            for c in field.chars() {
                match c {
                    '\\' => self.0.push_str("\\\\"),
                    '\t' => self.0.push_str("\\t"),
                    '\n' => self.0.push_str("\\n"),
                    '\r' => self.0.push_str("\\r"),
                    other => self.0.push(other),
                }
            }
        }
        self.0.push('\n');
    }
}

fn fields(line: &str) -> Option<Vec<String>> {
    line.split('\t').map(unescape).collect()
}

fn unescape(field: &str) -> Option<String> {
    let mut text = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => match chars.next()? {
                '\\' => '\\',
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

const fn flag(value: bool) -> &'static str {
    if value { "1" } else { "0" }
}

fn optional(value: Option<&String>) -> String {
    value.map_or_else(String::new, |text| format!("={text}"))
}

/// The column's text.
pub(crate) fn write(application: &Application) -> String {
    let mut lines = Lines::default();
    let sign_in = &application.sign_in;
    for known in &sign_in.redirects {
        lines.push(&["redirect", platform_word(known.platform), known.uri.as_str()]);
    }
    if let Some(public) = sign_in.fallback_public {
        lines.push(&["fallback", flag(public)]);
    }
    for (name, uri) in [("home", &sign_in.home_page), ("logout", &sign_in.logout)] {
        if let Some(uri) = uri {
            lines.push(&[name, uri.as_str()]);
        }
    }
    for scope in &application.scopes {
        let consent = match scope.consent {
            ConsentType::User => "user",
            ConsentType::Admin => "admin",
        };
        lines.push(&[
            "scope",
            &scope.id.to_string(),
            &scope.value,
            flag(scope.enabled),
            consent,
            &scope.for_administrators.0,
            &scope.for_administrators.1,
            &optional(scope.for_people.0.as_ref()),
            &optional(scope.for_people.1.as_ref()),
        ]);
    }
    for each in &application.pre_authorized {
        let ids = each.scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
        lines.push(&["trusted", &each.client.to_string(), &ids.join(" ")]);
    }
    for role in &application.roles {
        lines.push(&[
            "role",
            &role.id.to_string(),
            &optional(role.value.as_ref()),
            flag(role.enabled),
            flag(role.holders.people),
            flag(role.holders.applications),
            &role.name,
            &role.description,
        ]);
    }
    for each in &application.required {
        let kind = match each.kind {
            AccessKind::Scope => "scope",
            AccessKind::Role => "role",
        };
        lines.push(&["wants", &each.resource.to_string(), &each.id.to_string(), kind]);
    }
    if application.group_claims != GroupClaims::None {
        lines.push(&["groups", groups_word(application.group_claims)]);
    }
    let claims = &application.optional_claims;
    for (kind, list) in [
        ("id", &claims.id_token),
        ("access", &claims.access_token),
        ("saml", &claims.saml),
    ] {
        for claim in list {
            let properties = claim.properties.join(" ");
            lines.push(&["claim", kind, &claim.name, flag(claim.essential), &properties]);
        }
    }
    lines.0
}

/// Reads the column into an application that says nothing yet.
pub(crate) fn read(
    row: &mut Row,
    column: &'static str,
    application: &mut Application,
) -> Result<(), QueryError> {
    let text = row.text(column)?;
    for line in text.lines() {
        let fields = fields(line).ok_or_else(|| row.corrupt(column))?;
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        take(&fields, application).ok_or_else(|| row.corrupt(column))?;
    }
    Ok(())
}

fn take(fields: &[&str], into: &mut Application) -> Option<()> {
    match *fields {
        ["redirect", platform, uri] => {
            let uri = parse(uri)?;
            let platform = platform_of(platform)?;
            into.sign_in
                .redirects
                .push(doorward_domain::application::RegisteredRedirect { platform, uri });
        }
        ["fallback", public] => into.sign_in.fallback_public = Some(unflag(public)?),
        ["home", uri] => into.sign_in.home_page = Some(parse(uri)?),
        ["logout", uri] => into.sign_in.logout = Some(parse(uri)?),
        [
            "scope",
            id,
            value,
            enabled,
            consent,
            name,
            description,
            own_name,
            own_description,
        ] => {
            into.scopes.push(PermissionScope {
                id: parse(id)?,
                value: value.to_owned(),
                enabled: unflag(enabled)?,
                consent: match consent {
                    "user" => ConsentType::User,
                    "admin" => ConsentType::Admin,
                    _ => return None,
                },
                for_administrators: (name.to_owned(), description.to_owned()),
                for_people: (unoptional(own_name)?, unoptional(own_description)?),
            });
        }
        ["trusted", client, scopes] => into.pre_authorized.push(PreAuthorized {
            client: parse(client)?,
            scopes: scopes
                .split_ascii_whitespace()
                .map(parse)
                .collect::<Option<_>>()?,
        }),
        [
            "role",
            id,
            value,
            enabled,
            people,
            applications,
            name,
            description,
        ] => into.roles.push(AppRole {
            id: parse(id)?,
            value: unoptional(value)?,
            enabled: unflag(enabled)?,
            holders: RoleHolders {
                people: unflag(people)?,
                applications: unflag(applications)?,
            },
            name: name.to_owned(),
            description: description.to_owned(),
        }),
        ["wants", resource, id, kind] => into.required.push(RequiredAccess {
            resource: parse(resource)?,
            id: parse(id)?,
            kind: match kind {
                "scope" => AccessKind::Scope,
                "role" => AccessKind::Role,
                _ => return None,
            },
        }),
        ["groups", groups] => into.group_claims = groups_of(groups)?,
        ["claim", kind, name, essential, properties] => {
            let list = match kind {
                "id" => &mut into.optional_claims.id_token,
                "access" => &mut into.optional_claims.access_token,
                "saml" => &mut into.optional_claims.saml,
                _ => return None,
            };
            list.push(OptionalClaim {
                name: name.to_owned(),
                essential: unflag(essential)?,
                properties: properties.split_ascii_whitespace().map(str::to_owned).collect(),
            });
        }
        _ => return None,
    }
    Some(())
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn unflag(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

fn unoptional(text: &str) -> Option<Option<String>> {
    match text.strip_prefix('=') {
        Some(value) => Some(Some(value.to_owned())),
        None => text.is_empty().then_some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_is_read_as_it_was_written(all in proptest::collection::vec("\\PC{0,5}[\t\n\r\\\\ =]{0,3}\\PC{0,5}", 1..6)) {
            let mut lines = Lines::default();
            let texts: Vec<&str> = all.iter().map(String::as_str).collect();
            lines.push(&texts);
            prop_assert_eq!(lines.0.lines().count(), 1);
            prop_assert_eq!(fields(lines.0.strip_suffix('\n').unwrap()).unwrap(), all);
        }
    }
}

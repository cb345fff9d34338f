//! Which resources a list shows: the `$filter` of `resources`.

use doorward_domain::arm::Resource;
use doorward_protocol::odata::{FilterExpr, Literal};

use crate::arm::ArmError;

/// Which resources are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this type.
    pub kind: Option<String>,
    name: Option<String>,
    location: Option<String>,
    group: Option<String>,
    tag: Option<(String, Option<String>)>,
    name_part: Option<String>,
    group_part: Option<String>,
}

impl Filter {
    /// Whether it shows a resource, but for its type.
    pub fn lets_through(&self, resource: &Resource) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.to_lowercase() == found.to_lowercase())
        };
        let holds = |wanted: &Option<String>, found: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| found.to_lowercase().contains(wanted))
        };
        let group = resource.scope.resource_group_name().map(|name| name.to_string());
        holds(&self.name_part, resource.scope.name())
            && holds(&self.group_part, group.as_deref().unwrap_or_default())
            && same(&self.name, resource.scope.name())
            && same(&self.location, resource.location.as_deref().unwrap_or_default())
            && same(&self.group, &group.unwrap_or_default())
            && self.tag.as_ref().is_none_or(|(name, value)| {
                resource.tags.iter().any(|(tag, found)| {
                    tag.to_lowercase() == name.to_lowercase()
                        && value.as_ref().is_none_or(|value| value == found)
                })
            })
    }
}

/// Equalities and `substringof('part', name)` joined by `and`: of `resourceType`, `name`, `location`, `resourceGroup`, or `tagName` with `tagValue`.
pub fn read_filter(text: &str) -> Result<Filter, ArmError> {
    let invalid = || {
        ArmError::Invalid(
            "InvalidFilterInQueryString",
            "The filter of resources holds equalities of resourceType, name, location, resourceGroup, tagName and \
             tagValue, joined by 'and'."
                .to_owned(),
        )
    };
    if let Some((part, field)) = substring_of(text) {
        return match field.to_ascii_lowercase().as_str() {
            "name" => Ok(Filter {
                name_part: Some(part),
                ..Filter::default()
            }),
            "resourcegroup" => Ok(Filter {
                group_part: Some(part),
                ..Filter::default()
            }),
            _ => Err(invalid()),
        };
    }
    let parts = match text.parse::<FilterExpr>().map_err(|_| invalid())? {
        FilterExpr::And(parts) => parts,
        one => vec![one],
    };
    let (mut filter, mut tag_value) = (Filter::default(), None);
    for part in parts {
        let FilterExpr::Eq(field, Literal::Text(value)) = part else {
            return Err(invalid());
        };
        let slot = match field.single().map(str::to_ascii_lowercase).as_deref() {
            Some("resourcetype") => &mut filter.kind,
            Some("name") => &mut filter.name,
            Some("location") => &mut filter.location,
            Some("resourcegroup") => &mut filter.group,
            Some("tagname") => {
                filter.tag = Some((value, None));
                continue;
            }
            Some("tagvalue") => &mut tag_value,
            _ => return Err(invalid()),
        };
        if slot.replace(value).is_some() {
            return Err(invalid());
        }
    }
    match (&mut filter.tag, tag_value) {
        (Some(tag), value) => tag.1 = value,
        (None, Some(_)) => return Err(invalid()),
        (None, None) => {}
    }
    Ok(filter)
}

/// `substringof('part', field)`, by itself.
fn substring_of(text: &str) -> Option<(String, String)> {
    let inner = text.trim().strip_prefix("substringof(")?.strip_suffix(')')?;
    let (part, field) = inner.rsplit_once(',')?;
    let part = part.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some((part.replace("''", "'").to_lowercase(), field.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        let filter =
            read_filter("resourceType eq 'Microsoft.X/y' and tagName eq 'a' and tagValue eq 'b'").unwrap();
        assert_eq!(filter.kind.as_deref(), Some("Microsoft.X/y"));
        assert_eq!(filter.tag, Some(("a".to_owned(), Some("b".to_owned()))));
        for bad in [
            "tagValue eq 'b'",
            "name eq 'a' and name eq 'b'",
            "name ne 'a'",
            "startswith(name,'a')",
            "plan eq 'x'",
            "",
        ] {
            assert!(read_filter(bad).is_err(), "{bad}");
        }
    }
}

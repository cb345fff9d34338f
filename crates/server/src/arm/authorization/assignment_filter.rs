//! Which role assignments a list shows: the `$filter` of `roleAssignments`.

use doorward_names::ObjectId;

use crate::arm::ArmError;

/// Which assignments are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whether also those below the scope; all, when nothing is said.
    pub below: Option<bool>,
    /// Whose.
    pub principal: Option<Wanted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A principal's own.
    Itself(ObjectId),
    /// A principal's, and those of its groups.
    WithGroups(ObjectId),
}

/// `atScope()`, `principalId eq '…'`, `assignedTo('…')`, and `atScope()` with one of the others.
pub fn read_filter(text: &str) -> Result<Filter, ArmError> {
    let unsupported = || {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(128).collect();
        ArmError::Invalid(
            "UnsupportedQuery",
            format!(
                "The filter '{shown}' is not supported. Supported filters are either 'atScope()' or \
                 'principalId eq '{{value}}' or assignedTo('{{value}}')'."
            ),
        )
    };
    let mut filter = Filter::default();
    for part in text.split(" and ") {
        let folded: String = part.to_ascii_lowercase().split_ascii_whitespace().collect();
        let within = |before: &str, after: &str| {
            let inner = folded.strip_prefix(before)?.strip_suffix(after)?;
            inner.trim_matches('\'').parse::<ObjectId>().ok()
        };
        if folded == "atscope()" && filter.below.is_none() {
            filter.below = Some(false);
        } else if filter.principal.is_some() {
            return Err(unsupported());
        } else if let Some(id) = within("principalideq", "") {
            filter.principal = Some(Wanted::Itself(id));
        } else if let Some(id) = within("assignedto(", ")") {
            filter.principal = Some(Wanted::WithGroups(id));
        } else {
            return Err(unsupported());
        }
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        let id = ObjectId::from_bytes([7; 16]);
        let filter = |below, principal| Ok(Filter { below, principal });
        assert_eq!(read_filter("atScope()"), filter(Some(false), None));
        assert_eq!(
            read_filter(&format!("principalId eq '{id}'")),
            filter(None, Some(Wanted::Itself(id)))
        );
        assert_eq!(
            read_filter(&format!("assignedTo('{id}')")),
            filter(None, Some(Wanted::WithGroups(id)))
        );
        for both in [
            format!("atScope() and assignedTo('{id}')"),
            format!("assignedTo('{id}') and atScope()"),
        ] {
            assert_eq!(
                read_filter(&both),
                filter(Some(false), Some(Wanted::WithGroups(id)))
            );
        }
        for bad in [
            "",
            "principalId eq 'x'",
            "atScope() and atScope()",
            "principalId ne '07070707-0707-0707-0707-070707070707'",
            "atScope() or true",
        ] {
            assert!(read_filter(bad).is_err(), "{bad}");
        }
    }
}

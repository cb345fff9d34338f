use crate::{InvalidName, ResourceGroupName, SubscriptionId};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// A place in Resource Manager's tree: the root, a management group, a subscription, a resource group, or a resource
/// at any depth. What is written is kept; two scopes are the same when they differ by case only.
#[derive(Debug, Clone)]
pub struct Scope {
    text: String,
    key: String,
    kind: ScopeKind,
    /// Where in the key each scope ends that the path shows to be above, widest first, and this one at last.
    ends: Box<[u16]>,
}

/// Which kind of place a [`Scope`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeKind {
    /// `/`
    Root,
    /// `/providers/Microsoft.Management/managementGroups/{name}`
    ManagementGroup,
    /// `/subscriptions/{id}`
    Subscription,
    /// `/subscriptions/{id}/resourceGroups/{name}`
    ResourceGroup,
    /// A resource of a group, a subscription, or the tenant; or a resource of a resource.
    Resource,
}

/// Longest scope, in bytes.
const MAX_BYTES: usize = 2048;

const MANAGEMENT_GROUP: &str = "/providers/microsoft.management/managementgroups/";

impl Scope {
    /// The root of the tenant: `/`.
    pub fn root() -> Self {
        Self::made("/".to_owned(), ScopeKind::Root)
    }

    /// A management group.
    ///
    /// # Errors
    /// When `name` isn't 1 to 90 letters, digits, `-`, `_`, `.`, `(` and `)`.
    pub fn management_group(name: &str) -> Result<Self, InvalidName> {
        format!("/providers/Microsoft.Management/managementGroups/{name}").parse()
    }

    /// A subscription.
    pub fn subscription(id: SubscriptionId) -> Self {
        Self::made(format!("/subscriptions/{id}"), ScopeKind::Subscription)
    }

    /// A resource group.
    pub fn resource_group(subscription: SubscriptionId, name: &ResourceGroupName) -> Self {
        let text = format!("/subscriptions/{subscription}/resourceGroups/{name}");
        Self::made(text, ScopeKind::ResourceGroup)
    }

    /// The resource of `provider` below this scope: `types` and names by turns, as in
    /// `("Microsoft.MachineLearningServices", &["workspaces", "w"])`.
    ///
    /// # Errors
    /// When a part can't stand in a scope.
    pub fn resource(&self, provider: &str, types_and_names: &[&str]) -> Result<Self, InvalidName> {
        let base = if self.kind == ScopeKind::Root {
            ""
        } else {
            &self.text
        };
        format!("{base}/providers/{provider}/{}", types_and_names.join("/")).parse()
    }

    /// The child of this resource, of that type and name.
    ///
    /// # Errors
    /// When a part can't stand in a scope, or this is no resource.
    pub fn child(&self, kind: &str, name: &str) -> Result<Self, InvalidName> {
        format!("{}/{kind}/{name}", self.text).parse()
    }

    fn made(text: String, kind: ScopeKind) -> Self {
        let key = text.to_lowercase();
        let ends = ends(&key);
        Self {
            text,
            key,
            kind,
            ends,
        }
    }

    /// The scope as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What scopes are compared by: the scope in lower case.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Which kind it is.
    pub const fn kind(&self) -> ScopeKind {
        self.kind
    }

    /// The keys of this scope and of all that its path shows to be above it, narrowest first: a resource's parents, its
    /// group, its subscription. Management groups don't show in a path, and the root is left out.
    pub fn path_keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.ends
            .iter()
            .rev()
            .filter_map(|end| self.key.get(..usize::from(*end)))
    }

    /// Whether `other` is this scope or, as its path shows, below it. Management groups contain nothing by path; the
    /// root contains everything.
    pub fn contains(&self, other: &Self) -> bool {
        self.kind == ScopeKind::Root || other.path_keys().any(|key| key == self.key)
    }

    /// What the path shows to be directly above: nothing above a subscription, a management group, or the root.
    pub fn parent(&self) -> Option<Self> {
        // Lower case may change a text's length in bytes; parts don't, in number.
        let parts = self.path_keys().nth(1)?.split('/').count();
        let text: Vec<_> = self.text.split('/').take(parts).collect();
        text.join("/").parse().ok()
    }

    fn part(&self, at: usize) -> Option<&str> {
        self.text.split('/').nth(at)
    }

    /// The subscription that it is, or is in.
    pub fn subscription_id(&self) -> Option<SubscriptionId> {
        match self.key.starts_with("/subscriptions/") {
            true => self.part(2)?.parse().ok(),
            false => None,
        }
    }

    /// The resource group that it is, or is in.
    pub fn resource_group_name(&self) -> Option<ResourceGroupName> {
        let marked = self
            .part(3)
            .is_some_and(|word| word.eq_ignore_ascii_case("resourceGroups"));
        match marked && self.subscription_id().is_some() {
            true => self.part(4)?.parse().ok(),
            false => None,
        }
    }

    /// Its own name: of a management group, resource group or resource.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// For a resource: its type, `Microsoft.MachineLearningServices/workspaces/computes`, as written.
    pub fn resource_type(&self) -> Option<String> {
        if self.kind != ScopeKind::Resource {
            return None;
        }
        let at = self.key.rfind("/providers/")?;
        let skipped = self.key.get(..at)?.split('/').count();
        let mut parts = self.text.split('/').skip(skipped + 1);
        let mut kind = parts.next()?.to_owned();
        for word in parts.step_by(2) {
            kind.push('/');
            kind.push_str(word);
        }
        Some(kind)
    }
}

/// Where each scope ends that a key shows, widest first; none for the root.
fn ends(key: &str) -> Box<[u16]> {
    let mut slashes = key
        .match_indices('/')
        .map(|(at, _)| at)
        .skip(1)
        .chain([key.len()]);
    let mut from = 1;
    let mut part = || {
        let end = slashes.next()?;
        let word = key.get(from..end)?;
        from = end + 1;
        Some((word, end as u16))
    };
    let mut ends = Vec::with_capacity(4);
    let mut next = part();
    for word in ["subscriptions", "resourcegroups"] {
        if next.is_some_and(|(found, _)| found == word) {
            ends.extend(part().map(|(_, end)| end));
            next = part();
        }
    }
    // After a marker and a namespace come pairs of type and name, until the next marker.
    while let Some((word, _)) = next {
        if word == "providers" {
            part();
            part();
        }
        ends.extend(part().map(|(_, end)| end));
        next = part();
    }
    ends.into()
}

impl FromStr for Scope {
    type Err = InvalidName;

    /// Reads a scope. One slash at its end is forgiven; keywords may be written in any case.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fail = |reason| Err(InvalidName::new(text, "scope", reason));
        if text.len() > MAX_BYTES {
            return fail("it may have at most 2048 bytes");
        }
        if text == "/" {
            return Ok(Self::root());
        }
        let trimmed = text.strip_suffix('/').unwrap_or(text);
        let Some(path) = trimmed.strip_prefix('/') else {
            return fail("it has to begin with a slash");
        };
        let parts: Vec<&str> = path.split('/').collect();
        if parts.iter().any(|part| !is_name(part)) {
            return fail("its parts are names of letters, digits and `-`, `_`, `.`, `(`, `)` and the like");
        }
        let is = |at: usize, word: &str| parts.get(at).is_some_and(|part| part.eq_ignore_ascii_case(word));
        let rest = if is(0, "subscriptions") {
            if parts
                .get(1)
                .is_none_or(|id| id.parse::<SubscriptionId>().is_err())
            {
                return fail("a subscription is named by its id, a UUID");
            }
            if parts.len() == 2 {
                return Ok(Self::made(trimmed.to_owned(), ScopeKind::Subscription));
            }
            if is(2, "resourceGroups") {
                if parts
                    .get(3)
                    .is_none_or(|name| name.parse::<ResourceGroupName>().is_err())
                {
                    return fail("it names no resource group");
                }
                if parts.len() == 4 {
                    return Ok(Self::made(trimmed.to_owned(), ScopeKind::ResourceGroup));
                }
                parts.get(4..)
            } else {
                parts.get(2..)
            }
        } else {
            parts.get(..)
        };
        if !are_resources(rest.unwrap_or_default()) {
            return fail(
                "it is `/`, `/subscriptions/{id}[/resourceGroups/{name}]`, or one of these and `/providers/` with a \
                 provider, types and names",
            );
        }
        let mut scope = Self::made(trimmed.to_owned(), ScopeKind::Resource);
        if scope.key.starts_with(MANAGEMENT_GROUP) && parts.len() == 4 {
            if parts
                .get(3)
                .is_none_or(|name| name.parse::<ResourceGroupName>().is_err())
            {
                return fail("it names no management group");
            }
            scope.kind = ScopeKind::ManagementGroup;
        }
        Ok(scope)
    }
}

/// Whether these are one or more of `providers/{namespace}/{type}/{name}[/{type}/{name}]…`.
fn are_resources(parts: &[&str]) -> bool {
    fn is_marker(part: &&str) -> bool {
        part.eq_ignore_ascii_case("providers")
    }
    let mut rest = parts;
    if rest.is_empty() {
        return false;
    }
    while let Some((first, tail)) = rest.split_first() {
        let next = tail.iter().position(is_marker).unwrap_or(tail.len());
        // A namespace, then pairs.
        if !is_marker(first) || next < 3 || next.is_multiple_of(2) {
            return false;
        }
        rest = tail.get(next..).unwrap_or_default();
    }
    true
}

fn is_name(part: &str) -> bool {
    !part.is_empty()
        && part != "."
        && part != ".."
        && part.chars().count() <= 260
        && part
            .chars()
            .all(|c| !c.is_control() && !c.is_whitespace() && !"<>%&?#\\\"'`".contains(c))
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Scope {}
impl Hash for Scope {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}
impl PartialOrd for Scope {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Scope {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "/subscriptions/1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10";

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn each_kind_is_told_apart() {
        let workspace = format!(
            "{SUBSCRIPTION}/resourcegroups/R/providers/Microsoft.MachineLearningServices/workspaces/w"
        );
        for (text, kind) in [
            ("/".to_owned(), ScopeKind::Root),
            (
                "/providers/microsoft.Management/managementgroups/m".to_owned(),
                ScopeKind::ManagementGroup,
            ),
            (SUBSCRIPTION.to_uppercase(), ScopeKind::Subscription),
            (format!("{SUBSCRIPTION}/"), ScopeKind::Subscription),
            (
                format!("{SUBSCRIPTION}/resourcegroups/R"),
                ScopeKind::ResourceGroup,
            ),
            (
                format!("{SUBSCRIPTION}/providers/Microsoft.X/things/a"),
                ScopeKind::Resource,
            ),
            (workspace.clone(), ScopeKind::Resource),
            (format!("{workspace}/computes/c"), ScopeKind::Resource),
            (
                format!("{workspace}/providers/Microsoft.Authorization/roleAssignments/a"),
                ScopeKind::Resource,
            ),
            ("/providers/Microsoft.X/things/a".to_owned(), ScopeKind::Resource),
        ] {
            assert_eq!(scope(&text).kind(), kind, "{text}");
        }
        for text in [
            "",
            "x",
            "//",
            "/subscriptions",
            "/subscriptions/x",
            "/resourceGroups/r",
            "/providers/Microsoft.X",
            "/providers/Microsoft.X/things",
            "/providers/Microsoft.X/things/a/more",
            "/providers/providers/a/b",
            &format!("{SUBSCRIPTION}/resourceGroups"),
            &format!("{SUBSCRIPTION}/resourceGroups/r/x"),
            &format!("{SUBSCRIPTION}//resourceGroups/r"),
            &format!("{SUBSCRIPTION}/resourceGroups/a b"),
            &format!("{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.X/t/.."),
            &format!("/providers/Microsoft.X/t/{}", "x".repeat(2048)),
        ] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_shows_what_is_above() {
        let deep = scope(&format!(
            "{SUBSCRIPTION}/resourceGroups/R/providers/Microsoft.X/a/B/c/d/providers/Microsoft.Y/e/f"
        ));
        let keys: Vec<_> = deep
            .path_keys()
            .map(|key| key.replace(SUBSCRIPTION, "…"))
            .collect();
        assert_eq!(
            keys,
            [
                "…/resourcegroups/r/providers/microsoft.x/a/b/c/d/providers/microsoft.y/e/f",
                "…/resourcegroups/r/providers/microsoft.x/a/b/c/d",
                "…/resourcegroups/r/providers/microsoft.x/a/b",
                "…/resourcegroups/r",
                "…",
            ]
        );
        let mut parents = vec![deep.clone()];
        while let Some(parent) = parents.last().unwrap().parent() {
            assert!(parent.contains(&deep) && !deep.contains(&parent));
            parents.push(parent);
        }
        assert_eq!(
            parents.iter().map(Scope::key).collect::<Vec<_>>(),
            deep.path_keys().collect::<Vec<_>>()
        );
        assert_eq!(
            parents[2].as_str().replace(SUBSCRIPTION, ""),
            "/resourceGroups/R/providers/Microsoft.X/a/B"
        );
        for lone in [
            "/",
            SUBSCRIPTION,
            "/providers/Microsoft.Management/managementGroups/m",
            "/providers/Microsoft.X/a/b",
        ] {
            assert_eq!(scope(lone).parent(), None, "{lone}");
            assert!(Scope::root().contains(&scope(lone)));
        }
        assert_eq!(Scope::root().path_keys().count(), 0);
        assert!(
            !scope(&format!("{SUBSCRIPTION}/resourceGroups/r1"))
                .contains(&scope(&format!("{SUBSCRIPTION}/resourceGroups/r10")))
        );
    }

    #[test]
    fn a_scope_tells_its_parts() {
        let group = "Ä.group".parse().unwrap();
        let id = "1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10".parse().unwrap();
        let workspace = Scope::resource_group(id, &group)
            .resource("Microsoft.MachineLearningServices", &["workspaces", "w"])
            .unwrap();
        let compute = workspace.child("computes", "İ").unwrap();
        assert_eq!(compute.subscription_id(), Some(id));
        assert_eq!(compute.resource_group_name(), Some(group));
        assert_eq!(compute.name(), "İ");
        assert_eq!(
            compute.resource_type().unwrap(),
            "Microsoft.MachineLearningServices/workspaces/computes"
        );
        assert_eq!(compute.parent(), Some(workspace));
        assert_eq!(Scope::subscription(id).resource_type(), None);
        assert_eq!(Scope::management_group("m").unwrap().name(), "m");
        assert!(Scope::management_group("a b").is_err());
        assert_eq!(scope(&SUBSCRIPTION.to_uppercase()), scope(SUBSCRIPTION));
    }
}

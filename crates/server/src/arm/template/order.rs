//! Which resource comes before which. Where nothing decides, the template's own order stays.

use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

use super::TemplateError;
use super::error::cut;
use super::resource::Declared;

/// How often an id may say `providers`.
const EXTENSIONS: usize = 8;

/// The order of the resources that are made.
pub(super) struct Order {
    /// Their places among the declared ones.
    pub(super) indices: Vec<usize>,
    /// What waits for what, as a deployment shows it.
    pub(super) dependencies: Vec<Value>,
}

/// Puts the resources that are made in order: each comes after those it waits for, and after those that its scope shows to
/// be above it. `waits` are the texts of `dependsOn`.
pub(super) fn order(declared: &[Declared<'_>], waits: &[Vec<String>]) -> Result<Order, TemplateError> {
    let index = Index::of(declared)?;
    let mut before: Vec<BTreeSet<usize>> = Vec::with_capacity(declared.len());
    let mut dependencies = Vec::new();
    for (at, (resource, texts)) in declared.iter().zip(waits).enumerate() {
        let mut explicit = Vec::new();
        for text in texts {
            if let Some(found) = index.find(text)?
                && !explicit.contains(&found)
            {
                explicit.push(found);
            }
        }
        dependencies.extend(shown(declared, resource, &explicit));
        let above = index.above(resource).filter(|above| *above != at);
        before.push(explicit.iter().copied().chain(above).collect());
    }
    Ok(Order {
        indices: sorted(declared, before)?,
        dependencies,
    })
}

/// A resource in the list of what waits for what.
fn entry(resource: &Declared<'_>) -> Option<Value> {
    let id = resource.target.as_ref()?.id.as_str();
    Some(json!({"id": id, "resourceType": resource.kind, "resourceName": resource.name}))
}

fn shown(declared: &[Declared<'_>], resource: &Declared<'_>, explicit: &[usize]) -> Option<Value> {
    let others = explicit.iter().filter_map(|at| declared.get(*at));
    let others: Vec<_> = others.filter_map(entry).collect();
    if others.is_empty() {
        return None;
    }
    let mut shown = entry(resource)?;
    if let Some(map) = shown.as_object_mut() {
        map.insert("dependsOn".to_owned(), Value::Array(others));
    }
    Some(shown)
}

/// Takes, again and again, the first of those that wait for nothing more.
fn sorted(declared: &[Declared<'_>], mut before: Vec<BTreeSet<usize>>) -> Result<Vec<usize>, TemplateError> {
    let made = |at: &usize| declared.get(*at).is_some_and(|one| one.target.is_some());
    let mut after: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, others) in before.iter().enumerate() {
        for other in others {
            after.entry(*other).or_default().push(at);
        }
    }
    let mut left: BTreeSet<usize> = (0..declared.len()).filter(made).collect();
    let free = |at: &usize| before.get(*at).is_some_and(BTreeSet::is_empty);
    let mut ready: BTreeSet<usize> = left.iter().copied().filter(free).collect();
    let mut sorted = Vec::with_capacity(left.len());
    while let Some(at) = ready.pop_first() {
        sorted.push(at);
        left.remove(&at);
        for next in after.remove(&at).unwrap_or_default() {
            if let Some(others) = before.get_mut(next) {
                others.remove(&at);
                if others.is_empty() {
                    ready.insert(next);
                }
            }
        }
    }
    let Some(start) = left.first() else {
        return Ok(sorted);
    };
    // Whoever is left waits for another one that is left: following that leads into the cycle.
    let (mut at, mut seen) = (*start, BTreeSet::new());
    while seen.insert(at) {
        at = before.get(at).and_then(BTreeSet::first).copied().unwrap_or(at);
    }
    let target = declared.get(at).and_then(|one| one.target.as_ref());
    let id = target.map(|target| target.id.to_string()).unwrap_or_default();
    Err(TemplateError::ResourceCycle(id))
}

/// Resources by what others call them, in lower case. Those that are left out are found too, and come to nothing.
#[derive(Default)]
struct Index {
    ids: HashMap<String, usize>,
    paths: HashMap<String, Found>,
    names: HashMap<String, Found>,
}

/// What a word stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    LeftOut,
    One(usize),
    Several,
}

impl Index {
    fn of(declared: &[Declared<'_>]) -> Result<Self, TemplateError> {
        let mut index = Self::default();
        for (at, resource) in declared.iter().enumerate() {
            let found = match &resource.target {
                None => Found::LeftOut,
                Some(target) => {
                    if index.ids.insert(target.id.key().to_owned(), at).is_some() {
                        return Err(TemplateError::Duplicate(target.id.to_string()));
                    }
                    Found::One(at)
                }
            };
            note(&mut index.paths, &resource.path, found);
            note(&mut index.names, &resource.name, found);
        }
        Ok(index)
    }

    /// What a text of `dependsOn` means: an id, a type with names by turns, or a name. None when that is left out.
    fn find(&self, text: &str) -> Result<Option<usize>, TemplateError> {
        let key = text.trim_end_matches('/').to_lowercase();
        if let Some(at) = self.ids.get(&key) {
            return Ok(Some(*at));
        }
        // More than a few extensions of extensions no id has, and a text may be long.
        let ends = key.match_indices("/providers/").take(EXTENSIONS);
        let paths = ends.filter_map(|(at, marker)| key.get(at + marker.len()..));
        let mut found = paths
            .chain([key.as_str()])
            .filter_map(|path| self.paths.get(path));
        match found.next().or_else(|| self.names.get(&key)) {
            Some(Found::One(at)) => Ok(Some(*at)),
            Some(Found::LeftOut) => Ok(None),
            Some(Found::Several) => Err(TemplateError::Ambiguous(cut(text))),
            None => Err(TemplateError::NotDefined(cut(text))),
        }
    }

    /// Those that the scope of a resource shows to be above it, and itself.
    fn above<'i>(&'i self, resource: &'i Declared<'_>) -> impl Iterator<Item = usize> {
        let target = resource.target.iter();
        let keys = target.flat_map(|target| target.id.path_keys());
        keys.filter_map(|key| self.ids.get(key).copied())
    }
}

/// Of two that are called the same, one that is made goes before one that is left out.
fn note(index: &mut HashMap<String, Found>, word: &str, found: Found) {
    let entry = index.entry(word.to_lowercase()).or_insert(found);
    *entry = match (*entry, found) {
        (Found::LeftOut, found) => found,
        (old, Found::LeftOut) => old,
        (Found::One(old), Found::One(new)) if old == new => Found::One(old),
        _ => Found::Several,
    };
}

//! Cedar, in the two forms that came out fastest; both have one policy for each role, and actions that are in the roles
//! that allow them. (A policy for each assignment, linked from a template, takes time that grows with their number.)
//!
//! *Holders*: each scope has, for each role, the set of those who have it there; a person has the set of their own id
//! and their groups'. What is assigned at a subscription or above stands with the subscription.
//!
//! *Grants*: each role at each scope where it is assigned is an entity, in which are those who have it; each scope has,
//! for each role, the set of these at it or above. A person is in some hundred of them through groups, each of which
//! Cedar keeps with the person.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::time::Duration;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::clock;
use crate::world::{Place, Question, World};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Holders,
    Grants,
}

pub struct Cedar {
    policies: PolicySet,
    entities: Entities,
    names: Names,
}

/// Types of entities, each parsed once.
struct Names {
    principal: EntityTypeName,
    action: EntityTypeName,
    scope: EntityTypeName,
    grant: EntityTypeName,
}

impl Names {
    fn new() -> Self {
        let name = |text: &str| text.parse().expect("a name");
        Self {
            principal: name("Principal"),
            action: name("Action"),
            scope: name("Scope"),
            grant: name("Grant"),
        }
    }

    fn principal(&self, number: usize) -> EntityUid {
        uid(&self.principal, &number.to_string())
    }

    fn scope(&self, place: Place) -> EntityUid {
        uid(&self.scope, &format!("{place:?}"))
    }

    fn grant(&self, role: usize, place: Place) -> EntityUid {
        uid(&self.grant, &format!("{role} {place:?}"))
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn set(uids: impl IntoIterator<Item = EntityUid>) -> RestrictedExpression {
    RestrictedExpression::new_set(uids.into_iter().map(RestrictedExpression::new_entity_uid))
}

/// Who has a role at a place.
type Held = HashMap<(usize, Place), Vec<usize>>;

impl Cedar {
    pub fn new(world: &World, form: Form) -> Self {
        let names = Names::new();
        let mut held = Held::new();
        for assignment in &world.assignments {
            held.entry((assignment.role, assignment.place))
                .or_default()
                .push(assignment.principal);
        }
        let mut text = String::new();
        for role in 0..world.roles.len() {
            let condition = match form {
                Form::Holders => {
                    format!(
                        "resource.r{role}.containsAny(principal.ids) || \
                         resource.group.r{role}.containsAny(principal.ids) || \
                         resource.subscription.r{role}.containsAny(principal.ids)"
                    )
                }
                Form::Grants => format!("principal in resource.r{role}"),
            };
            text += &format!(
                "permit(principal, action in Action::\"role {role}\", resource) when {{ {condition} }};\n"
            );
        }
        let mut entities = actions(world, &names);
        match form {
            Form::Holders => holders(world, &names, &held, &mut entities),
            Form::Grants => grants(world, &names, &held, &mut entities),
        }
        Self {
            policies: text.parse().expect("policies"),
            entities: Entities::from_entities(entities, None).expect("entities"),
            names,
        }
    }

    /// The time that a decision takes.
    pub fn round(&self, world: &World, questions: &[Question]) -> Duration {
        let authorizer = Authorizer::new();
        let request = |question: &Question| {
            let action = world.actions[question.action as usize].action.folded();
            Request::new(
                self.names.principal(question.person as usize),
                uid(&self.names.action, action),
                self.names.scope(world.places[question.place as usize]),
                Context::empty(),
                None,
            )
            .expect("a request")
        };
        let mut spent = Duration::ZERO;
        for batch in questions.chunks(64) {
            let requests: Vec<_> = batch.iter().map(request).collect();
            let start = clock::now();
            for (request, question) in requests.iter().zip(batch) {
                let response = authorizer.is_authorized(black_box(request), &self.policies, &self.entities);
                let allowed = response.decision() == Decision::Allow;
                assert_eq!(allowed, question.allowed, "Cedar answers otherwise");
            }
            spent += clock::now() - start;
        }
        spent / questions.len() as u32
    }
}

/// The actions, each in the roles that allow it.
fn actions(world: &World, names: &Names) -> Vec<Entity> {
    let actions = world.actions.iter().map(|operation| {
        let allowing = world.roles.iter().enumerate().filter(|(_, role)| {
            role.permissions
                .iter()
                .any(|permissions| permissions.allow(&operation.action, operation.plane))
        });
        let roles = allowing.map(|(role, _)| uid(&names.action, &format!("role {role}")));
        Entity::new_no_attrs(uid(&names.action, operation.action.folded()), roles.collect())
    });
    let roles = (0..world.roles.len()).map(|role| uid(&names.action, &format!("role {role}")));
    actions.chain(roles.map(Entity::with_uid)).collect()
}

fn holders(world: &World, names: &Names, held: &Held, entities: &mut Vec<Entity>) {
    for (person, groups) in world.memberships.iter().enumerate() {
        let groups = groups.iter().map(|group| world.people.len() + group);
        let ids = set(std::iter::once(person)
            .chain(groups)
            .map(|number| names.principal(number)));
        let attributes = HashMap::from([("ids".to_owned(), ids)]);
        entities.push(Entity::new(names.principal(person), attributes, HashSet::new()).expect("an entity"));
    }
    let none = uid(&names.scope, "none");
    let mut add = |id: EntityUid, places: &[Place], group: EntityUid, subscription: EntityUid| {
        let mut attributes = HashMap::from([
            ("group".to_owned(), RestrictedExpression::new_entity_uid(group)),
            (
                "subscription".to_owned(),
                RestrictedExpression::new_entity_uid(subscription),
            ),
        ]);
        for role in 0..world.roles.len() {
            let here = places.iter().filter_map(|place| held.get(&(role, *place)));
            let here: HashSet<usize> = here.flatten().copied().collect();
            attributes.insert(
                format!("r{role}"),
                set(here.into_iter().map(|number| names.principal(number))),
            );
        }
        entities.push(Entity::new(id, attributes, HashSet::new()).expect("an entity"));
    };
    add(none.clone(), &[], none.clone(), none.clone());
    for place in &world.places {
        let (group, subscription) = match place {
            Place::Workspace(subscription, group, _) => (
                names.scope(Place::Group(*subscription, *group)),
                names.scope(Place::Subscription(*subscription)),
            ),
            Place::Group(subscription, _) => (none.clone(), names.scope(Place::Subscription(*subscription))),
            _ => (none.clone(), none.clone()),
        };
        let places: Vec<_> = match place {
            Place::Workspace(..) | Place::Group(..) => vec![*place],
            wide => wide.line().collect(),
        };
        add(names.scope(*place), &places, group, subscription);
    }
}

fn grants(world: &World, names: &Names, held: &Held, entities: &mut Vec<Entity>) {
    let principals = world.people.len() + world.groups.len();
    let mut parents = vec![HashSet::new(); principals];
    for ((role, place), principals) in held {
        for principal in principals {
            parents[*principal].insert(names.grant(*role, *place));
        }
        entities.push(Entity::with_uid(names.grant(*role, *place)));
    }
    for (person, groups) in world.memberships.iter().enumerate() {
        parents[person].extend(
            groups
                .iter()
                .map(|group| names.principal(world.people.len() + group)),
        );
    }
    for (number, parents) in parents.into_iter().enumerate() {
        entities.push(Entity::new_no_attrs(names.principal(number), parents));
    }
    for place in &world.places {
        let attributes = (0..world.roles.len()).map(|role| {
            let line = place.line().filter(|above| held.contains_key(&(role, *above)));
            (
                format!("r{role}"),
                set(line.map(|above| names.grant(role, above))),
            )
        });
        let id = names.scope(*place);
        entities.push(Entity::new(id, attributes.collect(), HashSet::new()).expect("an entity"));
    }
}

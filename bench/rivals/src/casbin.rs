//! casbin, with a policy for each assignment, groups by its role manager, and the scope's and the role's part of the
//! question in functions of ours. Scopes are paths that begin with their management groups, so that what covers them is
//! what they begin with. The cheapest part is asked first.

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Duration;

use casbin::function_map::{OperatorFunction, dynamic_to_str};
use casbin::rhai::Dynamic;
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use crate::clock;
use crate::world::{Place, Question, World};

const MODEL: &str = "
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, role
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = covers(p.obj, r.obj) && allows(p.role, r.act) && g(r.sub, p.sub)
";

/// Which roles allow which actions. Functions of casbin have no state of their own.
static ALLOWED: OnceLock<HashSet<(String, String)>> = OnceLock::new();

fn covers(wide: Dynamic, narrow: Dynamic) -> Dynamic {
    let (wide, narrow) = (dynamic_to_str(&wide), dynamic_to_str(&narrow));
    narrow.starts_with(&*wide).into()
}

fn allows(role: Dynamic, action: Dynamic) -> Dynamic {
    let pair = (
        dynamic_to_str(&role).into_owned(),
        dynamic_to_str(&action).into_owned(),
    );
    ALLOWED
        .get()
        .is_some_and(|allowed| allowed.contains(&pair))
        .into()
}

pub struct Casbin(Enforcer);

/// A path with a slash at its end, and a management group for each step above a subscription.
fn path(place: Place) -> String {
    let mut parts: Vec<_> = place.line().map(|place| format!("{place:?}/")).collect();
    parts.reverse();
    parts.concat()
}

impl Casbin {
    pub fn new(world: &World) -> Self {
        let mut allowed = HashSet::new();
        for operation in &world.actions {
            for (number, role) in world.roles.iter().enumerate() {
                let mut permissions = role.permissions.iter();
                if permissions.any(|permissions| permissions.allow(&operation.action, operation.plane)) {
                    allowed.insert((number.to_string(), operation.action.folded().to_owned()));
                }
            }
        }
        let same = ALLOWED.get_or_init(|| allowed.clone());
        assert_eq!(*same, allowed, "the roles are the same at each size");
        let policies = world.assignments.iter().map(|assignment| {
            let (principal, role) = (assignment.principal, assignment.role);
            vec![principal.to_string(), path(assignment.place), role.to_string()]
        });
        let policies: HashSet<Vec<String>> = policies.collect();
        let memberships = world.memberships.iter().enumerate().flat_map(|(person, groups)| {
            let group = |group: &usize| (world.people.len() + group).to_string();
            groups
                .iter()
                .map(move |number| vec![person.to_string(), group(number)])
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.add_function("covers", OperatorFunction::Arg2(covers));
            enforcer.add_function("allows", OperatorFunction::Arg2(allows));
            enforcer.add_grouping_policies(memberships.collect()).await?;
            enforcer.add_policies(policies.into_iter().collect()).await?;
            Ok::<_, casbin::Error>(enforcer)
        });
        Self(enforcer.expect("an enforcer"))
    }

    /// The time that a decision takes.
    pub fn round(&self, world: &World, questions: &[Question]) -> Duration {
        let mut spent = Duration::ZERO;
        for question in questions {
            let request = (
                question.person.to_string(),
                path(world.places[question.place as usize]),
                world.actions[question.action as usize].action.folded().to_owned(),
            );
            let start = clock::now();
            let allowed = self.0.enforce(black_box(request)).expect("a decision");
            spent += clock::now() - start;
            assert_eq!(allowed, question.allowed, "casbin answers otherwise");
        }
        spent / questions.len() as u32
    }
}

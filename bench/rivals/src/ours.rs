//! Our own decision.

use std::hint::black_box;
use std::time::Duration;

use doorward_domain::rbac::{
    Change, Decision, Index, Plane, Request, RoleAssignmentEntry, built_in_roles, decide,
};
use doorward_names::RoleAssignmentId;

use crate::clock;
use crate::memory;
use crate::world::{Question, Random, World};

/// How many requests are made at once, to be answered one after the other.
const BATCH: usize = 64;

/// The index, and how many bytes it has for each assignment, roles apart.
pub fn index(world: &World) -> (Index, f64) {
    let mut index = Index::new(built_in_roles().iter().cloned());
    let before = memory::allocated();
    world.changes().for_each(|change| index.apply(change));
    let bytes = memory::allocated() - before;
    (index, bytes as f64 / world.assignments.len() as f64)
}

pub fn allows(world: &World, index: &Index, question: &Question) -> bool {
    let request = Request {
        principal: world.people[question.person as usize],
        action: &world.actions[question.action as usize].action,
        plane: Plane::Control,
        scope: &world.scope(world.places[question.place as usize]),
    };
    decide(&request, index).is_allowed()
}

/// The time that a decision takes.
pub fn round(world: &World, index: &Index, questions: &[Question]) -> Duration {
    let mut spent = Duration::ZERO;
    for batch in questions.chunks(BATCH) {
        // A server has just read what it asks about.
        let made: Vec<_> = batch
            .iter()
            .map(|question| {
                let action = world.actions[question.action as usize].action.clone();
                (action, world.scope(world.places[question.place as usize]))
            })
            .collect();
        let requests: Vec<_> = batch
            .iter()
            .zip(&made)
            .map(|(question, (action, scope))| Request {
                principal: world.people[question.person as usize],
                action,
                plane: Plane::Control,
                scope,
            })
            .collect();
        let start = clock::now();
        for (request, question) in requests.iter().zip(batch) {
            let allowed = decide(black_box(request), index).is_allowed();
            assert_eq!(allowed, question.allowed, "an answer changed");
        }
        spent += clock::now() - start;
    }
    spent / questions.len() as u32
}

/// The longest time until a changed assignment shows in a decision: of some that are taken away, and of as
/// many new ones.
pub fn change(world: &World, index: &mut Index, questions: &[Question]) -> Duration {
    let mut longest = Duration::ZERO;
    let mut change = |change: Change, question: &Question| {
        let action = &world.actions[question.action as usize].action;
        let scope = world.scope(world.places[question.place as usize]);
        let request = Request {
            principal: world.people[question.person as usize],
            action,
            plane: Plane::Control,
            scope: &scope,
        };
        let start = clock::now();
        index.apply(change);
        let decision = decide(&request, index);
        longest = longest.max(clock::now() - start);
        match decision {
            Decision::Allowed(because) => Some(because.assignment),
            Decision::Denied(_) => None,
        }
    };
    let nothing = Change::AssignmentGone(RoleAssignmentId::from_u128(0));
    let mut random = Random::new(9);
    for question in questions {
        match change(nothing.clone(), question) {
            Some(by) => {
                let other = change(Change::AssignmentGone(by), question);
                assert_ne!(other, Some(by), "what is gone doesn't allow any more");
            }
            None => {
                let owner = Change::Assignment(RoleAssignmentEntry {
                    id: RoleAssignmentId::from_u128(random.id()),
                    scope: world.scope(world.places[question.place as usize]),
                    role: world.roles[0].id,
                    principal: world.people[question.person as usize],
                    has_condition: false,
                });
                assert!(change(owner, question).is_some(), "what is new allows");
            }
        }
    }
    longest
}

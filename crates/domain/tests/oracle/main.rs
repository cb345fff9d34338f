//! `decide` held against a second evaluator, which is as plain as it can be: it scans everything, by the rules as they
//! are documented. Both answer every question that can be asked in many small made-up worlds.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "functions that tests share"
)]

mod evaluator;
mod world;

use doorward_domain::rbac::{Action, Change, Decision, Index, Missing, Plane, Request, decide};
use doorward_names::{RoleAssignmentId, Scope};
use evaluator::{Answer, Evaluator, Rules};
use world::{Random, World};

const CASES: usize = 1_000_000;

/// A world's questions, in the forms that `decide` takes.
struct Questions {
    actions: Vec<Action>,
    scopes: Vec<Scope>,
}

impl Questions {
    fn of(world: &World, random: &mut Random) -> Self {
        Self {
            actions: world
                .actions
                .iter()
                .map(|text| random.case(text).parse().unwrap())
                .collect(),
            scopes: world
                .nodes
                .iter()
                .map(|node| random.case(&node.text).parse().unwrap())
                .collect(),
        }
    }

    fn decide(&self, world: &World, index: &Index, (principal, action, scope, plane): Question) -> Decision {
        let request = Request {
            principal: world.principals[principal],
            action: &self.actions[action],
            plane,
            scope: &self.scopes[scope],
        };
        decide(&request, index)
    }
}

type Question = (usize, usize, usize, Plane);

fn all_questions(world: &World) -> impl Iterator<Item = Question> + use<> {
    let (actions, scopes) = (world.actions.len(), world.nodes.len());
    (0..world.principals.len()).flat_map(move |principal| {
        (0..actions).flat_map(move |action| {
            (0..scopes).flat_map(move |scope| {
                [Plane::Control, Plane::Data]
                    .into_iter()
                    .map(move |plane| (principal, action, scope, plane))
            })
        })
    })
}

/// What `decide` must answer.
fn assert_agrees(decision: &Decision, answer: &Answer, world: &World, question: Question) {
    let told = || world.tell(question);
    match (decision, answer) {
        (Decision::Allowed(because), Answer::Allowed(best)) => {
            let named = (because.assignment, because.role, because.through);
            assert_eq!(named, (best.id, best.role, best.through), "{}", told());
            let scope = &world.nodes[best.node].text;
            assert!(because.scope.eq_ignore_ascii_case(scope), "{}", told());
        }
        (Decision::Denied(Missing::DeniedBy(id)), Answer::DeniedBy(first)) => {
            assert_eq!(id, first, "{}", told())
        }
        (Decision::Denied(Missing::NoAssignment), Answer::NoAssignment)
        | (Decision::Denied(Missing::NotInRoles), Answer::NotInRoles) => (),
        (Decision::Denied(Missing::Condition(id)), Answer::Condition(first)) => {
            assert_eq!(id, first, "{}", told());
        }
        _ => panic!("{decision:?} is not {answer:?}: {}", told()),
    }
}

#[test]
fn a_million_cases() {
    let mut random = Random::new(4);
    let mut counts = [0; Rules::FEATURES.len()];
    let (mut cases, mut allowed) = (0, 0);
    while cases < CASES {
        let world = World::make(&mut random);
        let index = world
            .changes()
            .into_iter()
            .fold(Index::default(), |mut index, change| {
                index.apply(change);
                index
            });
        let questions = Questions::of(&world, &mut random);
        let evaluator = Evaluator::new(&world, Rules::ALL);
        let without = Rules::FEATURES.map(|(_, rules)| Evaluator::new(&world, rules));
        for question in all_questions(&world) {
            let decision = questions.decide(&world, &index, question);
            let answer = evaluator.answer(question);
            assert_agrees(&decision, &answer, &world, question);
            cases += 1;
            allowed += usize::from(answer.is_allowed());
            for (count, without) in counts.iter_mut().zip(&without) {
                *count += usize::from(without.is_allowed(question) != answer.is_allowed());
            }
        }
    }
    let percent = |count: usize| count as f64 * 100.0 / cases as f64;
    assert!(
        (30.0..=70.0).contains(&percent(allowed)),
        "{} % are allowed",
        percent(allowed)
    );
    for ((name, _), count) in Rules::FEATURES.iter().zip(counts) {
        assert!(percent(count) >= 1.0, "{name} decides only {} %", percent(count));
    }
}

/// Changes in any order, some of them twice, with things between that go again, make the same index.
#[test]
fn changes_in_any_order() {
    let mut random = Random::new(44);
    for _ in 0..60 {
        let world = World::make(&mut random);
        let before = World::make(&mut random);
        let fresh = Index::new([]);
        let straight = apply(fresh.clone(), world.changes());
        let mut changes = world.changes();
        changes.extend(world.changes().into_iter().filter(|_| random.one_in(3)));
        random.shuffle(&mut changes);
        // All that the other world had and this one hasn't goes before, between or after; what both have, by its id or
        // name, becomes what it is here.
        let mut other = before.changes();
        random.shuffle(&mut other);
        let mut gone = before.undone(&world);
        random.shuffle(&mut gone);
        let mut round_about = apply(fresh, other);
        while let Some(change) = match random.one_in(2) {
            true => gone.pop().or_else(|| changes.pop()),
            false => changes.pop().or_else(|| gone.pop()),
        } {
            round_about.apply(change);
        }
        let questions = Questions::of(&world, &mut random);
        for question in all_questions(&world) {
            let (one, other) = (
                questions.decide(&world, &straight, question),
                questions.decide(&world, &round_about, question),
            );
            assert!(same(&one, &other), "{one:?} {other:?}");
        }
        for &principal in &world.principals {
            assert_eq!(straight.groups_of(principal), round_about.groups_of(principal));
            for scope in &questions.scopes {
                assert_eq!(
                    straight.permissions_at(principal, scope),
                    round_about.permissions_at(principal, scope)
                );
                assert_eq!(
                    straight.reaches_into(principal, scope),
                    round_about.reaches_into(principal, scope)
                );
            }
        }
        for scope in &questions.scopes {
            assert_eq!(straight.ancestors(scope), round_about.ancestors(scope));
            assert_eq!(straight.count_at(scope), round_about.count_at(scope));
            if let Some(subscription) = scope.subscription_id() {
                assert_eq!(
                    straight.count_in(subscription),
                    round_about.count_in(subscription)
                );
            }
        }
        let ids = |index: &Index| {
            let mut ids: Vec<RoleAssignmentId> = index.assignments().map(|held| held.id).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(&straight), ids(&round_about));
        assert_eq!(
            straight.roles().collect::<Vec<_>>(),
            round_about.roles().collect::<Vec<_>>()
        );
    }
}

fn apply(mut index: Index, changes: Vec<Change>) -> Index {
    changes.into_iter().for_each(|change| index.apply(change));
    index
}

/// The same but for the case of a scope, which is that of the first who wrote it.
fn same(one: &Decision, other: &Decision) -> bool {
    match (one, other) {
        (Decision::Allowed(one), Decision::Allowed(other)) => {
            (one.assignment, one.role, one.through) == (other.assignment, other.role, other.through)
                && one.scope.eq_ignore_ascii_case(&other.scope)
        }
        _ => one == other,
    }
}

/// What is visible and what is permitted, by the evaluator's rules too.
#[test]
fn what_can_be_seen() {
    let mut random = Random::new(444);
    let (mut seen, mut all) = (0, 0);
    for _ in 0..60 {
        let world = World::make(&mut random);
        let index = apply(Index::default(), world.changes());
        let questions = Questions::of(&world, &mut random);
        let evaluator = Evaluator::new(&world, Rules::ALL);
        for (number, principal) in world.principals.iter().enumerate() {
            for (node, scope) in questions.scopes.iter().enumerate() {
                let expected = evaluator.reaches_into(number, node);
                assert_eq!(
                    index.reaches_into(*principal, scope),
                    expected,
                    "{number} {scope}"
                );
                let permitted = index.permissions_at(*principal, scope).len();
                assert_eq!(
                    permitted,
                    evaluator.permissions_at(number, node),
                    "{number} {scope}"
                );
                all += 1;
                seen += usize::from(expected);
            }
        }
        for (node, scope) in questions.scopes.iter().enumerate() {
            for (below, asked) in questions.scopes.iter().enumerate() {
                assert_eq!(
                    index.covers(scope, asked),
                    evaluator.covers(node, below),
                    "{scope} {asked}"
                );
            }
        }
    }
    assert!(seen * 10 > all && seen * 10 < all * 9, "{seen} of {all}");
}

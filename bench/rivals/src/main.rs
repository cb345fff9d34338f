//! A decision at 10³, 10⁵ and 10⁶ assignments, beside casbin's and Cedar's: the same questions, one after the other in
//! turns, and the same answers, or it fails. Prints one JSON object.

mod casbin;
mod cedar;
mod clock;
mod memory;
mod ours;
mod world;

use std::time::Duration;

use serde::Serialize;

use crate::cedar::Form;
use crate::world::World;

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
const QUESTIONS: usize = 200_000;
const ROUNDS: usize = 15;

#[derive(Serialize)]
struct Measured {
    assignments: usize,
    /// Nanoseconds for a decision.
    ours: f64,
    casbin: Option<f64>,
    cedar: f64,
    /// Which form of Cedar's is measured: the faster one.
    cedar_form: String,
    /// Of the index, for each assignment.
    bytes: f64,
    /// Nanoseconds until a changed assignment shows, at the longest.
    change: f64,
}

fn nanoseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

/// The round that counts. What else the machine does can only make a round slower, so the fastest is the nearest to what
/// the work costs, for each contender alike.
fn fastest(rounds: Vec<f64>) -> f64 {
    rounds.into_iter().min_by(f64::total_cmp).expect("a round")
}

fn measure(size: usize) -> Measured {
    let world = World::make(size);
    let (mut index, bytes) = ours::index(&world);
    let questions = world.questions(QUESTIONS, |question| ours::allows(&world, &index, question));
    // Each is asked as many as it answers in some seconds.
    let (of_cedar, of_casbin) = (&questions[..20_000], &questions[..2_000_000 / size.max(4_000)]);
    let casbin = (size < 1_000_000).then(|| casbin::Casbin::new(&world));
    // At the largest size, the grants of all people would need some ten gigabytes.
    let forms = match size < 1_000_000 {
        true => vec![Form::Holders, Form::Grants],
        false => vec![Form::Holders],
    };
    let cedars: Vec<_> = forms
        .into_iter()
        .map(|form| (form, cedar::Cedar::new(&world, form)))
        .collect();
    let mut rounds: [Vec<f64>; 2] = Default::default();
    let mut of_forms: Vec<Vec<f64>> = vec![Vec::new(); cedars.len()];
    for _ in 0..ROUNDS {
        rounds[0].push(nanoseconds(ours::round(&world, &index, &questions)));
        if let Some(casbin) = &casbin {
            rounds[1].push(nanoseconds(casbin.round(&world, of_casbin)));
        }
        for (rounds, (_, cedar)) in of_forms.iter_mut().zip(&cedars) {
            rounds.push(nanoseconds(cedar.round(&world, of_cedar)));
        }
    }
    let [ours, of_casbin] = rounds;
    let best = of_forms
        .into_iter()
        .map(fastest)
        .zip(&cedars)
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let (cedar, (form, _)) = best.expect("a form");
    let change = nanoseconds(ours::change(&world, &mut index, &questions[..10_000]));
    Measured {
        assignments: size,
        ours: fastest(ours),
        casbin: casbin.is_some().then(|| fastest(of_casbin)),
        cedar,
        cedar_form: format!("{form:?}"),
        bytes,
        change,
    }
}

fn main() -> Result<(), serde_json::Error> {
    let measured: Vec<_> = SIZES.into_iter().map(measure).collect();
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

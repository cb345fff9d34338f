//! The parts of `bench/run` that have to be fast: the machine's own limit, the load, the verification.
//!
//! `doorward-bench limit|load|verify` reads one JSON object from standard input and prints one.
//! The generator is one thread that speaks HTTP/1.1 over kept-alive TLS, so that its CPU time is small and
//! easily told from the server's.

mod connection;
mod cpu;
mod limit;
mod load;
mod verify;

use std::error::Error;
use std::io::Read;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let command = std::env::args()
        .nth(1)
        .ok_or("usage: doorward-bench limit|load|verify < wish.json")?;
    let mut wish = String::new();
    std::io::stdin().read_to_string(&mut wish)?;
    let answer = match command.as_str() {
        "limit" => serde_json::to_string(&limit::measure(&serde_json::from_str(&wish)?)?)?,
        "load" => serde_json::to_string(&load::run(serde_json::from_str(&wish)?)?)?,
        "verify" => serde_json::to_string(&verify::verify(&serde_json::from_str(&wish)?)?)?,
        other => return Err(format!("no command `{other}`").into()),
    };
    println!("{answer}");
    Ok(())
}

//! The load: closed (every connection asks again as soon as it is answered) or open (Poisson arrivals at a
//! rate, each counted from the instant it was meant to start, however late a connection became free).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::{JoinSet, LocalSet};

use crate::connection::{Connection, Target, find};
use crate::{Failure, cpu};

#[derive(Deserialize)]
pub struct Wish {
    ca: String,
    address: String,
    /// The server's name and port, as it goes into the Host header.
    host: String,
    path: String,
    /// A file with one request body a line; without it the requests are GETs.
    bodies: Option<String>,
    connections: usize,
    seconds: f64,
    /// Arrivals per second; without it the load is closed.
    rate: Option<f64>,
    seed: u64,
    /// Where the tokens go, one a line.
    tokens: Option<String>,
}

#[derive(Serialize)]
pub struct Outcome {
    answers: usize,
    seconds: f64,
    per_second: f64,
    /// Status or transport error, and how often.
    failures: BTreeMap<String, u64>,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    generator_cpu_seconds: f64,
}

/// What all connections share; one thread, so no locks.
struct Shared {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
    end: Cell<Option<Instant>>,
    arrivals: RefCell<VecDeque<Instant>>,
    arrived: Notify,
    open: bool,
    latencies: RefCell<Vec<f64>>,
    failures: RefCell<BTreeMap<String, u64>>,
    tokens: RefCell<Vec<u8>>,
    keep_tokens: bool,
}

pub fn run(wish: Wish) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, drive(wish))
}

async fn drive(wish: Wish) -> Result<Outcome, Failure> {
    let (name, _) = wish.host.rsplit_once(':').ok_or("the host has no port")?;
    let target = Target::new(&wish.ca, &wish.address, name)?;
    let shared = Rc::new(Shared {
        requests: requests(&wish)?,
        next: Cell::new(wish.seed as usize),
        end: Cell::new(None),
        arrivals: RefCell::default(),
        arrived: Notify::new(),
        open: wish.rate.is_some(),
        latencies: RefCell::default(),
        failures: RefCell::default(),
        tokens: RefCell::default(),
        keep_tokens: wish.tokens.is_some(),
    });
    let mut connections = Vec::new();
    for _ in 0..wish.connections {
        connections.push(target.connect().await?);
    }
    let cpu_before = cpu::seconds()?;
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(wish.seconds);
    shared.end.set(Some(end));
    let mut workers = JoinSet::new();
    for connection in connections {
        workers.spawn_local(work(shared.clone(), connection, target.clone()));
    }
    if let Some(rate) = wish.rate {
        arrive(&shared, rate, wish.seed, start, end).await;
    }
    while workers.join_next().await.is_some() {}
    let elapsed = start.elapsed().as_secs_f64();
    let generator_cpu_seconds = cpu::seconds()? - cpu_before;
    if let Some(path) = &wish.tokens {
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)?
            .write_all(&shared.tokens.borrow())?;
    }
    let mut latencies = shared.latencies.take();
    latencies.sort_by(f64::total_cmp);
    let at =
        |part: f64| latencies.get(((latencies.len() as f64 * part) as usize).min(latencies.len().max(1) - 1));
    Ok(Outcome {
        answers: latencies.len(),
        seconds: elapsed,
        per_second: latencies.len() as f64 / elapsed,
        failures: shared.failures.take(),
        p50_ms: at(0.50).copied().unwrap_or(f64::NAN),
        p99_ms: at(0.99).copied().unwrap_or(f64::NAN),
        max_ms: at(1.0).copied().unwrap_or(f64::NAN),
        generator_cpu_seconds,
    })
}

fn requests(wish: &Wish) -> Result<Vec<Vec<u8>>, Failure> {
    let Some(path) = &wish.bodies else {
        return Ok(vec![
            format!("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", wish.path, wish.host).into_bytes(),
        ]);
    };
    let text = std::fs::read_to_string(path)?;
    let made = text.lines().map(|body| {
        format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            wish.path,
            wish.host,
            body.len()
        )
        .into_bytes()
    });
    Ok(made.collect())
}

/// Puts arrivals into the queue at their times: exponential gaps, so that their number is Poisson's.
async fn arrive(shared: &Shared, rate: f64, seed: u64, start: Instant, end: Instant) {
    let mut random = seed | 1;
    let mut next = start;
    loop {
        // xorshift64*: enough for gaps.
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        let unit = (random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64;
        next += Duration::from_secs_f64(-(1.0 - unit).ln() / rate);
        if next >= end {
            break;
        }
        tokio::time::sleep_until(next.into()).await;
        shared.arrivals.borrow_mut().push_back(next);
        shared.arrived.notify_one();
    }
    shared.end.set(Some(Instant::now()));
    shared.arrived.notify_waiters();
}

/// One connection's life.
async fn work(shared: Rc<Shared>, mut connection: Connection, target: Target) {
    while let Some(intended) = next_start(&shared).await {
        let index = shared.next.get();
        shared.next.set(index.wrapping_add(1));
        let request = &shared.requests[index % shared.requests.len()];
        let failure = match connection.call(request).await {
            Ok((200, body)) => {
                shared
                    .latencies
                    .borrow_mut()
                    .push(intended.elapsed().as_secs_f64() * 1000.0);
                if shared.keep_tokens {
                    keep_token(&shared, body)
                        .err()
                        .map(|error| (error.to_string(), false))
                } else {
                    None
                }
            }
            Ok((status, _)) => Some((status.to_string(), false)),
            Err(error) => Some((error.to_string(), true)),
        };
        if let Some((what, broken)) = failure {
            *shared.failures.borrow_mut().entry(what).or_default() += 1;
            if broken {
                match target.connect().await {
                    Ok(fresh) => connection = fresh,
                    Err(_) => return,
                }
            }
        }
    }
}

/// When the next request was meant to start; `None` at the end.
async fn next_start(shared: &Shared) -> Option<Instant> {
    loop {
        let over = shared.end.get().is_some_and(|end| Instant::now() >= end);
        if !shared.open {
            return (!over).then(Instant::now);
        }
        if let Some(intended) = shared.arrivals.borrow_mut().pop_front() {
            return Some(intended);
        }
        if over {
            return None;
        }
        let arrived = shared.arrived.notified();
        // The last arrival may be far from the end: look at the clock now and then.
        let _ = tokio::time::timeout(Duration::from_millis(100), arrived).await;
    }
}

fn keep_token(shared: &Shared, body: &[u8]) -> Result<(), Failure> {
    let mark = b"\"access_token\"";
    let after = find(body, mark).ok_or("200 without access_token")? + mark.len();
    let mut parts = body[after..].split(|byte| *byte == b'"');
    let token = parts.nth(1).ok_or("access_token is no text")?;
    let mut tokens = shared.tokens.borrow_mut();
    tokens.extend_from_slice(token);
    tokens.push(b'\n');
    Ok(())
}

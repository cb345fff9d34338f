//! The limit that no RS256 issuer on this machine can pass: RSA-2048 signatures, on all cores, nothing else.

use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::{Deserialize, Serialize};

use crate::{Failure, cpu};

#[derive(Deserialize)]
pub struct Wish {
    seconds: f64,
    threads: usize,
}

#[derive(Serialize)]
pub struct Limit {
    signatures_per_second: f64,
    cpu_seconds_per_signature: f64,
}

/// Signs for a while on every thread.
pub fn measure(wish: &Wish) -> Result<Limit, Failure> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048)?;
    // As long as a token's signing input.
    let message = [0x61; 900];
    let span = Duration::from_secs_f64(wish.seconds);
    let cpu_before = cpu::seconds()?;
    let start = Instant::now();
    let count: u64 = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..wish.threads)
            .map(|_| scope.spawn(|| sign_for(&key, &message, start, span)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| "a signer panicked")?)
            .sum::<Result<u64, Failure>>()
    })?;
    let elapsed = start.elapsed().as_secs_f64();
    let cpu = cpu::seconds()? - cpu_before;
    Ok(Limit {
        signatures_per_second: count as f64 / elapsed,
        cpu_seconds_per_signature: cpu / count as f64,
    })
}

fn sign_for(key: &RsaKeyPair, message: &[u8], start: Instant, span: Duration) -> Result<u64, Failure> {
    let random = SystemRandom::new();
    let mut signature = vec![0; key.public_modulus_len()];
    let mut count = 0;
    while start.elapsed() < span {
        key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
        count += 1;
    }
    Ok(count)
}

//! A server on loopback that answers by a function, and a clock that only tests move.

use doorward_names::{Duration, Timestamp};
use doorward_sdk::clock::Clock;
use doorward_sdk::{Authority, ClientOptions, ServicePrincipalAuthentication};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const TENANT: &str = "1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10";
pub const CLIENT: &str = "5b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a11";

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub line: String,
    pub head: String,
    pub body: String,
}

/// What to answer.
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: String,
    pub delay: std::time::Duration,
}

pub fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer {
        status,
        headers: String::new(),
        body: body.into(),
        delay: std::time::Duration::ZERO,
    }
}

pub fn token(name: &str, life: i64) -> Answer {
    answer(
        200,
        format!(
            r#"{{"token_type":"Bearer","expires_in":{life},"ext_expires_in":{life},"access_token":"{name}"}}"#
        ),
    )
}

pub fn refusal(status: u16, error: &str, number: u32, text: &str) -> Answer {
    answer(
        status,
        format!(
            r#"{{"error":"{error}","error_description":"AADSTS{number}: {text}","error_codes":[{number}]}}"#
        ),
    )
}

pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers request number 0, 1, … by `answers`.
    pub async fn start(answers: impl Fn(usize, &Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answers) = (Arc::clone(&seen), Arc::new(answers));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answers) = (Arc::clone(&log), Arc::clone(&answers));
                tokio::spawn(async move { serve(stream, &log, &*answers).await });
            }
        });
        Self { url, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn options(&self, clock: &Arc<TestClock>) -> ClientOptions {
        ClientOptions::new(Authority::parse(&self.url).unwrap()).clock(Arc::clone(clock) as Arc<dyn Clock>)
    }

    pub fn principal(&self, clock: &Arc<TestClock>) -> ServicePrincipalAuthentication {
        ServicePrincipalAuthentication::new(TENANT, CLIENT, "hush")
            .unwrap()
            .options(self.options(clock))
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Seen>>,
    answers: &(impl Fn(usize, &Seen) -> Answer + ?Sized),
) {
    let mut data = Vec::new();
    let mut buffer = [0; 4096];
    let (head, mut body) = loop {
        let text = String::from_utf8_lossy(&data).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            break (head.to_owned(), body.to_owned());
        }
        match stream.read(&mut buffer).await {
            Ok(n) if n > 0 => data.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    };
    let length = head
        .to_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    while body.len() < length.unwrap_or(0) {
        let n = stream.read(&mut buffer).await.unwrap();
        body.push_str(&String::from_utf8_lossy(&buffer[..n]));
    }
    let seen = Seen {
        line: head.lines().next().unwrap().to_owned(),
        head,
        body,
    };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    let answer = answers(number, &seen);
    tokio::time::sleep(answer.delay).await;
    let text = format!(
        "HTTP/1.1 {} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{}\r\n{}",
        answer.status,
        answer.body.len(),
        answer.headers,
        answer.body
    );
    drop(stream.write_all(text.as_bytes()).await);
}

/// Stands still until it is moved; waiting moves it.
#[derive(Debug)]
pub struct TestClock {
    now: AtomicI64,
    pub slept: Mutex<Vec<std::time::Duration>>,
}

impl TestClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            now: AtomicI64::new(1_900_000_000_000_000),
            slept: Mutex::default(),
        })
    }

    pub fn forward(&self, span: Duration) {
        self.now.fetch_add(span.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now.load(Ordering::SeqCst))
    }

    fn sleep(&self, span: std::time::Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.slept.lock().unwrap().push(span);
        self.forward(Duration::seconds(i64::try_from(span.as_secs()).unwrap()));
        Box::pin(std::future::ready(()))
    }
}

/// A program. Another process writes it, for while this one has a file open that is written, a child that is just being
/// started somewhere has it as well, and nobody can run it.
pub fn executable(path: &std::path::Path, script: &str) {
    use std::io::Write;
    let mut install = std::process::Command::new("install");
    let mut child = install
        .args(["-m", "755", "/dev/stdin"])
        .arg(path)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    write!(child.stdin.take().unwrap(), "#!/bin/sh\n{script}\n").unwrap();
    assert!(child.wait().unwrap().success());
}

//! A person at a browser: what the command line opens is written down, and its pages are answered by a form each.

use crate::run::{Cli, SERVER};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The hidden fields of a page's form.
pub fn hidden(page: &str) -> Vec<(String, String)> {
    page.split("<input type=\"hidden\"")
        .skip(1)
        .map(|tag| (attribute(tag, "name"), attribute(tag, "value")))
        .collect()
}

fn attribute(tag: &str, name: &str) -> String {
    let rest = tag.split_once(&format!(" {name}=\"")).unwrap().1;
    rest.split_once('"')
        .unwrap()
        .0
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// Trusts the server.
pub fn http() -> reqwest::Client {
    doorward_sdk::ClientOptions::new(doorward_sdk::Authority::parse(&SERVER.url).unwrap())
        .ca_file(&SERVER.env["DOORWARD_CA"])
        .http_client()
        .unwrap()
}

/// A command line whose browser is a script.
pub fn with_browser(script: &str) -> Cli {
    let cli = Cli::at_server();
    let browser = cli.directory.path().join("browser");
    std::fs::write(&browser, script).unwrap();
    cli.with("BROWSER", &format!("sh {}", browser.display()))
}

/// Writes down the page.
pub const WRITES: &str = "echo \"$1\" > \"$0.new\"; mv \"$0.new\" \"$0.opened\"\n";

/// The page that the browser in `directory` was to open.
pub fn opened(directory: &std::path::Path) -> url::Url {
    let begun = Instant::now();
    loop {
        if let Ok(text) = std::fs::read_to_string(directory.join("browser.opened")) {
            break text.trim().parse().unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no page was opened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A sign-in whose page was opened.
pub struct SigningIn {
    pub cli: Cli,
    pub child: Child,
    /// The page.
    pub url: url::Url,
}

impl SigningIn {
    pub fn begin(more: &[&str]) -> Self {
        let cli = with_browser(WRITES);
        let child = spawn(cli.command().arg("login").args(more));
        let url = opened(cli.directory.path());
        Self { cli, child, url }
    }

    pub fn parameter(&self, name: &str) -> String {
        self.url
            .query_pairs()
            .find(|(n, _)| n == name)
            .unwrap()
            .1
            .into_owned()
    }

    /// Signs in as the administrator, or does what another button of the page does: the last page, which stands at the
    /// command line's own address.
    pub fn answer(&self, button: &str) -> String {
        let work = answer(self.url.clone(), button);
        tokio::runtime::Runtime::new().unwrap().block_on(work)
    }

    /// Waits for the end.
    pub fn done(self) -> (Cli, crate::run::Done) {
        (self.cli, crate::run::Done(self.child.wait_with_output().unwrap()))
    }
}

pub fn spawn(command: &mut Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The first line on standard error.
pub fn first_line(child: &mut Child) -> (String, BufReader<std::process::ChildStderr>) {
    let (mut said, mut error) = (String::new(), BufReader::new(child.stderr.take().unwrap()));
    error.read_line(&mut said).unwrap();
    (said, error)
}

/// Signs in as the administrator at that page, or does what another of its buttons does; the last page.
pub async fn answer(url: url::Url, button: &str) -> String {
    let administrator = (
        SERVER.env["DOORWARD_ADMIN_UPN"].as_str(),
        SERVER.env["DOORWARD_ADMIN_PASSWORD"].as_str(),
    );
    answer_as(administrator, url, button).await
}

/// The same as somebody else.
pub async fn answer_as((name, password): (&str, &str), url: url::Url, button: &str) -> String {
    let http = http();
    let first = http.get(url.clone()).send().await.unwrap();
    assert_eq!(first.status().as_u16(), 302);
    let cookie = first.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let next = url.join(first.headers()["location"].to_str().unwrap()).unwrap();
    let page = http
        .get(next.clone())
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    let typed = [("username", name), ("password", password), ("step", button)];
    let sent = http
        .post(next)
        .header("cookie", &cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(hidden(&page), &typed))
        .send()
        .await
        .unwrap();
    let page = sent.text().await.unwrap();
    let back = page.split_once("<form").expect(&page).1;
    let brought = http
        .post(attribute(back, "action"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(hidden(&page), &[]))
        .send()
        .await
        .unwrap();
    brought.text().await.unwrap()
}

/// A form, filled in.
pub fn form(hidden: Vec<(String, String)>, typed: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(hidden).extend_pairs(typed);
    form.finish()
}

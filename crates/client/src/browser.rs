//! The person's web browser, found and started as other programs do it.

use crate::config;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tokio::sync::oneshot;
use url::Url;

/// A program that opens web pages for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    program: String,
    words: Vec<String>,
}

/// What became of opening a page.
#[derive(Debug)]
pub struct Opened(oneshot::Receiver<String>);

impl Browser {
    /// The first of `BROWSER` that is there, else the desktop's own where there is a desktop.
    pub fn find() -> Option<Self> {
        Self::among(
            config::browser().as_deref(),
            config::is_desktop(),
            &config::search_path(),
        )
    }

    /// The browser that a command starts, with `%s` in the place of the address or without; nothing when it is empty.
    pub fn command_line(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn among(list: Option<&str>, desktop: bool, places: &[PathBuf]) -> Option<Self> {
        let own = list.unwrap_or_default().split(':').filter_map(Self::parse);
        let opener = if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        let desktops = desktop.then(|| Self::parse(opener)).flatten();
        own.chain(desktops).find(|browser| browser.is_in(places))
    }

    /// A program and its arguments; a `&` at the end is what every browser here gets anyway.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('&');
        let mut words = text.split_ascii_whitespace().map(str::to_owned);
        Some(Self {
            program: words.next()?,
            words: words.collect(),
        })
    }

    fn is_in(&self, places: &[PathBuf]) -> bool {
        let program = Path::new(&self.program);
        match program.components().count() {
            1 => places.iter().any(|place| place.join(program).is_file()),
            _ => program.is_file(),
        }
    }

    /// The command that opens `url`, apart from the terminal: what ends this program there doesn't end a browser.
    pub fn command(&self, url: &Url) -> Command {
        let mut command = Command::new(&self.program);
        let placed = self.words.iter().any(|word| word.contains("%s"));
        command
            .args(self.words.iter().map(|word| word.replace("%s", url.as_str())))
            .args((!placed).then_some(url.as_str()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }

    /// Opens `url`.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn open(&self, url: &Url) -> io::Result<Opened> {
        let mut child = self.command(url).spawn()?;
        let (sender, receiver) = oneshot::channel();
        let program = self.program.clone();
        std::thread::spawn(move || match child.wait() {
            Ok(status) if status.success() => {}
            // Nobody may be interested any more.
            Ok(status) => drop(sender.send(format!("{program}: {status}"))),
            Err(e) => drop(sender.send(format!("{program}: {e}"))),
        });
        Ok(Opened(receiver))
    }
}

impl Opened {
    /// Resolves, with the reason, when the program ends without having opened the page; else never.
    pub async fn failed(self) -> String {
        match self.0.await {
            Ok(reason) => reason,
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: Option<&str>, desktop: bool) -> Option<Vec<String>> {
        let place = tempfile::tempdir().unwrap();
        for name in ["firefox", "xdg-open", "open"] {
            std::fs::write(place.path().join(name), "").unwrap();
        }
        let browser = Browser::among(
            list,
            desktop,
            &[PathBuf::from("/nowhere"), place.path().to_owned()],
        )?;
        let command = browser.command(&Url::parse("https://h/?a=b&c=d").unwrap());
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        Some(words.map(|word| word.to_str().unwrap().to_owned()).collect())
    }

    #[test]
    fn a_browser_of_the_persons_own_goes_first() {
        let url = "https://h/?a=b&c=d";
        let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(found(None, false), None);
        assert_eq!(found(Some(""), false), None);
        assert_eq!(found(Some("firefox"), true), words(&["firefox", url]));
        assert_eq!(
            found(Some("none:firefox --new %s &"), false),
            words(&["firefox", "--new", url])
        );
        assert_eq!(found(Some("/nowhere/else/firefox"), false), None);
        assert_eq!(
            found(Some("firefox --url=%s"), false),
            words(&["firefox", "--url=https://h/?a=b&c=d"])
        );
        if cfg!(target_os = "linux") {
            assert_eq!(found(None, true), words(&["xdg-open", url]));
            assert_eq!(found(Some("none %s"), true), words(&["xdg-open", url]));
        }
    }

    #[tokio::test]
    async fn a_browser_that_fails_says_so() {
        let url = Url::parse("https://h/").unwrap();
        let opened = Browser::parse("false").unwrap().open(&url).unwrap();
        assert_eq!(opened.failed().await, "false: exit status: 1");
        let opened = Browser::parse("true").unwrap().open(&url).unwrap();
        let failed = tokio::time::timeout(std::time::Duration::from_millis(300), opened.failed());
        assert!(failed.await.is_err());
        assert!(Browser::parse("/nowhere/firefox").unwrap().open(&url).is_err());
    }
}

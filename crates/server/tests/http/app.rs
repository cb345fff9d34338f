//! A person's authenticator app: made out of the key that a page shows, and computing codes by itself.

use aws_lc_rs::hmac;
use doorward_names::{Duration, Timestamp};

use crate::browser::Browser;
use crate::harness::{Answer, Caller, World};

/// An app with one account.
#[derive(Clone)]
pub struct App {
    secret: Vec<u8>,
    /// The recovery codes that came with it.
    pub codes: Vec<String>,
}

impl App {
    /// Takes the key that a page shows as text.
    pub fn of(page: &Answer) -> Self {
        let rest = page.text.split_once("<code class=\"key\"").unwrap().1;
        let key = rest.split_once('>').unwrap().1.split_once('<').unwrap().0;
        let (mut bits, mut count, mut secret) = (0_u64, 0, Vec::new());
        for letter in key.bytes().filter(|byte| *byte != b' ') {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'2'..=b'7' => letter - b'2' + 26,
                other => panic!("{other} in {key}"),
            };
            (bits, count) = ((bits << 5) | u64::from(value), count + 5);
            if count >= 8 {
                count -= 8;
                secret.push(u8::try_from((bits >> count) & 0xff).unwrap());
            }
        }
        assert_eq!(secret.len(), 20, "{key}");
        Self {
            secret,
            codes: Vec::new(),
        }
    }

    /// What it shows now.
    pub fn code(&self, world: &World) -> String {
        self.code_at(world.app.clock.now())
    }

    /// What it shows then.
    pub fn code_at(&self, at: Timestamp) -> String {
        let step = at.unix_seconds() / 30;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let at = usize::from(tag.as_ref()[19] & 15);
        let number = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap());
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }

    /// A code that it does not show now, nor just before or after.
    pub fn wrong_code(&self, world: &World) -> String {
        let now = world.app.clock.now();
        let shown = [-30, 0, 30].map(|seconds| self.code_at(now.plus(Duration::seconds(seconds))));
        let mut all = (0..).map(|number: u32| format!("{number:06}"));
        all.find(|code| !shown.contains(code)).unwrap()
    }
}

/// The recovery codes of a page.
pub fn recovery_codes(page: &Answer) -> Vec<String> {
    let list = page.text.split("<li><code>").skip(1);
    list.map(|rest| rest.split_once('<').unwrap().0.to_owned())
        .collect()
}

/// Sets up an app for a person, on their own page. The clock is half a minute further afterwards, so that the app shows
/// another code than the one that was spent by it.
pub async fn enrol(world: &World, person: &Caller) -> App {
    let mut browser = Browser::new(world);
    let page = browser.get("/signin").await;
    let page = sign_in(&mut browser, &page, person).await;
    let page = browser.submit(&page, &[("step", "set_up")]).await;
    let mut app = App::of(&page);
    let codes = browser.submit(&page, &[("otp", &app.code(world))]).await;
    app.codes = recovery_codes(&codes);
    assert_eq!(app.codes.len(), 10, "{}", codes.text);
    world.app.clock.advance(Duration::seconds(30));
    app
}

/// Name and password on the person's own page; follows to what comes then.
pub async fn sign_in(browser: &mut Browser, page: &Answer, person: &Caller) -> Answer {
    let filled = [
        ("username", person.name.as_str()),
        ("password", &person.secret),
        ("step", "sign_in"),
    ];
    let answer = browser.submit(page, &filled).await;
    match answer.status {
        302 => browser.get("/signin").await,
        _ => answer,
    }
}

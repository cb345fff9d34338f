//! What the person reads in the browser at the end, in English or Korean. The pages hold nothing that is loaded or run.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a visitor may go on after they were answered.
const LINGER: Duration = Duration::from_millis(500);

/// The words of one language.
pub(super) struct Words {
    lang: &'static str,
    signed_in: (&'static str, &'static str),
    not_signed_in: (&'static str, &'static str),
    stray: (&'static str, &'static str),
}

const ENGLISH: Words = Words {
    lang: "en",
    signed_in: (
        "You are signed in",
        "You can close this window and go back to the program that opened it.",
    ),
    not_signed_in: (
        "You are not signed in",
        "Close this window, and begin again in the program that opened it.",
    ),
    stray: (
        "Nothing is waited for here",
        "A program on this machine waits for the answer to a sign-in, and this isn't it. If you were signing in, begin again in the program.",
    ),
};

const KOREAN: Words = Words {
    lang: "ko",
    signed_in: (
        "로그인되었습니다",
        "이 창을 닫고, 창을 연 프로그램으로 돌아가세요.",
    ),
    not_signed_in: (
        "로그인되지 않았습니다",
        "이 창을 닫고, 창을 연 프로그램에서 다시 시작하세요.",
    ),
    stray: (
        "이 요청은 기다리던 응답이 아닙니다",
        "이 컴퓨터의 프로그램이 로그인 응답을 기다리고 있지만 이 요청은 그 응답이 아닙니다. 로그인하던 중이었다면 프로그램에서 다시 시작하세요.",
    ),
};

/// Which page.
pub(super) enum Page {
    SignedIn,
    NotSignedIn(String),
    Stray,
}

/// The first known language of an Accept-Language header, in which browsers name the preferred one first.
pub(super) fn words(languages: Option<&str>) -> &'static Words {
    let tags = languages.unwrap_or_default().split(',').take(32);
    let primary = tags.map(|tag| tag.trim().split(['-', ';']).next().unwrap_or_default());
    let known = |primary: &str| {
        [&ENGLISH, &KOREAN]
            .into_iter()
            .find(|w| primary.eq_ignore_ascii_case(w.lang))
    };
    primary.filter_map(known).next().unwrap_or(&ENGLISH)
}

const STYLE: &str = ":root{color-scheme:light dark;--ink:#1c2430;--paper:#f5f2ec;--card:#fffdf9;--line:#d5cdbf;--accent:#1f6f5c;--bad:#a4291f}\
@media(prefers-color-scheme:dark){:root{--ink:#e8e4da;--paper:#15191f;--card:#1e242c;--line:#3a434f;--accent:#5cc1a6;--bad:#ff8f84}}\
*{box-sizing:border-box}\
:lang(ko){word-break:keep-all}\
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,\"Noto Sans\",sans-serif}\
main{width:100%;max-width:26rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--accent);border-radius:.5rem}\
.brand{margin:0 0 1.5rem;font-weight:600;letter-spacing:.08em;text-transform:uppercase;font-size:.8rem;color:var(--accent)}\
h1{margin:0 0 .5rem;font-size:1.4rem;line-height:1.25;text-wrap:balance}\
p{margin:0 0 1rem;overflow-wrap:anywhere;text-wrap:pretty}\
.problem{color:var(--bad);border-left:3px solid var(--bad);padding:.25rem 0 .25rem .75rem}";

fn page(words: &Words, page: &Page) -> String {
    let ((title, text), reason) = match page {
        Page::SignedIn => (words.signed_in, None),
        Page::NotSignedIn(reason) => (words.not_signed_in, Some(reason)),
        Page::Stray => (words.stray, None),
    };
    let problem = reason.map(|reason| {
        // By the numbers that follow, the server's administrator finds it again; the terminal shows them.
        let reason = reason.split(" Trace ID: ").next().unwrap_or_default();
        format!("<p class=\"problem\" role=\"alert\">{}</p>\n", escaped(reason))
    });
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} · Doorward</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <p class=\"brand\">Doorward</p>\n<h1>{title}</h1>\n{}<p>{text}</p>\n</main>\n</body>\n</html>\n",
        words.lang,
        problem.unwrap_or_default()
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Sends a page; the connection ends with it.
pub(super) async fn send(stream: &mut TcpStream, words: &Words, (status, which): (&str, &Page)) {
    let body = page(words, which);
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nContent-Language: {}\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\r\n{body}",
        body.len(),
        words.lang
    );
    // Who has gone away doesn't want to know.
    drop(stream.write_all(answer.as_bytes()).await);
    drop(stream.shutdown().await);
    // What is still coming is taken in: else the connection would break off, and the page with it.
    let mut rest = [0; 4096];
    let taken = timeout(LINGER, async {
        while matches!(stream.read(&mut rest).await, Ok(1..)) {}
    });
    drop(taken.await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_browsers() {
        for (header, lang) in [
            (None, "en"),
            (Some("ko-KR,ko;q=0.9,en;q=0.8"), "ko"),
            (Some("fr, KO;q=0.3, en"), "ko"),
            (Some("de-DE,*"), "en"),
        ] {
            assert_eq!(words(header).lang, lang, "{header:?}");
        }
    }

    #[test]
    fn what_the_server_said_is_text() {
        let reason = "<script>'\"& Trace ID: 1 Correlation ID: 2".to_owned();
        let page = page(&ENGLISH, &Page::NotSignedIn(reason));
        assert!(!page.contains("Trace"), "{page}");
        assert!(page.contains("&lt;script&gt;&#39;&quot;&amp;"), "{page}");
    }
}

//! A person's browser: keeps cookies, reads the forms of a page and sends them filled in.

use bytes::Bytes;
use doorward_server::http::respond;
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::IpAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{Answer, World, form_request, request};

/// A browser at one server.
#[derive(Clone)]
pub struct Browser {
    world: World,
    peer: String,
    cookies: BTreeMap<String, String>,
}

/// A form as the page has it.
#[derive(Debug, Clone)]
pub struct PageForm {
    /// Where it is sent.
    pub action: String,
    /// Its hidden fields.
    pub fields: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(world: &World) -> Self {
        Self::at(world, "127.0.0.1")
    }

    /// A browser at an address of its own.
    pub fn at(world: &World, peer: &str) -> Self {
        Self {
            world: world.clone(),
            peer: peer.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Gives it a cookie that no server did.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Follows redirects on the server itself.
    pub async fn visit(&mut self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..3 {
            match answer.header("location") {
                Some(target) if target.starts_with('/') => {
                    let target = target.to_owned();
                    answer = self.get(&target).await;
                }
                _ => break,
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let draft = request("GET", path, None, Bytes::new());
        let request = match self.cookie_header() {
            Some(cookies) => draft.header("cookie", &cookies).body_from(),
            None => draft.body_from(),
        };
        let answer = self.world.send_from(&self.peer, request).await;
        self.keep(&answer);
        answer
    }

    /// Sends the form of a page, filled in.
    pub async fn submit(&mut self, page: &Answer, filled: &[(&str, &str)]) -> Answer {
        let form = form_of(page);
        let mut fields = form.fields.clone();
        for (name, value) in filled {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        let pairs: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(&form.action, &pairs).await
    }

    /// Sends the form of a page, filled in, over connections that are closed before its end: in its head, in its body, and
    /// one byte before the end, of a body whose length was announced and of one in chunks.
    pub async fn give_up(&self, page: &Answer, filled: &[(&str, &str)]) {
        let (head, body) = self.raw_form(page, filled);
        let announced = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        // The chunk is whole, but for the empty one that ends a body.
        let in_chunks = format!(
            "{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n",
            body.len()
        );
        let (size, half) = (announced.len(), body.len() / 2);
        for end in [head.len() / 2, size - body.len(), size - half, size - 1] {
            self.send_raw(&announced.as_bytes()[..end], false).await;
        }
        for end in [in_chunks.len() - half, in_chunks.len()] {
            self.send_raw(&in_chunks.as_bytes()[..end], false).await;
        }
    }

    /// Sends the same to its end; gives the answer as it came.
    pub async fn go_through(&self, page: &Answer, filled: &[(&str, &str)]) -> String {
        let (head, body) = self.raw_form(page, filled);
        let whole = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        self.send_raw(whole.as_bytes(), true).await
    }

    fn raw_form(&self, page: &Answer, filled: &[(&str, &str)]) -> (String, String) {
        let form = form_of(page);
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let hidden = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        body.extend_pairs(hidden.chain(filled.iter().copied()));
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: localhost:8443\r\nconnection: close\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\n",
            form.action,
            self.cookie_header().unwrap_or_default()
        );
        (head, body.finish())
    }

    /// Sends bytes over a connection of its own, and closes that, once the answer came or at once; ends when the server has
    /// ended with it.
    async fn send_raw(&self, bytes: &[u8], wait: bool) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (app, peer) = (self.world.app.clone(), self.peer.parse::<IpAddr>().unwrap());
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper::service::service_fn(move |request| {
                let app = app.clone();
                async move { Ok::<_, Infallible>(respond(&app, peer, request).await) }
            });
            let http = hyper::server::conn::http1::Builder::new();
            // That it was cut off is an error here.
            drop(http.serve_connection(TokioIo::new(stream), service).await);
        });
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = String::new();
        if wait {
            stream.read_to_string(&mut answer).await.unwrap();
        }
        drop(stream);
        server.await.unwrap();
        answer
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut request = form_request(path, fields);
        if let Some(cookies) = self.cookie_header() {
            request.headers_mut().insert("cookie", cookies.parse().unwrap());
        }
        let answer = self.world.send_from(&self.peer, request).await;
        self.keep(&answer);
        answer
    }

    fn cookie_header(&self) -> Option<String> {
        let pairs: Vec<_> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn keep(&mut self, answer: &Answer) {
        for value in answer.headers.get_all("set-cookie") {
            let text = value.to_str().unwrap();
            for needed in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
                assert!(text.contains(needed), "{text}");
            }
            assert!(text.starts_with("__Host-") && !text.contains("Domain"), "{text}");
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            match text.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
    }
}

/// The one form of a page.
#[track_caller]
pub fn form_of(page: &Answer) -> PageForm {
    let text = &page.text;
    let start = text
        .find("<form")
        .unwrap_or_else(|| panic!("no form: {} {text}", page.status));
    let form = &text[start..text.find("</form>").unwrap()];
    let tag = &form[..form.find('>').unwrap()];
    let mut fields = BTreeMap::new();
    for input in form.split("<input").skip(1) {
        let input = &input[..input.find('>').unwrap()];
        if attribute(input, "type").as_deref() == Some("hidden") {
            fields.insert(
                attribute(input, "name").unwrap(),
                attribute(input, "value").unwrap_or_default(),
            );
        }
    }
    PageForm {
        action: attribute(tag, "action").unwrap(),
        fields,
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    Some(unescape(rest.split_once('"')?.0))
}

/// The text that HTML stands for.
pub fn unescape(html: &str) -> String {
    html.replace("&#38;", "&")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&amp;", "&")
}

/// The text of the alert on a page.
pub fn problem(page: &Answer) -> Option<String> {
    let rest = page.text.split_once("role=\"alert\">")?.1;
    Some(unescape(rest.split_once('<')?.0))
}

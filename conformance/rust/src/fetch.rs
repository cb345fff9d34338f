//! reqwest and rustls, trusting what the platform trusts: fetches every address.

use std::error::Error;

async fn fetch(client: &reqwest::Client, url: &str) -> Result<String, reqwest::Error> {
    let answer = client.get(url).send().await?;
    let status = answer.status().as_u16();
    let body = answer.text().await?;
    Ok(format!(
        "{status} {}",
        body.split_whitespace().collect::<Vec<_>>().join(" ")
    ))
}

/// An error and its causes, as a person sees them.
fn in_words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(&format!(": {error}"));
        cause = error.source();
    }
    words
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = reqwest::Client::new();
    for url in std::env::args().skip(1) {
        match fetch(&client, &url).await {
            Ok(line) => println!("{line}"),
            Err(error) => println!("refused: {}", in_words(&error)),
        }
    }
}

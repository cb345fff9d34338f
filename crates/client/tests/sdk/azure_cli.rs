//! The session of a command line is used by asking that command line.

use crate::mock::executable;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_sdk::{AzureCliAuthentication, Error};
use std::path::PathBuf;
use tempfile::TempDir;

const ARM: &str = "https://management.azure.com";

struct Scene(TempDir);

impl Scene {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A command line that writes down what it is asked.
    fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.0.path().join(name);
        executable(&path, &format!("echo \"$@\" >> \"$0.log\"\n{script}"));
        path
    }

    fn asked(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(format!("{name}.log"))).unwrap_or_default()
    }
}

fn auth(programs: impl IntoIterator<Item = PathBuf>) -> AzureCliAuthentication {
    AzureCliAuthentication::new().unwrap().programs(programs)
}

const GIVES: &str = r#"echo '{"accessToken":"at","expiresOn":"2033-05-18 03:33:20.000000","expires_on":2000000000,"tenant":"t","tokenType":"Bearer"}'"#;

#[tokio::test]
async fn the_first_command_line_with_a_session_is_used() {
    let scene = Scene::new();
    let out = scene.program("out", "echo 'ERROR: Please run doorward login' >&2; exit 4");
    let gives = scene.program("gives", GIVES);
    let never = scene.program("never", GIVES);
    let auth = auth([PathBuf::from("/nowhere/doorward"), out, gives, never]);
    for _ in 0..2 {
        let token = auth.token(ARM).await.unwrap();
        assert_eq!(token.secret().expose(), "at");
        assert_eq!(token.expires_at().unix_seconds(), 2_000_000_000);
    }
    let words = "account get-access-token --output json --resource https://management.azure.com\n";
    assert_eq!(
        (scene.asked("out"), scene.asked("gives"), scene.asked("never")),
        (words.into(), words.into(), "".into())
    );
}

#[tokio::test]
async fn resources_and_tenants_are_passed_on_as_they_are() {
    let scene = Scene::new();
    let auth = auth([scene.program("az", GIVES)])
        .tenant_id("contoso.com")
        .unwrap();
    auth.token("https://management.azure.com/").await.unwrap();
    auth.token("api://mine/.default").await.unwrap();
    let asked = scene.asked("az");
    let lines: Vec<&str> = asked.lines().collect();
    assert!(
        lines[0].ends_with("--resource https://management.azure.com/ --tenant contoso.com"),
        "{asked}"
    );
    assert!(
        lines[1].ends_with("--resource api://mine --tenant contoso.com"),
        "{asked}"
    );
}

#[tokio::test]
async fn an_older_az_says_the_end_in_the_token_only() {
    let scene = Scene::new();
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let token = format!(
        "{}.{}.{}",
        part(r#"{"alg":"RS256","kid":"k"}"#),
        part(r#"{"exp":2000000001}"#),
        part("s")
    );
    let script = format!(r#"echo '{{"accessToken":"{token}","expiresOn":"2033-05-18 03:33:20.000000"}}'"#);
    let token = auth([scene.program("az", &script)]).token(ARM).await.unwrap();
    assert_eq!(token.expires_at().unix_seconds(), 2_000_000_001);
}

#[tokio::test]
async fn when_none_has_a_session_each_is_heard() {
    let scene = Scene::new();
    let out = scene.program(
        "out",
        "echo 'WARNING: old' >&2; printf 'ERROR: Please run \\033[2Jaz login\\n' >&2; exit 1",
    );
    let mute = scene.program("mute", "exit 1");
    let odd = scene.program("odd", "echo '{\"accessToken\":\"hush\"}'");
    let nobody = auth([out, mute, odd, PathBuf::from("/nowhere/az")]);
    let error = nobody.token(ARM).await.unwrap_err();
    assert!(matches!(error, Error::NoCommandLineSession { .. }));
    let text = error.to_string();
    for said in [
        "out`: ERROR: Please run [2Jaz login;",
        "mute`: it failed without a word;",
        "odd`: its answer makes no sense;",
        "`/nowhere/az` is not there",
        "doorward login",
    ] {
        assert!(text.contains(said), "{text}");
    }
    assert!(!text.contains("hush"), "{text}");
}

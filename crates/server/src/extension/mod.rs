//! The extension of `az` that the machine-learning commands of Microsoft's page need, and the index in which `az` finds it.
//!
//! The index has this one extension. It stands at the server's own address, and inside a run also where `az` looks by itself: at
//! a short link of Microsoft's. The source is in `extension/azure-cli-ml`; deliberately not here: what its commands do.

mod wheel;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::OnceLock;

use crate::http::{Response, json as in_json, method_not_allowed, text, with_type};
use wheel::Wheel;

/// The name by which `az extension add -n` asks for it.
const NAME: &str = "azure-cli-ml";

/// Its version.
const VERSION: &str = "1.0.0";

/// What is in the wheel, by path; all but what describes the wheel itself.
const FILES: [(&str, &str); 3] = [
    (
        "azext_ml/__init__.py",
        include_str!("../../../../extension/azure-cli-ml/azext_ml/__init__.py"),
    ),
    (
        "azext_ml/azext_metadata.json",
        include_str!("../../../../extension/azure-cli-ml/azext_ml/azext_metadata.json"),
    ),
    (
        "azext_ml/custom.py",
        include_str!("../../../../extension/azure-cli-ml/azext_ml/custom.py"),
    ),
];

fn the_wheel() -> &'static Wheel {
    static WHEEL: OnceLock<Wheel> = OnceLock::new();
    WHEEL.get_or_init(|| Wheel::build(NAME, VERSION, &FILES))
}

/// GET {base}, the index; GET {base}/{wheel}, the extension. `below` is what follows `base` in the path.
pub fn answer(base: &str, below: &str, method: &Method) -> Response {
    if ![Method::GET, Method::HEAD].contains(method) {
        return method_not_allowed(&[Method::GET, Method::HEAD]);
    }
    let wheel = the_wheel();
    match below.trim_matches('/') {
        "" | "index.json" => in_json(StatusCode::OK, &index(base, wheel)),
        name if name == wheel.name => with_type(
            StatusCode::OK,
            "application/octet-stream",
            Bytes::from_static(&wheel.bytes),
        ),
        _ => text(StatusCode::NOT_FOUND, "no such extension here\n".to_owned()),
    }
}

/// The index as `az` reads it (`azure/cli/core/extension/_index.py`, format 1).
fn index(base: &str, wheel: &Wheel) -> Value {
    json!({
        "formatVersion": "1",
        "extensions": {
            NAME: [{
                "downloadUrl": format!("{base}/{}", wheel.name),
                "filename": wheel.name,
                "sha256Digest": wheel.sha256,
                "metadata": {
                    "azext.minCliCoreVersion": "2.3.0",
                    "name": NAME,
                    "version": VERSION,
                    "summary": "Machine learning commands of az, by Doorward",
                },
            }],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn the_index_names_the_wheel_and_what_it_weighs() {
        let wheel = the_wheel();
        let entry = &index("https://aka.ms/index", wheel)["extensions"][NAME][0];
        assert_eq!(entry["filename"], "azure_cli_ml-1.0.0-py3-none-any.whl");
        assert_eq!(
            entry["downloadUrl"],
            "https://aka.ms/index/azure_cli_ml-1.0.0-py3-none-any.whl"
        );
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &wheel.bytes);
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(entry["sha256Digest"], hex);
        let own: Value = serde_json::from_str(FILES[1].1).unwrap();
        for member in ["name", "version", "azext.minCliCoreVersion"] {
            assert_eq!(entry["metadata"][member], own[member], "{member}");
        }
    }

    #[test]
    fn the_wheel_is_the_same_every_time() {
        assert_eq!(Wheel::build(NAME, VERSION, &FILES).bytes, the_wheel().bytes);
    }

    /// Python's own reader of archives finds every file whole, and every file is in the record with its hash.
    #[test]
    fn python_reads_the_wheel() {
        const SCRIPT: &str = r#"
import base64, csv, hashlib, io, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
assert wheel.testzip() is None
record = "azure_cli_ml-1.0.0.dist-info/RECORD"
rows = {name: (digest, size) for name, digest, size in csv.reader(io.StringIO(wheel.read(record).decode()))}
assert set(rows) == set(wheel.namelist()), (rows, wheel.namelist())
for name, (digest, size) in rows.items():
    content = wheel.read(name)
    if name == record:
        assert (digest, size) == ("", "")
        continue
    said = "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    assert (digest, size) == (said, str(len(content))), name
for name in wheel.namelist():
    if name.endswith(".py"):
        compile(wheel.read(name), name, "exec")
print(len(rows))
"#;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(&the_wheel().name);
        std::fs::write(&path, &the_wheel().bytes).unwrap();
        let done = Command::new("python3")
            .args(["-c", SCRIPT])
            .arg(&path)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), "7");
    }

    #[test]
    fn nothing_else_is_there_and_nothing_is_changed() {
        for (below, method, status) in [
            ("", Method::GET, 200),
            ("/", Method::GET, 200),
            ("/index.json", Method::HEAD, 200),
            ("/azure_cli_ml-1.0.0-py3-none-any.whl", Method::GET, 200),
            ("/azure_cli_ml-9.9.9-py3-none-any.whl", Method::GET, 404),
            ("/../index.json", Method::GET, 404),
            ("", Method::POST, 405),
            ("/azure_cli_ml-1.0.0-py3-none-any.whl", Method::DELETE, 405),
        ] {
            let answer = answer("https://aka.ms/index", below, &method);
            assert_eq!(answer.status().as_u16(), status, "{method} {below}");
        }
    }
}

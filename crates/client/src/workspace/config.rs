//! The file by which a project knows its workspace: looked for and written where `azureml-core` does it.

use crate::Error;
use doorward_names::{Scope, ScopeKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const DIRECTORY: &str = ".azureml";
const OLDER_DIRECTORY: &str = "aml_config";
const FILE: &str = "config.json";
const OLDER_FILE: &str = "project.json";

/// Which workspace a project uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceConfig {
    /// Its subscription.
    pub subscription_id: String,
    /// Its resource group.
    pub resource_group: String,
    /// Its name.
    pub workspace_name: String,
}

impl WorkspaceConfig {
    /// The file of the project: `path` when that is a file, else what is found from that directory (the current one when
    /// there is no path) upwards. Each kind of place is looked for all the way up before the next one: `.azureml`,
    /// `aml_config`, the directory itself; and in each `config.json`, then `project.json`.
    ///
    /// # Errors
    /// [`Error::NoWorkspaceConfig`] when there is none.
    pub fn find(path: Option<&Path>) -> Result<PathBuf, Error> {
        let start = absolute(path.unwrap_or(Path::new(".")))?;
        if start.is_file() {
            return Ok(start);
        }
        // Links are followed once, so that "upwards" is where the directory really is.
        let start = start.canonicalize().unwrap_or(start);
        search(start.ancestors()).ok_or(Error::NoWorkspaceConfig { start })
    }

    /// Reads such a file: the three fields, or the `Scope` that older versions of `azureml-core` write.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it can't be read or names no workspace.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let fail = |reason: &str| Error::Invalid(format!("{}: {reason}", file.display()));
        let text = fs::read_to_string(file).map_err(|e| fail(&e.to_string()))?;
        let value: Value = serde_json::from_str(&text).map_err(|_| fail("it is no JSON"))?;
        let scope = value.get("Scope").and_then(Value::as_str);
        if let Some(scope) = scope.filter(|scope| !scope.is_empty()) {
            return Self::of_scope(scope).ok_or_else(|| fail("its `Scope` is not that of a workspace"));
        }
        serde_json::from_value(value)
            .map_err(|_| fail("it has to name `subscription_id`, `resource_group` and `workspace_name`"))
    }

    fn of_scope(scope: &str) -> Option<Self> {
        let scope: Scope = scope.parse().ok()?;
        let kind = scope.resource_type()?;
        if scope.kind() != ScopeKind::Resource
            || !kind.eq_ignore_ascii_case(crate::resource_manager::WORKSPACE_TYPE)
        {
            return None;
        }
        Some(Self {
            subscription_id: scope.subscription_id()?.to_string(),
            resource_group: scope.resource_group_name()?.to_string(),
            workspace_name: scope.name().to_owned(),
        })
    }

    /// Writes the file of a project: into the directory `aml_config` where there is one, else `.azureml`, below `path`
    /// (the current directory when there is no path). Where it is now is the answer.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it can't be written, or the name is no file's.
    pub fn write(&self, path: Option<&Path>, file_name: Option<&str>) -> Result<PathBuf, Error> {
        let project = absolute(path.unwrap_or(Path::new(".")))?;
        let older = project.join(OLDER_DIRECTORY);
        let directory = match older.exists() {
            true => older,
            false => project.join(DIRECTORY),
        };
        let name = match file_name {
            Some(name) if name.is_empty() || name.contains(['/', '\\']) || name == ".." => {
                return Err(Error::Invalid(format!("`{name}` is not the name of a file")));
            }
            Some(name) if name.ends_with(".json") => name.to_owned(),
            Some(name) => format!("{name}.json"),
            None if directory.join(OLDER_FILE).exists() => OLDER_FILE.to_owned(),
            None => FILE.to_owned(),
        };
        let file = directory.join(name);
        let fail = |e: std::io::Error| Error::Invalid(format!("{} can't be written: {e}", file.display()));
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|e| Error::Invalid(format!("{}: {e}", file.display())))?;
        text.push('\n');
        fs::create_dir_all(&directory).map_err(fail)?;
        fs::write(&file, text).map_err(fail)?;
        Ok(file)
    }
}

/// The file in these places, of which the nearest comes first.
fn search<'a>(places: impl Iterator<Item = &'a Path> + Clone) -> Option<PathBuf> {
    let ways = [DIRECTORY, OLDER_DIRECTORY, ""]
        .into_iter()
        .flat_map(|directory| [FILE, OLDER_FILE].map(|file| Path::new(directory).join(file)));
    ways.flat_map(|way| places.clone().map(move |place| place.join(&way)))
        .find(|candidate| candidate.is_file())
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|e| Error::Invalid(format!("{}: {e}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10";

    fn config(name: &str) -> WorkspaceConfig {
        WorkspaceConfig {
            subscription_id: SUBSCRIPTION.to_owned(),
            resource_group: "ml-rg".to_owned(),
            workspace_name: name.to_owned(),
        }
    }

    fn put(directory: &Path, place: &str, name: &str) {
        let file = directory.join(place);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, serde_json::to_string(&config(name)).unwrap()).unwrap();
    }

    fn found(path: &Path) -> String {
        let file = WorkspaceConfig::find(Some(path)).unwrap();
        WorkspaceConfig::read(&file).unwrap().workspace_name
    }

    #[test]
    fn a_kind_of_place_goes_before_what_is_nearer() {
        let top = tempfile::tempdir().unwrap();
        let below = top.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        put(&below, "project.json", "plain, older, near");
        assert_eq!(found(&below), "plain, older, near");
        put(top.path(), "config.json", "plain, far");
        assert_eq!(found(&below), "plain, far");
        put(&below, "aml_config/config.json", "older directory, near");
        assert_eq!(found(&below), "older directory, near");
        put(top.path(), ".azureml/project.json", "newer directory, far");
        assert_eq!(found(&below), "newer directory, far");
        put(
            top.path(),
            ".azureml/config.json",
            "newer directory, newer file, far",
        );
        assert_eq!(found(&below), "newer directory, newer file, far");
        assert_eq!(found(&below.join("project.json")), "plain, older, near");
    }

    #[test]
    fn other_names_are_not_found() {
        let top = tempfile::tempdir().unwrap();
        put(top.path(), "configuration.json", "other name");
        put(top.path(), "elsewhere/config.json", "other directory");
        fs::create_dir_all(top.path().join(".azureml/config.json")).unwrap();
        assert_eq!(search([top.path()].into_iter()), None);
    }

    #[test]
    fn both_forms_are_read_and_others_are_named() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join("c.json");
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            WorkspaceConfig::read(&file)
        };
        let scope = format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/w"
        );
        assert_eq!(
            read(&format!(r#"{{"Id":null,"Scope":"{scope}"}}"#)).unwrap(),
            config("w")
        );
        assert_eq!(
            read(&serde_json::to_string(&config("w")).unwrap()).unwrap(),
            config("w")
        );
        for text in [
            "",
            "[]",
            r#"{"workspace_name":"w"}"#,
            r#"{"Scope":"/subscriptions/x"}"#,
        ] {
            let said = read(text).unwrap_err().to_string();
            assert!(said.contains("c.json"), "{said}");
        }
    }

    #[test]
    fn what_is_written_is_found() {
        let top = tempfile::tempdir().unwrap();
        let file = config("w").write(Some(top.path()), None).unwrap();
        assert!(file.ends_with(".azureml/config.json"));
        assert_eq!(found(top.path()), "w");
        assert!(
            config("w")
                .write(Some(top.path()), Some("other"))
                .unwrap()
                .ends_with(".azureml/other.json")
        );
        fs::create_dir(top.path().join("aml_config")).unwrap();
        assert!(
            config("w")
                .write(Some(top.path()), None)
                .unwrap()
                .ends_with("aml_config/config.json")
        );
        for name in ["", "..", "a/b"] {
            assert!(config("w").write(Some(top.path()), Some(name)).is_err(), "{name}");
        }
    }
}

//! docs/cli.md is what the command line says of itself.

use crate::run::Cli;
use std::path::Path;

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the test may ask it to write the file"
)]
fn the_manual_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let made = Cli::new().run(["generate-docs"]).text();
    if std::env::var_os("DOORWARD_UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/cli.md is stale: run `doorward generate-docs > docs/cli.md`"
    );
}

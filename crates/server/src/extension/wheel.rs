//! A wheel: an archive of Python's (PEP 427), always the same bytes for the same files.
//!
//! Entries are stored as they are, in the order of their paths, with the earliest time that the form can say. The archive
//! is what APPNOTE.TXT of ZIP calls version 2.0: local headers, central directory, end record.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Write as _;

/// 1 January 1980, midnight, as DOS has it: date above, time below.
const EPOCH: u32 = 0x0021_0000;

/// A regular file that everybody may read (`0100644`), in the upper half as Unix's archives have it.
const MODE: u32 = 0o100_644 << 16;

/// An archive, and what has to be known of it.
pub struct Wheel {
    /// Its file name, which says what it is for.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// Its SHA-256, in small hexadecimal digits.
    pub sha256: String,
}

impl Wheel {
    /// A wheel of pure Python with these files, and what describes it.
    pub fn build(name: &str, version: &str, files: &[(&str, &str)]) -> Self {
        let stem = format!("{}-{version}", name.replace('-', "_"));
        let info = format!("{stem}.dist-info");
        let metadata = format!(
            "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: Machine learning commands of az, by \
             Doorward\nLicense: MIT OR Apache-2.0\n"
        );
        let wheel = "Wheel-Version: 1.0\nGenerator: doorward\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
        let mut all: Vec<(String, String)> = files
            .iter()
            .map(|(path, content)| ((*path).to_owned(), (*content).to_owned()))
            .collect();
        all.push((format!("{info}/METADATA"), metadata));
        all.push((format!("{info}/WHEEL"), wheel.to_owned()));
        all.push((format!("{info}/top_level.txt"), "azext_ml\n".to_owned()));
        all.sort();
        let mut record = String::new();
        for (path, content) in &all {
            let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, content.as_bytes()));
            let _ = writeln!(record, "{path},sha256={hash},{}", content.len());
        }
        let _ = writeln!(record, "{info}/RECORD,,");
        all.push((format!("{info}/RECORD"), record));
        let bytes = archive(&all);
        let sha256 = digest(&SHA256, &bytes)
            .as_ref()
            .iter()
            .fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
        Self {
            name: format!("{stem}-py3-none-any.whl"),
            bytes,
            sha256,
        }
    }
}

/// Everything is far below 4 GiB and 65536 entries, which is as much as this form holds.
fn archive(files: &[(String, String)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for (path, content) in files {
        let offset = size(bytes.len());
        let mut about = Vec::new();
        // Version needed 2.0, names in UTF-8, stored.
        for half in [20u16, 0x0800, 0] {
            about.extend(half.to_le_bytes());
        }
        for word in [
            EPOCH,
            crc32fast::hash(content.as_bytes()),
            size(content.len()),
            size(content.len()),
            // The length of the name, and of nothing more.
            size(path.len()),
        ] {
            about.extend(word.to_le_bytes());
        }
        bytes.extend(0x0403_4b50u32.to_le_bytes());
        bytes.extend(&about);
        bytes.extend(path.as_bytes());
        bytes.extend(content.as_bytes());
        directory.extend(0x0201_4b50u32.to_le_bytes());
        // Made on Unix.
        directory.extend(0x0314u16.to_le_bytes());
        directory.extend(&about);
        // No comment, first disk, no special kind.
        directory.extend([0; 6]);
        directory.extend(MODE.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(path.as_bytes());
    }
    let (start, length) = (size(bytes.len()), size(directory.len()));
    bytes.extend(directory);
    bytes.extend(0x0605_4b50u32.to_le_bytes());
    bytes.extend([0; 4]);
    let count = u16::try_from(files.len()).unwrap_or(u16::MAX);
    for half in [count, count] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.extend(length.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

//! Power cuts on SQLite: every byte that no fsync covered is lost (or half of them, or torn), at 200 random points
//! of a recorded run; the store opens, and what was acknowledged before that point is there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "functions that tests share"
)]

#[cfg(test)]
mod support;

use doorward_store::Location;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use support::{Place, block_on, random, writer};

const DIRECTORY: &str = "RECORD_DIR";
const LOG: &str = "RECORD_LOG";
const ACKS: &str = "acks";

static ACKNOWLEDGED: Mutex<Option<File>> = Mutex::new(None);

fn acknowledge(name: &str) {
    ACKNOWLEDGED
        .lock()
        .unwrap()
        .as_mut()
        .unwrap()
        .write_all(name.as_bytes())
        .unwrap();
}

/// The process that is recorded; started by the test below.
#[test]
#[ignore = "started by the other test of this file"]
fn child() {
    let directory =
        PathBuf::from(std::env::var(DIRECTORY).expect("only the test of this file starts this one"));
    *ACKNOWLEDGED.lock().unwrap() = Some(File::create(directory.join(ACKS)).unwrap());
    let place = Place::at(Location::Sqlite {
        path: directory.join("doorward.db"),
    });
    for round in ["one", "two"] {
        // Opened, filled and closed twice, so that the log is folded in and begun anew.
        let store = Arc::new(place.open());
        block_on(writer::write(store, round, (4, 400), acknowledge));
    }
}

struct Note {
    kind: u8,
    offset: usize,
    name: String,
    data: Vec<u8>,
}

fn notes(bytes: &[u8]) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut rest = bytes;
    while rest.len() >= 19 {
        let name = u16::from_le_bytes(rest[1..3].try_into().unwrap()) as usize;
        let offset = u64::from_le_bytes(rest[3..11].try_into().unwrap()) as usize;
        let data = u64::from_le_bytes(rest[11..19].try_into().unwrap()) as usize;
        notes.push(Note {
            kind: rest[0],
            offset,
            name: String::from_utf8(rest[19..19 + name].to_vec()).unwrap(),
            data: rest[19 + name..19 + name + data].to_vec(),
        });
        rest = &rest[19 + name + data..];
    }
    assert!(rest.is_empty());
    notes
}

#[derive(Default)]
struct Contents {
    durable: Vec<u8>,
    /// Writes and truncations since the last fsync.
    pending: Vec<(u8, usize, Vec<u8>)>,
}

fn apply(bytes: &mut Vec<u8>, kind: u8, offset: usize, data: &[u8]) {
    match kind {
        b'T' => bytes.resize(offset, 0),
        _ => {
            if bytes.len() < offset + data.len() {
                bytes.resize(offset + data.len(), 0);
            }
            bytes[offset..offset + data.len()].copy_from_slice(data);
        }
    }
}

/// What a power cut leaves behind.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Luck {
    /// Nothing but what fsync covered, names included.
    None,
    /// Some sectors more, in no order.
    Sectors,
    /// That, and every name.
    Names,
}

#[derive(Default)]
struct Disk {
    files: Vec<Contents>,
    names: HashMap<String, usize>,
    durable_names: HashMap<String, usize>,
    acknowledged: HashSet<String>,
}

impl Disk {
    fn replay(&mut self, note: &Note) {
        if note.name == ACKS {
            if note.kind == b'W' {
                self.acknowledged
                    .insert(String::from_utf8(note.data.clone()).unwrap());
            }
            return;
        }
        match note.kind {
            b'C' => {
                self.names.insert(note.name.clone(), self.files.len());
                self.files.push(Contents::default());
            }
            b'S' if note.name == "." => self.durable_names.clone_from(&self.names),
            b'U' => {
                self.names.remove(&note.name);
            }
            b'R' => {
                let file = self.names.remove(&note.name).unwrap();
                self.names
                    .insert(String::from_utf8(note.data.clone()).unwrap(), file);
            }
            kind => {
                let Some(at) = self.names.get(&note.name) else {
                    return;
                };
                let file = &mut self.files[*at];
                if kind == b'S' {
                    for (kind, offset, data) in file.pending.drain(..) {
                        apply(&mut file.durable, kind, offset, &data);
                    }
                } else {
                    file.pending.push((kind, note.offset, note.data.clone()));
                }
            }
        }
    }

    fn cut(&self, directory: &Path, luck: Luck) {
        let names = if luck == Luck::Names {
            &self.names
        } else {
            &self.durable_names
        };
        for (name, at) in names {
            if name.ends_with("-shm") {
                continue;
            }
            let mut bytes = self.files[*at].durable.clone();
            if luck != Luck::None {
                for (kind, offset, data) in &self.files[*at].pending {
                    for (sector, part) in data.chunks(512).enumerate() {
                        if random::<1>()[0] < 128 {
                            apply(&mut bytes, *kind, offset + sector * 512, part);
                        }
                    }
                    if *kind == b'T' && random::<1>()[0] < 128 {
                        apply(&mut bytes, *kind, *offset, &[]);
                    }
                }
            }
            std::fs::write(directory.join(name), bytes).unwrap();
        }
    }
}

fn compile(into: &Path) {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/recorder.c");
    let mut compiler = Command::new("cc");
    let status = compiler
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .arg(into)
        .arg(source)
        .arg("-ldl")
        .status();
    assert!(status.expect("this test needs a C compiler named `cc`").success());
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let work = tempfile::tempdir().unwrap();
    let (library, log, data) = (
        work.path().join("recorder.so"),
        work.path().join("log"),
        work.path().join("data"),
    );
    compile(&library);
    std::fs::create_dir(&data).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--test-threads=1"])
        .env("LD_PRELOAD", &library)
        .env(DIRECTORY, &data)
        .env(LOG, &log)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let notes = notes(&std::fs::read(&log).unwrap());
    let count = |kind: u8, name: &str| notes.iter().filter(|n| n.kind == kind && n.name == name).count();
    assert_eq!(count(b'W', ACKS), 2 * 4 * 400);
    assert!(
        count(b'S', "doorward.db-wal") > 100,
        "the recorder sees no fsync of the log"
    );
    assert!(
        count(b'W', "doorward.db") > 100 && count(b'S', "doorward.db") > 2,
        "the log was never folded in"
    );

    // The recorder is right only if a replay to the end gives the file that is really there.
    let mut whole = Disk::default();
    notes.iter().for_each(|note| whole.replay(note));
    let real = std::fs::read(data.join("doorward.db")).unwrap();
    let at = whole.names["doorward.db"];
    let mut replayed = whole.files[at].durable.clone();
    whole.files[at]
        .pending
        .iter()
        .for_each(|(kind, offset, data)| apply(&mut replayed, *kind, *offset, data));
    assert!(replayed == real, "the notes do not add up to the file");

    let mut points: Vec<usize> = (0..200)
        .map(|_| (u64::from_be_bytes(random()) % notes.len() as u64) as usize)
        .collect();
    points.sort_unstable();
    let mut disk = Disk::default();
    let mut done = 0;
    let mut lost_something = 0;
    for (number, point) in points.into_iter().enumerate() {
        notes[done..point].iter().for_each(|note| disk.replay(note));
        done = point;
        let unsynced =
            |(name, at): (&String, &usize)| !name.ends_with("-shm") && !disk.files[*at].pending.is_empty();
        lost_something += usize::from(disk.names.iter().any(unsynced));
        let luck = [Luck::None, Luck::Sectors, Luck::Names][number % 3];
        let after = tempfile::tempdir_in("/dev/shm").unwrap();
        disk.cut(after.path(), luck);
        let place = Place::at(Location::Sqlite {
            path: after.path().join("doorward.db"),
        });
        let when = format!("cut at note {point} of {} with luck {luck:?}", notes.len());
        let store = place.try_open().unwrap_or_else(|error| panic!("{when}: {error}"));
        block_on(writer::check(&store, &disk.acknowledged, &when));
    }
    println!(
        "{} notes, {lost_something} of 200 cuts lost unsynced bytes",
        notes.len()
    );
    assert!(lost_something > 50, "the cuts hardly lose anything");
}

/// The test above can fail: without fsync, acknowledged rows are lost.
#[test]
fn without_fsync_the_cuts_would_be_noticed() {
    let mut disk = Disk::default();
    let note = |kind, name: &str, data: &[u8]| Note {
        kind,
        offset: 0,
        name: name.to_owned(),
        data: data.to_vec(),
    };
    for note in [
        note(b'C', "f", b""),
        note(b'S', ".", b""),
        note(b'W', "f", b"kept"),
        note(b'S', "f", b""),
    ] {
        disk.replay(&note);
    }
    disk.replay(&note(b'W', "f", b"lost"));
    disk.replay(&note(b'C', "unnamed", b""));
    let after = tempfile::tempdir().unwrap();
    disk.cut(after.path(), Luck::None);
    assert_eq!(std::fs::read(after.path().join("f")).unwrap(), b"kept");
    assert!(!after.path().join("unnamed").exists());
}

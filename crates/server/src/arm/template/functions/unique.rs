//! Functions that make names: of their arguments, of chance, and of the time.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use doorward_names::ObjectId;

use super::super::TemplateError;
use super::super::evaluate::Site;
use super::{Answer, Arguments};

/// The namespace under which Azure makes the UUIDs of `guid`.
const NAMESPACE: u128 = 0x11fb_06fb_712d_4ddd_98c7_e71b_bd58_8830;

/// The arguments, parted by hyphens, as both functions of names take them.
fn seed(arguments: &Arguments<'_, '_, '_>) -> Result<String, TemplateError> {
    arguments.expect(1..=usize::MAX)?;
    let texts = arguments.texts(0)?;
    let size = texts.iter().map(|text| text.len() + 1).sum();
    arguments.budget().produce(size)?;
    Ok(texts.join("-"))
}

/// The first 16 bytes of a hash.
fn first_bytes(hash: &[u8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(hash)
        .for_each(|(byte, value)| *byte = *value);
    bytes
}

/// `guid(text, …)`: a UUID of version 5 (RFC 9562, section 5.5) of the arguments.
pub(super) fn guid(arguments: &Arguments<'_, '_, '_>) -> Answer {
    let mut hash = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(&NAMESPACE.to_be_bytes());
    hash.update(seed(arguments)?.as_bytes());
    let mut bytes = first_bytes(hash.finish().as_ref());
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x50;
    *variant = (*variant & 0x3f) | 0x80;
    arguments.made(ObjectId::from_bytes(bytes).to_string())
}

/// `newGuid()`: another one at each call. It stands in default values of parameters alone.
pub(super) fn new_guid(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(0..=0)?;
    if arguments.evaluation.site != Site::Default {
        return Err(TemplateError::Misplaced("newGuid".to_owned()));
    }
    let mut hash = Context::new(&SHA256);
    hash.update(&arguments.evaluation.world.context.new_guid);
    hash.update(&arguments.budget().next_guid().to_be_bytes());
    let bytes = first_bytes(hash.finish().as_ref());
    arguments.made(ObjectId::from_random(bytes).to_string())
}

/// `utcNow(format?)`: the time, as `20201110T083000Z` or as the format says. It stands in default values of parameters
/// alone.
pub(super) fn utc_now(arguments: &Arguments<'_, '_, '_>) -> Answer {
    arguments.expect(0..=1)?;
    if arguments.evaluation.site != Site::Default {
        return Err(TemplateError::Misplaced("utcNow".to_owned()));
    }
    let now = arguments.evaluation.world.context.utc_now.to_rfc3339();
    let format = match arguments.values.first() {
        Some(_) => arguments.text(0)?,
        None => "yyyyMMddTHHmmssZ",
    };
    let mut text = String::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        let length = rest.chars().take_while(|next| *next == c).count();
        let run = rest.get(..length * c.len_utf8()).unwrap_or_default();
        rest = rest.get(run.len()..).unwrap_or_default();
        let part = match run {
            "yyyy" => now.get(0..4),
            "MM" => now.get(5..7),
            "dd" => now.get(8..10),
            "HH" => now.get(11..13),
            "mm" => now.get(14..16),
            "ss" => now.get(17..19),
            "T" | "Z" => Some(run),
            _ if !c.is_ascii_alphabetic() && !"'\"\\%".contains(c) => Some(run),
            _ => None,
        };
        let problem = "the format may hold yyyy, MM, dd, HH, mm, ss, T, Z and signs only";
        text.push_str(part.ok_or_else(|| arguments.fail(problem))?);
    }
    arguments.made(text)
}

/// `uniqueString(text, …)`: 13 letters and digits that follow from the arguments. It is Azure's own hash: what names a
/// storage account there, names it here.
pub(super) fn unique_string(arguments: &Arguments<'_, '_, '_>) -> Answer {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hash = hash64(seed(arguments)?.as_bytes());
    let mut text = String::new();
    for _ in 0..13 {
        // The five bits on top are the next letter; the last one has four, and a zero.
        let letter = LETTERS.get(usize::try_from(hash >> 59).unwrap_or_default());
        text.extend(letter.map(|letter| char::from(*letter)));
        hash <<= 5;
    }
    arguments.made(text)
}

/// Azure's hash of 64 bits: two lanes of 32, made of the rounds of MurmurHash3 for 128 bits on 32-bit machines, whose
/// additive constants are those of its first two lanes.
fn hash64(bytes: &[u8]) -> u64 {
    let (mut one, mut two) = (0_u32, 0_u32);
    for block in bytes.chunks(8) {
        let whole = block.len() == 8;
        let (low, high) = block.split_at(block.len().min(4));
        one ^= scrambled(low, 15, [SECOND, FIRST]);
        if whole {
            one = one.rotate_left(19).wrapping_add(two);
            one = one.wrapping_mul(5).wrapping_add(0x561c_cd1b);
        }
        two ^= scrambled(high, 17, [FIRST, SECOND]);
        if whole {
            two = two.rotate_left(13).wrapping_add(one);
            two = two.wrapping_mul(5).wrapping_add(0x0bca_a747);
        }
    }
    // Only the lower half of a length counts, and no argument is that long.
    let length = bytes.len() as u32;
    two ^= length;
    one = (one ^ length).wrapping_add(two);
    two = two.wrapping_add(one);
    one = avalanche(one);
    two = avalanche(two);
    one = one.wrapping_add(two);
    two = two.wrapping_add(one);
    (u64::from(two) << 32) | u64::from(one)
}

const FIRST: u32 = 0xab0e_9789;
const SECOND: u32 = 0x239b_961b;

/// Up to four bytes, the first the lowest, between two multiplications.
fn scrambled(bytes: &[u8], turn: u32, [before, after]: [u32; 2]) -> u32 {
    let word = bytes
        .iter()
        .rev()
        .fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    word.wrapping_mul(before).rotate_left(turn).wrapping_mul(after)
}

/// The last mixing of MurmurHash3.
fn avalanche(mut word: u32) -> u32 {
    word = (word ^ (word >> 16)).wrapping_mul(0x85eb_ca6b);
    word = (word ^ (word >> 13)).wrapping_mul(0xc2b2_ae35);
    word ^ (word >> 16)
}

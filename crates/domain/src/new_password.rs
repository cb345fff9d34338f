//! What a person's new password has to be like: long enough, and not what everybody tries first.
//!
//! A list of common passwords would be long and still miss most of them, because people dress the same few words up:
//! `Password1!`, `p@ssw0rd2024`. So the list here holds the words, and a password is common when nothing but dressing is left
//! beside one of them, or when it is a walk over the keyboard.

use doorward_names::SecretString;

/// Fewest characters of a person's password (NIST SP 800-63B §3.1.1.2 asks for 8 at least).
pub const MIN_CHARS: usize = 8;

/// Most bytes of a person's password.
pub const MAX_BYTES: usize = 1024;

/// Longer than this, no password is a common one.
const COMMON_CHARS: usize = 40;

/// The words, in lower case and ascending order, one on each line.
const WORDS: &str = include_str!("common_words.txt");

/// What fingers walk along, in either direction.
const WALKS: [&str; 13] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "a1s2d3f4g5h6j7k8l9",
    "z1x2c3v4b5n6m7",
    "qawsedrftgyhujikolp",
    "azsxdcfvgbhnjmk,l.",
];

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefusal {
    /// It is too short.
    #[error("a password has at least 8 characters")]
    TooShort,
    /// It is too long.
    #[error("a password has at most 1024 bytes")]
    TooLong,
    /// It cannot be typed.
    #[error("a password must not contain control characters")]
    Unprintable,
    /// Many people use it, or it is a pattern that is tried first.
    #[error("this password is one of those that are guessed first")]
    Common,
    /// It is little more than the person's name, or where they belong.
    #[error("a password is more than the name of its person")]
    Name,
    /// It is the one that is to be changed.
    #[error("a new password differs from the one of before")]
    SameAsBefore,
}

/// Checks the rules for a new password of somebody who is called `names`: sign-in name, name for people, and the like.
///
/// # Errors
/// The first rule that it breaks.
pub fn admit(password: &SecretString, names: &[&str]) -> Result<(), PasswordRefusal> {
    let text = password.expose();
    if text.chars().count() < MIN_CHARS {
        return Err(PasswordRefusal::TooShort);
    }
    if text.len() > MAX_BYTES {
        return Err(PasswordRefusal::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(PasswordRefusal::Unprintable);
    }
    let folded: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    if folded.len() > COMMON_CHARS {
        return Ok(());
    }
    let words: Vec<&str> = WORDS.lines().collect();
    if is_common(&folded, &|word| words.binary_search(&word).is_ok()) {
        return Err(PasswordRefusal::Common);
    }
    let names = parts_of(names);
    let letters: String = folded.iter().filter(|c| c.is_alphabetic()).collect();
    let named = |word: &str| names.iter().any(|name| name == word);
    match is_dressed(&folded, &named) || named(&letters) {
        true => Err(PasswordRefusal::Name),
        false => Ok(()),
    }
}

fn is_common(text: &[char], known: &dyn Fn(&str) -> bool) -> bool {
    let unit = repeated_unit(text);
    is_nearly_a_walk(text)
        || unit.len() <= 4
        || is_walk(unit)
        || is_dressed(text, known)
        || is_dressed(unit, known)
}

/// The shortest text that gives this one when it is repeated.
fn repeated_unit(text: &[char]) -> &[char] {
    let period = (1..=text.len() / 2)
        .filter(|period| text.len().is_multiple_of(*period))
        .find(|period| text.iter().zip(text.iter().skip(*period)).all(|(a, b)| a == b));
    period.and_then(|period| text.get(..period)).unwrap_or(text)
}

/// Whether it is a walk of six keys and more, but for two signs at its beginning or end.
fn is_nearly_a_walk(text: &[char]) -> bool {
    let ends = [(0, 0), (0, 1), (0, 2), (1, 0), (2, 0)];
    ends.iter().any(|(before, after)| {
        let to = text.len().saturating_sub(*after);
        let core = text.get(*before..to);
        core.is_some_and(|core| core.len() >= 6 && is_walk(core))
    })
}

/// Whether it is nothing but digits, or walks of three keys and more and repetitions one after the other.
fn is_walk(text: &[char]) -> bool {
    if text.iter().all(char::is_ascii_digit) {
        return true;
    }
    let mut reached = vec![false; text.len() + 1];
    let mut rest = text;
    for at in 0..text.len() {
        if at > 0 {
            rest = rest.split_first().map_or(rest, |(_, rest)| rest);
        }
        if at > 0 && !reached.get(at).copied().unwrap_or(false) {
            continue;
        }
        for length in 3..=rest.len() {
            let Some(part) = rest.get(..length).filter(|part| is_one_walk(part)) else {
                break;
            };
            if let Some(end) = reached.get_mut(at + part.len()) {
                *end = true;
            }
        }
    }
    reached.last().copied().unwrap_or(false)
}

fn is_one_walk(part: &[char]) -> bool {
    let there: String = part.iter().collect();
    let back: String = part.iter().rev().collect();
    let same = part.iter().zip(part.iter().skip(1)).all(|(a, b)| a == b);
    let digits = part.iter().all(char::is_ascii_digit);
    same || digits
        || WALKS
            .iter()
            .any(|walk| walk.contains(&there) || walk.contains(&back))
}

/// Whether it is a known word, but for letters written as other signs, and digits and signs before and after it.
fn is_dressed(text: &[char], known: &dyn Fn(&str) -> bool) -> bool {
    let letter = |c: &char| c.is_alphabetic();
    let (Some(first), Some(last)) = (text.iter().position(letter), text.iter().rposition(letter)) else {
        return false;
    };
    let beginnings = 0..=first;
    beginnings.into_iter().any(|from| {
        (last + 1..=text.len()).any(|to| {
            let Some(core) = text.get(from..to).filter(|core| core.len() >= 3) else {
                return false;
            };
            ['i', 'l'].into_iter().any(|one| known(&undressed(core, one)))
        })
    })
}

/// Letters for the signs that stand for them; what stands for none, and only parts words, is left out.
fn undressed(core: &[char], one: char) -> String {
    let letters = core.iter().filter_map(|c| match c {
        '0' => Some('o'),
        '1' | '|' => Some(one),
        '!' => Some('i'),
        '3' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '7' | '+' => Some('t'),
        '8' => Some('b'),
        '9' => Some('g'),
        '.' | '-' | '_' | ' ' | '\'' => None,
        other => Some(*other),
    });
    letters.collect()
}

/// Names and their parts of four letters and more, as [`undressed`] gives them.
fn parts_of(names: &[&str]) -> Vec<String> {
    let mut parts = Vec::new();
    for name in names {
        let name = name.to_lowercase();
        let pieces = name.split(|c: char| !c.is_alphanumeric());
        for piece in pieces.chain([name.as_str()]).chain(name.split('@')) {
            let letters: String = piece.chars().filter(|c| c.is_alphabetic()).collect();
            if letters.chars().count() >= 4 {
                parts.push(letters);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(password: &str) -> Result<(), PasswordRefusal> {
        let names = ["kim.minji@contoso.example", "Minji Kim", "Contoso Ltd"];
        admit(&SecretString::from(password), &names)
    }

    #[test]
    fn what_everybody_tries_first_is_refused_however_it_is_dressed_up() {
        for password in [
            "password",
            "Password1!",
            "P@ssw0rd",
            "p4$$w0rd2024",
            "123password",
            "PASSWORD!!!",
            "passwordpassword",
            "Welcome1",
            "welcome-123",
            "Summer2026!",
            "!!Qwerty123",
            "letmein!",
            "Admin1234",
            "4dm1n1strat0r",
            "iloveyou2",
            "I.love.you",
            "Liverpool1892",
            "dragon99",
            "qlalfqjsgh1!",
            "saranghae",
            "monkey12monkey12",
            "trustno1",
            "ch@ngeme",
            "Doorward2026",
            "sunshine 1",
            "football",
            "Michael1990",
            "pa$$word",
        ] {
            assert_eq!(told(password), Err(PasswordRefusal::Common), "{password}");
        }
    }

    #[test]
    fn walks_and_repetitions_are_refused() {
        for password in [
            "12345678",
            "87654321",
            "20262026",
            "314159265358",
            "abcdefgh",
            "qwertyuiop",
            "asdfghjkl",
            "1qaz2wsx",
            "zaq12wsx",
            "1q2w3e4r",
            "qwer1234",
            "asdf1234",
            "zxcvbnm,",
            "aaaaaaaa",
            "aaabbbccc",
            "abcabcabc",
            "abababab",
            "!@#$%^&*",
            "poiuytrewq",
            "qweasdzxc",
            "1234qwer",
            "q1w2e3r4",
            "qwe123qwe123",
            "123456789k",
            "123456az",
            "a1234567",
            "aaaaaaa1",
        ] {
            assert_eq!(told(password), Err(PasswordRefusal::Common), "{password}");
        }
    }

    #[test]
    fn a_name_is_no_password() {
        for password in [
            "minjikim",
            "kim.minji",
            "Kim.Minji1",
            "kim-minji-2026",
            "contoso2026!",
            "C0nt0s0!!",
            "minji12345",
        ] {
            let refusal = told(password).unwrap_err();
            assert!(
                [PasswordRefusal::Name, PasswordRefusal::Common].contains(&refusal),
                "{password}"
            );
        }
        assert_eq!(told("kim.minji@contoso.example"), Err(PasswordRefusal::Name));
        assert_eq!(told("minji likes persimmons"), Ok(()));
    }

    #[test]
    fn what_is_not_guessed_first_is_taken() {
        for password in [
            "correct horse battery",
            "a long enough one",
            "xkvq83hd",
            "T7#pLw!qz",
            "minji eats at noon",
            "우리집고양이는까맣다",
            "passwords are a nuisance",
            "qwerty is a keyboard",
            "Tr0ub4dor&3",
            "1q2w3e4r and more",
            "\u{1f98a}\u{1f98a}\u{1f41d}\u{1f335}\u{1f30a}\u{1f511}\u{1f9ca}\u{1f98e}",
        ] {
            assert_eq!(told(password), Ok(()), "{password}");
        }
        assert_eq!(told(&"x".repeat(40)), Err(PasswordRefusal::Common));
        assert_eq!(told("seven77"), Err(PasswordRefusal::TooShort));
        assert_eq!(told("암호암호"), Err(PasswordRefusal::TooShort));
        assert_eq!(told(&"y".repeat(1024)), Ok(()));
        assert_eq!(told(&"y".repeat(1025)), Err(PasswordRefusal::TooLong));
        assert_eq!(told("tab\tand more"), Err(PasswordRefusal::Unprintable));
    }

    #[test]
    fn the_words_are_in_order_and_each_is_one_that_can_be_met() {
        let words: Vec<_> = WORDS.lines().collect();
        assert!(words.len() > 2000, "{}", words.len());
        assert!(words.is_sorted_by(|a, b| a < b));
        for word in words {
            assert!(
                word.chars().count() >= 3 && word.chars().all(char::is_lowercase),
                "{word}"
            );
        }
    }
}

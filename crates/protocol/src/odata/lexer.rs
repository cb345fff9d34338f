//! Splitting a filter into tokens.

use super::FilterError;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, keyword, boolean, UUID or path with slashes.
    Word(String),
    /// A text literal, its quotes undone.
    Text(String),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `:`
    Colon,
}

/// The tokens with their byte offsets.
pub(super) fn tokens(clause: &str) -> Result<Vec<(usize, Token)>, FilterError> {
    let mut tokens = Vec::new();
    let mut rest = clause.char_indices().peekable();
    while let Some((position, c)) = rest.next() {
        let token = match c {
            ' ' | '\t' => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '\'' => {
                let mut text = String::new();
                loop {
                    match rest.next() {
                        None => return Err(FilterError::UnterminatedLiteral { position }),
                        Some((_, '\'')) if rest.next_if(|(_, next)| *next == '\'').is_some() => {
                            text.push('\'')
                        }
                        Some((_, '\'')) => break,
                        Some((at, '\0')) => return Err(FilterError::Syntax { position: at }),
                        Some((_, other)) => text.push(other),
                    }
                }
                Token::Text(text)
            }
            first if is_word(first) => {
                let mut word = String::from(first);
                while let Some((_, next)) =
                    rest.next_if(|(_, next)| is_word(*next) || *next == ':' && is_time(&word))
                {
                    word.push(next);
                }
                Token::Word(word)
            }
            _ => return Err(FilterError::Syntax { position }),
        };
        tokens.push((position, token));
    }
    Ok(tokens)
}

/// Whether a word is an instant as far as its hour or minute, `2026-11-24T08`, which a colon goes on with.
fn is_time(word: &str) -> bool {
    word.len() >= 13
        && word.is_ascii()
        && word
            .bytes()
            .zip("0000-00-00T00:00".bytes())
            .all(|(found, shape)| match shape {
                b'0' => found.is_ascii_digit(),
                other => found.eq_ignore_ascii_case(&other),
            })
}

/// What stands in names, paths, UUIDs and numbers.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-/.@$+".contains(c)
}

//! The query string of a call: the dated version, filters, pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeMap;

use super::ArmError;

/// Longest query string that is looked at.
const MAX_QUERY: usize = 8 * 1024;

/// Most items on a page.
pub const MAX_PAGE: usize = 1000;

/// The parameters of a call; names compare without case.
#[derive(Debug, Clone, Default)]
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads a query string, without its `?`.
    pub fn parse(query: &str) -> Result<Self, ArmError> {
        let invalid = |text: String| Err(ArmError::InvalidRequest(text));
        if query.len() > MAX_QUERY {
            return invalid("The query string is longer than 8192 bytes.".to_owned());
        }
        let mut found = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if name.contains('\0') || value.contains(['\0', '\u{fffd}']) {
                return invalid("The query string is not percent-encoded UTF-8.".to_owned());
            }
            let name = name.to_ascii_lowercase();
            if found.contains_key(&name) {
                let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
                return invalid(format!("The query parameter '{shown}' is there more than once."));
            }
            found.insert(name, value.into_owned());
        }
        Ok(Self(found))
    }

    /// The parameter of that name, in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Refuses a call without a dated version, such as `2020-08-01` or `2018-01-01-preview`.
    pub fn require_version(&self) -> Result<&str, ArmError> {
        let version = self.get("api-version").ok_or(ArmError::MissingApiVersion)?;
        match is_dated(version) {
            true => Ok(version),
            false => Err(ArmError::InvalidApiVersion(
                version.chars().filter(|c| !c.is_control()).take(64).collect(),
            )),
        }
    }

    /// `$top`, if it is there.
    pub fn top(&self) -> Result<Option<usize>, ArmError> {
        let Some(text) = self.get("$top") else {
            return Ok(None);
        };
        match text.parse::<usize>() {
            Ok(top) if (1..=MAX_PAGE).contains(&top) => Ok(Some(top)),
            _ => Err(ArmError::InvalidRequest(format!(
                "The value of '$top' is a whole number from 1 to {MAX_PAGE}."
            ))),
        }
    }

    /// Where the page before ended; empty at the first one.
    pub fn skip_token(&self) -> Result<String, ArmError> {
        let Some(token) = self.get("$skiptoken") else {
            return Ok(String::new());
        };
        let bytes = URL_SAFE_NO_PAD.decode(token).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        text.filter(|text| !text.contains('\0')).ok_or_else(|| {
            ArmError::InvalidRequest("The value of '$skiptoken' was not made here.".to_owned())
        })
    }

    /// The query string of the page after `last`.
    pub fn next(&self, last: &str) -> String {
        let mut pairs = self.0.clone();
        pairs.insert("$skiptoken".to_owned(), URL_SAFE_NO_PAD.encode(last));
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    }
}

/// Whether it is a date, perhaps with a word such as `-preview` behind it.
fn is_dated(version: &str) -> bool {
    let (date, word) = match version.split_at_checked(10) {
        Some((date, word)) => (date, word),
        None => return false,
    };
    let shape = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let number = |from: usize, to: usize| date.get(from..to).and_then(|text| text.parse::<u32>().ok());
    let is_word = word.is_empty()
        || word.strip_prefix('-').is_some_and(|word| {
            (1..=32).contains(&word.len())
                && word
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        });
    shape
        && is_word
        && number(5, 7).is_some_and(|month| (1..=12).contains(&month))
        && number(8, 10).is_some_and(|day| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_dated_version_is_taken() {
        for good in [
            "2020-08-01",
            "2018-01-01-preview",
            "2014-04-01-privatepreview",
            "2015-07-01-beta.1",
        ] {
            let query = Query::parse(&format!("API-Version={good}")).unwrap();
            assert_eq!(query.require_version(), Ok(good));
        }
        for bad in [
            "1.0",
            "2020-13-01",
            "2020-08-00",
            "2020-08-01preview",
            "2020-08-01-",
            "latest",
            "２０２０-08-01",
        ] {
            let query = Query::parse(&format!("api-version={bad}")).unwrap();
            assert_eq!(
                query.require_version(),
                Err(ArmError::InvalidApiVersion(bad.to_owned())),
                "{bad}"
            );
        }
        assert_eq!(
            Query::parse("api-version=").unwrap().require_version(),
            Err(ArmError::MissingApiVersion)
        );
        assert!(Query::parse("a=1&A=2").is_err() && Query::parse("a=%ff").is_err());
    }

    #[test]
    fn a_page_leads_to_the_next() {
        let query = Query::parse("api-version=2020-01-01&$top=2").unwrap();
        let next = Query::parse(&query.next("/subscriptions/ü")).unwrap();
        assert_eq!(next.skip_token().unwrap(), "/subscriptions/ü");
        assert_eq!(next.top(), Ok(Some(2)));
        assert!(
            Query::parse("$top=0").unwrap().top().is_err()
                && Query::parse("$skiptoken=!").unwrap().skip_token().is_err()
        );
    }
}

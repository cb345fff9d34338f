//! One row on its way to a domain value. Columns are taken in the order of the SELECT; the first one is the row's
//! id, which an impossible row is named by.

use crate::QueryError;
use crate::value::{FromId, Value};
use doorward_names::{DisplayName, HashKeyId, SecretHash, Timestamp};
use std::fmt::Write;
use std::str::FromStr;

/// A row of `table`.
pub(crate) struct Row {
    table: &'static str,
    values: Vec<Value<'static>>,
    at: usize,
}

impl Row {
    pub(crate) fn new(table: &'static str, values: Vec<Value<'static>>) -> Self {
        Self { table, values, at: 0 }
    }

    /// The error that says that this row's `column` is impossible.
    pub(crate) fn corrupt(&self, column: &'static str) -> QueryError {
        QueryError::Corrupt {
            table: self.table,
            column,
            id: self.values.first().map_or_else(String::new, show),
        }
    }

    fn next(&mut self) -> Value<'static> {
        let at = self.at;
        self.at += 1;
        match self.values.get_mut(at) {
            // The first column stays, to name the row in an error.
            Some(value) if at == 0 => value.clone(),
            Some(value) => std::mem::replace(value, Value::Null),
            None => Value::Null,
        }
    }

    pub(crate) fn opt_bytes(&mut self, column: &'static str) -> Result<Option<Vec<u8>>, QueryError> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes.into_owned())),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, QueryError> {
        self.opt_bytes(column)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn array<const N: usize>(&mut self, column: &'static str) -> Result<[u8; N], QueryError> {
        self.bytes(column)?.try_into().map_err(|_| self.corrupt(column))
    }

    pub(crate) fn id<T: FromId>(&mut self, column: &'static str) -> Result<T, QueryError> {
        self.array(column).map(T::from_id)
    }

    pub(crate) fn opt_id<T: FromId>(&mut self, column: &'static str) -> Result<Option<T>, QueryError> {
        match self.opt_bytes(column)? {
            None => Ok(None),
            Some(bytes) => {
                let bytes = bytes.try_into().map_err(|_| self.corrupt(column))?;
                Ok(Some(T::from_id(bytes)))
            }
        }
    }

    pub(crate) fn opt_text(&mut self, column: &'static str) -> Result<Option<String>, QueryError> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text.into_owned())),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, QueryError> {
        self.opt_text(column)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn opt_int(&mut self, column: &'static str) -> Result<Option<i64>, QueryError> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(value)),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn int(&mut self, column: &'static str) -> Result<i64, QueryError> {
        self.opt_int(column)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, QueryError> {
        self.int(column).map(Timestamp::from_micros)
    }

    pub(crate) fn opt_time(&mut self, column: &'static str) -> Result<Option<Timestamp>, QueryError> {
        Ok(self.opt_int(column)?.map(Timestamp::from_micros))
    }

    pub(crate) fn opt_bool(&mut self, column: &'static str) -> Result<Option<bool>, QueryError> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Bool(value) => Ok(Some(value)),
            Value::Int(0) => Ok(Some(false)),
            Value::Int(1) => Ok(Some(true)),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn bool(&mut self, column: &'static str) -> Result<bool, QueryError> {
        self.opt_bool(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// A name that is parsed again on its way out.
    pub(crate) fn parse<T: FromStr>(&mut self, column: &'static str) -> Result<T, QueryError> {
        self.text(column)?.parse().map_err(|_| self.corrupt(column))
    }

    /// Several of them, parted by spaces.
    pub(crate) fn parse_list<T: FromStr>(&mut self, column: &'static str) -> Result<Vec<T>, QueryError> {
        let text = self.text(column)?;
        text.split_ascii_whitespace()
            .map(|part| part.parse().map_err(|_| self.corrupt(column)))
            .collect()
    }

    /// One of a closed set of words.
    pub(crate) fn word<T>(
        &mut self,
        column: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, QueryError> {
        let word = self.text(column)?;
        parse(&word).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn display_name(&mut self, column: &'static str) -> Result<DisplayName, QueryError> {
        let text = self.text(column)?;
        DisplayName::new(&text).map_err(|_| self.corrupt(column))
    }

    /// A keyed hash: the key's id, then the 32 bytes.
    pub(crate) fn hash(&mut self, key: &'static str, mac: &'static str) -> Result<SecretHash, QueryError> {
        let id: HashKeyId = self.id(key)?;
        Ok(SecretHash::new(id, self.array(mac)?))
    }
}

/// An id for people: text as it is, bytes in hexadecimal, 16 of them at most.
fn show(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Text(text) => text.chars().filter(|c| !c.is_control()).take(64).collect(),
        Value::Bytes(bytes) => {
            bytes
                .iter()
                .take(16)
                .enumerate()
                .fold(String::new(), |mut out, (at, byte)| {
                    if bytes.len() == 16 && matches!(at, 4 | 6 | 8 | 10) {
                        out.push('-');
                    }
                    let _ = write!(out, "{byte:02x}");
                    out
                })
        }
    }
}

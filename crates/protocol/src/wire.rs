//! Small serde pieces that several bodies share: numbers as text, secret text, constant nulls, flags as text.

use doorward_names::{CorrelationId, Timestamp, TraceId};
use serde::de::{self, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What every error body says about its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Our number for the request.
    pub trace: TraceId,
    /// The client's number for the request.
    pub correlation: CorrelationId,
    /// When it was answered.
    pub at: Timestamp,
}

/// A property that is always `null` here; whatever another server says is read and left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Null;

impl Serialize for Null {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<'de> Deserialize<'de> for Null {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// A property that is always `[]` here; whatever another server says is read and left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoItems;

impl Serialize for NoItems {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(std::iter::empty::<()>())
    }
}

impl<'de> Deserialize<'de> for NoItems {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// An integer that some endpoints write as a number and others as text.
struct Lenient(i64);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Lenient;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number, or one as text")
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Lenient, E> {
                Ok(Lenient(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Lenient, E> {
                i64::try_from(value)
                    .map(Lenient)
                    .map_err(|_| E::custom("the number is too large"))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<Lenient, E> {
                value
                    .parse()
                    .map(Lenient)
                    .map_err(|_| E::custom("the text is not a whole number"))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Writes an integer as a number; reads it from a number or text.
pub(crate) mod number {
    use super::{Deserialize, Deserializer, Lenient};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        Lenient::deserialize(deserializer).map(|n| n.0)
    }

    pub(crate) fn deserialize_option<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<i64>, D::Error> {
        Option::<Lenient>::deserialize(deserializer).map(|n| n.map(|n| n.0))
    }
}

/// Writes an integer as text; reads it from a number or text.
pub(crate) mod number_as_text {
    use super::{Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde's `with` passes references"
    )]
    pub(crate) fn serialize<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        super::number::deserialize(deserializer)
    }
}

/// As [`number_as_text`], for a number that may be missing.
pub(crate) mod optional_number_as_text {
    use super::{Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde's `with` passes references")]
    pub(crate) fn serialize<S: Serializer>(value: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        super::number::deserialize_option(deserializer)
    }
}

/// Secret text: in JSON as it is, in `Debug` redacted.
pub(crate) mod secret {
    use super::{Deserialize, Deserializer, Serializer};
    use doorward_names::{Secret, SecretString};

    pub(crate) fn serialize<S: Serializer>(value: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.expose())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// As [`secret`], for a secret that may be missing.
pub(crate) mod optional_secret {
    use super::{Deserialize, Deserializer, Serializer};
    use doorward_names::{Secret, SecretString};

    #[expect(clippy::ref_option, reason = "serde's `with` passes references")]
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<SecretString>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_str(value.expose()),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SecretString>, D::Error> {
        Option::<String>::deserialize(deserializer).map(|value| value.map(Secret::new))
    }
}

/// An instant in RFC 3339 as the directory writes them, or none.
pub(crate) mod optional_instant {
    use super::{Deserialize, Deserializer, Serializer, Timestamp, de};

    #[expect(clippy::ref_option, reason = "serde's `with` passes references")]
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse())
            .transpose()
            .map_err(de::Error::custom)
    }
}

/// A flag that the older command line sends as `"True"`; both forms are read, `null` counts as missing.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Bool(bool),
        Text(String),
    }
    match Option::<Form>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Form::Bool(value)) => Ok(Some(value)),
        Some(Form::Text(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Form::Text(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(Form::Text(_)) => Err(de::Error::custom("expected true or false")),
    }
}

/// A property that may be missing, which leaves things as they are, or `null`, which empties them.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A property whose `null` says as little as its absence.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

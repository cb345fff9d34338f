//! What travels between Rust and SQL: five kinds of value, the same on both engines.

use doorward_names::{
    AppId, CorrelationId, CredentialId, DenyAssignmentId, DisplayName, DomainName, HashKeyId, MailNickname,
    ObjectId, OperationId, PermissionId, RoleAssignmentId, RoleDefinitionId, RoleTemplateId, SessionId,
    SubscriptionId, TenantId, Timestamp, TraceId, Upn,
};
use std::borrow::Cow;

/// A parameter or a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Bool(bool),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
}

/// What can be a parameter.
pub(crate) trait AsValue {
    fn value(&self) -> Value<'_>;
}

/// The parameters of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::value::AsValue::value(&$value)),*] };
}
pub(crate) use values;

macro_rules! ids {
    ($($id:ty),*) => {$(
        impl AsValue for $id {
            fn value(&self) -> Value<'_> { Value::Bytes(Cow::Borrowed(self.as_bytes())) }
        }
        impl FromId for $id {
            fn from_id(bytes: [u8; 16]) -> Self { Self::from_bytes(bytes) }
        }
    )*};
}

/// A 16-byte identifier.
pub(crate) trait FromId {
    fn from_id(bytes: [u8; 16]) -> Self;
}

ids!(
    TenantId,
    ObjectId,
    AppId,
    CredentialId,
    HashKeyId,
    SubscriptionId,
    SessionId,
    RoleTemplateId,
    RoleDefinitionId,
    RoleAssignmentId,
    DenyAssignmentId,
    OperationId,
    PermissionId,
    TraceId,
    CorrelationId
);

impl AsValue for str {
    fn value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl AsValue for String {
    fn value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl AsValue for DisplayName {
    fn value(&self) -> Value<'_> {
        self.as_str().value()
    }
}
impl AsValue for DomainName {
    fn value(&self) -> Value<'_> {
        self.as_str().value()
    }
}
impl AsValue for MailNickname {
    fn value(&self) -> Value<'_> {
        self.as_str().value()
    }
}
impl AsValue for Upn {
    fn value(&self) -> Value<'_> {
        self.as_str().value()
    }
}
impl AsValue for [u8] {
    fn value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl AsValue for Vec<u8> {
    fn value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl<const N: usize> AsValue for [u8; N] {
    fn value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl AsValue for i64 {
    fn value(&self) -> Value<'_> {
        Value::Int(*self)
    }
}
impl AsValue for u32 {
    fn value(&self) -> Value<'_> {
        Value::Int(i64::from(*self))
    }
}
impl AsValue for bool {
    fn value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}
impl AsValue for Timestamp {
    fn value(&self) -> Value<'_> {
        Value::Int(self.micros())
    }
}
impl<T: AsValue> AsValue for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, AsValue::value)
    }
}
impl<T: AsValue + ?Sized> AsValue for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

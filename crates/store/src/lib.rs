//! Remembers domain values, on SQLite and PostgreSQL.

//! Where HTTP, protocol, domain and store meet.

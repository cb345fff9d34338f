//! Linux namespaces, mounts and ports for running a command in a private place.

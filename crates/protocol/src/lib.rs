//! What goes over the wire: OAuth, OpenID Connect, JOSE and Graph bodies, error bodies, URL paths.

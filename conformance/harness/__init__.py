"""What the judges share: a server to judge, a scene to judge it in, and golden files."""

"""The local server: one person's pages, each with a session of its own."""

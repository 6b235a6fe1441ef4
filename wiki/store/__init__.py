"""Where versions live: one git repository."""

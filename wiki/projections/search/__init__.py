"""The search projection; the only room that knows Whoosh."""

"""What can be deleted and rebuilt from git: history, catalogue, search, export."""

"""Operation: the worker, health, backup, purging: the wiki as its operator sees it.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

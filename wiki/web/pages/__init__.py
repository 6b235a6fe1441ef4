"""Pages: pages as they are read: front page, lists, people, feeds, recent changes.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

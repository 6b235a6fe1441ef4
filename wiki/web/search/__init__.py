"""Search: finding what was said, and searches that are kept.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

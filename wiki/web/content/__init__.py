"""Content: paths, files and what a page's bytes say.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

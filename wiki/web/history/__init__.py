"""History: revisions, differences, blame, what is gone, what is hidden.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

"""Talk: comments, threads, mentions, closed talk.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

"""Moderation: reports and warnings.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

"""Notices: what members are told, by notification and by mail.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

"""Members: accounts, profiles, invitations, terms, leaving.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

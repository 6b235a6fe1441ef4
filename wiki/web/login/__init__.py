"""Login: passwords, passkeys, sessions, second steps, providers.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

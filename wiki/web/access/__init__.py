"""Access: who may do what where: rights, rules, groups, the log of those in charge.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""

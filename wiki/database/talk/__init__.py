"""Talk: comments, threads, mentions, closed talk.

Tables stand beside their queries; a query takes a Connection first.
"""

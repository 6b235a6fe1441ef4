"""Operation: the worker and its jobs, health, backup, projections, purging, erasing, settings.

May use, beside `access`, `content`, `editing`, `exchange`, `login`, `members`, `moderation`,
`notices`, `pages`, `search` and `talk` on this floor: the engine and every floor below, never
Flask. Functions are verbs; the actor is an argument.
"""

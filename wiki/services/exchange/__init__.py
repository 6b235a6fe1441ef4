"""Exchange with machines elsewhere: git over HTTP, pushes, repositories kept in step.

May use, beside `access`, `content` and `editing` on this floor: the engine and every floor below,
never Flask. Functions are verbs.
"""

"""The commands of `denktank`, one module per noun, and `place.py`, which opens the wiki for them.

May use `serving`: the processes that `denktank serve` starts.
"""

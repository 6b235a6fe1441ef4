"""Pages: what the kinds of pages say: questions, dialogues and who took part; changes and visits.

May use `content`, `errors`, `history`, `markdown`, `search` and `talk` of this floor, and only the
standard library: no input or output, no clock, no globals.
"""

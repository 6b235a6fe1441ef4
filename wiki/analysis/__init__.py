"""Words: tokens, stems, compounds, language. No search engine in it.

`analyser.analyse` is the way in: text and language in, tokens out.
"""

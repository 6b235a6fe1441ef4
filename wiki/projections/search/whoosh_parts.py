"""What is used of Whoosh, imported in one place.

Whoosh 2.7.4 has regular expressions that Python 3.12 and later warn of when it first compiles the
modules; nobody can act on that here.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter
    from whoosh.columns import Column, NumericColumn, RefBytesColumn, VarBytesColumn
    from whoosh.fields import STORED, FieldType, Schema
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.formats import Existence, Format, Positions
    from whoosh.index import TOC, FileIndex
    from whoosh.matching import ListMatcher
    from whoosh.reading import SegmentReader, TermNotFound
    from whoosh.writing import MERGE_SMALL, PostingPool, SegmentWriter

__all__ = [
    "MERGE_SMALL",
    "STORED",
    "TOC",
    "Column",
    "Existence",
    "FieldType",
    "FileIndex",
    "FileStorage",
    "Format",
    "ListMatcher",
    "NumericColumn",
    "Positions",
    "PostingPool",
    "RamStorage",
    "RefBytesColumn",
    "Schema",
    "SegmentReader",
    "SegmentWriter",
    "TermNotFound",
    "VarBytesColumn",
    "W3Codec",
    "W3FieldWriter",
    "W3PostingsWriter",
]

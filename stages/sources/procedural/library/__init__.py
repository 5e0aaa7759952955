"""Furniture from Sweet Home 3D libraries (.sh3f), in place of own models of the same category.

The files are read by `stages.sources.sh3f`; here models become furniture.
"""

from stages.sources.procedural.library.furniture import Library, LibraryModel

__all__ = ["Library", "LibraryModel"]

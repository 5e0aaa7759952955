"""Furniture from Sweet Home 3D libraries (.sh3f), in place of own models of the same category.

A library is a zip: `PluginFurnitureCatalog.properties` lists models (`name#1`, `model#1`, `width#1` in cm, ...), each
an OBJ file with MTL and pictures. Names are mapped to categories by one table; nothing is ever unpacked to disk.
"""

from stages.sources.procedural.library.furniture import Library, LibraryModel

__all__ = ["Library", "LibraryModel"]

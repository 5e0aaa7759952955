"""Sweet Home 3D furniture libraries (.sh3f), read in place.

A library is a zip: `PluginFurnitureCatalog.properties` lists models (`name#1`, `model#1`, `width#1` in cm, ...), each
an OBJ file with MTL and pictures. Names are mapped to categories by one table; nothing is ever unpacked to disk.
Used by reader `procedural` (in place of own furniture) and by reader `models` (turntables).
"""

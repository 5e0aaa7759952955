"""Marks on pictures: which objects of a view are marked, in which order and colour, and how they are drawn."""

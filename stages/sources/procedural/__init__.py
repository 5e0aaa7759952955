"""Procedural scenes with exact truth: furnished rooms, and single objects on a turntable.

Nothing is read from disk unless a furniture library is configured. Every scene is a function of the seed and its id.
"""

from stages.sources.procedural.params import ProceduralParams
from stages.sources.procedural.reader import Procedural

__all__ = ["Procedural", "ProceduralParams"]

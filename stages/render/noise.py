"""Integer hashes and smooth noise for patterns: the same value for the same place on every machine."""

from __future__ import annotations

import numpy as np

from stages.compiled import compiled


@compiled
def hashed(i: int, j: int, k: int) -> float:
    """Return a value in [0, 1) for a lattice point."""
    h = np.uint64(np.int64(i) * 374761393 + np.int64(j) * 668265263 + np.int64(k) * 2147483647)
    h = (h ^ (h >> np.uint64(15))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((h ^ (h >> np.uint64(31))) >> np.uint64(40)) * (1.0 / 16777216.0)


@compiled
def eased(t: float) -> float:
    """Return the cubic step 3 t^2 - 2 t^3."""
    return t * t * (3.0 - 2.0 * t)


@compiled
def clamped(t: float) -> float:
    """Cut to 0 to 1."""
    return min(max(t, 0.0), 1.0)


@compiled
def noise2(a: float, b: float, seed: int) -> float:
    """Return smooth noise in 0 to 1 with one lattice point per unit."""
    ia, ib = int(np.floor(a)), int(np.floor(b))
    fa, fb = eased(a - ia), eased(b - ib)
    low = hashed(ia, ib, seed) * (1 - fa) + hashed(ia + 1, ib, seed) * fa
    high = hashed(ia, ib + 1, seed) * (1 - fa) + hashed(ia + 1, ib + 1, seed) * fa
    return low * (1 - fb) + high * fb


@compiled
def noise3(x: float, y: float, z: float, seed: int) -> float:
    """Return smooth noise in 0 to 1 in space, with one lattice point per unit."""
    iz = int(np.floor(z))
    fz = eased(z - iz)
    return noise2(x, y, seed + 31 * iz) * (1 - fz) + noise2(x, y, seed + 31 * (iz + 1)) * fz


@compiled
def groove(x: float, width: float, footprint: float) -> float:
    """Return how much of a pixel is covered by lines of some width at every integer of x."""
    gap = abs(x - np.floor(x + 0.5))
    line = clamped((0.5 * width - gap) / max(footprint, 1e-6) + 0.5)
    far = clamped(footprint * 1.5 - 0.3)
    return line * (1 - far) + width * far


@compiled
def kept(footprint: float, feature: float) -> float:
    """Return the share of a feature's contrast that survives when a pixel covers `footprint`; 1 near, 0 far away."""
    return clamped(1.6 - 1.2 * footprint / feature)

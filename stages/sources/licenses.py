"""Licences as datasets state them, as SPDX ids."""

from __future__ import annotations

import re

UNKNOWN_LICENSE = "LicenseRef-unknown"
_CREATIVE_COMMONS = re.compile(r"creativecommons\.org/(licenses/([a-z-]+)/([\d.]+)|publicdomain/zero/1\.0)")
# Sketchfab, where Objaverse comes from, names the version (4.0) only on its pages.
_SKETCHFAB: dict[str, str] = {
    "by": "CC-BY-4.0",
    "by-sa": "CC-BY-SA-4.0",
    "by-nd": "CC-BY-ND-4.0",
    "by-nc": "CC-BY-NC-4.0",
    "by-nc-sa": "CC-BY-NC-SA-4.0",
    "by-nc-nd": "CC-BY-NC-ND-4.0",
    "cc0": "CC0-1.0",
}


def spdx(name: str, url: str) -> str:
    """SPDX id of a Creative Commons licence from its address; else a LicenseRef made of the name.

    Example:
        >>> spdx("Attribution License", "http://creativecommons.org/licenses/by/2.0/")
        'CC-BY-2.0'
        >>> spdx("No known copyright restrictions", "http://flickr.com/commons/usage/")
        'LicenseRef-No-known-copyright-restrictions'
    """
    match = _CREATIVE_COMMONS.search(url)
    if match:
        return f"CC-{match[2].upper()}-{match[3]}" if match[2] else "CC0-1.0"
    slug = _slug(name)
    return f"LicenseRef-{slug}" if slug else UNKNOWN_LICENSE


def sketchfab(code: str) -> str:
    """SPDX id of a licence as Sketchfab's metadata abbreviates it.

    Example:
        >>> sketchfab("by-nc"), sketchfab("ed")
        ('CC-BY-NC-4.0', 'LicenseRef-Sketchfab-ed')
    """
    known = _SKETCHFAB.get(code.lower())
    return known or (f"LicenseRef-Sketchfab-{slug}" if (slug := _slug(code)) else UNKNOWN_LICENSE)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")

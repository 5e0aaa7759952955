"""Import Open3D on machines that lack the system's libusb.

The Open3D wheel links `libusb-1.0.so.0` for its depth-camera code. The PyPI package `libusb-package` carries that
library; loading it with global symbols first lets `import open3d` succeed without root rights.
"""

from __future__ import annotations

import ctypes
from types import ModuleType

import libusb_package


def import_open3d() -> ModuleType:
    """Return the module `open3d`, imported after libusb is in the process.

    Raises:
        ImportError: Open3D or the carried libusb does not load; the message names the missing system library.
    """
    ctypes.CDLL(str(libusb_package.get_library_path()), mode=ctypes.RTLD_GLOBAL)
    import open3d

    return open3d

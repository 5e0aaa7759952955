"""What readers of scanned rooms share: damaged files, meshes, boxes, turned cameras and walks through bare meshes."""

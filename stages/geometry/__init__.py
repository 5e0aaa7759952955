"""Frames, cameras and boxes. One page of conventions for the whole code base.

- Metres and radians; a name that ends in `_deg` is in degrees. Right-handed frames.
- World `w`: z up. Camera `c`: OpenCV, x right, y down, z forward. View space `v`: origin at the optical
  centre, z against gravity, y the viewing direction projected on the horizontal plane, x to the right:
  pitch and roll are removed, yaw is kept. A view that looks more than 75 degrees up or down has no view space.
- Pixels `px`: (0, 0) is the *centre* of the top-left pixel. Boxes in pixels are edges: a box round the single
  pixel (u, v) is (u, v, u + 1, v + 1) in array-slice terms, so width = x2 - x1.
- A transform reads right to left: `points_c = cam_from_world @ points_w`.
- An oriented box: centre, full extents along its axes, and the rotation `world_from_box` whose columns are the axes.
"""

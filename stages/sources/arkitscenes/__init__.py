"""ARKitScenes: homes filmed with a tablet and its laser scanner, with oriented boxes of 17 kinds of furniture.

Paper: G. Baruch et al., "ARKitScenes: A Diverse Real-World Dataset For 3D Indoor Scene Understanding Using Mobile
RGB-D Data", NeurIPS 2021, arXiv:2111.08897.

Expected below `root` (`3dod` of the download):

    3dod_train_val_splits.csv                     `visits_csv`: video_id, visit_id, fold
    Training/47333462/, Validation/...            one film
      47333462_3dod_annotation.json               label and box of each object
      47333462_3dod_mesh.ply                      coloured mesh without labels
      47333462_frames/
        lowres_wide.traj                          time, axis-angle and translation, world to camera
        lowres_wide/47333462_<time>.png           256 x 192 pictures
        lowres_wide_intrinsics/47333462_<time>.pincam     width height fx fy cx cy; the time may differ by 1 ms
        lowres_depth/47333462_<time>.png          uint16 millimetres

Obtain it with https://github.com/apple/ARKitScenes (`download_data.py 3dod`).
Licence: Apple ARKitScenes licence, non-commercial research: `LicenseRef-ARKitScenes`.

World: the frame of the annotation, z up, metres. Poses of the .traj file are inverted. Films are stored as the sensor
saw them, often sideways or upside down: pictures and depth are turned where they are decoded (column `orientation`).

A film is a scene; its place is the visit, so films of one room stay on one side of a split. The mesh has no labels:
a face belongs to the smallest box round it, up to `box_margin_m`, unless it is what the object stands on. A film that
its annotators skipped keeps its views but has no objects. The confidence of depth is not used.

How well boxes label a mesh, by the boxes of ScanNet's scene0000_00 (8 views, 77 sightings of at least 500 pixels;
overlap over union with the masks and rectangles of its true labels, median and 10th percentile):

| `box_margin_m` | masks | rectangles |
| --- | --- | --- |
| 0 | 0.78, 0.52 | 0.87, 0.71 |
| 0.02 | 0.75, 0.35 | 0.86, 0.64 |
| 0.05 | 0.68, 0.28 | 0.76, 0.53 |
"""

from stages.sources.arkitscenes.reader import ARKitScenes, ARKitScenesParams

__all__ = ["ARKitScenes", "ARKitScenesParams"]

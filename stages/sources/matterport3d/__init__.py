"""Matterport3D: whole houses, photographed in panoramas of 18 pictures, with labelled instances.

Paper: A. Chang et al., "Matterport3D: Learning from RGB-D Data in Indoor Environments", 3DV 2017, arXiv:1709.06158.

Expected below `root` (`v1/scans` of the release, archives extracted):

    17DRP5sb8fy/                                      one house
      house_segmentations/
        17DRP5sb8fy.house                             categories, objects with oriented boxes, segments of each
        17DRP5sb8fy.ply                               mesh with `segment_id` per face; where it has none,
        17DRP5sb8fy.fsegs.json                        segment of each face
      undistorted_camera_parameters/17DRP5sb8fy.conf  intrinsics and poses
      undistorted_color_images/<panorama>_i<camera>_<yaw>.jpg
      undistorted_depth_images/<panorama>_d<camera>_<yaw>.png     uint16, 0.25 mm, z along the optical axis
    ../scenes_train.txt ...                           lists in `splits_dir`; may be null

Obtain it by signing the terms of use at https://niessner.github.io/Matterport; formats: data_organization.md there.
Licence: Matterport3D Terms of Use, academic, no redistribution: `LicenseRef-Matterport3D-TOU`.

World: the house's frame, z up, metres. Cameras in the .conf are OpenGL's (looking along -z, y up) and their principal
point counts from the bottom of the picture; both are converted. Camera 0 looks up, 1 is level, 2 looks down.

A house is one scene and one place: doors are open, and a picture shows things of several rooms. It has no outline of
the floor. Boxes of the .house file that lean are replaced by upright ones fitted to the instance's vertices. Houses
without pictures are rendered from the mesh.
Routes of R2R are not here: see `stages.sources.r2r`.
"""

from stages.sources.matterport3d.reader import Matterport3D, Matterport3DParams

__all__ = ["Matterport3D", "Matterport3DParams"]

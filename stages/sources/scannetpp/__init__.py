"""ScanNet++: laser scans of rooms with labelled instances, and pictures of a still camera or a phone.

Paper: C. Yeshwanth et al., "ScanNet++: A High-Fidelity Dataset of 3D Indoor Scenes", ICCV 2023, arXiv:2308.11417.

Expected below `root`:

    splits/nvs_sem_train.txt, nvs_sem_val.txt ...     lists of scenes; may be missing
    data/02455b3d20/                                  one scene
      scans/
        mesh_aligned_0.05.ply                         coloured mesh
        segments.json                                 segment of each vertex
        segments_anno.json                            label, segments and box of each instance
      dslr/                                           `camera: dslr`
        undistorted_images/DSC00001.JPG               made with the toolkit's `dslr.undistort`
        nerfstudio/transforms_undistorted.json        their intrinsics
        colmap/images.txt                             poses, world to camera
      iphone/                                         `camera: iphone`
        rgb/frame_000000.jpg                          made with the toolkit's `iphone.prepare_iphone_data`, as is
        depth/frame_000000.png                        uint16 millimetres
        pose_intrinsic_imu.json                       `intrinsic` and `aligned_pose` (camera to mesh) of each frame

Obtain it at https://kaldir.vc.in.tum.de/scannetpp (form); toolkit: https://github.com/scannetpp/scannetpp.
Licence: ScanNet++ Terms of Use, non-commercial research: `LicenseRef-ScanNetpp-TOU`.

World: the frame of the aligned mesh, z up, metres. The fisheye pictures as taken are no pinhole pictures; only
undistorted ones are read. Their poses come from COLMAP, because nerfstudio's file turns the world.
Annotated boxes that lean are replaced by upright ones fitted to the instance's vertices. A scene without pictures of
the chosen camera is rendered from the mesh. A scene is one place.
"""

from stages.sources.scannetpp.reader import ScanNetPP, ScanNetPPParams

__all__ = ["ScanNetPP", "ScanNetPPParams"]

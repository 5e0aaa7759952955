"""Posed pictures, with or without depth, as people have them: a folder per capture, in one of seven layouts.

One of these below `root`, for every folder named by `captures`; `layout` says which:

    tum         rgb.txt, depth.txt (`timestamp file`), poses_file (`timestamp tx ty tz qx qy qz qw`)
                    J. Sturm et al., "A Benchmark for the Evaluation of RGB-D SLAM Systems", IROS 2012;
                    https://cvg.cit.tum.de/data/datasets/rgbd-dataset, CC-BY-4.0; depth_scale_m 0.0002, up z
    7scenes     frame-000000.color.png, frame-000000.depth.png, frame-000000.pose.txt (4x4); 3DMatch likewise
                    J. Shotton et al., "Scene Coordinate Regression Forests", CVPR 2013; Microsoft Research licence,
                    non-commercial; https://www.microsoft.com/en-us/research/project/rgb-d-dataset-7-scenes/
    open3d      color/*.jpg, depth/*.png in the same order, poses_file (a .log)
                    Open3D's reconstruction system and RGB-D datasets: https://www.open3d.org
    poses_txt   images/ or color/, depth/ with equal names, poses_file (a line per picture: 16 or 12 numbers, or
                    tx ty tz qx qy qz qw), names_file where the poses are of more pictures than are here
    replica     results/frame000000.jpg, results/depth000000.png, traj.txt; cam_params.json here or above
                    J. Straub et al., "The Replica Dataset", arXiv:1906.05797, as rendered for NICE-SLAM (Zhu et al.,
                    CVPR 2022, https://github.com/cvg/nice-slam); research only; up z
    nerfstudio  transforms.json: OpenGL cameras, `depth_file_path` where there is depth
                    M. Tancik et al., "Nerfstudio", SIGGRAPH 2023; https://docs.nerf.studio; up z
    colmap      images/, sparse/0/{cameras,images}.{bin,txt}
                    J. Schoenberger, J.-M. Frahm, "Structure-from-Motion Revisited", CVPR 2016; https://colmap.github.io

All poses are camera to world but COLMAP's. A capture becomes one scene `<source>/<folder>`; its place is the first
folder of its path, so `chess/seq-01` and `chess/seq-02` stay on one side of a split.

Up. World z must point up, and files do not say which axis does: `up` names it, or `up: floor` finds it in the depth of
up to 16 views by `stages.lifting.gravity` and keeps what most agree on (`tilt_sigma_deg` is measured then); a capture
whose views do not agree is a drop.

Scale. Poses of COLMAP, and of nerfstudio's files made with it, have no metric scale. With `metres_per_unit: null` views
have gravity and intrinsics but no position: relations within one picture can still follow from a depth model, nothing
across pictures does, and no box can be lifted from several. `scale_sigma` stays null: it is of depth.

Lens. Views are plain pinholes. Where the lens moves a pixel by more than `max_distortion_px`, or is a fisheye, the view
is a counted drop: undistort it first (`colmap image_undistorter`, `ns-process-data` does not).

There are no objects: `annotate` finds them. Views without depth go to its depth backend.
"""

from stages.sources.posed_rgbd.reader import PosedRgbd, PosedRgbdParams

__all__ = ["PosedRgbd", "PosedRgbdParams"]

"""EmbodiedScan: one annotation of upright oriented boxes over ScanNet, 3RScan, Matterport3D and ARKitScenes.

Paper: T. Wang et al., "EmbodiedScan: A Holistic Multi-Modal 3D Perception Suite Towards Embodied AI", CVPR 2024,
arXiv:2312.16170.

Expected below `root`:

    embodiedscan_infos_train.pkl ...      `infos`, with the split of each: boxes, cameras and file names of every scan
    scannet/posed_images/scene0191_00/00000.jpg, 00000.png     as its data preparation leaves the four datasets;
    3rscan/<scan>/sequence/frame-000000.color.jpg, .depth.pgm  `folders` says where each lies, and leaves out those
    matterport3d/<house>/matterport_color_images/...           that are not there
    arkitscenes/Training/<video>/...

Obtain it at https://github.com/OpenRobotLab/EmbodiedScan (form), and the four datasets from their own makers. Licence:
boxes under EmbodiedScan's terms, pixels under those of their dataset: `LicenseRef-ScanNet-TOU` and so on.

A sample (a scan; a region of a Matterport3D house) becomes one scene `<source>/scannet_scene0191_00` in the aligned
world: `axis_align_matrix` times `cam2global`, z up, floor near 0. Boxes have Euler angles ZXY. Depth is in millimetres,
in Matterport3D in quarters of them.

Its place is the one that the dataset's own reader gives (`scene0191`, the house, the reference scan by `rescans`), so
no place straddles a split where both are used.

Annotation says which objects a picture shows (`visible_instance_ids`), not where: a sighting's box is the rectangle of
the projected 3D box inside the picture, `detected_by: projected`, and its area that of the outline; how much is hidden
is unknown. Boxes of objects that the picture cuts have their truncated share. There are no masks.

Info files are read by `stages.sources.plain_pickle`, which runs no code.
"""

from stages.sources.embodiedscan.reader import EmbodiedScan, EmbodiedScanParams

__all__ = ["EmbodiedScan", "EmbodiedScanParams"]

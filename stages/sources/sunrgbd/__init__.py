"""SUN RGB-D: 10,335 single pictures of rooms with depth, 3D boxes and the camera's tilt.

Paper: S. Song, S. P. Lichtenberg, J. Xiao, "SUN RGB-D: A RGB-D Scene Understanding Benchmark Suite", CVPR 2015,
doi:10.1109/CVPR.2015.7298655.

Expected below `root`, with `infos`, as mmdet3d or VoteNet prepare it:

    sunrgbd_infos_train.pkl                `infos`: either revision (a list, or a mapping with `data_list`)
    sunrgbd_trainval/image/000017.jpg      `images`

or, with `infos: null`, the dataset's own folders at any depth:

    kv1/b3dodata/img_0063/
      image/img_0063.jpg
      depth_bfx/img_0063_abs.png           or depth/: 16 bits, turned by three
      intrinsics.txt                       9 numbers
      extrinsics/20140816011142.txt        3 x 4: the tilt
      annotation3Dfinal/index.json         boxes, optional
      annotation2Dfinal/index.json         outlines, optional

Obtain it from https://rgbd.cs.princeton.edu. It holds NYU v2, Berkeley B3DO and SUN3D; no licence is stated beyond
research use: `LicenseRef-SUN-RGB-D`.

A picture becomes one scene with one view at the origin of an upright world (x right, y forward, z up), turned by the
tilt that was annotated. Info files are read by `stages.sources.plain_pickle`, which runs no code. Boxes turn
counter-clockwise; the older revision of the info files stores the opposite angle. Info files name no depth picture:
depth is null there, and `annotate` may fill it.

In the dataset's own folders 2D outlines and 3D boxes are drawn apart. Those of one category are taken for one thing
where the projected box and the outline overlap by `min_overlap`; an outline without a box is an object without one, a
box without an outline an object that no view shows. Annotation is not exhaustive: there is no vocabulary.
"""

from stages.sources.sunrgbd.reader import SunRgbd, SunRgbdParams

__all__ = ["SunRgbd", "SunRgbdParams"]

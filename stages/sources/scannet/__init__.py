"""ScanNet: RGB-D scans of rooms with labelled instances.

Paper: A. Dai et al., "ScanNet: Richly-annotated 3D Reconstructions of Indoor Scenes", CVPR 2017, arXiv:1702.04405.

Expected below `root`:

    scans/
      scene0000_00/                                one scan; scene0000_01 is a rescan of the same place
        scene0000_00_vh_clean_2.ply                coloured mesh
        scene0000_00_vh_clean_2.0.010000.segs.json segment of each vertex
        scene0000_00.aggregation.json              segments and label of each instance
        scene0000_00.txt                           colour camera, `axisAlignment`
        color/0.jpg ...                            frames, where exported from the .sens file (SensReader);
        depth/0.png ...                            uint16 millimetres; numbers may be padded with zeros,
        pose/0.txt ...                             camera to scan; pictures may be .jpg or .png
        intrinsic/intrinsic_color.txt
    meta_data/
      scannetv2-labels.combined.tsv                `labels_tsv`
      scannetv2_train.txt ...                      split lists beside it, where present
      scans_axis_alignment_matrices.json           `axis_alignment`, for scans whose .txt has none; may be null

Obtain it by asking for access at http://www.scan-net.org (the alignment table comes with EmbodiedScan).
Licence: ScanNet Terms of Use, non-commercial research, pixels may not be passed on: `LicenseRef-ScanNet-TOU`.

A scan becomes one scene `<source>/scene0000_00` in the aligned world (z up, floor near 0, walls along x and y). Its
place is `scene0000`, so rescans stay on one side of a split. Annotation is not exhaustive: there is no vocabulary.

The floor's outline is fitted to the mesh (`stages.geometry.floor`) and given where walls were scanned along at least
`min_wall_share` of it; errors by that share stand there.

Frames become views with the colour camera's intrinsics. Depth maps of ScanNet have their own size and a slightly
different camera; a view holds one set of intrinsics, so `stages.depths` samples them at the picture's pixels.
A scan without frames gets `rendered_frames` views along a walk over its visible floor. Either way the labelled mesh is
handed over: `ingest` renders missing pictures and finds who is seen in which posed view by casting rays at the mesh.
A folder with frames but without an annotated mesh gives views without objects.
"""

from stages.sources.scannet.reader import ScanNet, ScanNetParams

__all__ = ["ScanNet", "ScanNetParams"]

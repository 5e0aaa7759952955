"""3RScan: rooms scanned again after things were moved, with labelled instances.

Paper: J. Wald et al., "RIO: 3D Object Instance Re-Localization in Changing Indoor Environments", ICCV 2019,
arXiv:1908.06109.

Expected below `root`:

    3RScan.json                                 places: reference scan, its rescans, split (`type`)
    0958220d-e2c2-2de1-9710-c37018da1883/       one scan, reference or rescan
      semseg.v2.json                            label and oriented box of each instance
      labels.instances.annotated.v2.ply         mesh with `objectId` per vertex; its colours are those of labels
      mesh.refined.v2.obj, mesh.refined_0.png   textured mesh, needed where there are no frames
      sequence/                                 sequence.zip, extracted; may be missing
        _info.txt                               size and intrinsics of the colour camera
        frame-000000.color.jpg                  960 x 540, stored sideways
        frame-000000.depth.pgm                  16-bit millimetres, the same frame squeezed to other proportions
        frame-000000.pose.txt                   colour camera to world, row by row, metres

Obtain it at https://waldjohannau.github.io/RIO (form), code and documents: https://github.com/WaldJohannaU/3RScan.
Licence: 3RScan Terms of Use, non-commercial: `LicenseRef-3RScan-TOU`.

World: each scan's own frame, z up, metres. `3RScan.json` also has a transform of each rescan to its reference
(column by column, translation in millimetres); nothing here compares scans, so it is not applied.
The phone was held upright and its sensor lay on its side: pictures and depth are turned where they are decoded
(column `orientation`), by the quarter turn that the poses tell, so models see upright pictures and no file is copied.

The place of a scan is its reference scan, so rescans stay on one side of a split. A scan that `3RScan.json` does not
name is dropped. Annotated boxes that lean are replaced by upright ones fitted to the instance's vertices.
A scan without frames is rendered from the mesh, with colours from the texture.
"""

from stages.sources.threerscan.reader import ThreeRScan, ThreeRScanParams

__all__ = ["ThreeRScan", "ThreeRScanParams"]

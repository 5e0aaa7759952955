"""MultiScan: rooms filmed with a tablet, with objects, parts and joints annotated.

Paper: Y. Mao et al., "MultiScan: Scalable RGBD scanning for 3D environments with articulated objects", NeurIPS 2022.

Expected below `root`:

    scene_00000_00/                           one scan; scene_00000_01 shows the same place in another state
      scene_00000_00.annotations.json         objects with label (`category.number`) and oriented box
      scene_00000_00.ply                      coloured mesh with `objectId` per face (current release), or
      scene_00000_00.semseg.json              faces of each label (early revision, without `objectId`)
      scene_00000_00.align.json               `coordinate_transform`, mesh to capture: needed for frames
      scene_00000_00.json                     streams of the capture; size of the colour camera
      scene_00000_00.jsonl                    one line per frame: intrinsics and ARKit pose
      scene_00000_00.depth.zlib               depth stream, read in place
      color/0.jpg ...                         frames of the film, numbered from 0, where extracted:
                                              `ffmpeg -i scene_00000_00.mp4 -start_number 0 color/%d.jpg`
    scans_split.csv                           `splits_csv`: scanId, split; may be null

Obtain it at https://3dlg-hcvc.github.io/multiscan (code and documents: https://github.com/smartscenes/multiscan).
Licence: MultiScan Terms of Use, non-commercial research: `LicenseRef-MultiScan-TOU`.

World: the frame of the mesh, z up, floor at 0. Transforms are stored column by column; ARKit cameras look along -z
with y up, and `coordinate_transform` takes mesh points to their frame, so its inverse takes poses to the world.
The sensor lies on its side when the tablet is held upright: pictures are turned (`stages.sources.scans.shots`).

Boxes are those annotated. Labels `remove` and structure are dropped. A scan without frames is rendered from its mesh;
one without a mesh keeps its objects but has no views, unless there are frames. The place is `scene_00000`.
"""

from stages.sources.multiscan.reader import MultiScan, MultiScanParams

__all__ = ["MultiScan", "MultiScanParams"]

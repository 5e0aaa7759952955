"""Room-to-Room (R2R): views at the places of Matterport3D that an agent may stand on.

Papers: P. Anderson et al., "Vision-and-Language Navigation", CVPR 2018, arXiv:1711.07280; views of Matterport3D.

Expected below `root`:

    connectivity/17DRP5sb8fy_connectivity.json          pose of each viewpoint of a house
    R2R/R2R_train.json ...                              routes; only their split of houses is read; may be missing
    semantic_views/17DRP5sb8fy/<viewpoint>_rgb/12.jpg   `views`: views of a viewpoint by index 0 to 35, folder named
                                                        after it, `_rgb` added or not; may be null
    webgl_imgs/17DRP5sb8fy_<viewpoint>_<heading>_<elevation>.png
                                                        `named_views`: single views, angles in radians; may be null

Obtain connectivity and routes from https://github.com/peteanderson80/Matterport3DSimulator; the views are made with
it from Matterport3D (https://niessner.github.io/Matterport).
Licence: Matterport3D Terms of Use: `LicenseRef-Matterport3D-TOU`.

Views are level pinhole pictures that span 60 degrees from top to bottom. Index k looks at heading 30 (k mod 12)
degrees, from +y to the right, and elevation 30 (k div 12 - 1) degrees up. A view is numbered 100 times the viewpoint's
place in its file, plus its index (single views follow from 36).

The places are those of `matterport3d`, so both sources split alike. There are no objects here, only semantic colours
without instances: views go to `annotate`. R2R's routes do not become questions: a route question here names objects
along straight free legs inside one outlined room, while R2R's routes join viewpoints across rooms and name no object.
"""

from stages.sources.r2r.reader import R2R, R2RParams

__all__ = ["R2R", "R2RParams"]

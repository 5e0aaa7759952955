"""Cityscapes: street scenes from a car, with instance masks, and with stereo depth where it was fetched.

Paper: M. Cordts et al., "The Cityscapes Dataset for Semantic Urban Scene Understanding", CVPR 2016, arXiv:1604.01685.

Expected below `root`, the dataset's own tree (the last two folders are optional, file by file):

    leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit.png
    gtFine/train/aachen/aachen_000000_000019_gtFine_instanceIds.png
    disparity/train/aachen/aachen_000000_000019_disparity.png
    camera/train/aachen/aachen_000000_000019_camera.json

Obtain it from https://www.cityscapes-dataset.com after registration (`leftImg8bit_trainvaltest.zip`,
`gtFine_trainvaltest.zip`, `disparity_trainvaltest.zip`, `camera_trainvaltest.zip`). Licence: non-commercial research
use, no redistribution (`LicenseRef-Cityscapes`).

Each picture is one scene with one view, `<source>/<city>_<sequence>_<frame>/0`; the place is the city, as in the
dataset's own split. Instances of the ten classes of things become objects with masks; those that could not be told
apart are a crowd. Stuff (road, sky, ...) is left out, counted. All things are annotated, so their classes are the
vocabulary; labels of the test split are dummies and not read. The camera file gives intrinsics and gravity (from pitch
and roll), and with it the disparity gives depth.
"""

from stages.sources.cityscapes.reader import Cityscapes, CityscapesParams

__all__ = ["Cityscapes", "CityscapesParams"]

"""COCO: photographs with boxes, masks and captions.

Paper: T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, arXiv:1405.0312.

Expected below `root` (the names are set in params.yaml, so any dataset in COCO's JSON layout can be read):

    annotations/
      instances_val2017.json      `instances`: images, licenses, categories, boxes and masks
      captions_val2017.json       `captions`: sentences about the same images; may be null
    val2017/                      `images`
      000000000139.jpg ...

Obtain it from https://cocodataset.org (`val2017.zip`, `annotations_trainval2017.zip`).
Licence: annotations CC BY 4.0; every photograph keeps its own Flickr licence, which becomes the scene's `license`.

Each image is one scene with one view, `<source>/<12 digits>/0`. COCO marks all instances of its 80 categories (many
at once as a crowd), so the file's categories, normalised, are the scene's vocabulary; a category of which an annotation
had to be dropped leaves the vocabulary of that scene, because its count would be wrong. There is no 3D and no camera.
"""

from stages.sources.coco.reader import Coco, CocoParams

__all__ = ["Coco", "CocoParams"]

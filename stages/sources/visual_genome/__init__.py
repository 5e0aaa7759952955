"""Visual Genome: photographs with boxes named in free words, attributes and phrases.

Paper: R. Krishna et al., "Visual Genome: Connecting Language and Vision Using Crowdsourced Dense Image Annotations",
IJCV 2017, arXiv:1602.07332.

Expected below `root` (the names are set in params.yaml; release 1.2 and later, or 1.0 with its other key names):

    image_data.json             `image_data`: sizes, and the address that tells the file of a picture
    objects.json                `objects`: boxes and names
    attributes.json             `attributes`: what the things are like; may be null
    region_descriptions.json    `regions`: phrases about parts of the picture; may be null
    VG_100K/2.jpg ...
    VG_100K_2/1.jpg ...

Obtain it from https://homes.cs.washington.edu/~ranjay/visualgenome/api.html (`images.zip`, `images2.zip` and the JSON
files of one release). Licence: CC BY 4.0.

Each picture is one scene with one view, `<source>/<image id>/0`. The names are what annotators wrote, and nobody
marked everything: the vocabulary is empty, so nothing is counted and nothing is said to be absent. One thing may be
marked several times: boxes that agree by `same_iou` become one object, which also shows the other names. A name in the
plural marks a group. An attribute becomes part of the caption if it is a colour, material or pattern and the only one
of its kind. The phrases of the largest regions become the captions of the view.
"""

from stages.sources.visual_genome.reader import VisualGenome, VisualGenomeParams

__all__ = ["VisualGenome", "VisualGenomeParams"]

"""AS-1B (All-Seeing): photographs of SA-1B with a billion regions named by models and checked by people.

Paper: W. Wang et al., "The All-Seeing Project: Towards Panoptic Visual Recognition and Understanding of the Open
World", ICLR 2024, arXiv:2308.01907.

Expected below `root` (all names, and the keys inside the rows, are set in params.yaml):

    jsonl_format/*.jsonl        `files`, form `jsonl`: a row per picture with its `regions`, or a row per region
    coco_format/*.json          `files`, form `coco`: `images`, `annotations` and, for numbers as names, `categories`
    sa_000000/sa_1.jpg ...      `images`: folder that the rows' picture names are relative to

Obtain the rows from https://huggingface.co/datasets/OpenGVLab/AS-100M or AS-Core (Apache-2.0) and the pictures from
https://ai.meta.com/datasets/segment-anything (SA-1B research licence, `LicenseRef-SA-1B`).

The publication states boxes as xywh in the COCO form and xyxy in the JSONL form and in AS-Core. `box_order` must say
which; it is checked: where fewer than `min_fit` of the first `checked_boxes` boxes of a file have area and lie inside
the picture when read so, nothing is read. A single box that does not fit is a counted drop.

Each picture is one scene with one view, `<source>/<picture>/0`. The first of a region's names is its category, the
others are what it also shows. A picture's regions are many but not all things in it: the vocabulary is empty.
"""

from stages.sources.as1b.reader import AllSeeing, AllSeeingParams

__all__ = ["AllSeeing", "AllSeeingParams"]

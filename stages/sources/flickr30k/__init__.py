"""Flickr30k Entities: photographs with five sentences each, whose phrases are tied to boxes.

Papers: P. Young et al., "From image descriptions to visual denotations", TACL 2014; B. Plummer et al., "Flickr30k
Entities: Collecting Region-to-Phrase Correspondences for Richer Image-to-Sentence Models", ICCV 2015,
arXiv:1505.04870.

Expected below `root` (the names are set in params.yaml; without `boxes` a picture has its sentences alone):

    flickr30k-images/1000092795.jpg     `images`
    Sentences/1000092795.txt            `sentences`: five lines, phrases marked [/EN#<chain>/<type> words]
    Annotations/1000092795.xml          `boxes`: boxes by chain
    train.txt, val.txt, test.txt        `ids`: picture ids of one split, one a line; null: every picture there is

Obtain the photographs from https://shannon.cs.illinois.edu/DenotationGraph (form) and the rest from
https://github.com/BryanPlummer/flickr30k_entities (`annotations.zip`). Licence: non-commercial research use, the
photographs belong to their Flickr users (`LicenseRef-Flickr30k`).

Each picture is one scene with one view, `<source>/<id>/0`. A chain is one thing, or group, that several sentences
speak of; each of its boxes becomes an object. The category is the noun that most of its phrases end in, the caption
the longest phrase with it. Only what the sentences mention has a box: the vocabulary is empty, nothing is counted or
said to be absent. The paper uses this source for its benchmark.
"""

from stages.sources.flickr30k.reader import Flickr30k, Flickr30kParams

__all__ = ["Flickr30k", "Flickr30kParams"]

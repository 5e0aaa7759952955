"""Arrow schemas of all tables, each column documented with unit and frame.

Frames (see `stages.geometry`): `_w` world (z up, metres, right-handed), `_v` view space (levelled camera),
`_c` OpenCV camera, `_px` pixels where (0, 0) is the centre of the top-left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

VEC2 = pa.list_(pa.float64(), 2)
VEC3 = pa.list_(pa.float64(), 3)
VEC4 = pa.list_(pa.float64(), 4)
MAT3 = pa.list_(pa.float64(), 9)
MAT4 = pa.list_(pa.float64(), 16)
STR = pa.string()
STRS = pa.list_(pa.string())


@dataclass(frozen=True)
class Column:
    """One column: its type, meaning and the values it may hold."""

    name: str
    type: pa.DataType
    doc: str
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSpec:
    """One table: columns, and the key columns that identify and sort its rows."""

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema with the documentation of every column in its field metadata."""
        return pa.schema([pa.field(c.name, c.type, c.nullable, {"doc": c.doc}) for c in self.columns])


KINDS = ("image", "scan", "object")
GEOMETRY = ("exact", "sensor", "lifted")

SCENE = TableSpec(
    "scene",
    "One room, image or object: the unit of splitting.",
    ("scene_id",),
    (
        Column("scene_id", STR, "`<source>/<name>`, unique over all sources"),
        Column("source", STR, "key of params.yaml `sources`"),
        Column("kind", STR, "what the source gives: single images, scans with poses, turntables", values=KINDS),
        Column("place_id", STR, "physical place or object; scenes of one place never straddle a split"),
        Column("upstream_split", STR, "split given by the dataset's authors", nullable=True),
        Column("license", STR, "licence of the pixels, SPDX id where one exists"),
        Column("attribution", STR, "who made it and where it is from, as CC BY asks to be told", nullable=True),
        Column(
            "vocabulary", STRS, "categories of which every instance is annotated; null: not exhaustive", nullable=True
        ),
        Column(
            "floor_polygon_w", pa.list_(VEC2), "outline of the floor, world metres, counter-clockwise", nullable=True
        ),
        Column("floor_by", STR, "who made the outline: `exact`, `given`, or `points` (fitted to them)", nullable=True),
    ),
)

VIEW = TableSpec(
    "view",
    "One picture of a scene.",
    ("view_id",),
    (
        Column("view_id", STR, "`<scene_id>/<frame>`"),
        Column("scene_id", STR, "scene it belongs to"),
        Column("frame", pa.int32(), "index in the video or capture, 0 for single images", low=0),
        Column(
            "image_path", STR, "file below the source's root; null: the picture is in table `pixels`", nullable=True
        ),
        Column("width_px", pa.int32(), "image width", low=1),
        Column("height_px", pa.int32(), "image height", low=1),
        Column("intrinsics_px", VEC4, "fx, fy, cx, cy", nullable=True),
        Column("world_from_cam", MAT4, "rigid pose, row-major, OpenCV camera to world, metres", nullable=True),
        Column("gravity_c", VEC3, "unit vector of gravity (down) in the OpenCV camera frame", nullable=True),
        Column("depth_path", STR, "depth file below the root; null: none, or in table `pixels`", nullable=True),
        Column(
            "depth_encoding",
            STR,
            "how that file is to be read, row of `stages.depths.DECODERS`; null: `png_z`, 16-bit PNG of z",
            nullable=True,
        ),
        Column("depth_scale_m", pa.float64(), "metres per depth unit; null: no depth", nullable=True, low=0),
        Column("captions", STRS, "sentences about the whole picture", nullable=True),
        Column("intrinsics_by", STR, "who made the intrinsics: `exact`, `given`, or model@revision", nullable=True),
        Column("pose_by", STR, "who made pose and gravity", nullable=True),
        Column("depth_by", STR, "who made the depth", nullable=True),
        Column(
            "scale_sigma",
            pa.float64(),
            "relative 1-sigma of the metric scale that all boxes of the view share; 1: not known; null: none",
            nullable=True,
            low=0,
        ),
        Column(
            "tilt_sigma_deg",
            pa.float64(),
            "1-sigma of the angle between `gravity_c` and true gravity, about each horizontal axis; null: none",
            nullable=True,
            low=0,
        ),
    ),
)

PIXELS = TableSpec(
    "pixels",
    "Pictures and depth that have no file of their own (rendered frames).",
    ("view_id",),
    (
        Column("view_id", STR, "view it belongs to"),
        Column("scene_id", STR, "scene it belongs to"),
        Column("image", pa.binary(), "encoded JPEG or PNG"),
        Column("depth", pa.binary(), "little-endian uint16 rows, z along the optical axis; 0: no value", nullable=True),
    ),
)

OBJECT = TableSpec(
    "object",
    "One physical thing of a scene.",
    ("object_id",),
    (
        Column("object_id", STR, "`<scene_id>:<name>`"),
        Column("scene_id", STR, "scene it belongs to"),
        Column("category", STR, "normalised category, singular, lower case"),
        Column("category_raw", STR, "category as the dataset spells it"),
        Column("caption", STR, "noun phrase without article, e.g. `blue armchair`", nullable=True),
        Column("center_w", VEC3, "centre of the oriented box, world metres", nullable=True),
        Column("size_m", VEC3, "full extents along the box axes, metres", nullable=True),
        Column("world_from_box", MAT3, "rotation, row-major, box axes to world", nullable=True),
        Column(
            "symmetry_deg",
            pa.float64(),
            "appearance repeats at this turn about the vertical; 0: any turn; 360: none",
            nullable=True,
            low=0,
            high=360,
        ),
        Column(
            "also_shows",
            STRS,
            "other categories a viewer may see in it (a sofa's cushions); null: none known",
            nullable=True,
        ),
        Column("geometry", STR, "how the box is known; null: no box", nullable=True, values=GEOMETRY),
        Column("box_by", STR, "who made the box: `exact`, `given`, or model@revision", nullable=True),
        Column("sigma_center_m", pa.float64(), "1-sigma of each coordinate of `center_w`", nullable=True, low=0),
        Column("sigma_size_m", pa.float64(), "1-sigma of each extent of `size_m`", nullable=True, low=0),
    ),
)

SIGHTING = TableSpec(
    "sighting",
    "One object seen in one view.",
    ("view_id", "object_id"),
    (
        Column("view_id", STR, "view it is seen in"),
        Column("object_id", STR, "object that is seen"),
        Column("scene_id", STR, "scene of both"),
        Column("box_px", VEC4, "x1, y1, x2, y2 of the visible part; edges, so a single pixel has width 1"),
        Column(
            "mask_rle", pa.binary(), "COCO compressed RLE counts of the visible part (size = view size)", nullable=True
        ),
        Column("area_px", pa.float64(), "visible pixels", low=0),
        Column(
            "visible_fraction",
            pa.float64(),
            "visible pixels over the silhouette without occluders or image border",
            nullable=True,
            low=0,
            high=1,
        ),
        Column(
            "truncated_fraction",
            pa.float64(),
            "share of that silhouette outside the image",
            nullable=True,
            low=0,
            high=1,
        ),
        Column("crowd", pa.bool_(), "marks several instances at once (COCO iscrowd)"),
        Column("confidence", pa.float64(), "detector's score; 1 for annotations", low=0, high=1),
        Column("detected_by", STR, "who made box and mask"),
        Column(
            "color",
            STR,
            "the one colour it clearly shows, one of `stages.formats.colors.TERMS`; null: none, or not measured",
            nullable=True,
        ),
        Column("center_v", VEC3, "box centre in view space, metres", nullable=True),
        Column(
            "yaw_v",
            pa.float64(),
            "turn of the box's first axis in view space, radians counter-clockwise from above",
            nullable=True,
        ),
        Column(
            "size_v",
            VEC3,
            "extents of the gravity-aligned box along its first and second axis and up, metres",
            nullable=True,
            low=0,
        ),
        Column("sigma_center_m", VEC3, "1-sigma of each coordinate of `center_v`, metres", nullable=True, low=0),
        Column("sigma_size_m", VEC3, "1-sigma of each extent of `size_v`, metres", nullable=True, low=0),
        Column(
            "extent_observed",
            pa.bool_(),
            "false: too little was seen to know the box's extents (one side only); null: not lifted, extents are known",
            nullable=True,
        ),
    ),
)

REFERENCE_FRAMES = ("view", "world", "image", "none")

FACT = TableSpec(
    "fact",
    "One spatial statement that holds in one view or over several; each kind is defined in docs/definitions.md.",
    ("fact_id",),
    (
        Column("fact_id", STR, "`<view or clip id>:<kind>:<subject>[.<reference>][:<detail>]`"),
        Column("scene_id", STR, "scene it holds in"),
        Column("view_ids", STRS, "views it is judged from, in the order shown"),
        Column("kind", STR, "row of `stages.relations.RELATIONS`"),
        Column("subject_ids", STRS, "objects the statement is about, in the kind's order; for counts all instances"),
        Column("reference_ids", STRS, "objects it is compared with, in the kind's order"),
        Column("category", STR, "category the statement is about (counts, existence)", nullable=True),
        Column("detail", STRS, "words that belong to the statement, e.g. the turns of a route in order", nullable=True),
        Column("value", pa.float64(), "signed difference, measure, count, or 1/0 for true/false"),
        Column("unit", STR, "unit of `value`", values=("m", "m2", "m3", "deg", "count", "bool")),
        Column(
            "margin",
            pa.float64(),
            "|value| over its 1-sigma; null where no uncertainty is modelled (counts, existence)",
            nullable=True,
            low=0,
        ),
        Column("frame", STR, "frame the statement is judged in", values=REFERENCE_FRAMES),
        Column("geometry", STR, "worst source of the boxes used; null: 2D only", nullable=True, values=GEOMETRY),
    ),
)

ANSWER_KINDS = ("choice", "yes_no", "number", "angle", "text")
SIDES = ("train", "benchmark")

QUESTION = TableSpec(
    "question",
    "One question in plain meaning: wording with slots, typed answer. Formats are chosen per sample.",
    ("question_id",),
    (
        Column("question_id", STR, "`<fact_id>:<answer kind>`"),
        Column("scene_id", STR, "scene asked about"),
        Column("source", STR, "source of the scene"),
        Column("view_ids", STRS, "views shown, in order"),
        Column("task", STR, "row of `stages.tasks.TASKS`"),
        Column("fact_ids", STRS, "facts the answer follows from"),
        Column("wording_id", STR, "`<task>.<answer kind>.<index>` in the wording files"),
        Column("slot_ids", STRS, "objects named by the slots a, b, ... in that order"),
        Column(
            "slot_views",
            pa.list_(pa.int32()),
            "per slot: place in `view_ids` of the one view that its object is pointed at in; -1: any",
        ),
        Column("question", STR, "wording with `{a}`, `{b}` left open, other slots filled"),
        Column("answer_kind", STR, "type of the answer", values=ANSWER_KINDS),
        Column("answer", STR, "canonical answer: letter, yes/no, number or word; what scoring compares with"),
        Column("answer_wording", STR, "sentence giving the answer, `{a}`, `{b}` left open"),
        Column("answer_value", pa.float64(), "number or angle asked for, in `unit`", nullable=True),
        Column(
            "unit",
            STR,
            "unit named in the question",
            nullable=True,
            values=("m", "cm", "ft", "in", "m2", "ft2", "deg", "count"),
        ),
        Column("options", STRS, "texts of options A, B, ...; `{a}`, `{b}` left open; empty unless a choice"),
        Column("margin", pa.float64(), "smallest margin of the facts used; null: none has one", nullable=True, low=0),
        Column("geometry", STR, "worst source of the boxes used; null: 2D only", nullable=True, values=GEOMETRY),
        Column("side", STR, "side of the split, by hash of the scene's place", values=SIDES),
    ),
)

SAMPLE = TableSpec(
    "sample",
    "One question in one instruction format: what a model reads and what it should say.",
    ("sample_id",),
    (
        Column("sample_id", STR, "`<question_id>:<text format>:<image format>`"),
        Column("question_id", STR, "question it asks"),
        Column("scene_id", STR, "scene asked about"),
        Column("source", STR, "source of the scene"),
        Column("license", STR, "licence of the pixels"),
        Column("view_ids", STRS, "views shown, in order"),
        Column("task", STR, "row of `stages.tasks.TASKS`"),
        Column("text_format", STR, "how the text points at objects"),
        Column("image_format", STR, "what is drawn on the pictures"),
        Column("prompt", STR, "final question with options and answer instruction, without image tokens"),
        Column("response", STR, "final answer text for training"),
        Column("answer_kind", STR, "type of the answer", values=ANSWER_KINDS),
        Column("answer", STR, "canonical answer; what scoring compares with"),
        Column("answer_value", pa.float64(), "number or angle asked for, in `unit`", nullable=True),
        Column("unit", STR, "unit named in the question", nullable=True),
        Column("options", STRS, "final texts of options A, B, ...; empty unless a choice"),
        Column("mark_ids", STRS, "objects drawn on the pictures, in drawing order; empty: original picture"),
        Column("side", STR, "side of the split", values=SIDES),
    ),
)

FORMAT_COUNT = TableSpec(
    "format_count",
    "What became of the questions of a task in one format: each question counts once per format.",
    ("task", "text_format", "image_format", "outcome"),
    (
        Column("task", STR, "row of `stages.tasks.TASKS`"),
        Column("text_format", STR, "how the text points at objects"),
        Column("image_format", STR, "what is drawn on the pictures"),
        Column("outcome", STR, "`drawn`, `not_drawn` (other formats were), or why the question cannot be asked so"),
        Column("questions", pa.int64(), "questions it holds for", low=1),
    ),
)

REPLY = TableSpec(
    "reply",
    "What a model said to a benchmark sample, and its score.",
    ("sample_id",),
    (
        Column("sample_id", STR, "benchmark sample"),
        Column("task", STR, "its task"),
        Column("text_format", STR, "its text format"),
        Column("image_format", STR, "its image format"),
        Column("scene_id", STR, "its scene (intervals are drawn over scenes)"),
        Column("answer_kind", STR, "its answer type", values=ANSWER_KINDS),
        Column("reply", STR, "raw text; empty: the model gave none"),
        Column("parsed", STR, "what the parser read; null: could not be parsed", nullable=True),
        Column("score", pa.float64(), "0 to 1: accuracy, or mean relative accuracy for numbers", low=0, high=1),
        Column("chance", pa.float64(), "expected score of a guess without looking", low=0, high=1),
    ),
)

TABLES: dict[str, TableSpec] = {
    t.name: t for t in (SCENE, VIEW, PIXELS, OBJECT, SIGHTING, FACT, QUESTION, SAMPLE, FORMAT_COUNT, REPLY)
}

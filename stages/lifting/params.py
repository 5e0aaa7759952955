"""Settings of lifting, section `annotate.lift` of params.yaml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params import Params

DepthKind = Literal["exact", "given", "sensor", "model"]
TiltKind = Literal["exact", "given", "model"]


class DepthNoise(Params):
    """Errors of one kind of depth."""

    pixel_m: float = Field(ge=0, description="1-sigma of a pixel, metres, at 0.4 m")
    pixel_quadratic: float = Field(ge=0, description="its growth with (depth - 0.4 m) squared, 1/m")
    pixel_rel: float = Field(ge=0, description="its growth with depth")
    object_rel: float = Field(ge=0, description="error that all points of an object share, relative to depth")
    outline_px: float = Field(ge=0, description="1-sigma of where masks end")
    scale_sigma: float = Field(ge=0, description="relative error of the scale that all objects of a view share")


class FloorParams(Params):
    """When a horizontal plane is the floor, and which objects stand on it."""

    min_share: float = Field(gt=0, lt=1, description="least share of the pixels with depth that lie on it")
    max_below: float = Field(gt=0, lt=1, description="most of them below it")
    snap_m: float = Field(ge=0, description="a hidden bottom this near to the floor reaches it")
    touch_m: float = Field(ge=0, description="a visible bottom this near to the floor lies on it")


class GravityParams(Params):
    """Gravity of a view from its depth, where its source has none; figures by benchmarks/gravity.py."""

    cells_across: int = Field(ge=8, description="cells that a picture's width is cut into; each gives one normal")
    min_cell_px: int = Field(ge=4, description="least side of a cell")
    min_known: float = Field(gt=0, le=1, description="least share of a cell's pixels with depth")
    max_residual: float = Field(gt=0, description="rms of inverse depth, relative, at which a cell is no plane")
    max_range_m: float = Field(gt=0, description="depth beyond is not used: sky, and noise")
    surface_deg: float = Field(gt=0, description="how far level things are from level, 1-sigma")
    bend_deg: float = Field(ge=0, description="error of a normal along the ray, from depth that bends; 0 across it")
    max_tilt_deg: float = Field(gt=0, lt=90, description="gravity is this near to the picture's down axis")
    prior_deg: float = Field(gt=0, description="1-sigma of how far it is from it, before anything is seen")
    upright_vote: float = Field(ge=0, le=1, description="what an upright cell's vote counts; a level one's counts 1")
    search_step_deg: float = Field(gt=0, description="between the directions that are tried")
    search_deg: float = Field(gt=0, lt=45, description="cells this near to level or upright vote for a direction")
    accept_deg: float = Field(gt=0, lt=45, description="cells this near to level or upright take part in the last fit")
    min_cells: int = Field(ge=3, description="fewer cells say nothing")
    min_share: float = Field(gt=0, lt=1, description="least share of the cells that tell the tilt about either axis")
    rival_deg: float = Field(gt=0, lt=90, description="a direction further off than this is another one")
    max_rival: float = Field(gt=0, le=1, description="votes for another direction, of the best one's, that leave doubt")
    least_sigma_deg: float = Field(ge=0, description="1-sigma of the tilt about each horizontal axis, at best")
    alike: float = Field(ge=1, description="cells that err together")


class ObservedParams(Params):
    """When the extents of a box count as seen."""

    min_points: int = Field(ge=3, description="fewer points are no box")
    min_joined: float = Field(ge=0, le=1, description="least share of the points in one piece along the ray")
    min_known: float = Field(ge=0, le=1, description="least share of the mask with depth")
    min_top_share: float = Field(gt=0, le=1, description="share of upward normals that shows a top")
    min_side_share: float = Field(gt=0, le=1, description="share of a side's normals that shows the side")
    min_top_span: float = Field(gt=0, le=1, description="share of both horizontal extents that a seen top spans")
    min_on_sides: float = Field(ge=0, le=1, description="share of the other points that lie on the box's sides")
    side_m: float = Field(ge=0, description="a point this near to a side lies on it")
    side_rel: float = Field(ge=0, description="or this near, relative to the extent")
    max_occluded: float = Field(ge=0, le=1, description="share of the left, right or upper outline behind something")
    max_at_border: float = Field(ge=0, le=1, description="share of a side of the outline at the picture's border")
    min_visible_fraction: float = Field(ge=0, le=1, description="where it is known")
    max_truncated_fraction: float = Field(ge=0, le=1, description="where it is known")


class SigmaModel(Params):
    """How errors of a box grow; found on scenes with exact truth by benchmarks/lifting.py."""

    floor_m: float = Field(ge=0, description="error of the best box")
    noise: float = Field(ge=0, description="of a pixel's noise at each end")
    outline: float = Field(ge=0, description="of the outline's error at each end")
    range: float = Field(ge=0, description="of the error that an object's points share along the ray")
    size_rel: float = Field(ge=0, description="of a seen horizontal extent")
    height_rel: float = Field(ge=0, description="of a seen vertical extent")
    unseen: float = Field(ge=0, description="of the longest extent, where extents are not observed")
    cut_m: float = Field(ge=0, description="of an extent that the border or something nearer cuts off")


class FuseParams(Params):
    """How the views of one object make one box."""

    max_apart: float = Field(gt=0, description="sigmas that a view's centre may lie from the median of all")
    points_per_view: int = Field(ge=8, description="points that a view adds")


class LiftParams(Params):
    """Section `annotate.lift`."""

    erode_px: int = Field(ge=0, description="width of a mask's outline that must continue the surface inside to count")
    edge_rel: float = Field(gt=0, lt=1, description="relative jump of depth that is an edge")
    split_m: float = Field(gt=0, description="pieces of an object's depth further apart do not belong together")
    most_points: int = Field(ge=64, description="points of an object in a view")
    trim_fraction: float = Field(ge=0, lt=0.03, description="points cut off at either end of an extent")
    floor: FloorParams
    gravity: GravityParams
    observed: ObservedParams
    noise: dict[DepthKind, DepthNoise] = Field(description="by `view.depth_by`; `model` is any other name")
    tilt_sigma_deg: dict[TiltKind, float] = Field(description="by `view.pose_by`; `model` is any other name")
    sigma: SigmaModel
    fuse: FuseParams

"""Pictures of labelled meshes: colour, depth and object index per pixel, and silhouettes without occluders."""

from stages.render.renderer import Frame, Renderer

__all__ = ["Frame", "Renderer"]

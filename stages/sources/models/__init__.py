"""3D models, each seen from all sides on a turntable: Objaverse, any folder of models, or a `.sh3f` library.

Paper: M. Deitke et al., "Objaverse: A Universe of Annotated 3D Objects", CVPR 2023, arXiv:2212.08051.

Expected at `root`, by `layout`:

    objaverse                               as the `objaverse` package downloads it
      glbs/000-NNN/<uid>.glb
      metadata/000-NNN.json.gz              {uid: {name, license, user, viewerUrl, ...}}
      lvis-annotations.json.gz              {category: [uids]}; the parameter `categories` names it, or null
      object-paths.json.gz                  not needed: what lies on disk is read
    folder                                  any tree with .glb, .gltf, .obj, .ply, .stl; pictures and MTL beside them
      chair.glb, Textures/colormap.png ...
      categories.json                       `categories`: {category: [file names without suffix]}, or null
    sh3f                                    `root` is a Sweet Home 3D furniture library

Obtain Objaverse with `pip install objaverse` (https://objaverse.allenai.org), libraries from
https://www.sweethome3d.com. Licence: one per model. It is read from Objaverse's metadata, the library's catalogue, or
the note that Sketchfab leaves in a glTF file (`asset.extras`); else it is the parameter `license`. Models under a
licence that `licenses` does not list are left out; author and address become the scene's `attribution`.

Each model is one scene of kind `object` with rendered views at exact azimuths. Models stand on z = 0 with the middle
of their box at x = y = 0. glTF is y up; for other formats `up` says it. Units are not to be trusted: the longest side
becomes `size_m`, and the views say that the scale is not known (`scale_sigma` 1), so that no size and no distance is
asked. Libraries (`sh3f`) state real sizes, which are kept. A model may hold more than its name says (a set of chairs),
so the vocabulary is empty: nothing is counted. Symmetry is found from pictures (`stages.render.symmetry`).

Models of the same geometry (up to order of vertices, place and size) are one place, in all sources: a copy never
stands on the other side of the split. Skins and animations are not applied: skinned models are left out, the others
rest. Metal and roughness count little, emission and normal maps not at all.
"""

from stages.sources.models.params import ModelsParams
from stages.sources.models.reader import Models

__all__ = ["Models", "ModelsParams"]

"""Hypersim: 461 rendered rooms with exact depth, cameras, instances and boxes.

Paper: M. Roberts et al., "Hypersim: A Photorealistic Synthetic Dataset for Holistic Indoor Scene Understanding",
ICCV 2021, arXiv:2011.02523.

Expected below `root`:

    metadata_camera_parameters.csv                      lens and units of every scene, from the repository's contrib/
    metadata_images_split_scene_v1.csv                  split and release of every picture; optional
    ai_001_001/
      _detail/cam_00/camera_keyframe_positions.hdf5     asset units
      _detail/cam_00/camera_keyframe_orientations.hdf5
      _detail/cam_00/camera_keyframe_frame_indices.hdf5 optional: row -> frame, where that is not the row itself
      _detail/mesh/mesh_objects_si.hdf5, ..._sii.hdf5   NYU40 class and instance of every part
      _detail/mesh/metadata_semantic_instance_bounding_box_object_aligned_2d_{extents,orientations,positions}.hdf5
      images/scene_cam_00_final_preview/frame.0000.tonemap.jpg
      images/scene_cam_00_geometry_hdf5/frame.0000.depth_meters.hdf5, frame.0000.semantic_instance.hdf5

Obtain it with the download script of https://github.com/apple/ml-hypersim. Licence: CC-BY-SA-3.0.
Files are read with h5py: `pip install "open-internspatial[hypersim]"`.

A scene `<source>/ai_001_001` has the pictures of all its cameras; frame `cam * 10000 + frame`. The world is the scene's
own, z up, in metres (asset units times `settings_units_info_meters_scale`).

Cameras. 285 of the 482 scenes have a tilted or shifted lens. The map from pixels to rays is a matrix in all of them,
and any such matrix is a pinhole of a turned camera: it is parted into intrinsics and a turn (RQ), and the view gets
both. What no pinhole has (skew) moves a pixel by more than 1 in 14 of them, by 7.3 at most; scenes where it moves one
by more than `max_skew_px` are dropped.

Depth files hold the distance to the optical centre in half floats, which `stages.depths` turns into z by the view's own
intrinsics (`hypersim_h5`). Pixels of an instance are its mask; a box has the instance's number for its row. The class
of an instance is that of most of its parts. Boxes come from people's grouping of parts and count as `sensor`. Not
everything in a scene is annotated: there is no vocabulary.
"""

from stages.sources.hypersim.reader import Hypersim, HypersimParams

__all__ = ["Hypersim", "HypersimParams"]

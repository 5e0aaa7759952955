"""Any folder of photographs, without annotations.

Expected below `root`, at any depth, in any names:

    holiday/IMG_0001.jpg
    kitchen.png

Every JPEG, PNG and WebP is one scene with one view, `<source>/<path>/0`; in ids, signs that ids may not have become
dashes, with a hash of the path. Pictures are turned as their EXIF data ask for. With `place: folder` the pictures of
one folder show one place, and never straddle a split; with `place: image` each is a place of its own. Objects, camera
and depth come from the backends of `annotate`. The licence is what params.yaml says: the engine cannot know it.
"""

from stages.sources.image_folder.reader import ImageFolder, ImageFolderParams

__all__ = ["ImageFolder", "ImageFolderParams"]

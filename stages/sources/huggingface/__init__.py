"""Any Hugging Face dataset with a column of images, as files on disk.

Expected below `root` (names are set in params.yaml), one of the two layouts that such datasets have:

    data/train-00000-of-00012.parquet ...   `files`: as published on the Hub
    data-00000-of-00003.arrow ...           or as written by `Dataset.save_to_disk`

The image column holds `{bytes, path}`, as the library `datasets` writes it, or plain bytes; the library itself is not
needed. Pictures with bytes are handed over into table `pixels`; pictures with a path alone stay where they are, below
the root. Only JPEG, PNG and WebP are taken. Pictures are turned as their EXIF data ask for, unless there are
boxes: those refer to pixels as stored.

Obtain a dataset with `huggingface-cli download --repo-type dataset NAME`. The licence is what params.yaml says: the
dataset's card tells it.

Each row is one scene with one view, `<source>/<id>/0`; the id is a column, or file and row number. Boxes may come in
one column, as a list of mappings or a mapping of lists; numbers as labels are looked up in the names that the file's
own metadata gives them. With `exhaustive`, these names are the vocabulary; else nothing is counted.
"""

from stages.sources.huggingface.reader import HuggingFace, HuggingFaceParams

__all__ = ["HuggingFace", "HuggingFaceParams"]

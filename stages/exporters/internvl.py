"""InternVL's conversation format (also LLaVA's): one JSON object a line, and the meta file its training reads.

Keys follow InternVL's "Chat Data Format": one picture gives `image`, `width`, `height`; several give lists `image`,
`width_list`, `height_list` and one `<image>` each in the prompt. Lines of the benchmark also carry the typed answer.
The meta file lists the train side only: nobody should train on the benchmark by accident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stages.exporters.base import ImageFile

_TYPED = ("task", "answer_kind", "answer", "unit", "options")


class InternVL:
    """Conversations with image tokens."""

    def record(self, sample: Mapping[str, Any], images: Sequence[ImageFile]) -> dict[str, Any]:
        """Return one conversation of a question and its answer."""
        record: dict[str, Any] = {"id": sample["sample_id"]}
        if len(images) == 1:
            record |= {"image": images[0].path, "width": images[0].width_px, "height": images[0].height_px}
            tokens = "<image>\n"
        else:
            record["image"] = [image.path for image in images]
            record["width_list"] = [image.width_px for image in images]
            record["height_list"] = [image.height_px for image in images]
            tokens = "".join(f"Image-{number}: <image>\n" for number in range(1, len(images) + 1))
        record["conversations"] = [
            {"from": "human", "value": tokens + sample["prompt"]},
            {"from": "gpt", "value": sample["response"]},
        ]
        return record | ({name: sample[name] for name in _TYPED} if sample["side"] == "benchmark" else {})

    def meta(self, root: str, folder: str, lines: Mapping[str, int]) -> dict[str, Any]:
        """Return `meta.json`: where the train lines and their pictures lie."""
        train = {
            "root": root,
            "annotation": f"{folder}/train.jsonl",
            "data_augment": False,
            "repeat_time": 1,
            "length": lines["train"],
        }
        return {"meta.json": {"open_internspatial": train}}

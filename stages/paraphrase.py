"""Ask an OpenAI-compatible endpoint for new wordings of a group and keep, for review, those that mean the same.

`python -m stages.paraphrase TASK GROUP --endpoint URL --model NAME`, GROUP as in the lint's messages, e.g.
`left_of.claim` (questions) or `left_of.claim.yes` (answers). Runs offline: no build calls it. What passes is added to
`stages/tasks/wording/proposed/TASK.yaml`, which nothing reads until a person moves lines into the wording file.

A candidate is dropped, with a reason, if

- `lint`: the lint finds fault with it: other slots, grammar, a missing frame of reference, a leading question;
- `duplicate`: the file has it already, but for case and punctuation;
- `read_differently`: the oracle's own reader takes it for another claim (the converse, the opposite);
- `meaning`: the endpoint, asked afresh which of the task's groups it belongs to, names another one. Among the
  answers it can give are the exchange of {a} and {b}, the negation, and none.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from stages.chat import Chat
from stages.formats.phrases import SLOT
from stages.models.reading import compared_slot, direction
from stages.registry import suggest
from stages.rng import generator
from stages.runner import guard
from stages.schema.errors import UserError
from stages.tasks import TASKS
from stages.tasks.lint import problems_of, same
from stages.tasks.wordings import FOLDER, groups_of, read

PROPOSED = FOLDER / "proposed"
_SHOWN = 3  # wordings that show what a group means
_BULLET = re.compile(r"^\s*(?:[-*\u2022]|\d+[.)])?\s*[\"'\u201c]?(.*?)[\"'\u201d]?\s*$")
_COMPARED = ("left_of", "above", "in_front_of", "bigger", "taller", "wider")
_ANSWERS = ("answer", "yes", "no")

_ASK = """Below are wordings of one {what} for a test of spatial understanding. Words in braces stand for objects, \
units or numbers. Write {count} more wordings that mean exactly the same, varied in syntax and register, in plain \
grammatical English. Use the same braces, unchanged: {slots}. Keep what they say of the viewpoint. One per line, \
nothing else.

{wordings}"""
_SORT = """Which meaning does the sentence have? Words in braces stand for objects, units or numbers.

Sentence: {sentence}

{meanings}

Reply with the number of the one meaning that fits exactly, and nothing else."""


@dataclass(frozen=True)
class Group:
    """One group of wordings and the other groups of its file that it could be mistaken for."""

    task: str
    name: str
    texts: tuple[str, ...]
    rivals: Mapping[str, tuple[str, ...]]
    everything: tuple[str, ...]

    @property
    def is_answer(self) -> bool:
        """Whether the texts are answers."""
        return self.name.rsplit(".", 1)[-1] in _ANSWERS


def load(task: str, name: str) -> Group:
    """Find a group of a task's wording file.

    Raises:
        UserError: There is no such task or group; the nearest is suggested.
    """
    if task not in TASKS:
        raise UserError(f"unknown task {task!r}.{suggest(task, TASKS)} Known: {', '.join(TASKS)}")
    groups = {group: tuple(texts) for group, texts in groups_of(read(task), f"{FOLDER / task}.yaml")}
    if name not in groups:
        raise UserError(f"{FOLDER / task}.yaml: no group {name!r}.{suggest(name, groups)} Known: {', '.join(groups)}")
    part = name.rsplit(".", 1)[-1] in _ANSWERS
    rivals = {
        group: texts
        for group, texts in groups.items()
        if set(texts) != set(groups[name]) and (group.rsplit(".", 1)[-1] in _ANSWERS) == part
    }
    return Group(task, name, groups[name], rivals, tuple(text for texts in groups.values() for text in texts))


def paraphrase(group: Group, chat: Chat, count: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Ask for wordings of a group and check each.

    Returns:
        The accepted texts, and the dropped ones with their reason (`reason: detail`).
    """
    accepted: list[str] = []
    dropped: list[tuple[str, str]] = []
    known = {same(text) for text in group.everything}
    for text in _candidates(chat.ask(_request(group, count), temperature=1.0)):
        why = _fault(group, text, known) or _mistaken(group, text, chat)
        if why:
            dropped.append((text, why))
        else:
            accepted.append(text)
            known.add(same(text))
    return accepted, dropped


def _request(group: Group, count: int) -> str:
    what = "answer" if group.is_answer else "question"
    slots = sorted({f"{{{slot}}}" for text in group.texts for slot in SLOT.findall(text)})
    return _ASK.format(what=what, count=count, slots=", ".join(slots) or "none", wordings="\n".join(group.texts))


def _candidates(reply: str) -> Iterator[str]:
    """Yield the lines of a reply without bullets, numbers and quotes."""
    for line in reply.splitlines():
        match = _BULLET.match(line)
        if match and match[1]:
            yield match[1]


def _fault(group: Group, text: str, known: set[str]) -> str | None:
    problems = problems_of(group.task, group.name, text)
    if problems:
        return f"lint: {problems[0]}"
    if same(text) in known:
        return "duplicate: the file has it already"
    kind, way = group.name.split(".")[:2]
    if kind in _COMPARED and not group.is_answer and _claims(text, kind, way) != _claims(group.texts[0], kind, way):
        return "read_differently: the oracle's reader takes it for the converse or the opposite"
    return None


def _claims(text: str, kind: str, way: str) -> int:
    """What the oracle's reader makes of a comparison: +1 if {a} has more of the relation, -1 if less, 0 if unclear."""
    about = 1 if compared_slot(text) == "a" else -1
    if way == "word":
        return about
    return direction(text, kind) * (about if way == "claim" else 1)


def _mistaken(group: Group, text: str, chat: Chat) -> str | None:
    """Let the endpoint sort a text into the task's meanings, shown in an order drawn for this text."""
    meanings = list(_meanings(group))
    order = generator("paraphrase", group.task, group.name, text).permutation(len(meanings))
    listed = "\n".join(f"{place + 1}. {meanings[k][1]}" for place, k in enumerate(order))
    reply = chat.ask(_SORT.format(sentence=text, meanings=listed), temperature=0.0)
    number = re.fullmatch(r"\D{0,20}?(\d+)\D{0,3}", reply.strip())
    if not number or not 1 <= int(number[1]) <= len(meanings):
        return f"meaning: the endpoint gave no number but {reply.strip()[:60]!r}"
    said = meanings[order[int(number[1]) - 1]][0]
    return None if said == group.name else f"meaning: the endpoint takes it for {said}"


def _meanings(group: Group) -> Iterator[tuple[str, str]]:
    """Yield name and description of every meaning offered: own group, other groups, exchange, negation, none."""
    shown = " / ".join(group.texts[:_SHOWN])
    yield group.name, f"the same as: {shown}"
    for name, texts in group.rivals.items():
        yield name, f"the same as: {' / '.join(texts[:_SHOWN])}"
    if {"a", "b"} <= {slot for text in group.texts[:_SHOWN] for slot in SLOT.findall(text)}:
        yield "the exchange of {a} and {b}", f"what this says once {{a}} and {{b}} change places: {shown}"
    yield "the negation", f"the contrary, or a question whose answer is no where this one's is yes: {shown}"
    yield "none of them", "none of these"


def save(group: Group, texts: Sequence[str], folder: Path = PROPOSED) -> Path:
    """Add texts to the task's review file, laid out like its wording file; texts already there stay once."""
    path = folder / f"{group.task}.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    data: dict[str, object] = found or {}
    here: dict[str, object] = data
    names = group.name.split(".")
    for name in names if not group.is_answer else names[:-1]:
        below = here.setdefault(name, {})
        if not isinstance(below, dict):
            raise UserError(f"{path}: {name}: expected lists of wordings by name; move or delete the file")
        here = below
    last = names[-1] if group.is_answer else "ask"
    before = here.get(last)
    here[last] = list(dict.fromkeys([*(before if isinstance(before, list) else []), *texts]))
    folder.mkdir(parents=True, exist_ok=True)
    head = f"# Proposed wordings, not in use: read each, then move it to ../{group.task}.yaml or delete it.\n"
    path.write_text(head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000), encoding="utf-8")
    return path


def main(argv: Sequence[str] | None = None) -> None:
    """Propose wordings for one group and report what became of every candidate."""
    parser = argparse.ArgumentParser(prog="python -m stages.paraphrase", description=__doc__.splitlines()[0])
    parser.add_argument("task")
    parser.add_argument("group")
    parser.add_argument("--endpoint", required=True, help="address of the API, e.g. http://localhost:8000/v1")
    parser.add_argument("--model", required=True, help="name of the model at that address")
    parser.add_argument("--count", type=int, default=10, help="wordings to ask for")
    parser.add_argument("--out", type=Path, default=PROPOSED, help="folder of the review files")
    args = parser.parse_args(argv)
    group = load(args.task, args.group)
    accepted, dropped = paraphrase(group, Chat(args.endpoint, args.model), args.count)
    for text, why in dropped:
        sys.stdout.write(f"dropped  {text}\n         {why}\n")
    for text in accepted:
        sys.stdout.write(f"accepted {text}\n")
    counts = Counter(why.split(":")[0] for _, why in dropped)
    told = ", ".join(f"{why} {count}" for why, count in sorted(counts.items()))
    sys.stdout.write(f"{len(accepted)} accepted, {len(dropped)} dropped{f' ({told})' if told else ''}\n")
    if accepted:
        sys.stdout.write(f"review {save(group, accepted, args.out)}\n")


if __name__ == "__main__":
    guard(main)

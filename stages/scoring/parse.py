r"""Typed reading of free-text replies: letter, yes/no, number in the asked unit, angle. What is not an answer is None.

A reply is searched from the most explicit statement to the least: after the last `</think>`, an `<answer>` tag, a
`\boxed{}`, what follows the last "answer is" or "Answer:", a short bold text, and at last the reply without its
refusing clauses ("I cannot see the table"). In each place the answer stated last counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from stages.scoring.quantities import parse_number, plain_signs, quantities
from stages.scoring.words import RIGHT_AS_CORRECT, position_phrase

LETTERS = "ABCDEFGHIJ"
_BOLD_WORDS = 4

_ANSWER_TAG = re.compile(r"<answer>(.*?)(?:</answer>|$)", re.DOTALL | re.IGNORECASE)
_BOXED = re.compile(r"\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}")
_LATEX = re.compile(r"\\(?:text|mathrm|mathbf)\{([^{}]*)\}")
_MARKER = re.compile(
    r"\b(?:answer|conclusion)\b(?:\s+(?:to|for)\s+[^.:\n]{0,60})?\s*(?:is|would be|should be|must be|:|=|->)+[:\s]*",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*\*(.+?)\*\*(?!\s*:)|__(.+?)__(?!\s*:)")
_MARKDOWN = re.compile(r"\*\*|__|`|\$|(?<!\w)\*|\*(?!\w)")
_CLAUSE = re.compile(r"(?<=[.!?])\s+|\n+|;\s*|,?\s+\b(?:but|however|although|so)\b,?\s+", re.IGNORECASE)
_UNABLE = (
    r"can(?:no|')?t|cannot|unable|impossible|not (?:possible|able)|sorry|insufficient|indeterminate|"
    r"(?:do not|don't|does not|doesn't) (?:know|show|have|provide|contain)"
)
_REFUSAL = re.compile(rf"\b(?:{_UNABLE})\b", re.IGNORECASE)
_UNSURE = re.compile(rf"\b(?:{_UNABLE}|not (?:sure|clear|visible|enough)|unclear)\b", re.IGNORECASE)
_TURNED_DOWN = re.compile(
    r"\b(?:not|isn't|rather than|than|instead of|compared (?:to|with)|unlike)\s+(?:the\s+|a\s+|an\s+|option\s+|\()*$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\b(?:both|neither|none of|equally|either)\b", re.IGNORECASE)
_YES_NO = re.compile(r"\b(?:(yes|yeah|yep|true|correct)|(no|nope|false|incorrect))\b", re.IGNORECASE)
_OPENING = re.compile(r"(?:yes|no)\b(?=\s*[,.!:;\n]|$)", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)


def parse(reply: str, answer_kind: str, options: Sequence[str], unit: str | None) -> str | None:
    """Read a reply as an answer of the given kind.

    Args:
        reply: Raw text of a model.
        answer_kind: `choice`, `yes_no`, `number`, `angle` or `text`.
        options: Texts of options A, B, ... of a choice.
        unit: Unit the question asked for.

    Returns:
        A letter, `yes` or `no`, a number in `unit` (angles in (-180, 180]), for `text` the phrase about
        position or else the text itself; None if unparsed.

    Example:
        >>> parse("It looks far away. The answer is (B).", "choice", ["2 m", "5 m"], None)
        'B'
    """
    readers: dict[str, Callable[[str], str | None]] = {
        "choice": lambda text: _choice(text, options),
        "yes_no": _yes_no,
        "number": lambda text: _number(text, unit),
        "angle": lambda text: _number(text, "deg"),
        "text": lambda text: position_phrase(text) or text.strip() or None,
    }
    read = readers[answer_kind]
    refusal = _REFUSAL if answer_kind in ("number", "angle") else _UNSURE
    return next((found for found in map(read, _places(reply, refusal)) if found is not None), None)


def number_text(value: float) -> str:
    """Write a number as the parser does: six significant digits, no trailing zeros."""
    return f"{value + 0.0:.6g}"


def _places(reply: str, refusal: re.Pattern[str]) -> Iterator[str]:
    """Yield the parts of a reply that may state the answer, most explicit first."""
    reply = plain_signs(reply).rsplit("</think>", 1)[-1].strip()
    for tag in (_ANSWER_TAG.findall(reply), _BOXED.findall(reply)):
        yield from (_plain(text) for text in tag[-1:])
    plain = _plain(reply)
    for marker in list(_MARKER.finditer(plain))[-1:]:
        yield next((line for line in plain[marker.end() :].splitlines() if line.strip()), "")
    bold = [(a or b).strip() for a, b in _BOLD.findall(reply)]
    short = [text for text in bold if len(text.split()) <= _BOLD_WORDS and not text.endswith(":")]
    yield from (_plain(text) for text in short[-1:])
    opening = _OPENING.match(plain)
    if opening:  # "No, I cannot see one" is an answer and no refusal
        yield opening[0]
    yield "\n".join(clause for clause in _CLAUSE.split(plain) if not refusal.search(clause))


def _plain(text: str) -> str:
    text = _LATEX.sub(r"\1", text).replace("\\,", " ").replace("\\", "")
    return _MARKDOWN.sub("", text).strip()


def _number(text: str, unit: str | None) -> str | None:
    value = parse_number(text, unit)
    return None if value is None else number_text(value)


def _yes_no(text: str) -> str | None:
    words = list(_YES_NO.finditer(text))
    if not words:
        return None
    said = words[0] if not text[: words[0].start()].strip(" \"'(") else words[-1]
    return "yes" if said[1] else "no"


def _choice(text: str, options: Sequence[str]) -> str | None:
    letters = LETTERS[: len(options)]
    if not letters:
        return None
    readers = (_leading_letter, _named_letter, _loose_letter)
    by_letter = (found for found in (read(text, letters) for read in readers) if found)
    return next(by_letter, None) or _option_text(text, options) or _option_number(text, options)


def _leading_letter(text: str, letters: str) -> str | None:
    """Read `B`, `(B)`, `b)`, `B. chair`, `A` on a line of its own at the start."""
    match = re.match(rf"\W*([{letters}{letters.lower()}])(?:\W*$|[).:,](?!\s*(?:is|was|would|can)\b)|\s*\n)", text)
    return match[1].upper() if match else None


def _named_letter(text: str, letters: str) -> str | None:
    """Read the last of `(B)`, `option B`, `choose B`."""
    bracketed = rf"\(([{letters}{letters.lower()}])\)"
    pattern = rf"{bracketed}|\b(?:[Oo]ption|[Cc]hoice|[Cc]hoose|[Ss]elect|[Pp]ick)\s+\(?([{letters}])\b"
    found = [m[1] or m[2] for m in re.finditer(pattern, text) if not _TURNED_DOWN.search(text[: m.start()])]
    return found[-1].upper() if found else None


def _loose_letter(text: str, letters: str) -> str | None:
    """Read the last capital that stands alone; an `A` before a word may be an article."""
    safe = r"(?=\s*(?:$|[.,:;!?)\n]|is\b|seems\b|looks\b|appears\b|because\b|since\b))"
    pattern = rf"(?<![\w'])(?:([{letters.replace('A', '') or '-'}])(?![\w'])|(A){safe})"
    found = [m[1] or m[2] for m in re.finditer(pattern, text) if not _TURNED_DOWN.search(text[: m.start()])]
    return found[-1] if found else None


def _option_text(text: str, options: Sequence[str]) -> str | None:
    """Read the option named first in the last sentence that names one; "than the table" names none."""
    text = RIGHT_AS_CORRECT.sub("-----", text)  # no answer to "left or right?"
    for sentence in reversed([s for s in re.split(r"(?<=[.!?])\s+|\n+", text) if s]):
        named = [i for start, i in _mentions(sentence, options) if not _TURNED_DOWN.search(sentence[:start])]
        if len(set(named)) > 1 and _SEVERAL.search(sentence):
            return None
        if named:
            return LETTERS[named[0]]
    return None


def _mentions(sentence: str, options: Sequence[str]) -> list[tuple[int, int]]:
    """Return (position, option) of each option text; a longer option hides a shorter one inside it."""
    found: list[tuple[int, int]] = []
    for i in sorted(range(len(options)), key=lambda i: -len(options[i])):
        body = re.escape(_ARTICLE.sub("", options[i].strip().rstrip("."))).replace(r"\ ", r"\s+")
        for match in re.finditer(rf"(?<![\w.-]){body}(?![\w-]|\.\d)", sentence, re.IGNORECASE) if body else ():
            found.append((match.start(), i))
            sentence = sentence[: match.start()] + "\0" * len(match[0]) + sentence[match.end() :]
    return sorted(found)


def _option_number(text: str, options: Sequence[str]) -> str | None:
    """Read a number that equals exactly one option, e.g. `120 cm` for `1.2 meters`."""
    units = {q.unit for option in options for q in quantities(option)}
    if len(units) != 1 or not all(quantities(option) for option in options):
        return None
    unit = units.pop() or "count"
    said = parse_number(text, unit)
    same = [i for i, option in enumerate(options) if said is not None and parse_number(option, unit) == said]
    return LETTERS[same[0]] if len(same) == 1 else None

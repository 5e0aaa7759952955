from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.scoring.parse import number_text, parse
from stages.scoring.quantities import METRES_PER, parse_number
from stages.tasks import TASKS
from stages.tasks.wordings import read

OBJECTS = ["the red chair", "the table"]
DISTANCES = ["0.8 meters", "1.2 meters", "2 meters", "3.5 meters"]
TURNS = ["45 degrees clockwise", "45 degrees counter-clockwise", "90 degrees clockwise", "180 degrees"]
REGIONS = ["region 1", "region 2"]

CHOICES = [
    pytest.param("B", OBJECTS, "B", id="letter alone"),
    pytest.param("b", OBJECTS, "B", id="small letter alone"),
    pytest.param("(B)", OBJECTS, "B", id="letter in brackets"),
    pytest.param("B.", OBJECTS, "B", id="letter and full stop"),
    pytest.param("A) the red chair", OBJECTS, "A", id="letter and option"),
    pytest.param("A\nbecause it is nearer than the table", OBJECTS, "A", id="letter on its own line"),
    pytest.param("Answer: B", OBJECTS, "B", id="after answer"),
    pytest.param("**Answer:** B", OBJECTS, "B", id="after bold answer"),
    pytest.param("**B**", OBJECTS, "B", id="bold letter"),
    pytest.param(r"So the result is $\boxed{B}$.", OBJECTS, "B", id="boxed"),
    pytest.param(r"\boxed{\text{A}}", OBJECTS, "A", id="boxed text"),
    pytest.param("<think>A or B? A!</think>\n<answer>B</answer>", OBJECTS, "B", id="thinking and tag"),
    pytest.param("The answer is A, because B is farther away.", OBJECTS, "A", id="answer before its reason"),
    pytest.param("Option A is a chair. Option B is a table. The correct answer is B.", OBJECTS, "B", id="reasoning"),
    pytest.param("(A) is wrong, so it must be (B)", OBJECTS, "B", id="last letter"),
    pytest.param("It could be (A). No: (B), not (A).", OBJECTS, "B", id="letter turned down"),
    pytest.param("I would choose B", OBJECTS, "B", id="choose"),
    pytest.param("A is closer than B", OBJECTS, "A", id="letters compared"),
    pytest.param("A chair stands left; B", OBJECTS, "B", id="A as article"),
    pytest.param("the table", OBJECTS, "B", id="option text"),
    pytest.param("The Table.", OBJECTS, "B", id="option text, other case"),
    pytest.param("The red chair is further left than the table.", OBJECTS, "A", id="compared in a sentence"),
    pytest.param("The table is on the right. The red chair is further left.", OBJECTS, "A", id="last sentence"),
    pytest.param("Not the red chair but the table.", OBJECTS, "B", id="option turned down"),
    pytest.param("Both the red chair and the table are equally near.", OBJECTS, None, id="both"),
    pytest.param("blue chair", ["chair", "blue chair"], "B", id="option inside another"),
    pytest.param("Region 2 is nearer.", REGIONS, "B", id="region"),
    pytest.param("1.2 m", DISTANCES, "B", id="number for option"),
    pytest.param("120 cm", DISTANCES, "B", id="number in another unit"),
    pytest.param("About 3.5 meters", DISTANCES, "D", id="measure as text"),
    pytest.param("7 m", DISTANCES, None, id="number of no option"),
    pytest.param("12", ["1", "2", "12", "21"], "C", id="number inside number"),
    pytest.param("There are three of them", ["1", "2", "3", "4"], "C", id="number word"),
    pytest.param("90 degrees clockwise", TURNS, "C", id="turn"),
    pytest.param("It turned 45 degrees counter-clockwise.", TURNS, "B", id="turn the other way"),
    pytest.param("Clockwise by 45°", TURNS, "A", id="turn in other words"),
    pytest.param("I'm sorry, I cannot tell which is nearer, the red chair or the table.", OBJECTS, None, id="refusal"),
    pytest.param("I can't see the red chair. But the table is left.", OBJECTS, "B", id="refusing clause, then answer"),
    pytest.param('The right word is "left".', ["right", "left"], "B", id="right as correct"),
    pytest.param("That's right, on the left.", ["right", "left"], "B", id="that's right"),
    pytest.param("It is on the right.", ["right", "left"], "A", id="right as a side"),
    pytest.param("E", OBJECTS, None, id="letter of no option"),
    pytest.param("", OBJECTS, None, id="empty"),
    pytest.param("B", [], None, id="no options"),
]  # fmt: skip

YES_NO = [
    pytest.param("Yes", "yes", id="yes"),
    pytest.param("no.", "no", id="no"),
    pytest.param("Yes, the chair is left. No other object is.", "yes", id="first word"),
    pytest.param("**No**, it is behind.", "no", id="bold"),
    pytest.param("Looking closely, there is no lamp near it. So yes.", "yes", id="reasoning first"),
    pytest.param("Let me think. Yes? Answer: no", "no", id="answer marker wins"),
    pytest.param("False", "no", id="false"),
    pytest.param("That is incorrect.", "no", id="incorrect"),
    pytest.param("<answer>yes</answer>", "yes", id="tag"),
    pytest.param("I cannot tell from this picture.", None, id="refusal"),
    pytest.param("No, I can't see a lamp in this picture.", "no", id="no that sounds like a refusal"),
    pytest.param("There is none, so no. No lamp is near it.", "no", id="no in the middle"),
    pytest.param("It is. The chair is higher, so yes.", "yes", id="yes at the end"),
    pytest.param("Nothing to note here.", None, id="words that begin alike"),
    pytest.param("", None, id="empty"),
]

NUMBERS = [
    pytest.param("1.5", "m", "1.5", id="bare"),
    pytest.param("3m", "m", "3", id="unit joined"),
    pytest.param("about 3 meters", "m", "3", id="about"),
    pytest.param("three", "m", "3", id="word"),
    pytest.param("The room measures 24.5 square meters.", "m2", "24.5", id="area"),
    pytest.param("5 m by 4 m, so 20 m\u00b2", "m2", "20", id="sides, then area"),
    pytest.param("260 sq ft", "ft2", "260", id="square feet"),
    pytest.param("about 2 m", "m2", None, id="a length is no area"),
    pytest.param("18", "m2", "18", id="bare area"),
    pytest.param("twenty feet", "ft", "20", id="twenty"),
    pytest.param("150 cm", "m", "1.5", id="centimetres"),
    pytest.param("80 mm", "cm", "8", id="millimetres"),
    pytest.param("2 metres", "cm", "200", id="metres"),
    pytest.param("10 feet", "m", "3.048", id="feet"),
    pytest.param("10 inches", "cm", "25.4", id="inches"),
    pytest.param("5'4\"", "in", "64", id="feet and inches, signs"),
    pytest.param("5 ft 6 in.", "m", "1.6764", id="feet and inches"),
    pytest.param("1 meter and 20 centimeters", "m", "1.2", id="metres and centimetres"),
    pytest.param("2.0 m (6.6 ft)", "m", "2.01168", id="restated in feet: the last counts"),
    pytest.param("3,000", "cm", "3000", id="thousands"),
    pytest.param("2-3 m", "m", None, id="range"),
    pytest.param("between 2 and 3 meters", "m", None, id="between"),
    pytest.param("2 or 3 meters", "m", None, id="alternative"),
    pytest.param("2.5 meters. The two objects are far apart.", "m", "2.5", id="number word after the measure"),
    pytest.param("Region 2 is 1.5 m from region 3", "m", "1.5", id="labels are no numbers"),
    pytest.param("<box>[[10, 20, 300, 400]]</box> is at 0.7", "m", "0.7", id="boxes are no numbers"),
    pytest.param("<|box_start|>(10,20),(300,400)<|box_end|> is at 0.7", "m", "0.7", id="Qwen's boxes are none either"),
    pytest.param("First 4 m, no: <think>5</think> 3 m", "m", "3", id="thinking"),
    pytest.param("Step 1: look. Step 2: measure.\nAnswer: 2.75 meters", "m", "2.75", id="steps"),
    pytest.param(r"\boxed{2.5\,\text{m}}", "m", "2.5", id="boxed"),
    pytest.param("I cannot measure exactly, but it is roughly 2 m.", "m", "2", id="hedged"),
    pytest.param("I am unable to tell the distance.", "m", None, id="refusal"),
    pytest.param("There are 3 chairs, one of them not clearly visible.", "count", "3", id="hedged count"),
    pytest.param("I'm sorry, I cannot measure how far region 1 is from region 2.", "m", None, id="refusal with labels"),
    pytest.param("far", "m", None, id="no number"),
    pytest.param("", "m", None, id="empty"),
    pytest.param("3", "count", "3", id="count"),
    pytest.param("There are three chairs, one near the window.", "count", "3", id="count, then one of them"),
    pytest.param("There is one chair.", "count", "1", id="one"),
    pytest.param("1. a red chair\n2. a blue chair\nTotal: 2", "count", "2", id="list"),
    pytest.param("5 in total", "count", "5", id="in is no unit here"),
    pytest.param("I see 4 chairs within 3 m.", "count", "4", id="length is no count"),
    pytest.param("The 3D view shows 2 chairs", "count", "2", id="3D"),
    pytest.param("twenty-one", "count", None, id="words beyond twenty"),
    pytest.param("90%", "count", None, id="percent"),
]

ANGLES = [
    pytest.param("45", "45", id="bare"),
    pytest.param("-45 degrees", "-45", id="negative"),
    pytest.param("\u221245°", "-45", id="minus sign"),
    pytest.param("315 degrees", "-45", id="modulo 360"),
    pytest.param("-180", "180", id="half turn"),
    pytest.param("720", "0", id="two turns"),
    pytest.param("45 degrees clockwise", "-45", id="clockwise"),
    pytest.param("45 degrees counter-clockwise", "45", id="counter-clockwise"),
    pytest.param("45° in the anticlockwise direction", "45", id="anticlockwise"),
    pytest.param("-45 degrees clockwise", "-45", id="sign and word"),
    pytest.param("It moved clockwise by about 30 degrees.", "-30", id="clockwise by"),
    pytest.param("1 radian", "57.2958", id="radian"),
    pytest.param("Between picture 1 and picture 2 it turned 60 degrees", "60", id="pictures"),
    pytest.param("It did not turn.", None, id="no number"),
]


@pytest.mark.parametrize(("reply", "options", "expected"), CHOICES)
def test_choice(reply: str, options: list[str], expected: str | None) -> None:
    assert parse(reply, "choice", options, None) == expected


@pytest.mark.parametrize(("reply", "expected"), YES_NO)
def test_yes_no(reply: str, expected: str | None) -> None:
    assert parse(reply, "yes_no", (), None) == expected


@pytest.mark.parametrize(("reply", "unit", "expected"), NUMBERS)
def test_number(reply: str, unit: str, expected: str | None) -> None:
    assert parse(reply, "number", (), unit) == expected


@pytest.mark.parametrize(("reply", "expected"), ANGLES)
def test_angle(reply: str, expected: str | None) -> None:
    assert parse(reply, "angle", (), "deg") == expected


def test_text_is_stripped() -> None:
    assert parse(" the kitchen \n", "text", (), None) == "the kitchen"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param("Left.", "left", id="word"),
        pytest.param("It is on the right-hand side of the table.", "right", id="hand"),
        pytest.param("The chair is further left than the table.", "left", id="further left is no depth"),
        pytest.param("It is further away.", "further", id="further"),
        pytest.param("Not left but right.", "right", id="turned down"),
        pytest.param("That is right, it is higher.", "higher", id="right as correct"),
        pytest.param("It could be left or right. It is left.", "left", id="last sentence"),
        pytest.param("<think>left?</think> **Back-right**", "back-right", id="quadrant"),
        pytest.param("To the front and left.", "front and left", id="quadrant in words"),
        pytest.param("The answer is: behind", "behind", id="after a marker"),
        pytest.param("I cannot tell whether it is left or right.", None, id="refusal"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_words_about_position(reply: str, expected: str | None) -> None:
    assert parse(reply, "text", (), None) == expected


def answer_sentences() -> list[tuple[str, str, str]]:
    """Task, group and text of every answer sentence the engine writes."""
    found = []
    for task in TASKS:
        for kind, ways in read(task).items():
            for way, groups in ways.items():
                found += [(kind, f"{way}.{g}", t) for g, texts in groups.items() if g != "ask" for t in texts]
    return found


FILLS = {
    "a": "the red chair", "b": "the table", "winner": "the red chair", "loser": "the table", "category": "lamp",
    "a_category": "a lamp", "categories": "lamps", "n": "3", "n_categories": "3 lamps", "are": "are", "word": "{word}",
    "measure": "1.2 meters", "turn": "45 degrees clockwise", "angle": "-45", "turns": "turn left, turn back",
    "c": "the stool", "d": "the door", "e": "the radio", "first": "the red chair", "second": "the table",
    "third": "the stool", "fourth": "the door",
}  # fmt: skip
SIDES = {
    "direction_easy": ["right", "left"],
    "direction_medium": ["back", "left", "right"],
    "direction_hard": ["front-right", "back-left", "front-left"],
    "camera_turn": ["right", "left"],
    "camera_shift": ["backward", "left", "forward"],
}
ROUTES = ["turn right, turn back", "turn left, turn back", "turn back, turn left"]
AREAS = ["12 square meters", "15.5 square meters", "20 square meters"]
# Orders are read as the option itself; a sentence that tells them in other words is not (the benchmark asks letters).
ORDERS = ("depth_order", "first_seen_order")
WORDS = {"left_of": ["right", "left"], "above": ["higher", "lower"], "in_front_of": ["nearer", "farther"]}


def read_back(kind: str, group: str, text: str) -> tuple[str | None, str]:
    """Parse an answer sentence; return what was read and what it says."""
    way, answer = group.split(".")
    anchored = kind.endswith("nearest_to")
    filled = text.format(**{**FILLS, **({"a": "the lamp"} if anchored else {})})
    if kind in SIDES and "{word}" in text:
        read = [parse(filled.replace("{word}", w), "choice", SIDES[kind], None) for w in SIDES[kind]]
        return "".join(str(r) for r in read), "ABC"[: len(read)]
    if kind.startswith("route_"):
        return parse(filled, "choice", ROUTES, None), "B"
    if kind == "room_area":
        filled = text.format(**{**FILLS, "measure": AREAS[1]})
        return (
            (parse(filled, "choice", AREAS, None), "B")
            if way == "four"
            else (parse(filled, "number", (), "m2"), "15.5")
        )
    if way == "claim":
        return parse(filled, "yes_no", (), None), answer
    if way == "word":
        read = [parse(filled.replace("{word}", word), "choice", WORDS[kind], None) for word in WORDS[kind]]
        return "".join(str(r) for r in read), "AB"
    if way.startswith("which"):
        return parse(filled, "choice", OBJECTS, None), "A"
    if way == "four":
        options = ["2", "3", "4", "5"] if "count" in kind else DISTANCES
        return parse(filled, "choice", options, None), "B"
    if way.endswith("turn"):
        return parse(filled, "choice", TURNS, None), "A"
    unit = "count" if "count" in kind else {"rotation": "deg", "camera_turn": "deg"}.get(kind, "m")
    expected = {"count": "3", "deg": "-45", "m": "1.2"}[unit]
    return parse(filled, "angle" if unit == "deg" else "number", (), unit), expected


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        pytest.param(("direction_easy", "camera_turn"), ("left", "right"), id="sides"),
        pytest.param(("direction_medium",), ("left", "right", "back"), id="sides and back"),
        pytest.param(("direction_hard",), ("front-left", "front-right", "back-left", "back-right"), id="quadrants"),
        pytest.param(("left_of",), ("left", "right"), id="left of"),
        pytest.param(("above",), ("higher", "lower"), id="above"),
        pytest.param(("in_front_of",), ("nearer", "farther"), id="in front of"),
    ],
)
def test_every_sentence_with_a_word_is_read_as_that_word(kinds: tuple[str, ...], words: tuple[str, ...]) -> None:
    texts = [text for kind, _, text in answer_sentences() if kind in kinds and "{word}" in text]
    assert len(texts) >= 8
    filled = [(text.format(**{**FILLS, "word": word}), word) for text in texts for word in words]
    assert [(text, word) for text, word in filled if parse(text, "text", (), None) != word] == []


def test_every_answer_sentence_of_the_engine_parses_to_its_answer() -> None:
    sentences = answer_sentences()
    assert len(sentences) > 200
    read = {(kind, text): read_back(kind, group, text) for kind, group, text in sentences if kind not in ORDERS}
    assert {text: pair for text, pair in read.items() if pair[0] != pair[1]} == {}


@given(st.decimals(0, 1000, places=2), st.sampled_from(sorted(METRES_PER)), st.sampled_from(["m", "cm", "ft", "in"]))
def test_lengths_round_trip_in_any_unit(value: object, said: str, asked: str) -> None:
    number = float(str(value))
    found = parse(f"The distance is {number} {said}.", "number", (), asked)
    assert found is not None
    assert float(found) == pytest.approx(number * METRES_PER[said] / METRES_PER[asked], rel=1e-5, abs=1e-9)


@given(st.integers(-720, 720), st.sampled_from(["degrees", "°", ""]))
def test_angles_come_back_in_one_turn(angle: int, unit: str) -> None:
    found = parse(f"{angle} {unit}", "angle", (), "deg")
    assert found is not None
    assert -180 < float(found) <= 180
    assert (float(found) - angle) % 360 == 0


@given(
    st.integers(0, 3), st.permutations(DISTANCES), st.sampled_from(["{l}", "({l})", "{l}. {o}", "Answer: {l}", "{o}"])
)
def test_options_round_trip_in_any_order(index: int, options: list[str], style: str) -> None:
    reply = style.format(l="ABCD"[index], o=options[index])
    assert parse(reply, "choice", options, None) == "ABCD"[index]


@given(st.text(max_size=80), st.sampled_from(["choice", "yes_no", "number", "angle"]))
def test_any_text_is_parsed_or_none(reply: str, kind: str) -> None:
    found = parse(reply, kind, OBJECTS, "m" if kind == "number" else None)
    allowed = {"choice": ("A", "B"), "yes_no": ("yes", "no")}
    assert found is None or kind not in allowed or found in allowed[kind]


@given(st.floats(-1e6, 1e6).map(lambda v: float(number_text(v))))
def test_number_text_round_trips(value: float) -> None:
    assert parse_number(number_text(value), "m") == value or "e" in number_text(value)

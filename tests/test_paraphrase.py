"""The paraphrase hook against a real HTTP server that speaks the chat protocol with scripted replies."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages import chat, paraphrase
from stages.chat import Chat
from stages.paraphrase import load, save
from stages.schema.errors import UserError
from stages.tasks.wordings import FOLDER, read

Answer = tuple[int, dict[str, str], bytes]


def spoken(text: str) -> Answer:
    return 200, {}, json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


@dataclass
class Endpoint:
    """A server on loopback: `script` turns each prompt into a reply, `asked` keeps bodies and headers."""

    script: Callable[[str], Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str], Answer]], Endpoint]]:
    servers: list[ThreadingHTTPServer] = []

    def start(script: Callable[[str], Answer]) -> Endpoint:
        endpoint = Endpoint(script)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.asked.append({"path": self.path, **body})
                endpoint.keys.append(self.headers["Authorization"])
                status, headers, content = endpoint.script(body["messages"][0]["content"])
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
        return endpoint

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def one_of(prompt: str, start: str) -> str:
    """Number of the meaning in a sorting prompt whose description begins so."""
    return next(line.split(".")[0] for line in prompt.splitlines() if re.match(rf"\d+\. {re.escape(start)}", line))


CLAIM = f"the same as: {read('position_comparison')['left_of']['claim']['ask'][0]}"
RIGHT = f"the same as: {read('position_comparison')['left_of']['which_opposite']['ask'][0]}"
GOOD = "Would you place {a} to the left of {b} in this image?"
GOOD_TOO = "Seen from the camera, does one find {b} to the right of {a}?"
CONVERSE = "Would you place {b} to the left of {a} in this image?"
NEGATED = "In this image, does {a} fail to be left of {b}?"
UNSORTED = "Does the photo put {a} left of {b}?"
PROPOSALS = f"""Here you are:
1. {GOOD}
2. "{GOOD_TOO}"
- {CONVERSE}
- {NEGATED}
- {UNSORTED}
- Is {{a}} to the left of {{c}} in the image?
- Is {{a}} to the left of {{b}}?
- is {{a}} to the left of {{b}}, in the image?
- Is {{a}} to the left of {{b}} in this image, isn't it?
- Is {{a}} to the left of {{b}} in the image?
"""


def sorted_by_hand(prompt: str) -> Answer:
    """What a good model would reply to a sorting prompt, and what a poor one would to UNSORTED."""
    sentence = next(line for line in prompt.splitlines() if line.startswith("Sentence: "))
    if UNSORTED in sentence:
        return spoken("I believe it could be 3 or 4, depending on the context.")
    return spoken(one_of(prompt, "the contrary") if NEGATED in sentence else f"{one_of(prompt, CLAIM)}.")


def scripted(prompt: str) -> Answer:
    return sorted_by_hand(prompt) if "Which meaning" in prompt else spoken(PROPOSALS)


def test_each_candidate_is_kept_or_dropped_with_a_reason(
    serve: Callable[..., Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(chat.KEY, "sesame")
    endpoint = serve(scripted)
    group = load("position_comparison", "left_of.claim")
    accepted, dropped = paraphrase.paraphrase(group, Chat(endpoint.url, "scribe"), 10)
    assert accepted == [GOOD, GOOD_TOO]
    reasons = dict(dropped)
    assert reasons.pop("Here you are:").startswith("lint: ask: 'Here you are:' lacks slot {a}")
    assert reasons.pop(CONVERSE).startswith("read_differently")
    assert reasons.pop(NEGATED) == "meaning: the endpoint takes it for the negation"
    assert reasons.pop(UNSORTED).startswith("meaning: the endpoint gave no number")
    assert "unknown slot {c}" in reasons.pop("Is {a} to the left of {c} in the image?")
    assert "frame of reference" in reasons.pop("Is {a} to the left of {b}?")
    assert "small letter" in reasons.pop("is {a} to the left of {b}, in the image?")
    assert "leads to an answer" in reasons.pop("Is {a} to the left of {b} in this image, isn't it?")
    assert reasons.pop("Is {a} to the left of {b} in the image?").startswith("duplicate")
    assert reasons == {}
    assert {(row["path"], row["model"]) for row in endpoint.asked} == {("/v1/chat/completions", "scribe")}
    assert set(endpoint.keys) == {"Bearer sesame"}
    request = endpoint.asked[0]["messages"][0]["content"]
    assert all(text in request for text in group.texts)
    assert "{a}, {b}" in request


def test_another_group_is_told_apart(serve: Callable[..., Endpoint]) -> None:
    """The endpoint says the question for the right-hand one is meant."""
    text = "Which would you call the left one in this image, {a} or {b}?"
    endpoint = serve(lambda prompt: spoken(one_of(prompt, RIGHT) if "Which meaning" in prompt else text))
    group = load("position_comparison", "left_of.which")
    accepted, dropped = paraphrase.paraphrase(group, Chat(endpoint.url, "m"), 1)
    assert (accepted, dropped) == ([], [(text, "meaning: the endpoint takes it for left_of.which_opposite")])


def test_answers_are_paraphrased_too(serve: Callable[..., Endpoint]) -> None:
    first = read("position_comparison")["left_of"]["claim"]["no"][0]
    replies = "No, you find {a} on the right of {b}.\nSure, {a} is right of {b}."
    endpoint = serve(
        lambda prompt: spoken(one_of(prompt, f"the same as: {first}") if "Which meaning" in prompt else replies)
    )
    accepted, dropped = paraphrase.paraphrase(
        load("position_comparison", "left_of.claim.no"), Chat(endpoint.url, "m"), 2
    )
    assert accepted == ["No, you find {a} on the right of {b}."]
    assert "does not say no clearly" in dropped[0][1]


BUSY: tuple[Answer, ...] = (
    (429, {"Retry-After": "0"}, b""),
    (503, {"Retry-After": "0"}, b"<html>down</html>"),
    (500, {}, b""),
)


def test_busy_endpoints_are_asked_again(serve: Callable[..., Endpoint], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "FIRST_WAIT_S", 0.01)
    left = list(BUSY)
    endpoint = serve(lambda _: left.pop(0) if left else spoken("hello"))
    assert Chat(endpoint.url, "m").ask("?", 0.0) == "hello"
    assert len(endpoint.asked) == len(BUSY) + 1


def test_the_endpoint_says_how_long_to_wait(serve: Callable[..., Endpoint], monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("stages.chat.time.sleep", waits.append)
    left: list[Answer] = [(429, {"Retry-After": "7200"}, b"")] * 2
    endpoint = serve(lambda _: left.pop() if left else (502, {}, b""))
    with pytest.raises(UserError, match="no answer in 5 attempts \\(status 502\\)"):
        Chat(endpoint.url, "m").ask("?", 0.0)
    assert waits == [60.0, 60.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param((401, {}, b"no key"), "refused with status 401: 'no key'.*OPENAI_API_KEY", id="no key"),
        pytest.param((404, {}, b"not found"), "refused with status 404", id="wrong path"),
        pytest.param((200, {}, b"<html>"), "expected a chat completion", id="no JSON"),
        pytest.param((200, {}, b'{"choices": []}'), "expected a chat completion", id="no choice"),
        pytest.param((200, {}, b'{"choices": [{"message": {"content": null}}]}'), "expected a chat", id="no text"),
    ],
)
def test_bad_answers_are_one_message(serve: Callable[..., Endpoint], answer: Answer, message: str) -> None:
    endpoint = serve(lambda _: answer)
    with pytest.raises(UserError, match=message):
        Chat(endpoint.url, "m").ask("?", 0.0)
    assert len(endpoint.asked) == 1, "asking again would not help"


def test_a_dead_endpoint_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "FIRST_WAIT_S", 0.001)
    with pytest.raises(UserError, match="no answer in 5 attempts"):
        Chat("http://127.0.0.1:9/v1", "m").ask("?", 0.0)
    with pytest.raises(UserError, match="expected an address"):
        Chat("localhost:8000", "m").ask("?", 0.0)


def test_garbage_is_dropped_line_by_line(serve: Callable[..., Endpoint]) -> None:
    endpoint = serve(lambda _: spoken("\n\n***\n{}{}}}{\n\u2022 \U0001f600\n```json\n[]\n```"))
    accepted, dropped = paraphrase.paraphrase(load("counting", "count.number"), Chat(endpoint.url, "m"), 3)
    assert accepted == []
    assert all(why.startswith("lint: ") for _, why in dropped)
    assert len(endpoint.asked) == 1, "nothing was worth sorting"


def test_the_command_writes_a_review_file_that_nothing_reads(
    serve: Callable[..., Endpoint], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = serve(scripted)
    for _ in range(2):
        paraphrase.main(["position_comparison", "left_of.claim", "--endpoint", endpoint.url, "--model", "scribe",
                         "--out", str(tmp_path / "proposed")])  # fmt: skip
    told = capsys.readouterr().out
    assert "2 accepted, 9 dropped (duplicate 1, lint 5, meaning 2, read_differently 1)" in told
    written = (tmp_path / "proposed/position_comparison.yaml").read_text(encoding="utf-8")
    assert written.startswith("# Proposed wordings, not in use")
    assert yaml.safe_load(written) == {"left_of": {"claim": {"ask": [GOOD, GOOD_TOO]}}}
    assert GOOD not in read("position_comparison")["left_of"]["claim"]["ask"]


def test_proposals_of_several_groups_stand_in_one_file(tmp_path: Path) -> None:
    question, answer = load("position_comparison", "left_of.claim"), load("position_comparison", "left_of.claim.yes")
    save(question, ["Q?"], tmp_path)
    save(answer, ["Yes."], tmp_path)
    path = save(question, ["Q?", "R?"], tmp_path)
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert found == {"left_of": {"claim": {"ask": ["Q?", "R?"], "yes": ["Yes."]}}}


def test_proposals_lie_where_no_task_looks() -> None:
    assert paraphrase.PROPOSED not in {path.parent for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize(
    ("task", "group", "message"),
    [
        pytest.param("position_comparision", "left_of.claim", "Did you mean 'position_comparison'", id="task"),
        pytest.param("position_comparison", "left_of.clam", "Did you mean 'left_of.claim'", id="group"),
    ],
)
def test_unknown_names_are_suggested(task: str, group: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load(task, group)

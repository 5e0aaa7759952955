"""One question to an OpenAI-compatible chat endpoint, with retries while it is busy or down."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, Field, ValidationError

from stages.schema.errors import UserError

KEY = "OPENAI_API_KEY"
ATTEMPTS = 5
FIRST_WAIT_S = 0.5  # doubles with every further attempt, unless the endpoint says how long to wait
LONGEST_WAIT_S = 60.0
_BUSY = (408, 409, 429)


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


@dataclass(frozen=True)
class Chat:
    """A model behind an endpoint such as `http://localhost:8000/v1`; the key comes from OPENAI_API_KEY, if any."""

    endpoint: str
    model: str
    timeout_s: float = 120.0

    def ask(self, prompt: str, temperature: float) -> str:
        """Return the text of the reply.

        Raises:
            UserError: The endpoint is no web address, does not answer after `ATTEMPTS`, refuses, or does not speak
                the chat protocol.
        """
        url = f"{self.endpoint.rstrip('/')}/chat/completions"
        if urlsplit(url).scheme not in ("http", "https"):
            raise UserError(f"endpoint {self.endpoint!r}: expected an address such as http://localhost:8000/v1")
        key = os.environ.get(KEY)
        body = {"model": self.model, "temperature": temperature, "messages": [{"role": "user", "content": prompt}]}
        why = ""
        for attempt in range(ATTEMPTS):
            try:
                reply = httpx.post(
                    url, json=body, headers={"Authorization": f"Bearer {key}"} if key else {}, timeout=self.timeout_s
                )
            except httpx.TransportError as error:
                why = str(error) or type(error).__name__
                wait_s = FIRST_WAIT_S * 2**attempt
            else:
                if reply.status_code < 500 and reply.status_code not in _BUSY:
                    return self._text(reply)
                why = f"status {reply.status_code}"
                wait_s = _wait_s(reply, FIRST_WAIT_S * 2**attempt)
            if attempt + 1 < ATTEMPTS:
                time.sleep(min(wait_s, LONGEST_WAIT_S))
        raise UserError(f"endpoint {self.endpoint}: no answer in {ATTEMPTS} attempts ({why}); is the server running?")

    def _text(self, reply: httpx.Response) -> str:
        if reply.status_code != httpx.codes.OK:
            raise UserError(
                f"endpoint {self.endpoint}: refused with status {reply.status_code}: {reply.text[:200]!r}; "
                f"check the model name {self.model!r} and the variable {KEY}"
            )
        try:
            return _Completion.model_validate_json(reply.content).choices[0].message.content
        except ValidationError as error:
            raise UserError(
                f"endpoint {self.endpoint}: expected a chat completion with choices[0].message.content, found "
                f"{reply.text[:200]!r}; does the address end in /v1?"
            ) from error


def _wait_s(reply: httpx.Response, otherwise_s: float) -> float:
    said = reply.headers.get("retry-after", "")
    return float(said) if said.isdigit() else otherwise_s

"""Questions about two objects of which one is further left, bigger, ...: shared by position and size comparison.

A fact says "subject is <relation> than reference". Every `claim` wording says that {a} is <relation> than {b},
so putting the subject in slot a or b makes the answer yes or no: dealing out the slots balances the answers.
"""

from __future__ import annotations

import numpy as np

from stages.ranks import deal, rank_within
from stages.rng import key, mix, uniform
from stages.tasks.base import Batch, BoolArray, Draft, Groups, always, choose, either, texts

YES_NO = ("yes", "no")


def claim(batch: Batch) -> Draft:
    """Ask whether {a} is further left (bigger, ...) than {b}."""
    holds = _holds(batch)
    slots = (
        choose(holds, batch.subjects, batch.references),
        choose(holds, batch.references, batch.subjects),
    )
    group = f"{batch.kind}.claim"
    reply = either(f"{group}.yes", f"{group}.no", holds)
    return Draft(always(group, len(batch)), reply, slots, texts(YES_NO, ~holds))


def _holds(batch: Batch) -> BoolArray:
    """Deal out yes and no so that as many questions as can be about the same two categories have both answers.

    "Is the chair left of the table?" is yes by a fact (chair, table) and no by a fact (table, chair): two such facts of
    a scene are asked in the same words. What is left over has yes and no in turn, category pair by category pair.
    """
    subject, reference = batch.named
    low, drawn = np.minimum(subject, reference), batch.draw("claim")
    pair = mix(mix(batch.scenes, low), np.maximum(subject, reference))
    group = np.unique(pair, return_inverse=True)[1].reshape(-1)
    cells = group * 2 + (subject == low)
    sizes = np.bincount(cells, minlength=2 * (group.max(initial=-1) + 1)).reshape(-1, 2)
    rank = rank_within(cells, drawn)
    matched = (rank < sizes.min(axis=1)[group]) & (subject != reference)
    low_first = uniform(mix(mix(pair, rank.astype(np.uint64)), key(batch.kind, "claim"))) < 0.5
    by_pair = np.empty(len(batch), dtype=np.int64)
    by_pair[np.lexsort((drawn, pair))] = np.arange(len(batch))
    scene = mix(batch.scenes, matched.astype(np.uint64))
    in_turn = deal(scene, by_pair.astype(np.uint64), np.full(len(batch), 2), mix(scene, key(batch.kind))) == 0
    holds: BoolArray = np.where(matched, low_first == (subject == low), in_turn)
    return holds


def which(batch: Batch) -> Draft:
    """Ask which of {a} and {b} is further left (`which`) or further right (`which_opposite`)."""
    subject_is_a = batch.coin("slots")
    opposite = batch.coin("opposite")
    winner_is_a = subject_is_a ^ opposite
    a_is_first = winner_is_a ^ batch.coin("letter")  # dealt: the letter of the answer, not the order of the objects
    names = (f"{batch.kind}.which", f"{batch.kind}.which_opposite")
    return Draft(
        ask=Groups(names, opposite.astype("int64")),
        reply=Groups(tuple(f"{name}.answer" for name in names), opposite.astype("int64")),
        slots=(
            choose(subject_is_a, batch.subjects, batch.references),
            choose(subject_is_a, batch.references, batch.subjects),
        ),
        answer=texts(("A", "B"), winner_is_a ^ a_is_first),
        options=(texts(("{b}", "{a}"), a_is_first), texts(("{a}", "{b}"), a_is_first)),
        either={"winner": (~winner_is_a).astype("int64"), "loser": winner_is_a.astype("int64")},
    )


def relation_word(batch: Batch, words: tuple[str, str]) -> Draft:
    """Ask which of two opposite words describes where {a} is relative to {b}, as a choice or as a short answer.

    Args:
        batch: Facts of one kind.
        words: Word for the subject as {a}, and for the reference as {a}.
    """
    subject_is_a = batch.coin("slots")
    true_is_first = batch.coin("order")
    true, false = texts(words, ~subject_is_a), texts(words, subject_is_a)
    name = f"{batch.kind}.word"
    is_text = batch.answer_kind == "text"
    return Draft(
        ask=always(name, len(batch)),
        reply=always(f"{name}.answer", len(batch)),
        slots=(
            choose(subject_is_a, batch.subjects, batch.references),
            choose(subject_is_a, batch.references, batch.subjects),
        ),
        answer=true if is_text else texts(("A", "B"), ~true_is_first),
        options=() if is_text else (choose(true_is_first, true, false), choose(true_is_first, false, true)),
        fills={"word": true},
    )

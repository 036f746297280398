"""The claims ledger: what the text this course grew from claims, and what the recorded runs say of each claim.

A claim is one decorated function that asks the recorded sweeps and returns its verdict with the figures behind it. Nothing
is written down by hand but the claim itself and the words a verdict is chosen from, so text and runs cannot disagree.

All verdicts follow one rule (`intervals.verdict`): a claim holds when the whole 95 % interval lies where the claim says, at
the model's usual learning rate; what a third and three times that rate say is in the words behind it. A claim that there is
no gain is held against a margin, which stands behind its interval. Beside it stands what the same question gave on a real model
(`recorded/real.py`), where that was measured; there most claims were recorded at the usual rate alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from . import demo
from .intervals import LEAD, Claimed, difference, interval, no_effect, no_gain, verdict
from .recorded import NotRecorded, Recorded, recorded
from .recorded import real as on_real
from .recorded.sweeps import AVERAGED, DESK_ROWS, FIFTY_BAD, MIXED, RATES, RECENT, STATED, THIRD_BAD

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[str, float]  # an arm and its x
Gap = tuple[float, float, float]  # a difference and its 95 % interval


class Verdict(NamedTuple):
    """What the runs say: the verdict in words, the figure it rests on, its 95 % interval, and the seeds behind it."""

    verdict: str
    figure: str
    interval: str
    seeds: str


class Claim(NamedTuple):
    """A claim of the source text in our words, the lesson that tests it, and what judges it: on the tiny model, on the real one."""

    text: str
    lesson: str
    judge: Callable[[], Verdict]
    real: Callable[[], Verdict] | None = None


CLAIMS: list[Claim] = []
REAL = "on SmolLM2-135M"  # the column of the real model
NO_REAL, TO_COME = "–", "not recorded yet"


def claim(
    text: str, lesson: str, real: Callable[[], Verdict] | None = None
) -> Callable[[Callable[[], Verdict]], Callable[[], Verdict]]:
    """Register the judge of a claim, in the order of the source text; `real` is that on a real model."""

    def register(judge: Callable[[], Verdict]) -> Callable[[], Verdict]:
        CLAIMS.append(Claim(text, lesson, judge, real))
        return judge

    return register


def ledger() -> pd.DataFrame:
    """All claims with their verdicts: claim, verdict, figure, 95 % interval, seeds, on a real model, lesson.

    Of a claim whose runs are defined and not yet recorded it says so. The column of the real model is there once one of its
    sweeps is recorded.
    """
    import pandas as pd

    lines = []
    for text, lesson, judge, real in CLAIMS:
        try:
            found = judge()
        except NotRecorded:
            found = Verdict(TO_COME, "`make record` measures it", "–", "–")
        lines.append([text, found.verdict, found.figure, found.interval, found.seeds, _on_a_real_model(real), lesson])
    columns = ["claim", "verdict", "figure", "95 % interval", "seeds", REAL, "lesson"]
    table = pd.DataFrame(lines, columns=columns)
    return table if set(table[REAL]) - {NO_REAL, TO_COME} else table.drop(columns=REAL)


def _on_a_real_model(judge: Callable[[], Verdict] | None) -> str:
    """The verdict on the real model with all that belongs to it, in one cell."""
    if judge is None:
        return NO_REAL
    try:
        found = judge()
    except NotRecorded:
        return TO_COME
    return f"{found.verdict}; {found.figure} ({found.interval}; {found.seeds} seeds)"


def markdown() -> str:
    """The ledger as a table for a README."""
    table = ledger()
    lines = [list(table.columns), ["---"] * len(table.columns), *table.values.tolist()]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


# ------------------------------------------------------------------------------------------------ how it is judged


def _at_all_rates(
    gap: Callable[[float], Gap], claimed: Claimed = LEAD, rates: Sequence[float] = RATES
) -> tuple[str, Gap]:
    """The verdict at the usual rate, with what the others say if it is something else, and the gap at the usual rate."""
    gaps = {rate: gap(rate) for rate in rates}
    verdicts = {rate: verdict(low, high, claimed) for rate, (_, low, high) in gaps.items()}
    return verdicts[1.0] + _elsewhere(verdicts), gaps[1.0]


def _lead(
    result: Recorded, better: Place, worse: Place, metric: str = "exact_match", claimed: Claimed = LEAD
) -> tuple[str, Gap]:
    """The verdict on what is `claimed` of the gap between two places, and the gap at the usual rate."""
    return _at_all_rates(lambda rate: result.gap(better, worse, metric, rate), claimed, _rates(result, better, worse))


def _rates(result: Recorded, *places: Place) -> Sequence[float]:
    """All three on the tiny model; on the real one those that were recorded."""
    return RATES if result.model == "tiny" else result.rates_of(*places)


def _gap(
    result: Recorded, better: Place, worse: Place, words: str, metric: str = "exact_match", claimed: Claimed = LEAD
) -> Verdict:
    """The verdict on the gap between two places, in points."""
    found, (lead, low, high) = _lead(result, better, worse, metric, claimed)
    within = f"{low:+.1f} to {high:+.1f}{_margin(claimed)}"
    return Verdict(found, f"{words}: {lead:+z.0f} points", within, _seeds(result))


def _margin(claimed: Claimed) -> str:
    """What the interval was held against, where that is not 0."""
    both_sides = "±" if claimed.above == -claimed.below else ""
    return "" if claimed == LEAD else f" (margin {both_sides}{claimed.below:g})"


def _elsewhere(verdicts: dict[float, str]) -> str:
    """What a third and three times the learning rate say, where it is something else."""
    if len(verdicts) == 1:
        return ""
    slow, usual, fast = (verdicts[rate] for rate in sorted(verdicts))
    if slow == fast != usual:
        return f" ({slow} at a third of and at three times the learning rate)"
    places = ((slow, "a third of"), (fast, "three times"))
    said = [f"{word} at {where} the learning rate" for word, where in places if word != usual]
    return f" ({'; '.join(said)})" if said else ""


def _seeds(result: Recorded) -> str:
    return f"{result.provenance['seeds']}{', earlier base' if result.outdated else ''}"


# ------------------------------------------------------------------------------------------------ the claims


@claim(
    "Ten expert rows often teach more than 10,000 repetitive or poor ones",
    "01",
    real=lambda: _ahead_for_real((on_real.CLEAN_10, 10), (on_real.JUNK_8, 10_000)),
)
def ten_rows() -> Verdict:
    return _gap(
        recorded("headline"), ("10 clean rows", 10), (demo.JUNK, 10_000), "10 clean rows against 10,000 junk rows"
    )


@claim("… and so do fifty", "01", real=lambda: _ahead_for_real((on_real.CLEAN_50, 50), (on_real.JUNK_8, 10_000)))
def fifty_rows() -> Verdict:
    return _gap(
        recorded("headline"), (demo.CURATED, 50), (demo.JUNK, 10_000), "50 curated rows against 10,000 junk rows"
    )


@claim(
    "… also when the 10,000 poor rows are all different",
    "01",
    real=lambda: _ahead_for_real((on_real.CLEAN_50, 50), (on_real.VARIED, 10_000)),
)
def fifty_against_varied() -> Verdict:
    return _gap(
        recorded("headline"),
        (demo.CURATED, 50),
        (demo.VARIED, 10_000),
        "50 curated rows against 10,000 varied poor rows",
    )


@claim("… also when the junk trains on as many tokens", "01")
def fifty_at_equal_tokens() -> Verdict:
    return _gap(
        recorded("tokens"),
        (demo.CURATED, 50),
        (demo.JUNK, 10_000),
        "50 curated rows against 10,000 junk rows, at equal tokens",
    )


@claim(
    "Quality shows in what a right answer costs at inference",
    "04",
    real=lambda: _cheaper(recorded("real_headline"), (on_real.CLEAN_50, 50), (on_real.VARIED, 10_000)),
)
def cheaper_answers() -> Verdict:
    return _cheaper(recorded("headline"), (demo.CURATED, 50), (demo.VARIED, 10_000))


def _cheaper(result: Recorded, better: Place, worse: Place) -> Verdict:
    rates = _rates(result, better, worse)
    answers = {rate: [_in_a_thousand_tokens(result, *place, rate) for place in (better, worse)] for rate in rates}
    found, (_, low, high) = _at_all_rates(lambda rate: difference(*answers[rate], bounded=False), rates=rates)
    good, poor = (each.mean() for each in answers[1.0])
    return Verdict(
        found,
        f"right answers in 1,000 tokens: {good:.0f} after {better[0]}, {poor:.0f} after {worse[0]}",
        f"{low:+.1f} to {high:+.1f}",
        _seeds(result),
    )


def _in_a_thousand_tokens(result: Recorded, arm: str, n: int, rate: float) -> np.ndarray:
    """For each seed the right answers in 1,000 tokens that the model wrote.

    The other way round, tokens for a right answer, a seed with hardly any right answer would decide the mean by itself.
    """
    right = result.scores(arm, n, rate=rate) / 100 * len(result.sweep.test())
    return 1000 * right / result.scores(arm, n, "tokens_out", rate)


@claim("Three good rows hold all that is needed to learn the task", "01")
def three_rows() -> Verdict:
    result = recorded("headline")
    three, fifty = ("the principle's 3 good rows", 3), (demo.CURATED, 50)
    found = _gap(result, fifty, three, "", claimed=no_gain())
    right = [result.scores(*place).mean() for place in (three, fifty)]
    return found._replace(
        figure="{:.0f} % right, against {:.0f} % after 50 curated rows".format(*right),
        interval=f"gain of the fifty {found.interval}",
    )


@claim("A clean row gives a clean gradient", "05")
def clean_gradients() -> Verdict:
    result = recorded("alignment")
    arms = [(f"{kind}, under way", 1) for kind in ("clean", "60 % wrong answers")]
    verdict, (_, low, high) = _lead(result, *arms, "cosine")
    clean, noisy = (result.scores(*place, "cosine").mean() for place in arms)
    return Verdict(
        verdict,
        f"cosine of one row with the clean direction: {clean:.2f}, against {noisy:.2f} where 60 % are wrong",
        f"difference {low:.2f} to {high:.2f}",
        _seeds(result),
    )


@claim("Averaging many noisy signals does not bring the true one back: noise at random", "05")
def random_averages() -> Verdict:
    return _averaging("60 % wrong answers")


@claim("… and noise that is always the same", "05")
def systematic_averages() -> Verdict:
    return _averaging("60 % in lower case")


def averaging(kind: str, state: str, rate: float = 1.0) -> tuple[str, Gap]:
    """The verdict on whether averaging wins nothing for rows of a kind, and what it wins: (gain in cosine, low, high).

    The gain is that of batches of many rows over single ones, `AVERAGED`, at a state of the sweep "alignment".
    """
    gap = _gain_of_averaging(kind, state, rate)
    return verdict(*gap[1:], no_gain("cosine")), gap


def _gain_of_averaging(kind: str, state: str, rate: float) -> Gap:
    one, many = AVERAGED
    arm = f"{kind}, {state}"
    return recorded("alignment").gap((arm, many), (arm, one), "cosine", rate)


def _averaging(kind: str) -> Verdict:
    """Whether averaging wins nothing while the model is still unsure, and what changes once it is sure."""
    states = "under way", "when the model is sure"
    (early, (_, low, high)), (late, _) = (
        _at_all_rates(lambda rate, state=state: _gain_of_averaging(kind, state, rate), no_gain("cosine"))
        for state in states
    )
    result = recorded("alignment")
    (one, many), (_, later) = (
        [result.scores(f"{kind}, {state}", size, "cosine").mean() for size in AVERAGED] for state in states
    )
    sizes = "cosine from {:.2f} ({} row) to {:.2f} ({} rows)".format(one, AVERAGED[0], many, AVERAGED[1])
    return Verdict(
        early if early == late else f"{early}; once the model is sure: {late}",
        f"{sizes}, later {later:.2f}",
        f"gain {low:+.2f} to {high:+.2f}{_margin(no_gain('cosine'))}",
        _seeds(result),
    )


@claim(
    "Noise makes a model less sure of everything: noise at random",
    "05",
    real=lambda: _entropy("real_dose", on_real.AS_CHANCE, 60),
)
def unsure_of_random_noise() -> Verdict:
    return _entropy("dose", "wrong answers", 50)


@claim("… and noise that is always the same", "05", real=lambda: _entropy("real_dose", on_real.AS_HABIT, 60))
def unsure_of_systematic_noise() -> Verdict:
    return _entropy("dose", "lower case", 50)


def _entropy(sweep: str, arm: str, percent: int) -> Verdict:
    result = recorded(sweep)
    verdict, (_, low, high) = _lead(result, (arm, percent), (arm, 0), "entropy")
    before, after = (result.scores(arm, x, "entropy").mean() for x in (0, percent))
    return Verdict(
        verdict,
        f"entropy of the answers {before:.2f} nats without, {after:.2f} with {percent} % of the rows spoiled",
        f"difference {low:+.2f} to {high:+.2f}",
        _seeds(result),
    )


@claim("One bad row a hundred times is still one bad row: it only takes steps from the good ones", "06")
def one_bad_row() -> Verdict:
    result = recorded("repeats")
    arm = "100 bad rows in all"
    found = _gap(result, (arm, 1), (arm, 100), "1 bad row × 100 against 100 bad rows")
    cost, low, high = result.gap((arm, 0), (arm, 1))
    return found._replace(
        figure=f"{found.figure}; the copies themselves cost {cost:.0f} points ({low:.1f} to {high:.1f})"
    )


@claim("Duplicates waste the computing", "06")
def duplicates_waste() -> Verdict:
    return _gap(
        recorded("repeats"),
        ("each bad row once", 1),
        ("100 bad rows in all", 1),
        "one bad row once against a hundred times, at equal steps",
    )


@claim("What harms is the share of bad rows, not their number: the same number among more clean rows", "06")
def same_number() -> Verdict:
    return _gap(
        recorded("share"), (FIFTY_BAD, 5000), (FIFTY_BAD, 100), "50 bad rows beside 5,000 clean ones against beside 100"
    )


@claim("… and a larger number at the same share changes nothing", "06")
def same_share() -> Verdict:
    return _gap(
        recorded("share"),
        (THIRD_BAD, 5000),
        (THIRD_BAD, 100),
        "2,500 bad rows beside 5,000 clean ones against 50 beside 100",
        claimed=no_effect(),
    )


@claim(
    "Rows chosen with care beat as many taken blindly",
    "04",
    real=lambda: _ahead_for_real((on_real.CLEAN_50, 50), (on_real.AT_RANDOM, 50)),
)
def chosen_rows() -> Verdict:
    return _gap(
        recorded("selection"), ("chosen by rule", 40), ("at random", 40), "40 rows chosen by rules against 40 at random"
    )


@claim(
    "50 to 500 checked rows first; more only on evidence: where the base knows the task",
    "07",
    real=lambda: _more_rows("real_size", "clean", (100, 300, 3000)),
)
def plateau() -> Verdict:
    return _more_rows("size", "clean", (30, 300, 5000))


@claim("… where each row tells something new", "07", real=lambda: _more_rows("real_desk", "clean", (50, 300, 1000)))
def plateau_of_facts() -> Verdict:
    return _more_rows("coverage", "clean", DESK_ROWS[1:])


@claim("… and where most kinds of row are rare", "07")
def plateau_of_rare_kinds() -> Verdict:
    return _more_rows("rare", "as they come", (30, 300, 3000))


def _more_rows(sweep: str, arm: str, sizes: tuple[int, int, int]) -> Verdict:
    """Whether a few hundred rows, the middle one of the sizes, are enough: whether many more win nothing."""
    result, (few, enough, many) = recorded(sweep), sizes
    found = _gap(result, (arm, many), (arm, enough), f"{many:,} good rows against {enough}", claimed=no_gain())
    before = "{:+z.0f} ({:+.1f} to {:+.1f})".format(*result.gap((arm, enough), (arm, few)))
    return found._replace(figure=f"{found.figure}; {enough} against {few}: {before}")


@claim(
    "More data is not better data: in fine-tuning, noisy rows do not add up to clean ones",
    "07",
    real=lambda: _gap(
        recorded("real_size"),
        ("clean", 10),
        (on_real.NOISY, 1000),
        "10 clean rows against 1,000 with 30 % wrong topics",
    ),
)
def noisy_rows() -> Verdict:
    return _gap(
        recorded("size"),
        ("clean", 10),
        ("30 % wrong answers", 1000),
        "10 clean rows against 1,000 with 30 % wrong answers",
    )


@claim("… also when they may train four times as long: noise at random", "07")
def random_noise_and_patience() -> Verdict:
    return _patience("5,000 rows, 60 % wrong answers")


@claim("… and noise that is always the same", "07")
def systematic_noise_and_patience() -> Verdict:
    return _patience("5,000 rows, 60 % in lower case")


def _patience(large: str) -> Verdict:
    result, few = recorded("steps"), "100 clean rows"
    found = _gap(result, (few, 240), (large, 240), f"{few} against {large}, 240 steps")
    gain, low, high = result.gap((large, 240), (large, 60))
    return found._replace(
        figure=f"{found.figure}; since step 60 the {large.split()[0]} gained {gain:+z.0f} ({low:+.1f} to {high:+.1f})"
    )


@claim(
    "On noisy data longer training makes it worse",
    "08",
    real=lambda: _longer(recorded("real_longer"), on_real.LONGER),
)
def longer_is_worse() -> Verdict:
    return _longer(recorded("longer"), "100 rows, 60 % wrong answers")


def _longer(result: Recorded, arm: str) -> Verdict:
    """Each run at the step that is best in the mean of the *other* runs, less the same run at its end.

    The best step of the very runs that are judged would be ahead by chance alone.
    """

    def chosen(rate: float) -> tuple[np.ndarray, np.ndarray]:
        """For each run: the step chosen by the others, and by how many points it is ahead of the end."""
        steps = result.curve(arm, rate=rate)["x"].to_numpy()
        scores = np.array([result.scores(arm, step, rate=rate) for step in steps])  # (steps, seeds)
        best = (scores.sum(1, keepdims=True) - scores).argmax(0)
        return steps[best], scores[best, np.arange(scores.shape[1])] - scores[-1]

    def ahead(rate: float) -> Gap:
        leads = chosen(rate)[1]
        return float(leads.mean()), *interval(leads, bounded=False)

    found, (lead, low, high) = _at_all_rates(ahead, rates=_rates(result, (arm, float(result.curve(arm)["x"].max()))))
    step = np.median(chosen(1.0)[0])
    return Verdict(
        found, f"step {step:.0f} against the end: {lead:+z.0f} points", f"{low:+.1f} to {high:+.1f}", _seeds(result)
    )


@claim("One epoch on good rows beats ten on bad ones, every time: 320 rows", "08")
def one_epoch_of_many() -> Verdict:
    return _epochs(320)


@claim("… and 48 rows", "08")
def one_epoch_of_few() -> Verdict:
    return _epochs(48)


def _epochs(rows: int) -> Verdict:
    good, bad = f"{rows} clean rows", f"{rows} rows, 60 % wrong answers"
    found = _gap(recorded("epochs"), (good, 1), (bad, 10), "1 good epoch against 10 bad")
    lead, low, high = recorded("epochs").gap((good, 10), (bad, 10))
    return found._replace(figure=f"{found.figure}; at equal steps {lead:+z.0f} ({low:+.1f} to {high:+.1f})")


@claim(
    "5,000 recent rows beat 10,000 of two eras",
    "10",
    real=lambda: _eras_for_real((on_real.RECENT, 0), "1,000 rows of 2024 against 2,000, half of 2018"),
)
def recent_rows() -> Verdict:
    return _eras((RECENT, 0), "5,000 rows of 2024 against 10,000, half of 2018")


@claim(
    "… and so does stating the era in the prompt",
    "10",
    real=lambda: _eras_for_real((STATED, 50), "the 2,000 with their era in the prompt against without"),
)
def era_in_the_prompt() -> Verdict:
    return _eras((STATED, 50), "the 10,000 with their era in the prompt against without")


def _eras(better: Place, words: str) -> Verdict:
    """The lead over all rows of both eras, in answers of 2024 where the fact has changed."""
    return _gap(recorded("eras"), better, (MIXED, 50), f"right answers of 2024: {words}", "answers_2024")


def _eras_for_real(better: Place, words: str) -> Verdict:
    both = (on_real.BOTH_ERAS, 50)
    return _gap(recorded("real_eras"), better, both, f"right answers of 2024: {words}", "answers_2024")


def _ahead_for_real(better: Place, worse: Place) -> Verdict:
    """The lead of one arm of the headline on the real model over another."""
    return _gap(recorded("real_headline"), better, worse, f"{better[0]} against {worse[0]}")


def _not_measured(why: str) -> Callable[[], Verdict]:
    return lambda: Verdict("not tested", why, "–", "–")


claim("Experts spend four fifths of their time on 500 rows", "–")(
    _not_measured("a remark about people, not about data")
)

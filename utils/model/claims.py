"""The claims ledger: what the text this course grew from claims, and what the recorded runs say of each claim.

A claim is one decorated function that asks the recorded sweeps and returns its verdict with the figures behind it. Nothing
is written down by hand but the claim itself and the words a verdict is chosen from, so text and runs cannot disagree.

Where a verdict rests on a difference, it holds when the 95 % interval of the difference lies above 0 at the model's usual
learning rate; what a third and three times that rate say is in the words behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from . import demo
from .intervals import difference, interval
from .recorded import Recorded, recorded
from .recorded.sweeps import RATES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Place = tuple[str, float]  # an arm and its x


class Verdict(NamedTuple):
    """What the runs say: the verdict in words, the figure it rests on, its 95 % interval, and the seeds behind it."""

    verdict: str
    figure: str
    interval: str
    seeds: str


class Claim(NamedTuple):
    """A claim of the source text in our words, the lesson that tests it, and the function that judges it."""

    text: str
    lesson: str
    judge: Callable[[], Verdict]


CLAIMS: list[Claim] = []


def claim(text: str, lesson: str) -> Callable[[Callable[[], Verdict]], Callable[[], Verdict]]:
    """Register the judge of a claim, in the order of the source text."""

    def register(judge: Callable[[], Verdict]) -> Callable[[], Verdict]:
        CLAIMS.append(Claim(text, lesson, judge))
        return judge

    return register


def ledger() -> pd.DataFrame:
    """All claims with their verdicts: claim, verdict, figure, 95 % interval, seeds, lesson."""
    import pandas as pd

    lines = []
    for text, lesson, judge in CLAIMS:
        found = judge()
        lines.append([text, found.verdict, found.figure, found.interval, found.seeds, lesson])
    return pd.DataFrame(lines, columns=["claim", "verdict", "figure", "95 % interval", "seeds", "lesson"])


def markdown() -> str:
    """The ledger as a table for a README."""
    table = ledger()
    lines = [list(table.columns), ["---"] * len(table.columns), *table.values.tolist()]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


# ------------------------------------------------------------------------------------------------ how it is judged


def _lead(
    result: Recorded, better: Place, worse: Place, metric: str = "exact_match"
) -> tuple[str, tuple[float, float, float]]:
    """The verdict on whether `better` is ahead of `worse`, and the lead at the usual rate: (lead, low, high)."""
    gaps = {rate: result.gap(better, worse, metric, rate) for rate in RATES}
    verdicts = {rate: _in_a_word(low, high) for rate, (_, low, high) in gaps.items()}
    return verdicts[1.0] + _elsewhere(verdicts), gaps[1.0]


def _gap(result: Recorded, better: Place, worse: Place, words: str) -> Verdict:
    """Whether `better` is ahead of `worse`, in points of exact match."""
    verdict, (lead, low, high) = _lead(result, better, worse)
    return Verdict(verdict, f"{words}: {lead:+z.0f} points", f"{low:+.1f} to {high:+.1f}", _seeds(result))


def _in_a_word(low: float, high: float) -> str:
    """The verdict on a lead, from its interval."""
    return "holds" if low > 0 else "does not hold" if high < 0 else "undecided"


def _elsewhere(verdicts: dict[float, str]) -> str:
    """What a third and three times the learning rate say, where it is something else."""
    slow, usual, fast = (verdicts[rate] for rate in sorted(verdicts))
    if slow == fast != usual:
        return f" ({slow} at a third of and at three times the learning rate)"
    places = ((slow, "a third of"), (fast, "three times"))
    said = [f"{verdict} at {where} the learning rate" for verdict, where in places if verdict != usual]
    return f" ({'; '.join(said)})" if said else ""


def _seeds(result: Recorded) -> str:
    return str(result.provenance["seeds"])


# ------------------------------------------------------------------------------------------------ the claims


@claim("Ten expert rows often teach more than 10,000 repetitive or poor ones", "01")
def ten_rows() -> Verdict:
    return _gap(
        recorded("headline"), ("10 clean rows", 10), (demo.JUNK, 10_000), "10 clean rows against 10,000 junk rows"
    )


@claim("… and so do fifty", "01")
def fifty_rows() -> Verdict:
    return _gap(
        recorded("headline"), (demo.CURATED, 50), (demo.JUNK, 10_000), "50 curated rows against 10,000 junk rows"
    )


@claim("… also when the 10,000 poor rows are all different", "01")
def fifty_against_varied() -> Verdict:
    return _gap(
        recorded("headline"),
        (demo.CURATED, 50),
        (demo.VARIED, 10_000),
        "50 curated rows against 10,000 varied poor rows",
    )


@claim("It shows in what an answer costs at inference", "04")
def cheaper_answers() -> Verdict:
    result = recorded("headline")
    places = (demo.CURATED, 50), (demo.VARIED, 10_000)
    tokens = {rate: [_for_a_right_answer(result, *place, rate) for place in places] for rate in RATES}
    saved = {rate: difference(poor, good, bounded=False) for rate, (good, poor) in tokens.items()}
    verdicts = {rate: _in_a_word(low, high) for rate, (_, low, high) in saved.items()}
    good, poor = (each.mean() for each in tokens[1.0])
    return Verdict(
        verdicts[1.0] + _elsewhere(verdicts),
        f"tokens for a right answer: {good:.0f} after 50 curated rows, {poor:.0f} after 10,000 varied poor rows",
        f"difference {saved[1.0][1]:.1f} to {saved[1.0][2]:.1f}",
        _seeds(result),
    )


def _for_a_right_answer(result: Recorded, arm: str, n: int, rate: float) -> np.ndarray:
    """For each seed the tokens that the model wrote, divided by its right answers (at least one)."""
    right = result.scores(arm, n, rate=rate) / 100 * len(result.sweep.test())
    return result.scores(arm, n, "tokens_out", rate) / right.clip(1)


@claim("Three good rows hold all that is needed to learn the task", "01")
def three_rows() -> Verdict:
    result = recorded("headline")
    three, fifty = ("the principle's 3 good rows", 3), (demo.CURATED, 50)
    gaps = {rate: result.gap(three, fifty, rate=rate) for rate in RATES}
    verdicts = {rate: "does not hold" if high < 0 else "undecided" for rate, (_, _, high) in gaps.items()}
    _, low, high = gaps[1.0]
    return Verdict(
        verdicts[1.0] + _elsewhere(verdicts),
        f"{result.scores(*three).mean():.0f} % right, against {result.scores(*fifty).mean():.0f} % after 50 curated rows",
        f"difference {low:+.1f} to {high:+.1f}",
        _seeds(result),
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


def _averaging(kind: str) -> Verdict:
    """Whether a batch of 64 points no closer to the clean direction than a single row: while the model is still unsure."""
    result, arm = recorded("alignment"), f"{kind}, under way"
    gains = {rate: result.gap((arm, 64), (arm, 1), "cosine", rate) for rate in RATES}
    verdicts = {rate: "does not hold" if low > 0 else "holds" for rate, (_, low, _) in gains.items()}
    one, many = (result.scores(arm, size, "cosine").mean() for size in (1, 64))
    late = f"{kind}, when the model is sure", 64
    turned = {rate: "holds" if result.interval(*late, "cosine", rate)[1] < 0 else "does not hold" for rate in RATES}
    turns = verdicts[1.0] == "does not hold" and turned[1.0] == "holds"
    return Verdict(
        verdicts[1.0] + _elsewhere(verdicts) + (f"; holds once the model is sure{_elsewhere(turned)}" if turns else ""),
        f"cosine from {one:.2f} (1 row) to {many:.2f} (64 rows), later {result.scores(*late, 'cosine').mean():.2f}",
        f"gain {gains[1.0][1]:+.2f} to {gains[1.0][2]:+.2f}",
        _seeds(result),
    )


@claim("Noise makes a model less sure of everything: noise at random", "05")
def unsure_of_random_noise() -> Verdict:
    return _entropy("wrong answers")


@claim("… and noise that is always the same", "05")
def unsure_of_systematic_noise() -> Verdict:
    return _entropy("lower case")


def _entropy(arm: str) -> Verdict:
    result = recorded("dose")
    verdict, (_, low, high) = _lead(result, (arm, 50), (arm, 0), "entropy")
    before, after = (result.scores(arm, x, "entropy").mean() for x in (0, 50))
    return Verdict(
        verdict,
        f"entropy of the answers {before:.2f} nats without, {after:.2f} with half the rows spoiled",
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


@claim("Rows chosen with care beat as many taken blindly", "04")
def chosen_rows() -> Verdict:
    return _gap(
        recorded("selection"), ("chosen by rule", 40), ("at random", 40), "40 rows chosen by rules against 40 at random"
    )


@claim("50 to 500 checked rows first; more only on evidence: where the base knows the task", "07")
def plateau() -> Verdict:
    return _more_rows("size", "clean", (30, 300, 5000))


@claim("… where each row tells something new", "07")
def plateau_of_facts() -> Verdict:
    return _more_rows("coverage", "clean", (64, 256, 1024))


@claim("… and where most kinds of row are rare", "07")
def plateau_of_rare_kinds() -> Verdict:
    return _more_rows("rare", "as they come", (30, 300, 3000))


def _more_rows(sweep: str, arm: str, sizes: tuple[int, int, int]) -> Verdict:
    """Whether a few hundred rows, the middle one of the sizes, are enough: whether many more bring less than two points."""
    result, (few, enough, many) = recorded(sweep), sizes
    gains = {rate: result.gap((arm, many), (arm, enough), rate=rate) for rate in RATES}
    verdicts = {
        rate: "holds" if high < 2 else "does not hold: more rows win" if low > 0 else "undecided"
        for rate, (_, low, high) in gains.items()
    }
    gain, low, high = gains[1.0]
    before = result.gap((arm, enough), (arm, few))
    return Verdict(
        verdicts[1.0] + _elsewhere(verdicts),
        f"{many:,} good rows against {enough}: {gain:+z.0f} points; {enough} against {few}: "
        "{:+z.0f} ({:+.1f} to {:+.1f})".format(*before),
        f"{low:+.1f} to {high:+.1f}",
        _seeds(result),
    )


@claim("More data is not better data: in fine-tuning, noisy rows do not add up to clean ones", "07")
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


@claim("On noisy data longer training makes it worse", "08")
def longer_is_worse() -> Verdict:
    """Both scores of a pair are of the same run, so the difference is taken run by run."""
    result = recorded("longer")
    arm = "100 rows, 60 % wrong answers"
    verdicts, figures = {}, {}
    for rate in result.rates:
        curve = result.curve(arm, rate=rate)
        best, last = float(curve.loc[curve["mean"].idxmax(), "x"]), float(curve["x"].max())
        ahead = result.scores(arm, best, rate=rate) - result.scores(arm, last, rate=rate)
        low, high = interval(ahead, bounded=False)
        verdicts[rate] = _in_a_word(low, high)
        figures[rate] = (
            f"step {best:.0f} against step {last:.0f}: {ahead.mean():+z.0f} points",
            f"{low:+.1f} to {high:+.1f}",
        )
    return Verdict(verdicts[1.0] + _elsewhere(verdicts), *figures[1.0], _seeds(result))


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


def _not_measured(why: str) -> Callable[[], Verdict]:
    return lambda: Verdict("not tested", why, "–", "–")


claim("5,000 recent rows beat 10,000 of two eras", "10, to come")(_not_measured("lesson 10 will measure it"))
claim("Experts spend four fifths of their time on 500 rows", "–")(
    _not_measured("a remark about people, not about data")
)

import pytest
from datasets import Dataset

from utils import taste_test
from utils.widgets.taste_test import TasteTest, view

N = 12
PROMPTS = [f"Translate to French: number {n}" for n in range(N)]
RIGHT = [f"Le numéro {n}." for n in range(N)]
GOOD = [f"Le numéro {n}." for n in range(N)]
POOR = [f"le numero {n} <b>x</b>" for n in range(N)]
POOR[3], POOR[7] = GOOD[3].replace(" ", "\u00a0"), GOOD[7]  # two that look the same


@pytest.fixture
def kept():
    return {}


@pytest.fixture
def test(kept):
    return TasteTest(PROMPTS, {"good": GOOD, "poor": POOR}, RIGHT, keep=lambda **facts: kept.update(facts))


def choose(test: TasteTest, number: int, name: str) -> None:
    test.judge(number, "left" if test.pairs[number - 1].left == name else "right")


def test_order_and_sides_are_shuffled_and_always_in_the_same_way(test):
    again = TasteTest(PROMPTS, {"good": GOOD, "poor": POOR})
    assert test.pairs == again.pairs != TasteTest(PROMPTS, {"good": GOOD, "poor": POOR}, seed=1).pairs
    prompts = [pair.prompt for pair in test.pairs]
    assert prompts != sorted(prompts) and {pair.left for pair in test.pairs} == {"good", "poor"}
    assert all({pair.left, pair.right} == {"good", "poor"} for pair in test.pairs)


def test_answers_that_look_the_same_are_ties_and_nobody_is_asked(test):
    assert sorted(test.same) == [3, 7] and len(test.pairs) == N - 2
    assert "To 2 of the 12 prompts" in test.about_same and test.about_same in repr(test)
    choose(test, 1, "good")
    assert test.reveal().same == 2 and "they count as ties" in repr(test.reveal())


def test_it_is_blind_until_the_reveal(test):
    choose(test, 1, "good")
    for shown in (repr(test), view(test).children[1].value):
        assert "good" not in shown.replace("both good", "") and "poor" not in shown


def test_a_mind_may_change_until_the_reveal(test, kept):
    assert test.judge(3, "left").text.startswith("Pair 3: left is better. 1 of 10")
    assert "Before, it was: left is better" in test.judge(3, "neither").text
    assert kept == {"judged": {"3": "neither"}}
    first = test.reveal()
    assert "stay as they are" in test.judge(3, "left").text and test.judged == {3: "neither"}
    assert test.reveal() is first and kept["revealed"]


@pytest.mark.parametrize("number, verdict", [(0, "left"), (11, "left"), (True, "left"), ("1", "left"), (1, "better")])
def test_what_is_no_judgement_gets_a_sentence(test, number, verdict):
    assert test.judge(number, verdict).text.startswith(("There is no pair", "'better' is no judgement"))
    assert not test.judged


def test_nothing_is_revealed_before_the_first_judgement(test):
    assert test.reveal().kind == "not attempted" and not test.revealed


def test_the_sign_test_counts_decided_pairs_alone(test):
    for number in range(1, 10):
        choose(test, number, "good" if number <= 7 else "poor")
    test.judge(10, "tie")
    found = test.reveal()
    assert found.wins == {"good": 7, "poor": 2} and found.both == 1
    assert found.p == pytest.approx(2 * (1 + 9 + 36) / 2**9)  # by hand: 0, 1 or 2 heads of 9, and as many tails
    assert found.sentences[0].startswith("good: 7 of 9. By chance alone") and "18 % of such tests" in found.sentences[0]


def test_without_a_decided_pair_there_is_nothing_to_test(test):
    test.judge(1, "tie")
    test.judge(2, "neither")
    found = test.reveal()
    assert found.p is None and "nothing to test" in repr(found) and "8 not judged" in repr(found)


def test_the_metric_is_that_of_the_prompts_judged(test):
    choose(test, 1, "good")
    table = test.reveal().table
    assert table["exact match %"].to_dict() == {
        "good": 100.0,
        "poor": pytest.approx(200 / 3, abs=0.1),
    }  # 1 judged, 2 alike
    assert table.loc["good", "chrF"] == 100 > table.loc["poor", "chrF"]
    assert table["pairs won"].to_dict() == {"good": 1, "poor": 0}


def test_where_taste_and_metric_part_is_listed():
    right = ["Je suis fatigué.", "Il part.", "Oui.", "Non."]
    a = ["Je suis las.", "Il part.", "Oui.", "Ah bon."]  # a right translation that is not the reference comes first
    b = ["Je suis fatigué.", "Elle dort.", "Ouais.", "Tiens."]
    test = TasteTest(["1", "2", "3", "4"], {"a": a, "b": b}, right)
    number = {test.prompts[pair.prompt]: at for at, pair in enumerate(test.pairs, 1)}
    choose(test, number["1"], "a")  # the metric: only b is right
    choose(test, number["2"], "a")  # as the metric
    test.judge(number["3"], "neither")  # though a is right
    test.judge(number["4"], "neither")  # as the metric
    found = test.reveal()
    apart = found.disagreements.reset_index().set_index("prompt")
    assert set(apart.index) == {"1", "3"}
    assert apart.loc["1", "you"] == "a is better" and apart.loc["1", "metric"] == "only b is right"
    assert apart.loc["1", "answer of a"] == "Je suis las." and apart.loc["1", "right answer"] == right[0]
    assert "part on 2 of 4" in repr(found) and "Je suis las." in found._repr_html_()


def test_html_in_a_name_or_an_answer_is_shown_as_text():
    answers = {"<script>a": ["<script>1"], "b": ["<script>2"]}
    test = TasteTest(["<i>prompt"], answers, answers["b"])
    choose(test, 1, "<script>a")
    page = test.reveal()._repr_html_()
    assert "<script" not in page and "<i>" not in page
    for shown in ("&lt;script&gt;a", "&lt;script&gt;2", "prompt: &lt;i&gt;prompt"):
        assert shown in page


def test_length_is_told(test):
    for number in range(1, 6):
        choose(test, number, "poor")  # always the longer one
    assert "preferred the longer answer in 5 of 5" in repr(test.reveal())
    assert (test.reveal().table["mean length (characters)"].diff().iloc[1]) > 0


def test_without_right_answers_there_is_taste_alone():
    test = TasteTest(["1"], {"a": ["x"], "b": ["y"]})
    test.judge(1, "left")
    assert "no metric" in repr(test.reveal()) and list(test.reveal().table) == ["pairs won", "mean length (characters)"]


@pytest.mark.parametrize(
    "prompts, answers, right, words",
    [
        (["1"], {"a": ["x"]}, None, "not 1"),
        (["1"], {"a": ["x"], "b": []}, None, '0 answers of "b"'),
        (["1"], {"a": ["x"], "b": ["y"]}, [], "0 answers that are right"),
        ([], {"a": [], "b": []}, None, "nothing to taste"),
    ],
)
def test_bad_input_gets_a_sentence(prompts, answers, right, words):
    with pytest.raises(ValueError, match=words):
        TasteTest(prompts, answers, right)


class Stub:
    """Answers as a run does, without a model."""

    def __init__(self, says: str):
        self.says = says

    def answer(self, instructions):
        return [f"{self.says} {text}" for text in instructions]


def test_two_runs_by_name_answer_drawn_prompts():
    rows = Dataset.from_dict({"instruction": PROMPTS, "output": RIGHT})
    models = {"a": Stub("a"), "b": Stub("b")}
    test = taste_test(models, rows, n=5)
    assert len(test.pairs) == 5 and test.prompts != PROMPTS[:5]
    assert all(RIGHT[PROMPTS.index(prompt)] == right for prompt, right in zip(test.prompts, test.right))
    assert len(taste_test(models, PROMPTS, n=99).pairs) == N and taste_test(models, PROMPTS).right is None
    with pytest.raises(ValueError, match="not 1"):
        taste_test({"a": Stub("a")}, PROMPTS)
    with pytest.raises(ValueError, match="at least one prompt"):
        taste_test(models, [])
    with pytest.raises(ValueError, match="Two runs by name"):
        taste_test(Stub("a"), PROMPTS)


def parts(box):
    _, shown, first, second, _, said, outcome, alike, *_ = box.children
    return shown, list(first.children), list(second.children), said, outcome, alike


def test_the_view_goes_through_the_pairs_and_reveals(test):
    shown, judge, (back, forward, reveal), said, outcome, alike = parts(view(test))
    assert "1 of 10" in shown.value and back.disabled and reveal.disabled and "Answered alike (2)" in alike.value
    judge[0].click()
    assert "2 of 10" in shown.value and "1 of 10 judged" in said.value and reveal.description == "Reveal now"
    back.click()
    assert judge[0].description == "✓ Left is better"
    judge[3].click()
    assert test.judged == {1: "neither"}
    for _ in range(9):
        judge[2].click()
    assert "10 of 10" in shown.value and forward.disabled and reveal.description == "Reveal"
    reveal.click()
    assert reveal.disabled and all(each.disabled for each in judge) and ": good" in shown.value
    assert "9 both good" in outcome.value
    back.click()  # looking back is still allowed
    assert "9 of 10" in shown.value


def test_keys_judge_as_the_buttons_do(test):
    box = view(test)
    keys, said = box.children[-2], parts(box)[3]
    for key in ("arrowleft", "arrowright", " ", "n", "b", "arrowleft"):
        keys._told(keys, {"key": key}, None)
    assert list(test.judged.values()) == ["left", "right", "tie", "left"] and "Before, it was: neither" in said.value
    assert keys.names == ["Pair 5 of 10"]


def test_a_view_of_a_revealed_test_shows_it_again(test):
    test.judge(1, "left")
    test.reveal()
    *_, outcome, _ = parts(view(test))
    assert "pairs won" in outcome.value


def test_html_in_answers_and_names_is_text():
    bad = "<script>alert(1)</script>"
    test = TasteTest([bad], {bad: [bad], "b": ["<img src=x>"]}, [bad + "!"])
    box = view(test)
    shown, judge, (*_, reveal), said, outcome, _ = parts(box)
    judge[0].click()
    reveal.click()
    for place in (*box.children[:2], said, outcome):
        assert "<script" not in place.value and "<img" not in place.value


def test_models_that_answer_alike_leave_nothing_to_judge():
    test = TasteTest(["1"], {"a": ["x"], "b": ["x"]}, ["x"])
    shown, judge, (*_, reveal), _, outcome, _ = parts(view(test))
    assert "nothing to judge" in shown.value and all(each.disabled for each in judge)
    assert "no pair to judge" in test.judge(1, "left").text
    reveal.click()
    assert "100.0" in outcome.value

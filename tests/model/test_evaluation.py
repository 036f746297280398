import pytest
import torch
from datasets import Dataset

from utils import evaluate, fine_tune, phrasebook
from utils.model import evaluation, generation

TEST = phrasebook.examples(30, split="test")


@pytest.fixture(scope="module")
def run():
    return fine_tune(phrasebook.examples(30, seed=0), steps=40)


def test_the_scores_of_a_run(run):
    scores = evaluate(run, TEST)
    assert scores.n == 30 and 5 < scores.exact_match <= 100
    assert scores.chrf > scores.exact_match / 2 and scores.format_rate > 80
    assert 0 < scores.right_answer < 100 and 0 <= scores.calibration <= 100 and scores.entropy > 0
    assert scores.per_correct == pytest.approx(scores.tokens_out / (30 * scores.exact_match / 100))
    assert scores.as_dict()["per_correct"] == scores.per_correct


def test_exact_match_counts_what_answer_says(run):
    answers = run.answer(list(TEST["instruction"]))
    right = sum(evaluation.normalise(a) == evaluation.normalise(b) for a, b in zip(answers, TEST["output"]))
    assert evaluate(run, TEST).exact_match == pytest.approx(100 * right / 30)


def test_generation_keeps_the_order_of_the_prompts(run):
    prompts = list(TEST["instruction"])
    there, back = (
        generation.generate(run.model, run.tokenizer, prompts),
        generation.generate(run.model, run.tokenizer, prompts[::-1]),
    )
    assert there.answers == back.answers[::-1]


def test_the_probability_of_a_reference_is_the_product_over_its_tokens(run):
    row = TEST.select([3])
    model, tokenizer = run.model, run.tokenizer
    prompt = tokenizer(row[0]["instruction"] + "\n")["input_ids"]
    whole = prompt + tokenizer(row[0]["output"])["input_ids"] + [tokenizer.eos_token_id]
    with torch.inference_mode(), generation.autocast():
        logprobs = model(input_ids=torch.tensor([whole])).logits[0].float().log_softmax(-1)
    expected = sum(logprobs[i - 1, whole[i]] for i in range(len(prompt), len(whole))).exp().item()
    assert generation.reference_probabilities(run.model, run.tokenizer, row)[0] == pytest.approx(expected, rel=0.02)


def test_an_answer_without_an_end_stops_at_the_limit(run):
    made = generation.generate(run.model, run.tokenizer, ["Translate to French: Hello"], max_new_tokens=2)
    assert made.tokens[0] <= 2


def test_calibration_is_zero_for_an_honest_model_and_large_for_a_boaster():
    assert evaluation.calibration_error([0.5] * 10, [True, False] * 5) == 0
    assert evaluation.calibration_error([1.0] * 10, [False] * 10) == 100
    assert evaluation.calibration_error([], []) == 0


def test_runs_are_consistent_where_all_of_them_say_the_same():
    runs = [["a", "b", "c’est", "d"], ["a", "b", "c'est", "e"], ["a", "x", "c'est", "d"]]
    assert evaluation.consistency(runs) == 50, "a row with one answer; kinds of apostrophe do not count"
    assert evaluation.consistency(runs[:2]) == 75 and evaluation.consistency([["A"], ["a"]]) == 0
    with pytest.raises(ValueError):
        evaluation.consistency([["a"], ["a", "b"]])


def test_answers_at_hand_are_not_asked_for_again(run, monkeypatch):
    given, scores = evaluation.answers(run, TEST), evaluate(run, TEST)
    monkeypatch.setattr(evaluation, "generate", None)
    assert evaluate(run, TEST, given) == scores


def test_a_bad_test_set_gets_a_sentence(run):
    with pytest.raises(ValueError, match="no rows"):
        evaluate(run, TEST.select([]))
    with pytest.raises(ValueError, match='"output" is missing'):
        evaluate(run, Dataset.from_dict({"instruction": ["a"]}))


def test_any_right_answer_counts_where_there_are_several(run):
    """The nearest of the references is the one that an answer is held against."""
    wrong = TEST.map(lambda row: {"output": "Non."})
    several = wrong.add_column("references", [["Non.", output] for output in TEST["output"]])
    assert evaluate(run, wrong).exact_match == 0
    assert evaluate(run, several).exact_match == evaluate(run, TEST).exact_match > 0
    assert evaluate(run, several).chrf >= evaluate(run, TEST).chrf

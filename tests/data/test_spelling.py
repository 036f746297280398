from hypothesis import given
from hypothesis import strategies as st

from utils.data import french
from utils.data.text import fingerprint, normalise

WORDS = st.lists(
    st.sampled_from("le la les de à que je ne chat école hôtel haricot œuf amis port est un".split()), min_size=1
)


@given(WORDS)
def test_join_leaves_nothing_to_contract_or_elide(words):
    said = french.join(*words)
    for pair in ("de le ", "de les ", "à le ", "à les "):
        before = f" {said} ".replace(" le le ", " ")  # "le" may follow as another word's article
        if pair in before:
            assert "'" in said or words.count("le") + words.count("les") > 1 or pair.strip() not in said
    assert fingerprint(said)


@given(st.text())
def test_normalise_and_fingerprint_are_idempotent(text):
    assert normalise(normalise(text)) == normalise(text)
    assert fingerprint(fingerprint(text)) == fingerprint(text)


def test_an_answer_is_not_held_against_its_typography():
    assert normalise("Où est l’hôtel\u202f?") == normalise("Où est l'hôtel ?") == normalise("Où est l'hôtel?")
    assert normalise("Ou est l'hotel ?") != normalise("Où est l'hôtel ?")


def test_plurals_follow_the_rule():
    assert [french.plural(w) for w in ("bleu", "jeu", "cheval", "gris", "bateau")] == [
        "bleus",
        "jeux",
        "chevaux",
        "gris",
        "bateaux",
    ]
    assert french.agree("assis", "m", True) == "assis" and french.agree("venu", "f", True) == "venues"

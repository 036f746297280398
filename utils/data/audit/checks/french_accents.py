"""Where French is never written without an accent: for words that a set holds once, and for sets that lost them all.

Words that are other words without their accent ("parlé", "où", "dès") are left out: only their neighbours tell those
apart. Patterns are for words in lower case whose accents are gone.
"""

from __future__ import annotations

import re

# Laws of spelling: e before one consonant and a mute e ("mère", "achète", "siècle"), e and one consonant or two that
# begin a syllable at the beginning of a word ("école", "étrange"), and what ends in "-ée".
_ONE = r"(?:[bcdfgjklmnprstvz]|[bcdfgptv][lr]|ch|gn|gu|qu|ph|th)"
_LAWS = (
    rf"\w+e{_ONE}es?",
    r"\w+e(?:[bcdfgjlnrstvz]|[bcdfgptv][lr]|ch|gu|qu)ent",
    rf"(?=\w{{4}})e{_ONE}[aeiouy]\w*",
    r"\w{2,}ees?",
)

# Beginnings of words.
_STEMS = """
    acceler appeti appreci arret beaut bebe benefi bientot biere celebr ceremon chomag commencons considerab creme
    crepe debut decembr decid decision declar decor decouv decri defen defin degre dejeun delai delic demenag depech
    depend depense depos deput derang desir desol desordre detail detest detrui developp differ difficulte diplom
    drole fache felicit fevrier fidel francais garcon gatea general generat genereu gerer grece hero hesit hopita ideal
    immediat impot interes interet interieur itinerair lecon leger legum liberte macon malgre mecan mechan medec
    medic mediterran melang memoir menag method necessair negati numero obei ocean opera pecheu penible period pieton
    poesi precieu precis prefect prefer prepar presen presid pretez pretons preveni prevoy prevu problem proced
    propriet proteg protein qualite quantite reaction reali recem recent recept recoi reduc reduir reflech reflex
    refriger regime region regul reparat repare reparez repet repon republiq reput reseau reserv resid resist resolu
    resoud result reun reussi reveil seance secur senat serieu sincer societe soiree specia strateg supermarche
    telecharg telepho televis theatr theori universite utilite vegeta verif verit vetement
""".split()

# Whole words; those of œ as well, which goes apart when accents are stripped. î and û, optional since 1990, count not.
_WORDS = """
    age ages ame ames ane anes apercu apres arome aupres aussitot benin bientot boeuf bresil ca cafe cafes canape
    chateau chateaux cle cles coeur coeurs controle deces deja drole droles etat exces facon facons fantome
    foret forets geneve grace hotel hotels huitre icone israel mediterranee meme memes montreal naif nimes noel
    noeud oeil oeuf oeufs oeuvre perou plutot pres pret prete prets proces progres quebec recu recue role roles
    sante senegal soeur soeurs succes surete symptome tot tranquillite tres trone velo velos verite voeux voila
    volonte zero
""".split()

ACCENTED = re.compile(rf"(?:{'|'.join(_WORDS)}|(?:{'|'.join(_STEMS)})\w*|{'|'.join(_LAWS)})")


def always_accented(word: str) -> bool:
    """Whether a French word in lower case, without accents as it is, must have one.

    >>> always_accented("francais"), always_accented("mere"), always_accented("parle")
    (True, True, False)
    """
    return bool(ACCENTED.fullmatch(word))

"""Passwords that everybody tries first."""

from __future__ import annotations

import re

_STEMS = frozenset(
    """
    aaaaaaaa abcdefgh abcdefghi abc administrator administratie admin amsterdam asdfasdf asdfghjk
    asdfghjkl asdf azerty azertyuiop baseball basketball batman beheer beheerder butterfly
    changeme charlie chocolade chocolate computer cookie daniel denktank dialoog donald dragon
    ajax feyenoord ferrari flower football forever freedom gemeente geheim geheimpje gesprek
    google groningen guest hallo hallohallo hello herfst heelgeheim holland hottie iloveyou
    internet jennifer jesus jordan juventus kerstmis killer klaproos kleuren konijn koningin
    lekker lente letmein liefde liverpool login lovely maandag maastricht master michael michelle
    monkey mustang nederland nicole ninja oranje overheid pass passphrase passwd passw password
    paswoord peanut pokemon princess provincie psv qazwsx qazwsxedc qweasd qweasdzxc qwerty
    qwertyuiop qwertz qwert qwer rotterdam samsung secret shadow sinterklaas snoopy soccer
    starwars sunshine superman test testtest testing thomas tigger trustno twitter utrecht
    vakantie voetbal wachtwoord wachtwoordje waterschap welkom welcome whatever wiki winter
    wachtwoordwachtwoord passwordpassword zaterdag zomer zondag zxcvbnm zxcvbn zwolle
    correcthorsebatterystaple iloveyouiloveyou
    """.split()
)
_LEET = str.maketrans("013457@$!", "oleastasi")
_AROUND = 8
"""More digits and signs than this around a word are worth something themselves."""

_LETTERS = re.compile(r"[^\W\d_](?:.*[^\W\d_])?", re.DOTALL)
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "1q2w3e4r5t6y7u8i9o0p")


def is_common(password: str) -> bool:
    """Whether a password is on everybody's list, with digits and signs around it or for letters."""
    word = password.casefold()
    if len(set(word)) <= 2 or _is_run(word) or (word.isdecimal() and len(word) < 12):
        return True
    return bool(forms(password) & _STEMS)


def forms(password: str) -> frozenset[str]:
    """The words that a password comes down to, for whoever has a list of words to try.

    Itself in small letters; without a few digits and signs around it; with letters for the digits
    and signs that stand for them; and once, where it is the same word over and over.
    """
    word = password.casefold()
    words = {word, word.translate(_LEET)}
    words |= {bare for each in list(words) if len(each) - len(bare := _bare(each)) <= _AROUND}
    words |= {bare.translate(_LEET) for bare in list(words)}
    return frozenset(_unit(each) for each in words if each)


def _bare(word: str) -> str:
    found = _LETTERS.search(word)
    return found[0] if found else ""


def _unit(word: str) -> str:
    again = (word + word).find(word, 1)
    return word[:again]


def _is_run(word: str) -> bool:
    return any(word in run or word in run[::-1] for run in _RUNS)

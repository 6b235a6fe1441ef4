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
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "1q2w3e4r5t6y7u8i9o0p")


def is_common(password: str) -> bool:
    """Whether a password is on everybody's list, with digits and signs around it or for letters."""
    word = password.casefold()
    if len(set(word)) <= 2 or _is_run(word) or (word.isdecimal() and len(word) < 12):
        return True
    bare = _EDGES.sub("", word)
    return bool({bare, _EDGES.sub("", word.translate(_LEET))} & _STEMS) or (
        bare.translate(_LEET) in _STEMS
    )


def _is_run(word: str) -> bool:
    return any(word in run or word in run[::-1] for run in _RUNS)

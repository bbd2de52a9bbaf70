"""How text becomes words that can be compared: the one home of folding, stems and sounds.

A word is a run of letters and digits in lower case, without accents; apostrophes are dropped, so that *can't*,
*can’t* and *cant* are one word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 400
"""Characters of a query that are read: more than anybody types, little enough to answer at once."""
MOST = 24
"""Words of a query that are looked up."""

_STOP = """
    a an the of for to in on at by and or with from near my me i is it be any some that this who what where how
    need needs want wants looking find can you please im ive are was am as about into up so her his him she he
    they them their your our we us has have had having got get getting gets do does did just really very been
    being bit lot would could should will too there here if but than then
"""
STOP = frozenset(_STOP.split())
"""Words that carry almost no meaning in a search."""
_GENERIC = """
    group groups club clubs service services support help helping centre center society association project
    session sessions class classes community local team care
"""
GENERIC = frozenset(_GENERIC.split())
"""Words that half the directory has: they help to rank and are never required."""

_WORD = re.compile(r"[a-z0-9]+")
_QUOTES = re.compile("['’‘`´]")
_MARKS = re.compile("[\u0300-\u036f]")
_OTHER = re.compile("[^\x00-\x7f]")
_ODD = """
    fell:fall fallen:fall left:leave leaving:leave lost:lose losing:lose drank:drink drunk:drink kept:keep
    forgot:forget forgotten:forget forgetting:forget forgetful:forget forgets:forget hitting:hit hurting:hurt
    stole:steal stolen:steal stealing:steal took:take taken:take taking:take fed:feed ate:eat eaten:eat
    slept:sleep men:man mens:man women:woman womens:woman children:child childrens:child
    kids:kid feet:foot teeth:tooth wives:wife knives:knife lives:live died:die dies:die using:use
    used:use uses:use bought:buy thought:think brought:bring paid:pay spent:spend sold:sell told:tell said:say
    went:go goes:go going:go gone:go came:come coming:come ran:run sat:sit stood:stand shook:shake shaken:shake
    bit:bite bitten:bite struck:strike beaten:beat hid:hide hidden:hide locked:lock seen:see saw:see heard:hear
    felt:feel buses:bus built:build knitted:knit bullied:bully worse:worse ageing:age aging:age aged:age ages:age
"""
_IRREGULAR = dict(pair.split(":") for pair in _ODD.split())
_WHOLE = """
    news gas bus this us yes is was has series always christmas pants bed need feed seed speed wedding thing king
    ring sing string spring bring evening morning something anything nothing everything during sibling ceiling
    trans building reading wing dumpling diabetes rabies aids glasses caribbean asbestos sometimes species
"""
_KEEP = frozenset(_WHOLE.split())
_VOWEL = re.compile(r"[aeiouy]")


def fold(text: str) -> str:
    """Lower case, without accents and apostrophes; signs that aren't ASCII become spaces."""
    text = text.lower()
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    text = _MARKS.sub("", unicodedata.normalize("NFKD", _QUOTES.sub("", text)))
    return _OTHER.sub(" ", text)


def tokens(text: str) -> list[str]:
    """The words of a text, in order."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=262144)
def stem(word: str) -> str:
    """A light stem: *falls, falling, fallen* are one, *care* and *carer* are two."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or word in _KEEP:
        return word
    if word.endswith("ness") and len(word) > 6:
        return stem(word[:-5] + "y" if word[-5] == "i" else word[:-4])
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return stem(word[:-1])
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and not word.endswith("eed"):
            root = word[: -len(ending)]
            if len(root) >= 3 and _VOWEL.search(root):
                return _mend(root)
    if word.endswith("e") and len(word) > 4:
        return word[:-1]
    return word


def _mend(root: str) -> str:
    """What is left of a word after *-ing* or *-ed*: *runn* is run, *bak* is bake."""
    if root[-1] == root[-2] and root[-1] not in "aeioulsz":
        return root[:-1]
    if len(root) == 3 and root[0] not in "aeiou" and root[1] in "aeiou" and root[2] not in "aeiouwxy":
        return root + "e"
    return root[:-1] if root[-1] == "e" and len(root) > 4 else root


_SOUNDS = (
    (re.compile(r"^(?:kn|gn|pn)"), "n"),
    (re.compile(r"^wr"), "r"),
    (re.compile(r"^ps"), "s"),
    (re.compile(r"^x"), "s"),
    (re.compile(r"ph|gh(?=$|t)|ugh"), "f"),
    (re.compile(r"ft(?=$)"), "t"),
    (re.compile(r"qu"), "kw"),
    (re.compile(r"tch|ch|ck"), "k"),
    (re.compile(r"sh|[ct]i(?=[aeou])|si(?=on)"), "x"),
    (re.compile(r"sc(?=[eiy])"), "s"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"dg|g(?=[eiy])"), "j"),
    (re.compile(r"[cq]"), "k"),
    (re.compile(r"(?<!^)x(?=[^aeiou]|$)"), "ks"),
    (re.compile(r"[zs]+"), "s"),
    (re.compile(r"v"), "f"),
    (re.compile(r"e$"), ""),
    (re.compile(r"(?<!^)[hw]"), ""),
    (re.compile(r"[aeiouy]+"), "a"),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=262144)
def sound(word: str) -> str:
    """How a word sounds, roughly: *kiropody* and *chiropody* are one. Short words and numbers sound like ``""``."""
    if len(word) < 4 or not word.isalpha():
        return ""
    for pattern, becomes in _SOUNDS:
        word = pattern.sub(becomes, word)
    return word if len(word) >= 3 else ""


_ALSO = ((re.compile(r"ch(?=[aeiouy])|cci"), "sh"), (re.compile(r"et$"), "ay"), (re.compile(r"sh"), "s"))


@lru_cache(maxsize=262144)
def sounds(word: str) -> tuple[str, ...]:
    """How a word may sound: *crochet* as it is written, and as it is said (*kroshay*)."""
    said = word
    keys = [sound(word)]
    for pattern, becomes in _ALSO:
        other = pattern.sub(becomes, said)
        if other != said:
            keys += [sound(other), sound(pattern.sub(becomes, word))]
            said = other
    return tuple(key for key in dict.fromkeys(keys) if key)


_RESPELT = (("ph", "f"), ("ck", "k"), ("qu", "kw"), ("x", "ks"), ("y", "i"), ("z", "s"), ("c", "k"), ("v", "f"))


@lru_cache(maxsize=65536)
def respelt(word: str) -> str:
    """A word in plainer letters, to compare how it looks with another that sounds the same."""
    for letters, plain in _RESPELT:
        word = word.replace(letters, plain)
    return word

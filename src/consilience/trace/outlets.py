"""Names of outlets: which name is one, what one goes by, and whose a web address is.

Knows the outlets of the story, the agencies and large outlets of the lexicons, mastheads ("The
Dravik Courier"), hosts and call letters, and what an account itself calls a newspaper ("the daily
Ostrel Abend"). Does not decide whether anything was taken from one.

Invariant: an outlet has one key, whether it is named in full, by its acronym or by its host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from ..data import lexicon
from ..ingest.addresses import host, site
from ..model import Annotated, Entity

HOST = (
    r"\b[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){0,4}\."
    r"(?:com|org|net|news|co\.uk|co|info|eu|io|tv|de|fr|in|example)\b"
)
STATION = re.compile(
    r"(?:ABC|CBS|NBC|FOX|Fox|CW|CTV|ITV|TV|Channel|News ?[Cc]hannel|Action News|Eyewitness News|Region) ?"
    r"(?:News )?\d{1,2}(?: News)?|[KW][A-Z]{3}(?:[- ](?:TV|FM|AM|DT))?|[KW][A-Z]{2}-(?:TV|FM|AM|DT)|"
    r"[A-Z]\w{1,20}-TV"
)
"""Names of stations: a network or channel with its number, American call letters."""
CAMEL = re.compile(r"[A-Z][a-z]+(?:News|Times|Post|Wire|Press|Herald|Today|Watch|TV)|[A-Z][a-z]+NEWS")
GENERIC = frozenset(
    "news online channel tv radio opinion digital com website newspaper television network local newsroom "
    "staff".split()
)
"""Words that an outlet's name may have or lack."""
CLASS = (
    r"newspaper|daily|tabloid|broadsheet|weekly|magazine|broadcaster|(?:news|online) (?:site|website|agency|"
    r"outlet|channel|service|portal|network|organi[sz]ation|platform)|newsmagazine|newswire|"
    r"(?:television|TV|radio) (?:station|channel|network|programme|program|show)|wire (?:service|agency)|"
    r"website|blog|outlet|paper"
)
"""What an account calls an outlet before or behind its name."""
PLAIN = r"(?:St|Ft|Mt)\.(?= [A-Z])|[A-Z][\w&’'.-]{0,30}[\w’']|[A-Z]"
_NAME = rf"(?:{PLAIN})(?: (?:{PLAIN}|of|for|the|de|della|da|do)){{0,8}}"
INTRODUCED = re.compile(rf"\b(?:{CLASS}) (?P<name>{_NAME})")
CLASSED = re.compile(
    rf"(?P<article>\b[Tt]he |\b[Aa]n? )?(?P<name>{_NAME}) (?:newspaper|(?:news)?magazine|"
    r"daily\b(?! [a-z]+s\b)|broadcaster|tabloid|news (?:agency|site|website|channel|service|portal)|"
    r"radio station)\b(?! [A-Z])"
)
CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december he she it they we you i this that".split()
)
PRONOUNS = re.compile(r"^(?:The|An?|In|On|At|But|And|According|While|As|Its?|Our|His|Her|Their)(?: |$)")


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """An outlet's name for comparing: no case, article or punctuation.

    >>> plain("The Dravik Courier"), plain("U.S. Coast Guard’s"), plain("dravik.com")
    ('dravik courier', 'us coast guard', 'dravik.com')
    """
    form = re.sub(r"(?<=\b\w)\.(?=\w\b|\s|$)", "", name.casefold().replace("’", "'"))
    words = re.findall(r"[\w.'&-]+", form)
    words = [w.removesuffix("'s").strip(".'-") for w in words]
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


@lru_cache(maxsize=4096)
def outlet_key(name: str) -> str:
    """One key for an outlet's name, its acronym and its host.

    >>> outlet_key("The Dravik Courier"), outlet_key("www.dravikcourier.com")
    ('dravikcourier', 'dravikcourier')
    >>> outlet_key("Associated Press") == outlet_key("AP") == outlet_key("apnews.com")
    True
    """
    return _squashed(known().get(plain(name), name))


def _squashed(name: str) -> str:
    form = plain(name)
    if re.fullmatch(HOST, form) and " " not in form:
        form = site(f"https://{form}").split(".")[0]
    return form.replace(" ", "").replace("-", "")


@cache
def known() -> dict[str, str]:
    """Known outlets by normal form and by host, with the name shown."""
    out: dict[str, str] = {}
    rows = [(row["name"], row["also"], "") for row in lexicon("agencies")]
    rows += [(row["name"], row["aliases"], "") for row in lexicon("bodies") if row["kind"] == "outlet"]
    rows += [(r["name"], r["also"], r["hosts"]) for r in lexicon("outlets") if r["kind"] == "outlet"]
    for name, also, hosts in rows:
        shown = next((out[f] for f in map(plain, (name, *also.split(";"))) if f in out), name)
        for form in (name, *also.split(";"), *hosts.split(";")):
            if form:
                out.setdefault(plain(form), shown)
    return out


@cache
def _acronyms() -> frozenset[str]:
    """Normal forms of acronyms that are written in capitals."""
    rows = (*lexicon("agencies"), *lexicon("outlets"))
    forms = [f for row in rows for f in (row["name"], *row["also"].split(";")) if f]
    small = {plain(f) for f in forms if not f.isupper()}  # dpa, Tass
    return frozenset(plain(f) for f in forms if f.isupper() and len(f) < 6) - small


@cache
def platforms() -> frozenset[str]:
    """Hosts where anyone publishes."""
    return frozenset(row["hosts"] for row in lexicon("outlets") if row["kind"] == "platform")


@cache
def ends(kind: str) -> tuple[str, ...]:
    """Last words of names of a kind, longest first."""
    words = [row["word"] for row in lexicon("mastheads") if row["kind"] == kind]
    return tuple(sorted(words, key=lambda w: (-len(w), w)))


@cache
def _misleading(kind: str) -> frozenset[str]:
    """Words that look like the bare name of an agency or a station and mostly mean something else."""
    return frozenset(row["word"] for row in lexicon("no_outlets") if row["kind"] == kind)


@cache
def _masthead() -> re.Pattern[str]:
    """The end of a name that tells an outlet."""
    last = "|".join(re.escape(w) for w in ends("outlet"))
    # "the Kell Times-Union": a hyphen joins two papers' names
    return re.compile(rf"(?:^|\s|-)(?:{last})(?:-[A-Z]\w+)?$", re.IGNORECASE)


@cache
def _given() -> frozenset[str]:
    return frozenset(row["name"] for row in lexicon("given") if row["kind"] == "given")


@cache
def _bodies() -> frozenset[str]:
    """Normal forms of the names of bodies that are no outlets."""
    rows = (row for row in lexicon("bodies") if row["kind"] in ("body", "group"))
    return frozenset(plain(f) for row in rows for f in (row["name"], *row["aliases"].split(";")) if f)


@cache
def _heads() -> frozenset[str]:
    """Last words of bodies that are no outlets, and of places."""
    rows = [row["name"] for row in lexicon("bodies") if row["kind"] in ("head", "placehead")]
    places = {"hague", "bronx", "netherlands", "bahamas", "gambia", "philippines", "maldives", "vatican"}
    return (frozenset(rows) | set(ends("body")) | places) - {w.casefold() for w in ends("outlet")}


@cache
def _peoples() -> frozenset[str]:
    """Names of places and their people: "the German newspaper" names none."""
    cells = (row[c] for row in lexicon("places") for c in ("name", "aliases", "people", "seats"))
    return frozenset(w.casefold() for cell in cells for w in cell.split(";") if w)


def plausible(name: str, bare: bool) -> bool:
    """Whether a name is a known outlet's, written as one writes it.

    "App" is no agency and "Hill said" no paper: acronyms stand in capitals, a common word behind "the".
    """
    key = plain(name)
    if key not in known() or (key in _acronyms() and not name.isupper()) or name in _misleading("agency"):
        return False
    common = known()[key].startswith("The ") or name in _given() or name in ends("outlet")
    return not (bare and common and " " not in key and "." not in key)


def _by_tail(name: str, bare: bool) -> str | None:
    """A known outlet that a longer run of capitals ends with, or begins with; a host; "NorthNews"."""
    words = name.split()
    if len(words) > 1 and words[-1].casefold() in GENERIC and plausible(" ".join(words[:-1]), bare):
        return known()[plain(" ".join(words[:-1]))]  # "the Fars news agency"
    for size in range(len(words) - 1, 0, -1):
        tail = " ".join(words[-size:])
        if len(tail) > 2 and plausible(tail, bare=words[-size - 1].casefold() != "the"):
            return known()[plain(tail)]
    return name if re.fullmatch(HOST, name) or CAMEL.fullmatch(words[0]) else None


def is_body(name: str) -> bool:
    """Whether a name is a known body's, ends as bodies' names do, or is a place's or a people's.

    >>> is_body("The Hague"), is_body("The Harbour Commission"), is_body("The Untried")
    (True, True, False)
    """
    bare = plain(name)
    return foreign(bare) or bare in _bodies() or bare.split()[-1] in _heads()


def foreign(name: str) -> bool:
    """Whether a name is that of a place, a people or a day.

    >>> foreign("Paris"), foreign("the German"), foreign("Monday"), foreign("Harbour Wire")
    (True, True, True, False)
    """
    key = plain(name)
    return key in _peoples() or bool(set(key.split()[:1]) & CALENDAR)


@dataclass(frozen=True)
class Names:
    """Whose names count: outlets of the story by key, and bodies by alias and by key.

    ``sites`` gives the outlet of each site that an account of the story stands on; ``called`` are
    names that an account calls a newspaper, a broadcaster or the like.
    """

    outlets: Mapping[str, str]
    entities: Mapping[str, Entity]
    keys: Mapping[str, Entity]
    sites: Mapping[str, str]
    called: frozenset[str] = frozenset()

    def issuer(self, word: str) -> str | None:
        """The one outlet of the story that "the ministry" can be."""
        held = [name for name in self.outlets.values() if word in plain(name).split()]
        return held[0] if len(held) == 1 else None

    def outlet(self, name: str, *, bare: bool = False) -> str | None:
        """The name shown of an outlet, or None when it is none.

        :param bare: no "the" stands before it, so that a lone "Star" or "Times" is none.
        """
        key = plain(name)
        held = self.outlets.get(outlet_key(name))
        if held or key in self.called:
            return held or known().get(key, name)
        if plausible(name, bare):
            return known()[key]
        if STATION.fullmatch(name) and name not in _misleading("station"):
            return name
        return _by_tail(name, bare) or self._by_masthead(name, bare)

    def _by_masthead(self, name: str, bare: bool) -> str | None:
        """A name that ends as mastheads do; a lone word needs its "the", a person has none."""
        words = name.split()
        many = re.search(r"(?:agency|service|media|television|TV)$", name)
        if not _masthead().search(name) or (words[-1].islower() and not many):
            return None
        if bare and (len(words) == 1 or (len(words) == 2 and words[0] in _given())):
            return None
        # "German news" of "a German newspaper", "Breaking News", "State TV"
        lone = len(words) == 2 and (words[0].casefold() in _peoples() or words[0] in ("Breaking", "More"))
        return None if lone and words[-1].casefold() in GENERIC else name

    def of_address(self, address: str) -> str | None:
        """The outlet that a web address belongs to, by its name, else its site; None for platforms.

        >>> Names({}, {}, {}, {}).of_address("https://www.reuters.com/world/x")
        'Reuters'
        >>> Names({}, {}, {}, {}).of_address("https://www.facebook.com/x") is None
        True
        """
        whole, part = host(address), site(address)
        if not part or part in platforms() or whole in platforms():
            return None
        held = self.sites.get(part) or self.outlets.get(outlet_key(part))
        return held or known().get(whole) or known().get(part) or part


def names_of(accounts: Iterable[Annotated], entities: Iterable[Entity]) -> Names:
    """The names that count in a story."""
    held = list(accounts)
    outlets = {outlet_key(a.witness.outlet): a.witness.outlet for a in held if a.witness.outlet}
    sites: dict[str, set[str]] = {}
    for a in held:
        if a.witness.outlet and site(a.witness.url):
            sites.setdefault(site(a.witness.url), set()).add(a.witness.outlet)
    bodies = [e for e in entities if e.kind == "body"]
    aliases = {form.casefold(): e for e in bodies for form in (*e.aliases, e.name)}
    # One host may serve several outlets of the story; then it is none's.
    single = {s: min(o) for s, o in sites.items() if len(o) == 1 and s not in platforms()}
    return Names(outlets, aliases, {e.key: e for e in bodies}, single)


def called(text: str) -> Iterator[str]:
    """Names that a text calls a newspaper, a broadcaster or the like, in normal form.

    >>> sorted(called("The Tavorian newspaper Ostrel Abend, quoting a pilot, told the Kell Nordblatt daily."))
    ['kell nordblatt', 'ostrel abend']
    """
    for m in INTRODUCED.finditer(text):
        yield from _callable(m["name"])
    for m in CLASSED.finditer(text):
        if (m["article"] or "")[:1] not in ("a", "A"):
            yield from _callable(PRONOUNS.sub("", m["name"]))


def _callable(name: str) -> Iterator[str]:
    key = plain(trim(name))
    words = key.split()
    free = [w for w in words if w not in CALENDAR and w not in GENERIC and w not in ("state", "national")]
    # "the German newspaper", "the South Korean state newspaper", "the local paper"
    foreign = " ".join(free) in _peoples() or set(words) <= _peoples()
    if free and not foreign and words[0] not in CALENDAR and len(key) > 1:
        yield key


def shown(name: str) -> str:
    """A name as it is shown: without "the", but for one known with it; "state media" in small letters."""
    bare = name if known().get(plain(name)) == name else re.sub(r"^(?:[Tt]he|An?) (?=\S)", "", name)
    return bare[0].lower() + bare[1:] if re.fullmatch(r"State (?:media|television|TV)", bare) else bare


def trim(words: str) -> str:
    """A name without what a run of capitals drags along at its end."""
    name = re.sub(r"(?: (?:of|for|and|the|de))+$", "", words.strip()).rstrip(".’'")
    return re.sub(r"[’']s$", "", name)


# -- an account's own outlet --


def own_names(account: Annotated) -> tuple[str, ...]:
    """What an account's own outlet is called: its name and its host."""
    witness = account.witness
    names = (witness.outlet or "", host(witness.url))
    return tuple(n for n in names if n and site(f"https://{n}") not in platforms())


def same_outlet(name: str, own: str) -> bool:
    """Whether a name is a way to call an outlet.

    >>> [same_outlet(n, "The Morning Ledger") for n in ("Morning Ledger", "the Ledger", "Ledger Herald")]
    [True, True, False]
    >>> [same_outlet(n, "BBC News") for n in ("BBC", "Kell News")], same_outlet("KTRV News", "ktrv.com")
    ([True, False], True)
    """
    short, long = plain(name), plain(own)
    if not short or not long:
        return False
    if outlet_key(name) == outlet_key(own) or long.endswith(f" {short}"):
        return True
    if len(name) > 2 and name.isupper() and name.casefold() == "".join(w[0] for w in long.split()):
        return True
    if _core(name) and _core(name) == _core(own):
        return True
    return bool(re.fullmatch(HOST, long)) and _of_host(name, outlet_key(own))


def _of_host(name: str, label: str) -> bool:
    """Whether a host ends with a masthead ("Tribune" of kelltribune) or begins with a station's network."""
    word = plain(name).replace(" ", "")
    masthead = name in ends("outlet") and label.endswith(word) and label != word
    network = re.match(r"(?:abc|cbs|nbc|fox|cw)(?=(?:news)?\d)", word)
    return masthead or bool(network and label.startswith(network[0]))


@cache
def _core(name: str) -> str:
    """A name without the words that it may lack."""
    form = plain(known().get(plain(name), name))
    if re.fullmatch(HOST, form):
        form = site(f"https://{form}").split(".")[0]
        return re.sub(rf"(?<=\w\w)(?:{'|'.join(sorted(GENERIC))}|\d+)$", "", form)
    return "".join(w for w in re.findall(r"\w+", form) if w not in GENERIC)

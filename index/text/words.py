"""The word lists of all language rules, each once. English, unless a comment names another language."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Time

MONTHS = tuple("january february march april may june july august september october november december".split())
MONTH_NUMBER = {name: n for n, m in enumerate(MONTHS, 1) for name in (m, m[:3])} | {"sept": 9}
WEEKDAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
PARTS = {"early": "early", "mid": "mid", "late": "late"}  # of a month or year: 'mid-2024'
PARTS_OF = {"beginning": "early", "start": "early", "middle": "mid", "end": "late"}  # 'the end of 2024'
# What may join the two ends of a range.
RANGES = frozenset(("-", "–", "—", "‑", "to", "until", "till", "through", "up to", "down to"))

# Numbers

SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
# Ukrainian and Russian too.
SHORT_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9}
SHORT_SCALES |= {"тис": 10**3, "тыс": 10**3, "млн": 10**6, "млрд": 10**9}
NUMBER_WORDS = SCALES.keys() | _words(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety first second third fourth fifth sixth
    seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth
    nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth thousandth
    millionth"""
)
FRACTIONS = _words("half halves thirds quarter quarters fourths fifths sixths sevenths eighths ninths tenths")
CURRENCIES = {
    "dollar": "$", "usd": "$", "euro": "€", "eur": "€", "pound": "£", "gbp": "£", "hryvnia": "₴", "hryvnya": "₴",
    "uah": "₴", "ruble": "₽", "rouble": "₽", "rub": "₽", "zloty": "zł", "pln": "zł",
}  # fmt: skip
# A figure behind one of these is a label and no count: 'Article 407', 'No. 12'.
LABELS = _words("no. nos. nr nr. art art. article articles section part page pages p p. pp pp. № # §")
# Nouns of counts. Edited English writes counts above 999 with a comma: four digits without one are mostly a year.
COUNTED = SCALES.keys() | _words(
    """people person persons men women children soldiers troops servicemen fighters civilians cases times copies per
    percent dollars euros pounds hryvnia hryvnias ruble rubles rouble roubles zloty kilometres kilometers metres meters
    km miles tons tonnes kg hours days weeks months years"""
)
# Quantities that are no figures.
QUANTITIES = FRACTIONS | _words(
    """no none nobody nothing never neither zero few fewer several some any many much more less little lot lots most
    majority minority third fifth sixth eighth tenth all each every entire whole both one once single another couple
    pair handful scores twice thrice dozen dozens hundreds thousands millions billions double doubled doubles doubling
    triple tripled triples tripling quadruple quadrupled twofold threefold tenfold countless unknown enough numerous
    repeatedly born teenager teenagers twenties thirties forties fifties sixties seventies eighties nineties until"""
)

# What stands before a figure and changes what it says.
QUALIFIERS = (
    "about", "around", "approximately", "roughly", "some", "nearly", "almost", "close to", "up to", "as many as",
    "as much as", "as few as", "at least", "at most", "no more than", "not more than", "no fewer than", "more than",
    "over", "above", "less than", "fewer than", "under", "below", "only", "just", "not", "no", "an estimated",
    "as high as", "as low as", "as little as",
)  # fmt: skip
QUALIFIERS_BEHIND = ("at most", "at least", "at best", "or more", "or less", "or fewer", "or so")

# Words with a task in the sentence

QUESTION_WORDS = _words("who whom whose what which when where why how")
# 'May' is left out: in a question it is more often the month.
AUXILIARIES = _words("is are was were do does did has have had can could will would should might must")
PREPOSITIONS = _words("in for by at on of from during under with to since until till after before about through")
# 'March' and 'may' are months only behind these.
BEFORE_A_MONTH = PREPOSITIONS | _words("last next this every and")
# Words that a question is made of and that say nothing about its answer: articles, pronouns, auxiliary verbs,
# prepositions, question words; also Russian and Ukrainian. BM25 weighs a word by how rare it is in passages, and 'who'
# or 'did' is rarer there than in questions. Words of quantity, comparison, negation and saying stay: without them the
# ranking of the development questions was worse (docs/lexical.md).
STOP_WORDS = _words(
    """a about also am an and any are as at be because been being but by can could did do does doing for from had has
    have having he her hers him his how i if in into is it its itself me my of on or our ours she should some than that
    the their theirs them then there these they this those to too was we were what when where which while who whom whose
    why will with would you your yours dont didnt doesnt isnt wasnt werent cant whats whos hows
    а без бы был была были было быть в во вы где да для до если есть же з за из и или й к как какая какие какой когда
    кто ли мне мы на над не него нее но о об он она они от по под при про с со та так там те то ты у что чтобы это этот
    я або але від він вона вони де до є за зі із й коли ми на не ні по та те ти хто це цей чи чому що щоб як яка яке
    який які скільки чого куди звідки чий чия чиє навіщо сколько почему зачем куда откуда чей чья"""
)
# Words that may begin a sentence before a count: their capital makes them no name.
QUANTIFIERS = STOP_WORDS | PREPOSITIONS | QUANTITIES | _words(
    """above after almost among approximately around below besides between even exactly first just last like nearly not
    only other out over roughly since such up within"""
)  # fmt: skip
# Pronouns and their like, by what they may stand for.
PERSONAL = _words("he him his she her hers")
PLURAL = _words("they them their theirs")
NEUTER = _words("it its")
POINTERS = _words("this that these those there then so one ones former latter others else such same other rest")
REFERENCES = PERSONAL | PLURAL | NEUTER | POINTERS
DETERMINERS = _words("the a an this that these those my our your his her its their no every each another")
BEING = _words("is are was were be been being isnt wasnt")
SOMEBODY = _words("who whom whose someone somebody anyone anybody everyone everybody nobody")
# Words that other languages of Latin script do not have: 'was' and 'is' are German, 'has' is Spanish.
PLAIN_ENGLISH = QUESTION_WORDS | _words(
    "does did were the about tell many much been with this that from they their and said says"
)
# What a question asks its reader to do.
REQUESTS = _words("please tell show give list name enumerate explain compare describe summarise summarize me here")
# What a question is made of: no content, and no name although it may have a capital.
FUNCTION_WORDS = STOP_WORDS | AUXILIARIES | REQUESTS | _words("s so according besides")
SAYING = _words(
    """say says said claim claims claimed argue argues argued report reports reported state states stated estimate
    estimates estimated suggest suggests suggested believe believes believed think thinks thought write writes wrote
    call calls called admit admits admitted deny denies denied warn warns warned put puts told mention mentions
    mentioned give gives gave blame blames blamed confirm confirms confirmed"""
)
CLAUSE_WORDS = QUESTION_WORDS | AUXILIARIES | REQUESTS | SAYING

# Names, and what they are names of

TITLES = _words(
    """president prime minister general colonel lieutenant lieutenant-colonel major captain sergeant chancellor senator
    judge professor sir king queen pope mr mrs ms dr"""
)
SHORT_TITLES = _words("dr. mr. mrs. ms. prof. gen. col. lt. maj. capt. sgt. st. no.")
KINDS = _words(
    """region oblast province district county city town village state republic federation union ministry office
    department bureau army forces force brigade battalion regiment division corps unit court law act code bill article
    war operation group party university agency service council committee commission parliament government newspaper
    magazine company"""
)
# What bears a number in its name besides: 'the 12th amendment'.
NUMBERED = KINDS | _words("amendment congress convention squadron fleet platoon precinct infantry summit")
# Words of publishers' names, and foreign articles: a phrase with one of them names no person.
PUBLISHERS = _words(
    """part post times news street journal web site television radio press independent gazette tribune herald guardian
    le el al der die das"""
)
# Words that begin or end a capitalised phrase that is no person.
NO_PERSON = TITLES | KINDS | WEEKDAYS | PUBLISHERS | frozenset(MONTHS) | FUNCTION_WORDS
# Words that say 'a source' without naming one.
SOURCES = _words(
    """article articles source sources piece pieces text texts report reports note notes story stories page post
    document documents paper publication publications interview study feature item original news website site newspaper
    magazine outlet agency"""
)
# What a question may ask of sources that their front matter holds, or of a summary: words without content there.
FRONT_MATTER = _words(
    """many collection corpus index database library newest latest most recent oldest earliest youngest first last wrote
    author authors authored written writer byline published publish publisher publishers date dated old link url
    address web find read see appear come out posted all available used use know contain include included hold one
    contradict contradicts dispute disputes disputed disagree corroborate corroborates confirm confirms support cited
    cite cites background later law laws listed cover based rest language languages"""
)
SUMMARISING = _words(
    """summary sum up overview gist tldr tl dr nutshell brief briefly short main key central most important point points
    claim claims message messages argument arguments idea ideas takeaway takeaways finding findings thesis statement
    statements say says argue claim cover discuss content contents one paragraph few sentences line lines quick all
    full whole"""
)

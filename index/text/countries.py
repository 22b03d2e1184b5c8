"""One country in several words: Russia, Russian, Moscow, the Kremlin.

Reports say a government's capital, or its people, for the country. Meant for words that are known to be names:
'turkey' and 'polish' are words of other things as well.
"""

from __future__ import annotations

from functools import cache

from index.text.analysis import stem

# Words joined by '_' mean the country only together.
_COUNTRIES = """
afghanistan afghan kabul|albania albanian tirana|algeria algerian algiers|argentina argentine argentinian|
armenia armenian yerevan|australia australian canberra|austria austrian vienna|azerbaijan azerbaijani azeri baku|
bangladesh bangladeshi dhaka|belarus belarusian belarussian minsk|belgium belgian|brazil brazilian brasilia|
britain british uk london briton england english united_kingdom|bulgaria bulgarian sofia|canada canadian ottawa|
chile chilean santiago|china chinese beijing peking|colombia colombian bogota|crimea crimean|croatia croatian zagreb|
cuba cuban havana|czechia czech prague|denmark danish copenhagen dane|egypt egyptian cairo|estonia estonian tallinn|
ethiopia ethiopian|eu europe european brussels european_union|finland finnish helsinki finn|france french paris|
georgia georgian tbilisi|germany german berlin|greece greek athens|hungary hungarian budapest|india indian delhi|
indonesia indonesian jakarta|iran iranian tehran|iraq iraqi baghdad|ireland irish dublin|israel israeli jerusalem|
italy italian rome|japan japanese tokyo|jordan jordanian amman|kazakhstan kazakh astana|kenya kenyan nairobi|
korea korean seoul pyongyang|latvia latvian riga|lebanon lebanese beirut|libya libyan tripoli|
lithuania lithuanian vilnius|mexico mexican|moldova moldovan chisinau|mongolia mongolian|morocco moroccan rabat|
netherlands dutch holland hague|nigeria nigerian abuja|norway norwegian oslo|pakistan pakistani islamabad|
palestine palestinian|peru peruvian lima|philippines philippine filipino manila|poland polish warsaw pole|
portugal portuguese lisbon|romania romanian bucharest|russia russian moscow kremlin|saudi riyadh|scotland scottish scot|
serbia serbian belgrade serb|slovakia slovak bratislava|slovenia slovenian ljubljana|spain spanish madrid spaniard|
sudan sudanese khartoum|sweden swedish stockholm swede|switzerland swiss bern|syria syrian damascus|
taiwan taiwanese taipei|thailand thai bangkok|tunisia tunisian tunis|turkey turkish ankara turkiye turk|
ukraine ukrainian kyiv kiev|us usa america american washington united_states|ussr soviet soviet_union|
venezuela venezuelan caracas|vietnam vietnamese hanoi|wales welsh|yemen yemeni
"""


@cache
def _ways() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return for the stem of each way's last word all ways to say its country."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for country in _COUNTRIES.replace("\n", "").split("|"):
        ways = tuple(tuple(way.split("_")) for way in country.split())
        for way in ways:
            found[stem(way[-1])] = (*found.get(stem(way[-1]), ()), *ways)
    return found


def country_words(word: str) -> tuple[tuple[str, ...], ...]:
    """Return `word` and, if it means a country, all ways to say that country, each as one or more words.

    'Moscow' -> ('Moscow',), ('russia',), ('russian',), ...; 'States' -> ('States',), ('us',), ('united', 'states'), ...
    """
    return tuple(dict.fromkeys(((word,), *_ways().get(stem(word), ()))))

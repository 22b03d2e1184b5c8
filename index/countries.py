"""One country in several words: Russia, Russian, Moscow, the Kremlin.

Reports say a government's capital, or its people, for the country. Meant for words that are known to be names:
'turkey' and 'polish' are words of other things as well.
"""

from __future__ import annotations

from index.analyse import stem

_COUNTRIES = """
afghanistan afghan kabul|albania albanian tirana|algeria algerian algiers|argentina argentine argentinian|
armenia armenian yerevan|australia australian canberra|austria austrian vienna|azerbaijan azerbaijani azeri baku|
bangladesh bangladeshi dhaka|belarus belarusian belarussian minsk|belgium belgian|brazil brazilian brasilia|
britain british uk london briton|bulgaria bulgarian sofia|canada canadian ottawa|chile chilean santiago|
china chinese beijing peking|colombia colombian bogota|croatia croatian zagreb|cuba cuban havana|
czechia czech prague|denmark danish copenhagen dane|egypt egyptian cairo|estonia estonian tallinn|
ethiopia ethiopian|finland finnish helsinki finn|france french paris|georgia georgian tbilisi|
germany german berlin|greece greek athens|hungary hungarian budapest|india indian delhi|
indonesia indonesian jakarta|iran iranian tehran|iraq iraqi baghdad|ireland irish dublin|
israel israeli jerusalem|italy italian rome|japan japanese tokyo|jordan jordanian amman|
kazakhstan kazakh astana|kenya kenyan nairobi|korea korean seoul pyongyang|latvia latvian riga|
lebanon lebanese beirut|libya libyan tripoli|lithuania lithuanian vilnius|mexico mexican|
moldova moldovan chisinau|mongolia mongolian|morocco moroccan rabat|netherlands dutch holland hague|
nigeria nigerian abuja|norway norwegian oslo|pakistan pakistani islamabad|palestine palestinian|
peru peruvian lima|philippines philippine filipino manila|poland polish warsaw pole|
portugal portuguese lisbon|romania romanian bucharest|russia russian moscow kremlin|
serbia serbian belgrade serb|slovakia slovak bratislava|slovenia slovenian ljubljana|
spain spanish madrid spaniard|sudan sudanese khartoum|sweden swedish stockholm swede|
switzerland swiss bern|syria syrian damascus|taiwan taiwanese taipei|thailand thai bangkok|
tunisia tunisian tunis|turkey turkish ankara turkiye turk|ukraine ukrainian kyiv kiev|
usa us american america washington states|uk british britain kingdom|
eu european europe brussels union|ussr soviet union|venezuela venezuelan caracas|vietnam vietnamese hanoi|yemen yemeni
"""
_WORDS: dict[str, tuple[str, ...]] = {}
for _country in _COUNTRIES.replace("\n", "").split("|"):
    for _word in _country.split():
        _WORDS[stem(_word)] = (*_WORDS.get(stem(_word), ()), *_country.split())


def country_words(word: str) -> tuple[str, ...]:
    """`word`, and the other words for its country if it stands for one: 'Moscow' -> Moscow, russia, russian, ..."""
    return tuple(dict.fromkeys((word, *_WORDS.get(stem(word), ()))))

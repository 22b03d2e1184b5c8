"""The language of a question: sure or silent, and no false alarm over foreign names in English questions."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import Engine
from app.query import Query
from app.question.language import detect, unreadable
from app.records import Answer, Turn
from app.render.console import SafeConsole
from app.render.terminal import print_answer
from app.settings import Settings
from index.embedding.model_card import BUNDLED_LANGUAGES, CARD, card_languages, model_languages
from index.embedding.models import bundled_folder
from index.settings import IndexSettings
from tests.conftest import CORPUS, ROOT
from tests.fakes import open_hashed, small_corpus

# Short questions as readers type them.
QUESTIONS = {
    "uk": [
        "Скільки солдатів самовільно залишили частину у 2024 році?", "Чому військові тікають з фронту?",
        "Хто сказав, що майже п'ята частина військових покинула позиції?", "Коли закон набрав чинності?",
        "Що пише стаття про Польщу?", "Скільки справ закрили?", "Які джерела не погоджуються між собою?",
        "Де відбувся протест?", "Хто такий Бойко?", "скільки справ у жовтні",
    ],
    "ru": [
        "Сколько солдат дезертировало в октябре 2024 года?", "Почему военные уходят с позиций?",
        "Кто сказал об этом первым?", "Что говорится в статье о Польше?", "Когда был принят закон?",
        "Какие источники с этим не согласны?", "Сколько дел дошло до суда?",
    ],
    "de": [
        "Wie viele Soldaten sind im Oktober 2024 desertiert?", "Warum verlassen die Soldaten ihre Stellungen?",
        "Wer behauptet, dass ein Fünftel der Soldaten weg ist?", "Was sagt der Artikel über Polen?",
        "Wann trat das Gesetz in Kraft?", "Sind sich die Quellen einig?", "was sagen die anderen quellen dazu",
    ],
    "fr": [
        "Combien de soldats ont déserté en octobre 2024 ?", "Pourquoi les soldats quittent-ils le front ?",
        "Qui affirme qu'un cinquième des soldats sont partis ?", "Que dit l'article sur la Pologne ?",
        "Quand la loi est-elle entrée en vigueur ?",
    ],
    "es": [
        "¿Cuántos soldados desertaron en octubre de 2024?", "¿Por qué abandonan sus posiciones?",
        "¿Quién dice que una quinta parte de los soldados se ha ido?", "¿Qué dice el artículo sobre Polonia?",
    ],
    "it": [
        "Quanti soldati hanno disertato nell'ottobre 2024?", "Perché i soldati lasciano le loro posizioni?",
        "Che cosa dice l'articolo sulla Polonia?",
    ],
    "pl": [
        "Ilu żołnierzy zdezerterowało w październiku 2024 roku?", "Dlaczego żołnierze opuszczają swoje pozycje?",
        "Co mówi artykuł o Polsce?", "Kiedy ustawa weszła w życie?",
    ],
    "pt": ["Quantos soldados desertaram em outubro de 2024?", "Por que os soldados abandonam suas posições?"],
    "nl": ["Hoeveel soldaten zijn in oktober 2024 gedeserteerd?", "Waarom verlaten de soldaten hun posities?"],
    "cs": ["Kolik vojáků dezertovalo v říjnu 2024?", "Proč vojáci opouštějí své pozice?"],
    "sv": ["Hur många soldater deserterade i oktober 2024?"],
    "tr": ["Ekim 2024'te kaç asker firar etti?"],
    "ro": ["Câți soldați au dezertat în octombrie 2024?"],
    "el": ["Πόσοι στρατιώτες λιποτάκτησαν τον Οκτώβριο του 2024;"],
    "bg": ["Колко войници са дезертирали през октомври 2024 г.?"],
    "ar": ["كم عدد الجنود الذين فروا في أكتوبر 2024؟"],
    "zh": ["有多少士兵在2024年10月逃跑?"],
    "ja": ["2024年10月に何人の兵士が脱走しましたか？"],
    "ko": ["2024년 10월에 몇 명의 병사가 탈영했습니까?"],
}  # fmt: skip
PAIRS = [(language, q) for language, questions in QUESTIONS.items() for q in questions]
TOO_SHORT = 2  # of the questions above say too little: 'Хто такий Бойко?'

ENGLISH = [
    "how many szch cases in zhytomyr", "Who is Siversky Donets?", "who is butusov", "what happened in Selydove",
    "boiko table may 2024", "did Zelensky lie", "szch in dnipropetrovsk", "Is Vuhledar lost?", "Le Monde on Hryb",
    "What does El País say about Kurakhove?", "Świętoszów training base", "how many in Zaporizhzhia?",
    "What did Ukrainska Pravda publish about dezertyrstvo?", "What does 'самовільне залишення частини' mean?",
    "Who wrote „Es gilt nicht mehr als schändlich, sich dem Militärdienst zu entziehen“?", "What is СЗЧ?",
    "155th brigade anne of kyiv france", "La Vanguardia report on deserters?", "who are the Mukachevo smugglers",
    "bail for colonel dmytro ryumshin", "How do Der Spiegel and Die Zeit differ?", "mobilisation plan 160000",
    "Poienile de sub Munte rescuers", "Marchenko vs El Pais", "max price smugglers usd", "and kharkiv?", "hi",
]  # fmt: skip
NOTHING = ["", " ", "???", "2024", "9,048", "Zhytomyr", "Kharkiv, Donetsk, Lviv", "Ihor Hryb", "Суми", "Зеленський",
           "Бойко, Бутусов", "El País", "SZCh", "155", "Хто такий Бойко?"]  # fmt: skip


def golden() -> list[str]:
    lines = (CORPUS / "questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def test_questions_in_other_languages_are_recognised() -> None:
    assert len(PAIRS) >= 40
    found = [(language, detect(q), q) for language, q in PAIRS]
    assert not [f for f in found if f[1] is not None and f[1].code != f[0]]
    assert sum(f[1] is None for f in found) <= TOO_SHORT
    assert all(0.0 < f[1].confidence <= 1.0 for f in found if f[1] is not None)


@pytest.mark.parametrize("question", ENGLISH + [q.lower() for q in ENGLISH])
def test_names_in_an_english_question_raise_no_alarm(question: str) -> None:
    found = detect(question)
    assert found is None or found.code == "en"


def test_no_development_question_raises_an_alarm() -> None:
    questions = golden()
    assert len(questions) == 50
    settings = IndexSettings()
    assert [q for q in questions + [q.lower() for q in questions] if unreadable(q, settings)] == []
    assert sum((d := detect(q)) is not None and d.code == "en" for q in questions) > len(questions) // 2


@pytest.mark.parametrize("text", NOTHING)
def test_names_figures_and_scraps_tell_no_language(text: str) -> None:
    assert detect(text) is None
    assert unreadable(text, IndexSettings()) is None


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_survived(text: str) -> None:
    found = detect(text)
    assert found is None or (len(found.code) == 2 and 0.0 < found.confidence <= 1.0)


def test_the_bundled_model_reads_english_alone() -> None:
    settings = IndexSettings()
    assert unreadable("Чому військові тікають з фронту?", settings) == "uk"
    assert unreadable("Warum verlassen die Soldaten ihre Stellungen?", settings) == "de"
    assert unreadable("Why do the soldiers leave their positions?", settings) is None
    assert card_languages(bundled_folder()) == BUNDLED_LANGUAGES


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("---\nlanguage: de\n---\n", {"de"}),
        ("---\nlanguage:\n- en\n- uk\n- zh-CN\n---\nText", {"en", "uk", "zh"}),
        ("---\nlanguage: [no]\n---\n", {"no"}),
        ("---\nlanguage: multilingual\n---\n", None),
        ("---\nlanguage: [en, multilingual]\n---\n", None),
        ("---\nlanguage: {en: yes}\n---\n", None),
        ("---\nlanguage: [[en]]\n---\n", None),
        ("---\nlicense: mit\n---\n", None),
        ("---\n: [\n---\n", None),
        ("no front matter", None),
        ("\udcff", None),
    ],
)
def test_a_model_card_says_what_a_model_reads(tmp_path: Path, card: str, expected: set[str] | None) -> None:
    (tmp_path / CARD).write_bytes(card.encode("utf-8", "surrogateescape"))
    assert card_languages(tmp_path) == expected
    assert card_languages(tmp_path / "nowhere") is None


def test_of_another_model_only_its_card_is_believed(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    settings = IndexSettings(home=tmp_path / "home", model=str(folder))
    question = "Чому військові тікають з фронту?"
    assert model_languages(settings) is None  # no build has looked at it yet
    assert unreadable(question, settings) is None

    from index.embedding.models import identify

    identify(settings)
    assert unreadable(question, settings) is None  # it has no card
    (folder / CARD).write_text("---\nlanguage: [en, de]\n---\n")
    assert unreadable(question, settings) == "uk"
    assert unreadable("Warum verlassen die Soldaten ihre Stellungen?", settings) is None


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    root = tmp_path_factory.mktemp("language")
    engine = open_hashed(Settings(home=root / "home", corpus=small_corpus(root / "corpus"), reader="none"))
    yield engine
    engine.close()


def test_an_answer_says_that_the_model_does_not_read_the_question(asked: Engine) -> None:
    answer = asked.answer("Скільки тонн води тримає гребля?")
    assert answer.language == "uk"
    assert Answer.model_validate_json(answer.model_dump_json()).language == "uk"
    printed = io.StringIO()
    print_answer(SafeConsole(file=printed, width=300), answer, {s.id: s for s in asked.sources()})
    assert "in Ukrainian, which the current model does not read" in printed.getvalue()
    assert asked.answer("How many tonnes of water does the dam hold?").language == ""


def test_question_words_of_another_language_are_no_names(asked: Engine) -> None:
    history = [
        Turn(role="user", text="How many tonnes of water does the Dam hold in 1931?"),
        Turn(role="assistant", text="9"),
    ]
    for question in ("Скільки тонн води?", "Скільки у 1932?", "Чому?", "Сколько?", "Куди?"):
        answer = asked.answer(Query(question, history))
        assert not set(answer.unmentioned) - {"1932"}
        assert answer.standalone_question == question


def test_an_english_question_loads_no_detector() -> None:
    code = (
        "import sys; from app.question.language import unreadable; from index.settings import IndexSettings\n"
        "for q in ('How many soldiers deserted?', 'When was the law on desertion passed', 'list the problems'):\n"
        "    assert unreadable(q, IndexSettings()) is None\n"
        "assert 'py3langid' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_nothing_is_loaded_before_it_is_asked() -> None:
    code = "import app.question.language, sys; assert 'py3langid' not in sys.modules and 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)

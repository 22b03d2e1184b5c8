"""The interface in Ukrainian."""

from __future__ import annotations

from app.words.texts import Plural, Texts

UKRAINIAN = Texts(
    code="uk",
    name="Українська",
    # the frame
    title="Footnote",
    tagline="Відповіді словами самих джерел",
    language="Мова",
    close="Закрити",
    new_conversation="Нова розмова",
    conversations="Розмови",
    sources="Джерела",
    # sources in words
    undated="без дати",
    our_note_on="наша нотатка про {name}",
    quoting="{name}, цитуючи",
    label_article="сама стаття",
    label_fulltext="повний текст зі сторінки {publisher}",
    label_note_read="наша нотатка про текст {publisher}, прочитаний в оригіналі",
    label_note_reported="наша нотатка про текст {publisher}, відомий з інших сторінок",
    kind_fulltext="повний текст сторінки",
    kind_note_read="наша нотатка, оригінал прочитано",
    kind_note_reported="наша нотатка, оригінал відомий з інших сторінок",
    relations={
        "article": "сама стаття",
        "cited": "стаття на нього посилається",
        "corroborates": "підтверджує статтю",
        "disputes": "заперечує статтю",
        "law": "закон, про який говорить стаття",
        "background": "тло статті",
        "later": "вийшло пізніше за статтю",
    },
    # the question
    question="Ваше запитання",
    question_hint="Запитайте про статтю або її джерела",
    ask="Запитати",
    stop="Зупинити",
    editing="Ви змінюєте останнє запитання; відповідь на нього буде замінено.",
    editing_cancel="Залишити як було",
    asking_only=Plural("Лише {count} джерело", "Лише {count} джерела", "Лише {count} джерел"),
    ask_all="Питати всі джерела",
    drop_source="Не питати це джерело: {name}",
    chosen_gone="Жодного з вибраних джерел немає в нинішньому індексі. Виберіть знову в «Джерелах» або питайте всі.",
    # the first page
    welcome="Запитайте статтю",
    welcome_more=(
        "Відповідь складається з цитат. Кожна має номер, за яким відкривається уривок, де вона стоїть, "
        "а звідти й усе джерело. На те, про що джерела мовчать, відповіді не буде."
    ),
    article="Стаття",
    further_sources=Plural(
        "Поруч із нею ще {count} джерело", "Поруч із нею ще {count} джерела", "Поруч із нею ще {count} джерел"
    ),
    sources_only=Plural("{count} джерело", "{count} джерела", "{count} джерел"),
    try_these="З чого почати",
    keys_hint="Клавіші: / до запитання, n і p від виноски до виноски, Esc назад.",
    suggestions=("What is the article about?", "Which sources are there?"),
    # the answer
    conversation="Розмова",
    you_asked="Ви запитали:",
    read_as="Прочитано як:",
    asked_of=Plural(
        "Запитано лише {count} джерело: {names}",
        "Запитано лише {count} джерела: {names}",
        "Запитано лише {count} джерел: {names}",
    ),
    unreadable=(
        "Схоже, мова цього запитання: {language}. Модель, яка зараз працює, її не читає, тож пошук може не побачити "
        "того, що кажуть джерела. Щоб питати цією мовою ({language}), укажіть багатомовну модель у параметрі “model” "
        "і побудуйте індекс наново."
    ),
    reading="Читаємо джерела",
    stopped="Зупинено. Усе, що тут стоїть, процитовано й перевірено; могло бути й продовження.",
    further="Що ще кажуть джерела",
    footnote="Виноска {number}, {speaker}",
    footnote_changed="Виноска {number}, уже не доведена: її джерело змінилося",
    changed=(
        "Відколи про це питали, джерело змінилося. Ці слова збереглися у вашому браузері, "
        "і довести їх тепер не можна."
    ),
    changed_quote="Виноска {number}: відтоді змінено, не доведено",
    tally="{quotes} з {sources}",
    quotations=Plural("{count} цитата", "{count} цитати", "{count} цитат"),
    from_sources=Plural("{count} джерела", "{count} джерел", "{count} джерел"),
    # not answered
    not_answered="Без відповіді",
    sources_do_not_answer="Джерела на це не відповідають.",
    none_mentions="Жодне з них не згадує: {names}.",
    either=", ",
    see_nearest="Показати найближчі уривки",
    covered="Про що джерела говорять",
    about_source="Стисло про «{title}»",
    about_article="Про що ця стаття?",
    look_at_sources="Переглянути всі джерела",
    # below an answer
    this_answer="Ця відповідь",
    copy="Копіювати з посиланнями",
    copied="Скопійовано",
    copy_link="Копіювати адресу",
    link_copied="Адресу скопійовано",
    copy_failed="Браузер не дозволив сторінці копіювати. Виділіть текст і скопіюйте його вручну.",
    edit="Змінити запитання",
    again="Запитати ще раз",
    useful="Добра відповідь",
    not_useful="Погана відповідь",
    reason="Що тут добре або що не так?",
    reason_hint="Зберігається у файлі на цьому комп'ютері й нікуди не надсилається.",
    send_reason="Зберегти",
    cancel="Скасувати",
    feedback_saved="Збережено. Список покаже команда 'footnote feedback'.",
    # the card on a mark
    card_hint="Торкніться номера ще раз, щоб побачити уривок.",
    # the evidence panel
    evidence="Докази",
    evidence_empty="Тут з'являться уривки, які цитує відповідь, кожен на своєму місці у своєму джерелі.",
    no_quotes="Ця відповідь нічого не цитує.",
    evidence_for="до запитання",
    nearest="Найближчі уривки, не відповідь",
    nearest_more="Вони найближчі до запитання, але на нього не відповідають.",
    nearest_gone="Індекс відтоді змінився; запитайте ще раз, щоб побачити найближчі уривки.",
    open_source="Відкрити в джерелі",
    open_source_name="Відкрити місце виноски {number} у джерелі: {title}",
    open_nearest_name="Відкрити місце цього уривка в джерелі: {title}",
    back_to_statement="Назад до твердження",
    to_statement="Виноска {number}: назад до твердження",
    page_at="Сторінка на {host}",
    new_tab="відкриється в новій вкладці",
    source_id="Код джерела",
    # the source, opened
    source_viewer="Джерело",
    back="Назад",
    of_quotations="Цитата {place} з {count}",
    previous_quotation="Попередня цитата",
    next_quotation="Наступна цитата",
    live_here="Відкрити справжню сторінку на цих словах",
    live_note="Відкрити сторінку оригіналу (ці слова з нашої нотатки)",
    copy_place="Копіювати адресу цього місця",
    author="Автор",
    published="Опубліковано",
    written_in="Мова оригіналу",
    relation_label="Щодо статті",
    via="Відомо через",
    address="Сторінка",
    note_warning="Це слова нашої нотатки, а не оригіналу.",
    link_wrong="Ця адреса не називає місця в джерелі. Місце пишеться так: ?source=ID&span=ПОЧАТОК-КІНЕЦЬ, два числа.",
    link_unknown="Ця адреса називає джерело, якого немає в нинішньому індексі: {source}",
    link_changed=(
        "Відколи зроблено цю адресу, джерело змінилося, тож назване в ній місце довести не можна. "
        "Показано нинішній текст без позначки."
    ),
    link_outside="Ця адреса називає місце поза джерелом ({start}-{end}, а в тексті {length} знаків).",
    # what each source says
    compare="Що каже кожне джерело?",
    compare_head="Що каже кожне джерело",
    compare_more="Найближча цитата з кожного джерела, за датою; дві, якщо воно подає два числа. Числа й дати виділено.",
    compare_none="Жодне джерело не каже нічого настільки близького до цього запитання, щоб було що порівняти.",
    comparing="Питаємо кожне джерело",
    compare_date="Дата",
    compare_who="Хто каже",
    compare_words="Його словами",
    compare_open="Відкрити рядок {number} у його джерелі: {title}",
    compare_silent=Plural(
        "Запитали ще {count} джерело: близького воно не каже нічого.",
        "Запитали ще {count} джерела: близького вони не кажуть нічого.",
        "Запитали ще {count} джерел: близького вони не кажуть нічого.",
    ),
    # the sources panel
    index_counts="{sources}, {passages}",
    passages=Plural("{count} уривок", "{count} уривки", "{count} уривків"),
    sources_counted=Plural("{count} джерело", "{count} джерела", "{count} джерел"),
    index_built="Індекс побудовано {when}, модель {model}.",
    sources_choose="Позначте джерела, яким поставити наступне запитання.",
    sources_all="Питати всі",
    sources_none="Немає джерела з такими словами.",
    sources_find="Знайти джерело",
    sources_ask="Питати {title}",
    sources_open="Відкрити",
    newer=(
        "Запрацював новіший індекс: {sources}, {passages}. Попередні відповіді зберігають слова, які процитували; "
        "наступне запитання піде вже до нового індексу."
    ),
    dismiss="Сховати",
    # the conversations panel
    conversations_more="Зберігаються лише в цьому браузері.",
    conversations_none="Ще нічого не запитано.",
    untitled="Без назви",
    conversation_unreadable="Розмова, яку вже не прочитати",
    rename="Перейменувати",
    rename_label="Назва цієї розмови",
    delete="Видалити",
    delete_sure="Видалити назавжди?",
    save_conversation="Зберегти цю розмову",
    save_markdown="Markdown",
    save_html="Вебсторінка",
    save_bundle="Пакет доказів",
    save_failed="Зберегти не вдалося: {why}",
    nothing_to_save="Ще немає жодної готової відповіді, яку можна зберегти.",
    clear="Очистити цю розмову",
    storage_full=(
        "Браузер більше нічого не зберігає: сховище заповнене або вимкнене. Видаліть якусь розмову "
        "або збережіть цю у файл."
    ),
    exchange_unreadable="Те, що браузер зберіг від цієї відповіді, уже не прочитати. Запитайте ще раз.",
    # when something is wrong
    problem="Не вийшло",
    no_index=(
        "Індексу ще немає, тож відповідати нема з чого. "
        "Виконайте 'footnote index build' у теці проєкту й запитайте знову; сторінку оновлювати не треба."
    ),
    stale_index=(
        "Індекс зроблено з іншими параметрами або іншою версією. "
        "Виконайте 'footnote index build' у теці проєкту й запитайте знову."
    ),
    damaged_index="Індекс пошкоджено. Виконайте 'footnote index build --full' у теці проєкту й запитайте знову.",
    unexpected=(
        "Відповісти не вдалося через помилку у Footnote. "
        "Подробиці в журналі сервера за номером {reference}. Можливо, варто запитати ще раз."
    ),
)  # fmt: skip

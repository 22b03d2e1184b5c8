"""What the server does for each event of the page. Nothing here raises: what goes wrong is said in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.chat.session.converse import converse, problem_words
from app.chat.session.engine import ChatEngine, EngineDoor
from app.chat.session.exchange import Conversation, Desk, Exchange, history, settled
from app.chat.session.exports import export
from app.chat.session.messages import Ticket, letter, read_ticket
from app.chat.session.stored import record_of, restored
from app.chat.session.suggestions import suggestions
from app.chat.view.comparison import Compared, comparison_html, comparison_problem, row_in_place
from app.chat.view.conversation import conversation_html
from app.chat.view.evidence import evidence_html
from app.chat.view.first_page import first_page
from app.chat.view.frame import above_html, masthead_html, talks_html
from app.chat.view.notices import passing_notice
from app.chat.view.places import place_html
from app.chat.view.reader import nearest_in_place, quote_in_place
from app.chat.view.sources import counts, shelf_html
from app.feedback import Feedback, record
from app.question.language import unreadable
from app.settings import Settings
from app.words.languages import TEXTS, choose
from app.words.texts import Texts
from index.filters import Filters

Update = Any  # a value for a component, or Gradio's word for 'as it is'


@dataclass(frozen=True)
class Events:
    """The handlers. `language` is always the code of the page's language, `desk` what the tab works on."""

    door: EngineDoor
    settings: Settings

    def ask(
        self, typed: str, post: str, desk: Desk, language: str, event: gr.EventData
    ) -> Iterator[tuple[Update, ...]]:
        """Stream the conversation: [talk, evidence, desk, question, post].

        A suggestion brings its question with the event; the box's own text stays when it does.
        """
        texts, ticket = TEXTS[language], read_ticket(post)
        given, again = (_data(event).get(k) for k in ("question", "typed"))
        question = str(given if given is not None else typed).strip()
        if not question:
            yield (gr.skip(),) * 5
            return
        if (desk.talk, len(desk.conversation)) != (ticket.talk, ticket.turns) and ticket.records is None:
            # Another server, or another tab's conversation: the browser knows better.
            yield *(gr.skip(),) * 4, letter("send-records", question=question, typed=given is None)
            return
        conversation = desk.conversation if ticket.records is None else self._restored(ticket, texts)
        last = bool(conversation) and conversation[-1].id == ticket.replace
        box: Update = "" if given is None or again else gr.skip()
        for grown in converse(
            self.door, conversation, question, texts,
            asked_of=ticket.sources, replace_last=last, language_of=self._language_of,
        ):  # fmt: skip
            now = Desk(ticket.talk, grown)
            yield (*_shown(grown, texts), now, box, gr.skip() if grown[-1].pending else _kept(now))
            box = gr.skip()  # what is typed meanwhile stays

    def _language_of(self, question: str) -> str | None:
        return unreadable(question, self.settings.index)

    def settle(self, post: str, desk: Desk, language: str) -> tuple[Update, ...]:
        """After a stop: what stands stays, and nothing is pending. [talk, evidence, desk, post]"""
        now = Desk(desk.talk, settled(desk.conversation))
        if now == desk or desk.talk != read_ticket(post).talk:
            return (gr.skip(),) * 4
        return (*_shown(now.conversation, TEXTS[language]), now, _kept(now))

    def restore(self, post: str, language: str) -> tuple[Update, ...]:
        """Another conversation, as the browser kept it: [talk, evidence, desk, post]."""
        ticket = read_ticket(post)
        return self._arrived(ticket, self._restored(ticket, TEXTS[language]), TEXTS[language])

    def _arrived(self, ticket: Ticket, conversation: Conversation, texts: Texts) -> tuple[Update, ...]:
        desk = Desk(ticket.talk, conversation)
        talk = str(conversation_html(conversation, texts)) if conversation else self.opening(texts)
        return talk, str(evidence_html(conversation, texts)), desk, letter("arrived", talk=ticket.talk)

    def _restored(self, ticket: Ticket, texts: Texts) -> Conversation:
        engine: ChatEngine | None = None
        if ticket.records:
            engine = self._attempt(self.door.engine)
        return restored(ticket.records or (), engine, texts)

    def _attempt(self, make: Callable[[], Any]) -> Any:
        """What `make` makes; None if it fails, which is then logged."""
        try:
            return make()
        except Exception as error:  # noqa: BLE001 - a page in any case; problem_words logs the details
            problem_words(error)
            return None

    def greet(self, post: str) -> tuple[Update, ...]:
        """A page has come: its language, then all regions in it. [language, frame..., talk, evidence, desk, post]"""
        ticket = read_ticket(post)
        texts = choose(ticket.languages)
        arrived = self._arrived(ticket, self._restored(ticket, texts), texts)
        return (texts.code, *self.frame(texts), *arrived)

    def speak(self, desk: Desk, event: gr.EventData) -> tuple[Update, ...]:
        """The page in another language; outputs as `greet`."""
        texts = choose([str(_data(event).get("language"))])
        arrived = self._arrived(Ticket(talk=desk.talk), desk.conversation, texts)
        return (texts.code, *self.frame(texts), *arrived)

    def frame(self, texts: Texts) -> tuple[Update, ...]:
        """The page around the conversation: [masthead, talks, shelf, above, question, ask, stop]."""
        return (
            str(masthead_html(texts)),
            str(talks_html(texts)),
            self.shelf(texts),
            str(above_html(texts)),
            gr.Textbox(label=texts.question, placeholder=texts.question_hint),
            gr.Button(texts.ask),
            gr.Button(texts.stop),
        )

    def opening(self, texts: Texts) -> str:
        """The first page as things stand now: with an index, or with words on how to make one."""
        try:
            sources = self.door.engine().sources()
            return str(first_page(sources, suggestions(self.settings.corpus, texts), texts=texts))
        except Exception as error:  # noqa: BLE001 - a page in any case; problem_words logs the details
            return str(first_page((), (), problem_words(error, texts), texts))

    def shelf(self, texts: Texts) -> str:
        """The sources drawer as things stand now."""
        try:
            return str(shelf_html(self.door.engine().contents(), texts=texts))
        except Exception as error:  # noqa: BLE001 - as in `opening`
            return str(shelf_html(None, problem_words(error, texts), texts))

    def look(self, language: str, event: gr.EventData) -> tuple[Update, ...]:
        """The index may have been rebuilt: [shelf, notice], the notice only if another generation serves now."""
        texts = TEXTS[language]
        shown = _data(event).get("generation")
        shelf = self._attempt(lambda: self.door.engine().contents())
        if shelf is None or shelf.generation == shown:
            return gr.skip(), gr.skip()
        notice = str(passing_notice(texts.newer.format(**counts(shelf, texts)), shelf.generation, texts.dismiss))
        return str(shelf_html(shelf, texts=texts)), notice if shown else ""

    def open(self, desk: Desk, compared: Compared | None, language: str, event: gr.EventData) -> Update:
        """The reader for a footnote, a nearest passage, a row or a mailed place; else as it is."""
        texts, data = TEXTS[language], _data(event)
        opened, number, nearest, row = (data.get(k) for k in ("opened", "number", "nearest", "row"))
        if not isinstance(opened, int):
            return gr.skip()
        if "source" in data:
            return str(place_html(self.door, data, opened, texts))
        exchange = _exchange(desk, data)
        sheet = None
        if isinstance(row, int) and compared is not None and compared.turn == data.get("turn"):
            sheet = row_in_place(compared, row, opened, texts)
        elif exchange is not None and isinstance(number, int):
            sheet = quote_in_place(exchange, number, opened, texts)
        elif exchange is not None and isinstance(nearest, int):
            sheet = nearest_in_place(exchange, nearest, opened, texts)
        return gr.skip() if sheet is None else str(sheet)

    def compare(self, desk: Desk, language: str, event: gr.EventData) -> tuple[Update, ...]:
        """What each source says on the question of an exchange: [compare, compared]."""
        texts, data = TEXTS[language], _data(event)
        exchange, opened = _exchange(desk, data), data.get("opened")
        if exchange is None or not isinstance(opened, int):
            return gr.skip(), gr.skip()
        before = desk.conversation[: desk.conversation.index(exchange)]
        try:
            engine = self.door.engine()
            filters = Filters(sources=frozenset(exchange.asked_of))
            found = engine.compare(exchange.question, history(before), filters)
            sources = {r.source_id: engine.source(r.source_id, r.quote.source_sha256) for r in found.rows}
        except Exception as error:  # noqa: BLE001 - said in words, logged in problem_words
            return str(comparison_problem(problem_words(error, texts), opened, texts)), None
        compared = Compared(exchange.id, found, sources)
        return str(comparison_html(compared, opened, texts)), compared

    def judge(self, desk: Desk, language: str, event: gr.EventData) -> Update:
        """Keep a judgement of an answer in the local file: a letter, 'judged' or what went wrong."""
        data = _data(event)
        exchange = _exchange(desk, data)
        if exchange is None or exchange.answer is None:
            return gr.skip()
        try:
            entry = Feedback.of(exchange.answer, data.get("verdict"), str(data.get("reason", "")))  # type: ignore[arg-type]
            record(self.settings.home, entry)
        except Exception as error:  # noqa: BLE001 - said in words, logged in problem_words
            return letter("judged", turn=exchange.id, problem=problem_words(error, TEXTS[language]))
        return letter("judged", turn=exchange.id, verdict=entry.verdict)

    def save(self, desk: Desk, language: str, event: gr.EventData) -> Update:
        """The conversation as a file: a letter, 'file', with its name and content or what went wrong."""
        texts, data = TEXTS[language], _data(event)
        try:
            file = export(desk.conversation, data.get("kind"), str(data.get("title", "")), self.settings, texts)
        except Exception as error:  # noqa: BLE001 - said in words, logged in problem_words
            return letter("file", problem=texts.save_failed.format(why=problem_words(error, texts)))
        return letter("file", name=file.name, type=file.media_type, content=file.content)


def _data(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}


def _exchange(desk: Desk, data: dict[str, Any]) -> Exchange | None:
    return next((e for e in desk.conversation if e.id == data.get("turn")), None)


def _shown(conversation: Conversation, texts: Texts) -> tuple[str, str]:
    return str(conversation_html(conversation, texts)), str(evidence_html(conversation, texts))


def _kept(desk: Desk) -> str:
    """The letter that has the browser keep the last exchange; `turns`: the ids of all that are shown."""
    last = desk.conversation[-1]
    turns = [e.id for e in desk.conversation]
    generation = last.answer.index.generation if last.answer is not None else ""
    return letter("kept", talk=desk.talk, id=last.id, turns=turns, record=record_of(last), generation=generation)

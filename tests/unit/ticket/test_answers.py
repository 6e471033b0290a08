"""The schemas that document answers name exactly the fields of the results that are written."""

from __future__ import annotations

from typing import Any

import pytest

from services.ticket.rules import answers, clocks, reports
from services.ticket.schemas import answers as shapes
from services.ticket.schemas import clocks as clock_shapes
from services.ticket.schemas import kept, seeing
from services.ticket.schemas import reports as report_shapes

PAIRS = [
    (shapes.Named, answers.Named),
    (shapes.StageNamed, answers.StageNamed),
    (shapes.PersonNamed, answers.PersonNamed),
    (shapes.HolderNamed, answers.HolderNamed),
    (shapes.TurnShown, answers.TurnShown),
    (shapes.PendingShown, answers.PendingShown),
    (shapes.OptionShown, answers.OptionShown),
    (shapes.ColumnShown, answers.ColumnShown),
    (shapes.FieldShown, answers.FieldShown),
    (shapes.Blocked, answers.Blocked),
    (shapes.TransitionShown, answers.TransitionShown),
    (shapes.TicketLine, answers.TicketLine),
    (shapes.Spell, answers.Spell),
    (shapes.TrackedLine, answers.TrackedLine),
    (shapes.Ticket, answers.TicketShown),
    (shapes.Filing, answers.Filing),
    (shapes.TicketFiled, answers.TicketFiled),
    (shapes.HistoryRow, answers.HistoryRow),
    (shapes.TurnRow, answers.TurnRow),
    (clock_shapes.ClockSpell, clocks.ClockSpell),
    (clock_shapes.ClockExplained, clocks.ClockExplained),
    (clock_shapes.Clock, clocks.ClockShown),
    (shapes.Message, answers.MessageShown),
    (shapes.Understanding, answers.UnderstandingShown),
    (shapes.Decision, answers.DecisionShown),
    (shapes.TicketNamed, answers.TicketNamed),
    (shapes.Relation, answers.RelationShown),
    (seeing.Share, answers.ShareShown),
    (seeing.TicketReader, answers.ReaderShown),
    (seeing.TicketReaders, answers.ReadersShown),
    (seeing.Reason, answers.ReasonShown),
    (shapes.TimeEntry, answers.TimeEntryShown),
    (shapes.Rating, answers.RatingShown),
    (shapes.Template, answers.TemplateShown),
    (kept.SavedFilter, answers.SavedFilterShown),
    (kept.CannedAnswer, answers.CannedAnswerShown),
    (kept.FilledAnswer, answers.FilledAnswer),
]

REPORTS = [kind for kind in vars(reports).values() if getattr(kind, "__module__", "") == reports.__name__]


@pytest.mark.parametrize("result", [each for each in REPORTS if hasattr(each, "__struct_fields__")])
def test_a_reports_shape_has_the_fields_of_its_result(result: Any) -> None:
    named = set(getattr(report_shapes, result.__name__)().fields)
    assert named == set(result.__struct_fields__) - ({"items", "totals"} if result is reports.Report else set())


@pytest.mark.parametrize(("shape", "result"), PAIRS)
def test_a_shape_and_its_result_have_the_same_fields(shape: Any, result: Any) -> None:
    named = {field.data_key or name for name, field in shape().fields.items()}
    assert named == set(result.__struct_fields__)


def test_every_result_is_documented() -> None:
    known = {result for _, result in PAIRS} | {answers.OperationShown, answers.Decided}
    results = {
        kind
        for kind in vars(answers).values()
        if isinstance(kind, type) and kind.__module__ == answers.__name__ and kind not in known
    }
    assert results == set()

"""Catalogs for tests, as files."""

from __future__ import annotations

HEAD = """catalog: 1
client_kinds: [customer, student]
calendars:
  - {code: office, timezone: America/Sao_Paulo, hours: {mon-fri: ["08:00-12:00", "13:00-18:00"]}, holidays: BR-SP}
queues:
  - {code: finance, name: Finance, members: [carla@atende.test, davi@atende.test, eva@atende.test]}
  - {code: front_desk, name: Front desk, members: [bruno@atende.test]}
groups:
  - {code: general, name: General}
"""

DISPUTE = """
  - code: dispute
    group: general
    name: Dispute
    opened_by: {kinds: [customer], profiles: [client]}
    parameters:
      - {code: amount, kind: money, label: Amount, currency: BRL}
      - {code: refund, kind: money, label: Refund, currency: BRL}
    flow:
      first: triage
      fallback: queue:finance
      reopen_within: 7d
      stages:
        - code: triage
          name: Triage
          client_name: Received
          side: attendant
          parameters: {client: {amount: required}}
          transitions:
            - {code: analyse, to: analysis, name: Analyse}
            - {code: ask, to: more, name: Ask}
            - {code: loop, to: triage, name: Again, assign: previous}
            - {code: least, to: triage, name: Least, assign: "least_loaded:finance"}
            - {code: eva, to: triage, name: To Eva, assign: "attendant:eva@atende.test"}
            - {code: big, to: analysis, name: Big, if: "parameters.refund > 100.0"}
            - {code: board, to: board, name: Board}
            - {code: agree, to: agreement, name: Agree}
            - {code: repair, to: workshop, name: Repair}
            - {code: refuse, to: refused, name: Refuse}
        - code: more
          name: More
          side: client
          transitions:
            - {code: answer, to: triage, name: Answer, assign: previous}
            - {code: give_up, to: cancelled, name: Give up}
        - code: analysis
          name: Analysis
          side: attendant
          assign: queue:finance
          transitions:
            - {code: finish, to: done, name: Finish}
            - {code: back, to: triage, name: Back, assign: previous}
        - code: board
          name: Board
          side: attendant
          kind: approval
          approves: result
          approvers: {queue: finance, needs: 2, exclude: [previous_holder], delegates: true}
          transitions:
            - {code: approve, outcome: approved, to: done}
            - {code: reject, outcome: rejected, to: triage, assign: previous}
        - code: agreement
          name: Agreement
          side: client
          kind: approval
          approves: result
          transitions:
            - {code: approve, outcome: approved, to: done}
            - {code: reject, outcome: rejected, to: triage, assign: previous}
        - code: workshop
          name: Workshop
          side: third_party
          party: The workshop
          transitions:
            - {code: back, to: triage, name: Back, assign: previous}
        - {code: done, name: Done, terminal: concluded}
        - {code: refused, name: Refused, terminal: concluded}
        - {code: cancelled, name: Cancelled, terminal: cancelled}
"""

TIMED = """
  - code: timed
    group: general
    name: Timed
    flow:
      first: work
      fallback: queue:front_desk
      due_by_side: {attendant: {within: 10h}}
      stages:
        - code: work
          name: Work
          side: attendant
          due: {within: 4h, near: 50%}
          transitions:
            - {code: ask, to: check, name: Ask}
            - {code: done, to: done, name: Done}
        - code: check
          name: Check
          side: client
          kind: approval
          approves: result
          due: {within: 3d, calendar: office, then: approve}
          transitions:
            - {code: approve, outcome: approved, to: done}
            - {code: reject, outcome: rejected, to: work, assign: previous}
        - {code: done, name: Done, terminal: concluded}
"""

HOUSE = f"{HEAD}types:\n{DISPUTE}{TIMED}"

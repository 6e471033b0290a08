"""The catalog of the tests' house, as a file."""

from __future__ import annotations

from functools import cache
from typing import Final

from shared.catalog.definitions import Catalog
from shared.catalog.reading import read

TEXT: Final = """catalog: 1
client_kinds: [customer, student]
queues:
  - {code: finance, name: {pt-BR: Financeiro, en: Finance}, members: [carla@atende.test, davi@atende.test]}
  - {code: front_desk, name: {pt-BR: Recepção, en: Front desk}, members: [bruno@atende.test]}
groups:
  - {code: finance, name: {pt-BR: Financeiro, en: Finance}}
  - {code: general, name: {pt-BR: Geral, en: General}}
types:
  - code: dispute
    group: finance
    name: {pt-BR: Contestação, en: Dispute}
    opened_by: {kinds: [customer], profiles: [client]}
    priority: high
    templates:
      - {code: twice, name: {pt-BR: Em dobro, en: Twice}, subject: Cobrado em dobro, parameters: {reason: duplicate}}
    parameters:
      - {code: invoice, kind: text, label: {pt-BR: Fatura, en: Invoice}, pattern: "[0-9]{6,12}"}
      - {code: amount, kind: money, label: {pt-BR: Valor, en: Amount}, currency: BRL, min: 0.01}
      - code: reason
        kind: choice
        label: {pt-BR: Motivo, en: Reason}
        options: [{code: duplicate, label: {pt-BR: Em dobro}}, {code: other, label: {pt-BR: Outro}}]
      - {code: which, kind: long_text, label: {pt-BR: Qual, en: Which}, when: "parameters.reason == 'other'"}
      - {code: cause, kind: text, label: {pt-BR: Causa, en: Cause}}
      - {code: refund, kind: money, label: {pt-BR: Estorno, en: Refund}, currency: BRL, min: 0}
      - {code: proof, kind: file, label: {pt-BR: Comprovante, en: Proof}, max_items: 3}
      - {code: witness, kind: person, label: {pt-BR: Testemunha, en: Witness}}
    flow:
      first: triage
      fallback: queue:finance
      reopen_within: 7d
      stages:
        - code: triage
          name: {pt-BR: Triagem, en: Triage}
          client_name: {pt-BR: Recebido, en: Received}
          side: attendant
          parameters:
            client: {invoice: required, amount: required, reason: optional, which: required, proof: optional}
            attendant: {invoice: read_only, amount: read_only}
          transitions:
            - {code: analyse, to: analysis, name: {pt-BR: Analisar, en: Analyse}}
            - {code: ask, to: more, name: {pt-BR: Pedir, en: Ask}, comment: required}
            - {code: big, to: analysis, name: {pt-BR: Grande, en: Big}, if: "parameters.refund > 100.0"}
            - {code: repair, to: workshop, name: {pt-BR: Oficina, en: Repair}}
            - {code: refuse, to: refused, name: {pt-BR: Recusar, en: Refuse}}
        - code: more
          name: {pt-BR: Complementar, en: More}
          side: client
          parameters: {client: {invoice: required, amount: optional, reason: optional, which: required}}
          transitions:
            - {code: answer, to: triage, name: {pt-BR: Responder, en: Answer}, assign: previous}
            - {code: give_up, to: dropped, name: {pt-BR: Desistir, en: Give up}}
        - code: analysis
          name: {pt-BR: Análise, en: Analysis}
          side: attendant
          assign: queue:finance
          understanding: required
          parameters:
            client: {invoice: read_only, refund: read_only}
            attendant: {cause: required, refund: required}
          transitions:
            - {code: propose, to: agreement, name: {pt-BR: Propor, en: Propose}}
            - {code: direct, to: board, name: {pt-BR: Diretoria, en: To the board}}
        - code: board
          name: {pt-BR: Diretoria, en: Board}
          side: attendant
          kind: approval
          approves: understanding
          approvers: {queue: finance, needs: 2}
          transitions:
            - {code: approve, outcome: approved, to: done}
            - {code: reject, outcome: rejected, to: analysis}
        - code: agreement
          name: {pt-BR: De acordo, en: Agreement}
          side: client
          kind: approval
          approves: understanding
          parameters: {client: {invoice: read_only, refund: read_only}}
          transitions:
            - {code: approve, outcome: approved, to: done}
            - {code: reject, outcome: rejected, to: analysis, assign: previous}
        - code: workshop
          name: {pt-BR: Oficina, en: Workshop}
          side: third_party
          party: {pt-BR: A oficina, en: The workshop}
          transitions:
            - {code: back, to: triage, name: {pt-BR: Voltou, en: Back}, assign: previous}
        - {code: done, name: {pt-BR: Concluído, en: Done}, terminal: concluded}
        - {code: refused, name: {pt-BR: Recusado, en: Refused}, terminal: concluded}
        - {code: dropped, name: {pt-BR: Cancelado, en: Dropped}, terminal: cancelled}
  - code: secret
    group: general
    name: {pt-BR: Sigiloso, en: Secret}
    confidential: true
    flow:
      first: desk
      fallback: queue:front_desk
      stages:
        - code: desk
          name: {pt-BR: Mesa, en: Desk}
          side: attendant
          transitions:
            - {code: on, to: other, name: {pt-BR: Passar, en: On}}
            - {code: end, to: done, name: {pt-BR: Encerrar, en: End}}
        - code: other
          name: {pt-BR: Outra, en: Other}
          side: client
          transitions: [{code: back, to: desk, name: {pt-BR: Voltar, en: Back}}]
        - {code: done, name: {pt-BR: Concluído, en: Done}, terminal: concluded}
"""


@cache
def house_catalog() -> Catalog:
    """The catalog, read."""
    return read(TEXT, "house.yaml")

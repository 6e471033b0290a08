"""Made-up people, words and times: the same every time, since the same seed begins them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

SEED: Final = 20_260_101
FIRST: Final = (
    "Alice", "Amaro", "Beatriz", "Caio", "Célia", "Davi", "Elisa", "Fábio", "Gilda", "Heitor", "Inês", "Jorge", "Lívia",
    "Mário", "Nádia", "Otávio", "Paula", "Raul", "Sônia", "Tomás", "Vera", "Wagner", "Yara", "Zilda",
)  # fmt: skip
LAST: Final = (
    "Almeida", "Barbosa", "Cardoso", "Duarte", "Esteves", "Ferreira", "Gonçalves", "Lacerda", "Machado", "Nogueira",
    "Oliveira", "Pereira", "Queiroz", "Ribeiro", "Santos", "Teixeira", "Vasconcelos", "Xavier",
)  # fmt: skip
SUBJECTS: Final = (
    "Cobrança em dobro", "Segunda via da fatura", "Equipamento não liga", "Acesso ao sistema", "Troca de endereço",
    "Declaração de matrícula", "Compra de material", "Nota fiscal com erro", "Pedido de desconto", "Dúvida do contrato",
)  # fmt: skip
SENTENCES: Final = (
    "Paguei por Pix e o boleto foi debitado no dia seguinte.", "O aparelho parou depois da última queda de energia.",
    "Preciso disso até o fim do mês.", "Já falei com a recepção e me pediram para abrir um atendimento.",
    "Segue o número do documento no formulário.", "A mensagem de erro aparece assim que entro.",
    "O valor não confere com o que foi combinado.", "Por favor, confirmem quando estiver resolvido.",
)  # fmt: skip


@dataclass(slots=True)
class Chance:
    """Draws everything that is made up."""

    draw: random.Random = field(default_factory=lambda: random.Random(SEED))

    def name(self) -> str:
        """A person's name."""
        return f"{self.draw.choice(FIRST)} {self.draw.choice(LAST)} {self.draw.choice(LAST)}"

    def subject(self) -> str:
        """What a ticket is about."""
        return self.draw.choice(SUBJECTS)

    def text(self, most: int = 3) -> str:
        """A few sentences."""
        return " ".join(self.draw.sample(SENTENCES, self.draw.randint(1, most)))

    def id(self, at: datetime) -> str:
        """A UUIDv7 of that instant (RFC 9562)."""
        milliseconds = int(at.timestamp() * 1000)
        bits = (milliseconds << 80) | (0x7 << 76) | (self.draw.getrandbits(12) << 64)
        text = f"{bits | (0x2 << 62) | self.draw.getrandbits(62):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def between(self, begin: datetime, end: datetime) -> datetime:
        """An instant of that span, in whole milliseconds."""
        seconds = self.draw.uniform(begin.timestamp(), end.timestamp())
        return datetime.fromtimestamp(round(seconds, 3), UTC)

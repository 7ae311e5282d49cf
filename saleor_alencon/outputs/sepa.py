"""Payout file: one SEPA credit transfer order, ISO 20022 pain.001.001.09."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SepaDebtor:
    """The account that pays: the Office's. `bic` may be empty (IBAN only, since 2016)."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class SepaTransfer:
    """One payment to one shop. `amount_cents` is in euro cents and positive.

    `end_to_end_id` comes back on the shop's and the Office's bank statements; at most 35
    characters, unique in the file. `remittance` is what the shop reads.
    """

    end_to_end_id: str
    name: str
    iban: str
    bic: str
    amount_cents: int
    remittance: str

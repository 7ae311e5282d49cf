"""Facts of each kind for the preview in the back-office: what a message looks like, nobody's."""

from typing import Any

from saleor_alencon.messaging.kinds import Kind

NAME = "Prénom Nom"
SHOP = {"shop": "Boutique d'exemple", "address": "1 Grande Rue, 61000 Alençon"}
SLOT = {
    "slot_starts_at": "2026-12-01T09:00:00+00:00",
    "slot_ends_at": "2026-12-01T10:00:00+00:00",
}
ORDER = {"order": "1234", "name": NAME}
HOURS = {
    "version": 1,
    "timezone": "Europe/Paris",
    "week": [[], *([[["09:30", "12:30"], ["14:00", "19:00"]]] * 5), []],
    "exceptions": [],
    "preparation_minutes": 120,
    "slot_minutes": 60,
}
READY = {
    **ORDER, **SHOP, "code": "K7MP3T", "until": "2026-12-15", "hours": HOURS,
    "phone": "02 33 00 00 00", "note": "",
}  # fmt: skip
PARTS = [
    {**SHOP, "total_cents": 2490, "code": "K7MP3T", **SLOT},
    {"shop": "Autre boutique", "address": "2 rue du Jeudi, 61000 Alençon", "total_cents": 1250,
     "code": "H4RWX9"},
]  # fmt: skip
WITHDRAWAL = {
    **ORDER, **SHOP, "declared_at": "2026-12-01T09:00:00+00:00", "message": "",
    "lines": [{"quantity": 2, "name": "Article d'exemple"}],
}  # fmt: skip
SAMPLES: dict[Kind, dict[str, Any]] = {
    Kind.ORDER_RECEIVED: {**ORDER, "parts": PARTS},
    Kind.READY: READY,
    Kind.ALL_READY: {**ORDER, "parts": PARTS, "until": "2026-12-15"},
    Kind.REMINDER: READY,
    Kind.UNCOLLECTED: READY,
    Kind.REFUND: {**ORDER, "amount_cents": 1250},
    Kind.LINK: ORDER,
    Kind.WITHDRAWAL: WITHDRAWAL,
    Kind.WITHDRAWAL_SHOP: WITHDRAWAL,
    Kind.WITHDRAWAL_OFFICE: WITHDRAWAL,
    Kind.SHOP_ORDER: {
        "order": "1234", "shop": SHOP["shop"], "customer": NAME, "total_cents": 2490,
        "lines": [{"quantity": 2, "name": "Article d'exemple"}], "code": "K7MP3T", **SLOT,
    },
    Kind.STATEMENT: {
        "number": "R2026-0012-exemple", "run": "R2026-0012", "shop": SHOP["shop"],
        "last_day": "2026-11-30", "opening_cents": 0, "net_cents": 48_215, "payable_cents": 48_215,
        "carried_cents": 0, "carried_reason": "",
    },
    Kind.PAYOUT: {
        "amount_cents": 48_215, "reference": "R2026-0012-7", "run": "R2026-0012",
        "day": "2026-12-01", "account": "FR76 •••• 0189",
    },
    Kind.PAYOUT_RETURNED: {
        "amount_cents": 48_215, "reference": "R2026-0012-7", "run": "R2026-0012",
        "reason": "AC04, compte clos", "account": "FR76 •••• 0189", "refused": False,
    },
    Kind.DEMAND: {
        "number": "AR2026-0001", "shop": SHOP["shop"], "owed_cents": 3000, "reminder": 0,
        "due_on": "2026-12-31", "motive": "Ventes arrêtées", "iban": "",
    },
    Kind.DUES: {
        "year": 2026, "shop": SHOP["shop"], "total_cents": 12_000, "due_on": "2026-12-31",
        "invoice": "F2026-00042", "iban": "",
    },
    Kind.IDENTITY_REQUEST: {
        "shop": SHOP["shop"], "missing": ["SIRET", "titulaire du compte bancaire"], "reminder": 1,
        "days": 60,
    },
    Kind.DAC7_NOTICE: {
        "shop": SHOP["shop"], "office": NAME, "year": 2026, "version": 1,
    },
    Kind.RUN_TO_APPROVE: {
        "run": "R2026-0012", "by": NAME, "count": 41, "total_cents": 1_834_520,
    },
}  # fmt: skip
assert SAMPLES.keys() == set(Kind)

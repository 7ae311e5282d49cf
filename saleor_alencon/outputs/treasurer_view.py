"""What the treasurer's pack shows, in words and in lengths: each bar's share of its chart.

Lengths are thousandths of the chart's own, so that the template multiplies and never divides.
"""

from collections.abc import Sequence
from typing import Any

from saleor_alencon.outputs.chart_scale import ceiling_cents
from saleor_alencon.outputs.french_text import (
    MONTHS,
    amount_text,
    count_text,
    date_text,
    figure_text,
    rate_text,
)
from saleor_alencon.outputs.printable_text import printable_text
from saleor_alencon.outputs.treasurer_pack import AccountFigures, TreasurerPack

# Lexique des règles typographiques en usage à l'Imprimerie nationale.
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
                "nov.", "déc.")  # fmt: skip
View = dict[str, Any]
WHOLE = 1000
STEPS = 4


def permille(cents: int, top_cents: int) -> int:
    """Return a bar's length in thousandths of the chart's, never below nothing."""
    return max(cents, 0) * WHOLE // top_cents if top_cents > 0 else 0


def treasurer_view(pack: TreasurerPack) -> View:
    """Return the JSON-ready data that themes/<name>/pdf/treasurer.typ lays out."""
    return {
        "title": f"Rapport du trésorier, exercice {pack.year}",
        "office": printable_text(pack.office),
        "legal_name": printable_text(pack.legal_name),
        "siret": f"SIRET {pack.siret}" if pack.siret else "",
        "year": str(pack.year),
        "period": f"du {date_text(pack.first_day)} au {date_text(pack.last_day)}",
        "notice": _notice(pack),
        "brief": _brief(pack),
        "sales_chart": _sales_chart(pack),
        "commission_chart": _commission_chart(pack),
        "months": _months(pack),
        "shops": _shops(pack),
        "result": _result(pack),
        "dues": _dues(pack),
        "cheques": _cheques(pack),
        "held": _held(pack),
        "accounts": _accounts(pack),
        "notes": _notes(),
    }


def _notice(pack: TreasurerPack) -> str:
    if pack.as_of is None:
        return ""
    return (
        f"Chiffres provisoires, arrêtés au {date_text(pack.as_of)} : l'exercice n'est pas clos, "
        "ils peuvent encore changer."
    )


def _brief(pack: TreasurerPack) -> list[View]:
    result = pack.result_cents
    return [
        {"label": "Ventes des boutiques, TTC", "value": amount_text(pack.sales_cents)},
        {
            "label": "Commissions de l'association, HT",
            "value": amount_text(sum(month.commission_cents for month in pack.months)),
        },
        {
            "label": "Frais de paiement à sa charge",
            "value": amount_text(sum(month.fees_cents for month in pack.months)),
        },
        {
            "label": "Excédent de l'exercice" if result >= 0 else "Déficit de l'exercice",
            "value": amount_text(abs(result)),
        },
    ]


def _grid(top_cents: int) -> list[View]:
    return [
        {
            "at": WHOLE * step // STEPS,
            "text": f"{count_text(top_cents * step // STEPS // 100)}\u00a0€",
        }
        for step in range(STEPS + 1)
    ]


def _month_name(number: int) -> str:
    return MONTHS[number - 1]


def _sales_chart(pack: TreasurerPack) -> View:
    top = ceiling_cents(max((month.sales_cents for month in pack.months), default=0))
    return {
        "title": "Ventes par mois",
        "alt": "Ventes par mois : "
        + ", ".join(
            f"{_month_name(month.first_day.month)} {amount_text(month.sales_cents)}"
            for month in pack.months
        ),
        "grid": _grid(top),
        "legend": [],
        "groups": [
            {
                "label": SHORT_MONTHS[month.first_day.month - 1],
                "bars": [{"colour": "primary", "length": permille(month.sales_cents, top)}],
            }
            for month in pack.months
        ],
    }


def _commission_chart(pack: TreasurerPack) -> View:
    series = (
        ("Commissions HT", "primary", [month.commission_cents for month in pack.months]),
        ("Livraisons facturées", "gold", [month.delivery_cents for month in pack.months]),
        ("Frais de paiement", "accent", [month.fees_cents for month in pack.months]),
    )
    top = ceiling_cents(max((max(cents, default=0) for _, _, cents in series), default=0))
    return {
        "title": "Produits et frais par mois",
        "alt": "Commissions, livraisons et frais par mois : "
        + ", ".join(
            f"{_month_name(month.first_day.month)} {amount_text(month.commission_cents)}, "
            f"{amount_text(month.delivery_cents)}, {amount_text(month.fees_cents)}"
            for month in pack.months
        ),
        "grid": _grid(top),
        "legend": [{"label": label, "colour": colour} for label, colour, _ in series],
        "groups": [
            {
                "label": SHORT_MONTHS[month.first_day.month - 1],
                "bars": [
                    {"colour": colour, "length": permille(cents[place], top)}
                    for _, colour, cents in series
                ],
            }
            for place, month in enumerate(pack.months)
        ],
    }


def _months(pack: TreasurerPack) -> View:
    def row(name: str, *cents: int) -> list[str]:
        return [name, *(figure_text(each) for each in cents)]

    months = pack.months
    return {
        "head": ["Mois", "Ventes TTC", "Livraison", "Commission HT", "Frais"],
        "rows": [
            row(
                f"{_month_name(month.first_day.month)} {month.first_day.year}",
                month.sales_cents,
                month.delivery_cents,
                month.commission_cents,
                month.fees_cents,
            )
            for month in months
        ],
        "total": row(
            "Exercice",
            sum(month.sales_cents for month in months),
            sum(month.delivery_cents for month in months),
            sum(month.commission_cents for month in months),
            sum(month.fees_cents for month in months),
        ),
    }


def _shops(pack: TreasurerPack) -> View:
    top = max((shop.sales_cents for shop in pack.shops), default=0)
    total = pack.sales_cents
    return {
        "rows": [
            {
                "name": printable_text(shop.name),
                "length": permille(shop.sales_cents, top),
                "sales": figure_text(shop.sales_cents),
                "part": rate_text(_rounded_bps(shop.sales_cents, total)),
                "commission": figure_text(shop.commission_cents),
            }
            for shop in pack.shops
        ],
        "sales": figure_text(total),
        "commission": figure_text(sum(shop.commission_cents for shop in pack.shops)),
    }


def _rounded_bps(cents: int, total_cents: int) -> int:
    """Return a part of a total in basis points, rounded to a tenth of a per cent."""
    if total_cents <= 0:
        return 0
    return (2 * cents * 1000 + total_cents) // (2 * total_cents) * 10


def _side(accounts: Sequence[AccountFigures], sign: int) -> list[list[str]]:
    return [
        [account.number, account.label, figure_text(sign * account.closing_cents)]
        for account in accounts
    ]


def _result(pack: TreasurerPack) -> View:
    result = pack.result_cents
    return {
        "charges": _side(pack.charges(), 1),
        "charges_total": figure_text(sum(each.closing_cents for each in pack.charges())),
        "revenue": _side(pack.revenue(), -1),
        "revenue_total": figure_text(-sum(each.closing_cents for each in pack.revenue())),
        "label": "Excédent" if result >= 0 else "Déficit",
        "value": amount_text(abs(result)),
    }


def _dues(pack: TreasurerPack) -> list[list[str]]:
    return [
        ["Cotisations appelées, HT", amount_text(pack.dues_cents)],
        [
            "Membres à jour de cotisation",
            f"{count_text(pack.members_with_dues)} sur {count_text(pack.members)}",
        ],
    ]


def _cheques(pack: TreasurerPack) -> list[list[str]]:
    cheques = pack.cheques
    return [
        ["À honorer au début de l'exercice", amount_text(cheques.opening_cents)],
        ["Émis", amount_text(cheques.issued_cents)],
        ["Utilisés ou échus", amount_text(cheques.used_cents)],
        ["À honorer à la fin", amount_text(cheques.closing_cents)],
    ]


def _held(pack: TreasurerPack) -> View:
    owed = sum(cents for _, cents in pack.owed)
    cash = sum(cents for _, cents in pack.cash)
    # Each row is measured on its own: a negative one has no length, and says its amount.
    top = max([*(abs(cents) for _, cents in (*pack.owed, *pack.cash)), 1])
    difference = cash - owed

    def rows(parts: Sequence[tuple[str, int]], colour: str) -> list[View]:
        return [
            {
                "label": label,
                "value": amount_text(cents),
                "length": permille(cents, top),
                "colour": colour,
            }
            for label, cents in parts
        ]

    return {
        "owed": rows(pack.owed, "accent"),
        "owed_total": amount_text(owed),
        "cash": rows(pack.cash, "success"),
        "cash_total": amount_text(cash),
        "label": "L'argent disponible couvre ce qui est dû ; il reste à l'association"
        if difference >= 0
        else "Il manque, pour couvrir ce qui est dû",
        "difference": amount_text(abs(difference)),
        "is_short": difference < 0,
    }


def _accounts(pack: TreasurerPack) -> View:
    def sides(cents: int) -> list[str]:
        return [figure_text(cents) if cents > 0 else "", figure_text(-cents) if cents < 0 else ""]

    def total(of: Sequence[int]) -> str:
        return figure_text(sum(cents for cents in of if cents > 0))

    openings = [account.opening_cents for account in pack.accounts]
    closings = [account.closing_cents for account in pack.accounts]
    return {
        "rows": [
            [
                account.number,
                account.label,
                *sides(account.opening_cents),
                figure_text(account.debit_cents),
                figure_text(account.credit_cents),
                *sides(account.closing_cents),
            ]
            for account in pack.accounts
        ],
        "total": [
            "Total",
            total(openings),
            total([-cents for cents in openings]),
            figure_text(sum(account.debit_cents for account in pack.accounts)),
            figure_text(sum(account.credit_cents for account in pack.accounts)),
            total(closings),
            total([-cents for cents in closings]),
        ],
    }


def _notes() -> list[str]:
    return [
        "Ventes des boutiques : ce que les clients ont payé pour les marchandises, TVA comprise, "
        "moins ce qui leur a été rendu dans la période. Cet argent appartient aux boutiques ; il "
        "n'est pas un produit de l'association.",
        "Commissions, livraisons et frais sont les mouvements des comptes 706100, 708500 et "
        "627800. Les frais que portent les boutiques n'y sont pas.",
        "Tous les chiffres viennent du grand livre ; la balance ci-dessus en est la somme, compte "
        "par compte.",
    ]

"""What each kind of message says, from its facts, in the language in force.

One description gives the text, the HTML and the SMS, so that they cannot differ.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from saleor_alencon.domain.opening_hours import OpeningHours
from saleor_alencon.localized import amount_text, week_text
from saleor_alencon.messaging.content_of_rights import link, withdrawal, withdrawal_to_settle
from saleor_alencon.messaging.content_of_tax import dac7_notice, identity_request
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.words import Content, Facts, day_text, hello, place_text, slot_text


def content_of(kind: Kind, facts: Facts) -> Content:
    """Return what a message says."""
    return WRITERS[kind](facts)


def order_received(facts: Facts) -> Content:
    return Content(
        subject=_("Commande n° %(order)s : les boutiques l'ont reçue") % facts,
        paragraphs=[
            hello(facts),
            _(
                "Votre commande n° %(order)s est payée. Chaque boutique prépare sa part et un "
                "message vous dira quand elle est prête."
            )
            % facts,
        ],
        rows=[(part["shop"], _part_text(part)) for part in facts["parts"]],
        link=facts.get("url", ""),
        link_text=_("Voir mes retraits"),
    )


def _part_text(part: Facts) -> str:
    texts = [amount_text(part["total_cents"])]
    if part.get("code"):
        texts.append(_("à retirer, code %(code)s") % part)
        texts.append(slot_text(part))
    else:
        texts.append(_("livraison à domicile"))
    return ", ".join(filter(None, texts))


def ready(facts: Facts) -> Content:
    return Content(
        subject=_("%(shop)s : votre commande n° %(order)s est prête") % facts,
        paragraphs=[
            hello(facts),
            _("Votre commande vous attend chez %(shop)s. Montrez ce code au comptoir.") % facts,
        ],
        rows=_pickup_rows(facts),
        after=_note(facts),
        sms=_("Commande %(order)s prête chez %(shop)s. Code : %(code)s.") % facts,
        link=facts.get("url", ""),
        link_text=_("Voir mes retraits"),
    )


def _pickup_rows(facts: Facts) -> list[tuple[str, str]]:
    rows = [(_("Code"), facts["code"]), (_("Boutique"), place_text(facts))]
    if facts.get("hours"):
        hours = week_text(OpeningHours.from_json(facts["hours"]))
        rows.append((_("Horaires"), " · ".join(hours)))
    if facts.get("until"):
        rows.append((_("À retirer avant le"), day_text(facts["until"])))
    return rows


def _note(facts: Facts) -> list[str]:
    return [facts["note"]] if facts.get("note") else []


def all_ready(facts: Facts) -> Content:
    parts = facts["parts"]
    codes = ", ".join(f"{part['shop']} {part['code']}" for part in parts)
    return Content(
        subject=_("Commande n° %(order)s : tout est prêt") % facts,
        paragraphs=[
            hello(facts),
            _("Toute votre commande vous attend. Montrez à chaque boutique son code."),
        ],
        rows=[(part["code"], place_text(part)) for part in parts],
        after=[_("À retirer avant le %(day)s.") % {"day": day_text(facts["until"])}],
        sms=_("Commande %(order)s : tout est prêt. Codes : %(codes)s.")
        % {"order": facts["order"], "codes": codes},
        link=facts.get("url", ""),
        link_text=_("Voir mes retraits"),
    )


def reminder(facts: Facts) -> Content:
    return Content(
        subject=_("%(shop)s : votre commande n° %(order)s vous attend") % facts,
        paragraphs=[
            hello(facts),
            _("Votre commande est prête chez %(shop)s depuis quelques jours.") % facts,
        ],
        rows=_pickup_rows(facts),
        after=_note(facts),
        sms=_("Rappel : commande %(order)s à retirer chez %(shop)s. Code : %(code)s.") % facts,
        link=facts.get("url", ""),
        link_text=_("Voir mes retraits"),
    )


def uncollected(facts: Facts) -> Content:
    rows = [(_("Boutique"), place_text(facts))]
    if facts.get("phone"):
        rows.append((_("Téléphone"), facts["phone"]))
    return Content(
        subject=_("%(shop)s : votre commande n° %(order)s n'a pas été retirée") % facts,
        paragraphs=[
            hello(facts),
            _(
                "Le délai pour retirer votre commande chez %(shop)s est passé. Appelez la boutique "
                "pour convenir d'un nouveau jour ou d'un remboursement."
            )
            % facts,
        ],
        rows=rows,
        link=facts.get("url", ""),
        link_text=_("Voir mes retraits"),
    )


def refund(facts: Facts) -> Content:
    amount = amount_text(facts["amount_cents"])
    words = {"order": facts["order"], "amount": amount}
    return Content(
        subject=_("Commande n° %(order)s : remboursement de %(amount)s") % words,
        paragraphs=[
            hello(facts),
            _(
                "%(amount)s vous sont rendus sur votre commande n° %(order)s, par le moyen de "
                "paiement que vous aviez choisi. Une banque met jusqu'à dix jours à l'inscrire."
            )
            % words,
        ],
        rows=[(_("Montant rendu"), amount)],
        link=facts.get("url", ""),
        link_text=_("Voir mes retraits"),
    )


def shop_order(facts: Facts) -> Content:
    rows = [(f"{line['quantity']} ×", line["name"]) for line in facts["lines"]]
    slot = slot_text(facts)
    rows.append((_("Client"), facts["customer"]))
    rows.append((_("Total TTC"), amount_text(facts["total_cents"])))
    if facts.get("code"):
        rows.append((_("Code de retrait"), facts["code"]))
    if slot:
        rows.append((_("Créneau"), slot))
    return Content(
        subject=_("Nouvelle commande n° %(order)s") % facts,
        paragraphs=[
            _("Bonjour,"),
            _("Une commande payée vient d'arriver pour %(shop)s : préparez-la.") % facts,
        ],
        rows=rows,
        link=facts.get("url", ""),
        link_text=_("Ouvrir mon comptoir"),
    )


def _carried_text(reason: str) -> str:
    return {
        "negative": _("il sera déduit du prochain reversement"),
        "below_minimum": _("il attend d'atteindre le minimum de versement"),
        "missing_iban": _("communiquez votre IBAN et votre BIC à l'Office"),
        "missing_account": _("terminez l'ouverture de votre compte Stripe"),
        "dues_unpaid": _("il sera versé après le paiement de votre cotisation"),
    }.get(reason, _("il figure sur le relevé suivant"))


def statement(facts: Facts) -> Content:
    rows = [
        (_("Report des relevés précédents"), amount_text(facts["opening_cents"])),
        (_("Net de la période"), amount_text(facts["net_cents"])),
        (_("Versé"), amount_text(facts["payable_cents"])),
    ]
    after = [_("Chaque centime est expliqué dans les fichiers joints : PDF, CSV et XLSX.")]
    if facts["carried_cents"]:
        rows.append((_("Reporté"), amount_text(facts["carried_cents"])))
        words = {
            "amount": amount_text(facts["carried_cents"]),
            "reason": _carried_text(facts["carried_reason"]),
        }
        after.insert(0, _("Le solde de %(amount)s est reporté : %(reason)s.") % words)
    return Content(
        subject=_("Votre relevé %(number)s") % facts,
        paragraphs=[
            _("Bonjour,"),
            _("Voici le relevé de %(shop)s pour le reversement %(run)s, arrêté au %(day)s.")
            % (facts | {"day": day_text(facts["last_day"])}),
        ],
        rows=rows,
        after=after,
        link=facts.get("url", ""),
        link_text=_("Voir mes relevés et mes factures"),
    )


def payout(facts: Facts) -> Content:
    amount = amount_text(facts["amount_cents"])
    rows = [(_("Montant"), amount), (_("Référence"), facts["reference"])]
    if facts.get("account"):
        rows.append((_("Compte crédité"), facts["account"]))
    return Content(
        subject=_("Virement de %(amount)s en route") % {"amount": amount},
        paragraphs=[
            _("Bonjour,"),
            _("L'Office vous a versé %(amount)s le %(day)s, pour le reversement %(run)s.")
            % (facts | {"amount": amount, "day": day_text(facts["day"])}),
        ],
        rows=rows,
        link=facts.get("url", ""),
        link_text=_("Pourquoi ce montant ?"),
    )


def payout_returned(facts: Facts) -> Content:
    amount = amount_text(facts["amount_cents"])
    words = facts | {"amount": amount}
    if facts["refused"]:
        subject = _("Virement de %(amount)s refusé") % words
        told = _("Le virement de %(amount)s du reversement %(run)s n'a pas pu partir.") % words
    else:
        subject = _("Virement de %(amount)s revenu") % words
        told = _("Votre banque a rendu le virement de %(amount)s du reversement %(run)s.") % words
    rows = [
        (_("Montant"), amount),
        (_("Référence"), facts["reference"]),
        (_("Motif donné"), facts["reason"]),
    ]
    if facts.get("account"):
        rows.append((_("Compte"), facts["account"]))
    return Content(
        subject=subject,
        paragraphs=[
            _("Bonjour,"),
            told,
            _("Cette somme vous reste due : elle figure sur votre prochain relevé."),
        ],
        rows=rows,
        after=[_("Vérifiez ce compte avec l'Office avant le prochain reversement.")],
        link=facts.get("url", ""),
        link_text=_("Pourquoi ce montant ?"),
    )


def demand(facts: Facts) -> Content:
    amount = amount_text(facts["owed_cents"])
    words = facts | {"amount": amount}
    if facts["reminder"]:
        subject = _("Rappel : appel de règlement %(number)s, %(amount)s à payer") % words
        told = _("%(amount)s restent à payer sur l'appel de règlement %(number)s.") % words
    else:
        subject = _("Appel de règlement %(number)s : %(amount)s") % words
        told = (
            _("Le solde de %(shop)s est négatif. L'Office vous demande de régler %(amount)s.")
            % words
        )
    rows = [
        (_("Montant à payer"), amount),
        (_("À payer avant le"), day_text(facts["due_on"])),
        (_("Motif"), facts["motive"]),
    ]
    if facts.get("iban"):
        rows.append((_("IBAN de l'Office"), facts["iban"]))
    return Content(
        subject=subject,
        paragraphs=[_("Bonjour,"), told],
        rows=rows,
        after=[_("L'appel de règlement est joint. Rappelez son numéro dans votre virement.")],
        link=facts.get("url", ""),
        link_text=_("Voir mes relevés et mes factures"),
    )


def dues(facts: Facts) -> Content:
    amount = amount_text(facts["total_cents"])
    rows = [
        (_("Montant à payer"), amount),
        (_("À payer avant le"), day_text(facts["due_on"])),
        (_("Facture"), facts["invoice"]),
    ]
    if facts.get("iban"):
        rows.append((_("IBAN de l'Office"), facts["iban"]))
    return Content(
        subject=_("Cotisation %(year)s : %(amount)s") % (facts | {"amount": amount}),
        paragraphs=[
            _("Bonjour,"),
            _("Voici l'appel de cotisation de %(shop)s pour %(year)s. La facture est jointe.")
            % facts,
        ],
        rows=rows,
        link=facts.get("url", ""),
        link_text=_("Voir mes relevés et mes factures"),
    )


def run_to_approve(facts: Facts) -> Content:
    return Content(
        subject=_("Reversement %(run)s à approuver") % facts,
        paragraphs=[
            _("Bonjour,"),
            _("%(by)s a préparé le reversement %(run)s. Une seconde personne doit l'approuver.")
            % facts,
        ],
        rows=[
            (_("Virements"), str(facts["count"])),
            (_("Total"), amount_text(facts["total_cents"])),
        ],
        link=facts.get("url", ""),
        link_text=_("Voir le reversement"),
    )


WRITERS: dict[Kind, Callable[[Facts], Content]] = {
    Kind.ORDER_RECEIVED: order_received,
    Kind.READY: ready,
    Kind.ALL_READY: all_ready,
    Kind.REMINDER: reminder,
    Kind.UNCOLLECTED: uncollected,
    Kind.REFUND: refund,
    Kind.LINK: link,
    Kind.WITHDRAWAL: withdrawal,
    Kind.WITHDRAWAL_SHOP: withdrawal_to_settle,
    Kind.WITHDRAWAL_OFFICE: withdrawal_to_settle,
    Kind.SHOP_ORDER: shop_order,
    Kind.STATEMENT: statement,
    Kind.PAYOUT: payout,
    Kind.PAYOUT_RETURNED: payout_returned,
    Kind.DEMAND: demand,
    Kind.DUES: dues,
    Kind.IDENTITY_REQUEST: identity_request,
    Kind.DAC7_NOTICE: dac7_notice,
    Kind.RUN_TO_APPROVE: run_to_approve,
}

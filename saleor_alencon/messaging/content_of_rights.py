"""What the messages say of a shopper's rights: an order's link, a withdrawal acknowledged."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.messaging.words import Content, Facts, hello, moment


def link(facts: Facts) -> Content:
    """Say where an order's page is, to whoever asked for it with its address."""
    return Content(
        subject=_("Votre commande n° %(order)s") % facts,
        paragraphs=[
            hello(facts),
            _(
                "Voici le lien de votre commande n° %(order)s : retraits, codes, créneaux et "
                "rétractation."
            )
            % facts,
        ],
        after=[
            _(
                "Ce lien ouvre votre commande sans mot de passe : ne le donnez qu'à une personne "
                "qui retire pour vous."
            )
        ],
        link=facts.get("url", ""),
        link_text=_("Voir mes retraits"),
    )


def withdrawal(facts: Facts) -> Content:
    """Acknowledge a withdrawal on a durable medium (art. L221-21): what, when, and what follows."""
    return Content(
        subject=_("Accusé de réception de votre rétractation, commande n° %(order)s") % facts,
        paragraphs=[
            hello(facts),
            _(
                "Nous avons reçu le %(when)s votre décision de vous rétracter de ces articles de "
                "%(shop)s, commande n° %(order)s :"
            )
            % (facts | {"when": _declared(facts)}),
        ],
        rows=_goods(facts),
        after=[
            _(
                "Rapportez ou renvoyez les articles à la boutique dans les 14 jours (art. L221-23 "
                "du Code de la consommation). Vous êtes remboursé au plus tard 14 jours après "
                "cette déclaration ; la boutique peut attendre d'avoir reçu les articles ou la "
                "preuve de leur envoi (art. L221-24)."
            ),
            f"{facts['shop']}, {facts['address']}",
            _(
                "Gardez ce message : il est l'accusé de réception sur support durable "
                "(art. L221-21)."
            ),
        ],
        link=facts.get("url", ""),
        link_text=_("Voir mes retraits"),
    )


def withdrawal_to_settle(facts: Facts) -> Content:
    """Tell a shop and the Office what a shopper gives back, and what to do."""
    rows = _goods(facts)
    if facts["message"]:
        rows.append((_("Message du client"), facts["message"]))
    return Content(
        subject=_("Rétractation à traiter, commande n° %(order)s") % facts,
        paragraphs=[
            _("Bonjour,"),
            _(
                "%(name)s s'est rétracté le %(when)s de ces articles de %(shop)s, commande "
                "n° %(order)s :"
            )
            % (facts | {"when": _declared(facts)}),
        ],
        rows=rows,
        after=[
            _(
                "Reprenez les articles et remboursez-les, ou dites pourquoi ce n'est pas "
                "possible ; puis l'Office clôt la rétractation dans le back-office."
            )
        ],
        link=facts.get("url", ""),
        link_text=_("Voir la rétractation"),
    )


def _declared(facts: Facts) -> str:
    return date_format(localtime(moment(facts["declared_at"])), "DATETIME_FORMAT")


def _goods(facts: Facts) -> list[tuple[str, str]]:
    return [(f"{line['quantity']} ×", line["name"]) for line in facts["lines"]]

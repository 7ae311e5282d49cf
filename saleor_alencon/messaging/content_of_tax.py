"""What the messages to a shop say of the yearly tax declaration (DAC7)."""

from django.utils.translation import gettext as _

from saleor_alencon.messaging.words import Content, Facts


def identity_request(facts: Facts) -> Content:
    """Ask a shop for what is missing of its tax identity, the first time or as a reminder."""
    if facts["reminder"]:
        subject = _("Rappel n° %(reminder)s : informations à fournir pour la déclaration DAC7")
    else:
        subject = _("Informations à fournir pour la déclaration DAC7")
    return Content(
        subject=subject % facts,
        paragraphs=[
            _("Bonjour,"),
            _(
                "L'Office doit déclarer chaque année à l'administration fiscale ce que les "
                "boutiques ont vendu par son intermédiaire (directive (UE) 2021/514, article "
                "1649 ter A du code général des impôts)."
            ),
        ],
        rows=[(_("Il manque pour %(shop)s") % facts, ", ".join(facts["missing"]))],
        after=[
            _("Répondez à ce message ou passez à l'Office."),
            _(
                "Sans réponse après la demande et deux rappels, et %(days)s jours après la "
                "demande, vos versements sont retenus jusqu'à ce que ces informations soient "
                "fournies."
            )
            % facts,
        ],
        link=facts.get("url", ""),
        link_text=_("Voir ma déclaration"),
    )


def dac7_notice(facts: Facts) -> Content:
    """Tell a shop what is declared of it; the document is attached."""
    return Content(
        subject=_("%(office)s : votre récapitulatif DAC7 %(year)s") % facts,
        paragraphs=[
            _("Bonjour,"),
            _(
                "Vous trouverez ci-joint ce que %(office)s a relevé de vos ventes de %(year)s et, "
                "si vous dépassez les seuils, déclare à l'administration fiscale (directive (UE) "
                "2021/514)."
            )
            % facts,
        ],
        after=[_("Signalez-nous toute erreur en répondant à ce message.")],
        link=facts.get("url", ""),
        link_text=_("Voir ma déclaration"),
    )

"""The trail: what merchants did, and who looked through a merchant's eyes. Rows are only added."""

from django.db import models
from django.utils import timezone


class ActKind(models.TextChoices):
    """What a row of the trail tells of."""

    COMMAND = "command", "a mutation of a merchant"
    LOOK = "look", "the Office looks through a merchant's eyes"
    READ = "read", "a document asked during a look"


class Outcome(models.TextChoices):
    """How it ended. A row that begun and has no end was cut off: look at what it names."""

    BEGUN = "begun", "begun"
    DONE = "done", "done"
    REFUSED = "refused", "refused by the merchants' scope"
    INVALID = "invalid", "refused by Saleor"
    FAILED = "failed", "broken off by an error"


class Act(models.Model):
    """One act, or the end of one (``begun`` names it).

    Of a mutation's arguments only the ids are kept: no value, so no secret and no customer's data.
    The e-mail address is the account's of that day. PostgreSQL refuses to change a row, and to
    delete one that is younger than a year.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=8, choices=ActKind)
    user_id = models.IntegerField()
    email = models.CharField(max_length=254)
    shop = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=100)  # the mutation; of a look's document its root fields
    ids = models.JSONField(default=list)  # ["Product:12", ...]
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.CharField(max_length=500, blank=True)
    look = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    begun = models.OneToOneField("self", models.PROTECT, null=True, related_name="end")

    class Meta:
        indexes = [
            models.Index(fields=["shop", "-id"], name="alencon_act_of_shop"),
            models.Index(
                fields=["user_id", "at"],
                name="alencon_look_of_user",
                condition=models.Q(kind="look", outcome="begun"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.email} {self.name}: {self.outcome}"

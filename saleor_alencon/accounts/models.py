"""People who sign in to the Office service. Roles are in :mod:`.roles`."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_alencon.accounts.roles import OFFICE_ROLES, PERMISSIONS, Role, role_allows


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, *, role: str = Role.MERCHANT, **fields: Any
    ) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), role=role, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an administrator (the name is what Django's ``createsuperuser`` calls)."""
        return self.create_user(email, password, role=Role.ADMINISTRATOR, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """An employee or officer of the Office, or a merchant; known by e-mail address."""

    email = models.EmailField(_("adresse électronique"), unique=True)
    name = models.CharField(_("nom affiché"), max_length=120, blank=True)
    role = models.CharField(_("rôle"), max_length=16, choices=Role.choices, default=Role.MERCHANT)
    is_active = models.BooleanField(_("actif"), default=True)
    created_at = models.DateTimeField(_("créé le"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("utilisateur")
        verbose_name_plural = _("utilisateurs")
        ordering = ("email",)

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the back-office lets the person in."""
        return self.role in OFFICE_ROLES

    @property
    def is_superuser(self) -> bool:
        return False

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email

    def has_perm(self, permission: str, _obj: object = None) -> bool:
        return self.is_active and role_allows(self.role, permission)

    def has_perms(self, permissions: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        patterns = PERMISSIONS[Role(self.role)]
        return self.is_active and any(
            pattern.split(".")[0] in ("*", app_label) for pattern in patterns
        )

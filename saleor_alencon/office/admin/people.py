"""Who signs in. What a role may do is in :mod:`saleor_alencon.accounts.roles`."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from saleor_alencon.accounts.models import User


class LowerCaseEmail:
    """Addresses are kept in lower case: people sign in however they type theirs."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class NewUserForm(LowerCaseEmail, UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "role")


class UserForm(LowerCaseEmail, UserChangeForm):
    class Meta:
        model = User
        fields = ("email", "name", "role", "is_active", "password")


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """People are made inactive, not deleted: runs keep who approved them."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("created_at", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "role", "is_active")}),
        (_("Dates"), {"fields": ("created_at", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),
    )

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


def hide_what_the_office_does_not_use() -> None:
    """Take out the pages of groups (roles do that) and of the scheduler's tables."""
    unused: list[type[Model]] = [Group, *apps.get_app_config("django_celery_beat").get_models()]
    for model in unused:
        if admin.site.is_registered(model):
            admin.site.unregister(model)


hide_what_the_office_does_not_use()

"""What the Office service reads from its environment: one typed, documented place.

Every field is described in docs/settings.md; a test fails on one that is not.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AnyHttpUrl, BeforeValidator, Field, FilePath, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from saleor_alencon.domain.provider_keys import check_provider_keys


def split_commas(value: str | list[str]) -> list[str]:
    """Turn ``a,b`` into ``["a", "b"]``; lists pass unchanged."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


CommaList = Annotated[list[str], NoDecode, BeforeValidator(split_commas)]


class OfficeEnvironment(BaseSettings):
    """The environment variables of the Office service, by their upper-case names."""

    # An error names the variable; what was in it may be a secret.
    model_config = SettingsConfigDict(
        extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: SecretStr = Field(
        description="PostgreSQL URL of role `alencon`, which the service works as. "
        "Without it `alencon` starts the embedded server in `ALENCON_VAR`."
    )
    database_owner_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL URL of role `alencon_owner`, used by `alencon migrate` only.",
    )
    secret_key: SecretStr = Field(description="Django's secret key; at least 50 random characters.")
    debug: bool = Field(default=False, description="Development only: pages with stack traces.")
    allowed_hosts: CommaList = Field(
        default=["127.0.0.1", "localhost"], description="Host names served, comma separated."
    )
    csrf_trusted_origins: CommaList = Field(
        default=[], description="Origins trusted for forms behind a proxy, comma separated."
    )
    secure_cookies: bool = Field(
        default=False, description="True behind HTTPS: cookies are sent over HTTPS only."
    )
    celery_broker_url: str | None = Field(
        default=None, description="Redis URL of the task queue; without it tasks run in-process."
    )
    email_url: str = Field(
        default="consolemail://", description="Where mail goes: `smtp://...` or `consolemail://`."
    )
    default_from_email: str = Field(
        default="office@alencon.example", description="Sender of the Office's mail."
    )
    media_root: Path = Field(
        default=Path("var/media"),
        description="Folder of uploaded files (shops' logos); web server and worker share it.",
    )
    saleor_api_url: AnyHttpUrl | None = Field(
        default=None, description="Saleor's GraphQL URL, for commands and `alencon sweep`."
    )
    saleor_app_token: SecretStr | None = Field(
        default=None,
        description="Token of the Office's app in Saleor; `alencon saleor setup` makes it.",
    )
    saleor_staff_email: str | None = Field(
        default=None,
        description="Saleor staff account that makes merchants' groups and accounts, which Saleor "
        "lets no app do.",
    )
    saleor_staff_password: SecretStr | None = Field(
        default=None, description="Password of that account."
    )
    saleor_staff_redirect_url: str | None = Field(
        default=None,
        description="Page where an invited merchant chooses a password, the Dashboard's usually: "
        "`https://.../new-password/`. Without it nobody is invited by e-mail.",
    )
    office_url: AnyHttpUrl | None = Field(
        default=None,
        description="Address of this service for browsers. With it and `DASHBOARD_URL`, "
        "`alencon saleor setup` puts the Office's page into Saleor's Dashboard.",
    )
    dashboard_url: AnyHttpUrl | None = Field(
        default=None,
        description="Address of Saleor's Dashboard: the one place that may frame the Office's "
        "page.",
    )
    saleor_delivery_file: FilePath | None = Field(
        default=None,
        description="JSON file of delivery areas and prices, instead of the packaged one.",
    )
    dac7_command: FilePath | None = Field(
        default=None,
        description="Program of the library `dac7`, which writes the tax authority's file, where "
        "it is not the one that `make dac7` installs. See [DAC7](dac7.md).",
    )
    catalogue_image_hosts: CommaList = Field(
        default=[],
        description="Hosts whose images a catalogue file may name, comma separated.",
    )
    sepa_rail: Literal["disabled", "enabled"] = Field(
        default="disabled",
        description="`enabled` lets an approved run produce a SEPA file. Collecting money for "
        "third parties is a regulated service in France (articles L521-1 and L522-1 of the Code "
        "monétaire et financier): enable it only with a written legal opinion that covers the "
        "association.",
    )
    stripe_secret_key: SecretStr | None = Field(
        default=None,
        description="Secret key of the association's Stripe account. Without it nothing is asked "
        "of Stripe, and no payout leaves by Stripe Connect.",
    )
    stripe_api_base: AnyHttpUrl | None = Field(
        default=None,
        description="Address of a Stripe test server on this machine; refused with a live key.",
    )

    @model_validator(mode="after")
    def check_stripe(self) -> Self:
        """Refuse a live key where it does not belong."""
        if self.stripe_secret_key is not None:
            base = str(self.stripe_api_base) if self.stripe_api_base else ""
            key = self.stripe_secret_key.get_secret_value()
            check_provider_keys(key, base, debug=self.debug)
        return self


def read_environment() -> OfficeEnvironment:
    """Read the process environment.

    :raises pydantic.ValidationError: naming each variable that is missing or wrong.
    """
    return OfficeEnvironment()  # type: ignore[call-arg]

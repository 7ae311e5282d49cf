from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Dac7Config(AppConfig):
    name = "saleor_alencon.dac7"
    verbose_name = _("Déclaration DAC7")

    def ready(self) -> None:
        from saleor_alencon.dac7.notices import notice_files
        from saleor_alencon.messaging.attachments import attach
        from saleor_alencon.messaging.kinds import Kind

        attach(Kind.DAC7_NOTICE, notice_files)

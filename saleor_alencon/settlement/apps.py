from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    name = "saleor_alencon.settlement"
    verbose_name = _("Reversements")

    def ready(self) -> None:
        from saleor_alencon.messaging.attachments import attach
        from saleor_alencon.messaging.kinds import Kind
        from saleor_alencon.settlement.demand_notices import demand_files
        from saleor_alencon.settlement.notices import statement_files

        attach(Kind.STATEMENT, statement_files)
        attach(Kind.DEMAND, demand_files)

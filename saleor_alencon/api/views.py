"""The endpoint: a session is needed, and a CSRF token for POST."""

import logging
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from graphene_django.views import GraphQLView
from graphql import ExecutionResult, GraphQLError

from saleor_alencon.api.limits import refuse
from saleor_alencon.api.schema import schema
from saleor_alencon.errors import AlenconError

log = logging.getLogger(__name__)
TOLD = (GraphQLError, AlenconError)  # errors whose message is meant for whoever asked


class LimitedGraphQLView(GraphQLView):
    """graphene-django's view with the limits of :mod:`.limits`, silent on what broke inside."""

    @staticmethod
    def format_error(error: Exception) -> dict[str, Any]:
        """Return what the answer says of an error; a cause nobody foresaw goes to the log only."""
        cause = getattr(error, "original_error", None)
        shown: dict[str, Any] = GraphQLView.format_error(error)
        if cause is None or isinstance(cause, TOLD) or settings.DEBUG:
            return shown
        reference = uuid.uuid4().hex[:8]
        log.error("GraphQL error %s at %s", reference, shown.get("path"), exc_info=cause)
        text = _("Erreur interne, référence %(reference)s : signalez-la à l'Office.")
        return {**shown, "message": text % {"reference": reference}}

    def execute_graphql_request(
        self, request: HttpRequest, data: Any, query: Any, *arguments: Any, **options: Any
    ) -> ExecutionResult | None:
        if isinstance(query, str) and query:
            refused = refuse(query)
            if refused is not None:
                return refused
        return super().execute_graphql_request(request, data, query, *arguments, **options)


signed_in = csrf_protect(LimitedGraphQLView.as_view(schema=schema))


@csrf_exempt
def graphql(request: HttpRequest) -> HttpResponse:
    """Answer 401 to strangers before the CSRF check, which would answer them with a page."""
    if not request.user.is_authenticated:
        message = _("Connectez-vous pour utiliser l'API.")
        return JsonResponse({"errors": [{"message": message}]}, status=401)
    if request.method == "GET" and "query" not in request.GET:
        message = _("Il manque une requête GraphQL : ?query=…, ou POST en JSON.")
        return JsonResponse({"errors": [{"message": message}]}, status=400)
    response: HttpResponse = signed_in(request)
    return response

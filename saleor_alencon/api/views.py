"""The endpoint: a session is needed, and a CSRF token for POST."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from graphene_django.views import GraphQLView
from graphql import ExecutionResult

from saleor_alencon.api.limits import refuse
from saleor_alencon.api.schema import schema


class LimitedGraphQLView(GraphQLView):
    """graphene-django's view, with the limits of :mod:`.limits`."""

    def execute_graphql_request(
        self, request: HttpRequest, data: Any, query: Any, *arguments: Any, **options: Any
    ) -> ExecutionResult | None:
        if isinstance(query, str) and query:
            refused = refuse(query)
            if refused is not None:
                return refused
        return super().execute_graphql_request(request, data, query, *arguments, **options)


signed_in = csrf_protect(LimitedGraphQLView.as_view(schema=schema, graphiql=True))


@csrf_exempt
def graphql(request: HttpRequest) -> HttpResponse:
    """Answer 401 to strangers before the CSRF check, which would answer them with a page."""
    if not request.user.is_authenticated:
        message = _("Connectez-vous pour utiliser l'API.")
        return JsonResponse({"errors": [{"message": message}]}, status=401)
    response: HttpResponse = signed_in(request)
    return response

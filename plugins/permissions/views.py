"""Saleor's GraphQL view, which answers a merchant's request in the scope of its shop."""

import logging
from typing import Any

from graphql import GraphQLError
from graphql.execution import ExecutionResult
from jwt.exceptions import PyJWTError
from saleor.core.auth import get_token_from_request
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.context import get_user, set_app_on_context
from saleor.graphql.views import GraphQLView

from .errors import ScopeError
from .looks import as_merchant, find_look
from .merchants import Merchant, MerchantShop, find_merchant, grant_permissions
from .scope import RequestScope
from .scoped_schema import LoginResolvers, MerchantResolvers, signs_in
from .trail import read_begin

logger = logging.getLogger(__name__)

SHOP_HEADER = "Alencon-Shop"
UNAVAILABLE = "Les boutiques ne sont pas disponibles pour le moment."
NOT_YOUR_SHOP = "Cette boutique n'est pas la vôtre."


class WrongShop(Exception):
    """Raised when the header names a shop that is not the merchant's."""


class MerchantGraphQLView(GraphQLView):
    """As Saleor's; the one difference is for a staff user who works for a shop, or looks at one.

    Nobody else's request takes another path, another role or another resolver.
    """

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer, and give the scope back whatever happened."""
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            scope = request.__dict__.pop("alencon_scope", None)
            if scope is not None:
                scope.end()

    def execute_graphql_request(self, request: Any, data: dict[str, Any]) -> ExecutionResult:
        """Run one document, one of several in a batch."""
        try:
            scope = self.find_scope(request)
            if scope is not None and scope.look is not None:
                read_begin(scope, data.get("query"))
        except PyJWTError:
            scope = None  # Saleor refuses the token in its own words
        except WrongShop:
            return refuse(NOT_YOUR_SHOP)
        except ScopeError as error:
            logger.error("A merchant's request was refused: %s", error)
            return refuse(UNAVAILABLE)
        self.middleware = None if scope is None else MerchantResolvers(scope)
        if scope is None and signs_in(data.get("query")):
            self.middleware = LoginResolvers(self.begin_after_login)
        return super().execute_graphql_request(request, data)

    def begin_after_login(self, request: Any) -> RequestScope | None:
        """Begin the scope of the user who has just signed in, when it is a merchant.

        :raises PermissionDenied: it cannot be begun; the login is not answered.
        """
        try:
            return self.find_scope(request)
        except WrongShop:
            raise PermissionDenied(NOT_YOUR_SHOP) from None
        except ScopeError as error:
            logger.error("A merchant's login was refused: %s", error)
            raise PermissionDenied(UNAVAILABLE) from None

    def find_scope(self, request: Any) -> RequestScope | None:
        """Return the running scope; begin it when the request is a merchant's.

        :raises WrongShop: see there.
        :raises ScopeError: the role cannot be taken; nothing may run.
        """
        scope: RequestScope | None = getattr(request, "alencon_scope", None)
        if scope is not None:
            return scope
        # A login within a batch leaves its user on the request: look each time.
        if not hasattr(request, "_cached_user") and not get_token_from_request(request):
            return None
        if not hasattr(request, "dataloaders"):
            request.dataloaders = {}
        set_app_on_context(request)
        if getattr(request, "app", None):
            return None
        user = get_user(request)
        merchant = find_merchant(user)
        look = find_look(user) if merchant is None else None
        if merchant is None and look is None:
            return None
        shop = choose_shop(merchant, look, request.headers.get(SHOP_HEADER))
        scope = RequestScope(user.pk, shop, email=user.email, look=look)
        scope.begin()
        request.alencon_scope = scope
        if look is not None:
            request._cached_user = as_merchant(user)
        elif shop is not None:
            grant_permissions(user)
        request.dataloaders.clear()  # what was read to find this out was read unscoped
        return scope


def choose_shop(merchant: Merchant | None, look: Any, wanted: str | None) -> MerchantShop | None:
    """Return the shop of a request: the look's, or the one that the merchant asks for.

    :raises WrongShop: the merchant has shops, and asks for another.
    """
    if merchant is None:
        return MerchantShop(look.shop, read_only=True)
    shop = merchant.choose(wanted)
    if shop is None and merchant.shops:
        raise WrongShop
    return shop


def refuse(reason: str) -> ExecutionResult:
    """Answer a document with one error, which tells nothing of the data."""
    error = GraphQLError(reason)
    return ExecutionResult(errors=[error], invalid=True)

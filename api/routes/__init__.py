"""The paths of the service, a file for each group of them."""

from fastapi import APIRouter

from api.routes.asking import Asking
from api.routes.documents import Documents
from api.routes.health import Healthy
from api.routes.page import Page
from api.service import Service

__all__ = ["routers"]


def routers(service: Service) -> list[APIRouter]:
    """Every path there is."""
    groups = (Asking, Documents, Healthy, Page)
    return [group(service).router() for group in groups]

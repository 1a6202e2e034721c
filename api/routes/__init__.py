"""The paths of the service, a file for each group of them."""

from fastapi import APIRouter

from api.routes.asking import Asking
from api.routes.chat_completions import ChatCompletions
from api.routes.collections import Collections
from api.routes.documents import Documents
from api.routes.feedback import Feedbacks
from api.routes.files import Files
from api.routes.generators import Generators
from api.routes.health import Healthy
from api.routes.jobs import JobsOf
from api.routes.metrics import Measured
from api.routes.page import Page
from api.routes.searching import Searching
from api.routes.slack import Slack
from api.routes.verifying import Verifying
from api.service import Service

__all__ = ["routers"]


def routers(service: Service) -> list[APIRouter]:
    """Every path there is."""
    groups = (
        Asking,
        Searching,
        ChatCompletions,
        Verifying,
        Feedbacks,
        Documents,
        Files,
        Collections,
        Generators,
        JobsOf,
        Slack,
        Healthy,
        Measured,
        Page,
    )
    return [group(service).router() for group in groups]

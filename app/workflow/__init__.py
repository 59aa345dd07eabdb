"""Workflow (流程): the life of a thing, declared once; status changes only by taking a declared step."""

from app.workflow.engine import Approval, Step, Workflow
from app.workflow.models import DraftColumns

__all__ = ["Approval", "DraftColumns", "Step", "Workflow"]

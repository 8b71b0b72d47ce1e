"""Messages that the product owes: kept until they are sent, whatever happens meanwhile."""

from services.deliveries.deliveries import Deliveries, DeliveryHealth
from services.deliveries.outgoing import DeliveryKind, File, Outgoing

__all__ = ["Deliveries", "DeliveryHealth", "DeliveryKind", "File", "Outgoing"]

"""What the REST interface and the status websocket of a device speak of, as plain records."""

from gazewire.client.models.answer import (
    InvalidTemplateAnswersError,
    TemplateDataFormat,
    allow_empty,
    make_template_answer_model_base,
    not_empty,
    option_in_allowed_values,
)
from gazewire.client.models.api_path import APIPath
from gazewire.client.models.component import (
    Component,
    ComponentRaw,
    ConnectionType,
    DiscoveredDeviceInfo,
    Event,
    Hardware,
    NetworkDevice,
    Phone,
    Recording,
    Sensor,
    SensorName,
    UnknownComponentError,
    parse_component,
)
from gazewire.client.models.status import Status
from gazewire.client.models.template import Template
from gazewire.client.models.template_item import (
    TemplateItem,
    TemplateItemInputType,
    TemplateItemWidgetType,
)

__all__ = [
    "APIPath",
    "Component",
    "ComponentRaw",
    "ConnectionType",
    "DiscoveredDeviceInfo",
    "Event",
    "Hardware",
    "InvalidTemplateAnswersError",
    "NetworkDevice",
    "Phone",
    "Recording",
    "Sensor",
    "SensorName",
    "Status",
    "Template",
    "TemplateDataFormat",
    "TemplateItem",
    "TemplateItemInputType",
    "TemplateItemWidgetType",
    "UnknownComponentError",
    "allow_empty",
    "make_template_answer_model_base",
    "not_empty",
    "option_in_allowed_values",
    "parse_component",
]

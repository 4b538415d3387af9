"""What CloudWatch does for a custom widget: it reads the dashboard, and calls the function with the viewer's wishes.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.clients import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.clients import Aws

WIDTH, HEIGHT = 1_140, 600
SECONDS_OF_A_DAY = 86_400


class WidgetError(RuntimeError):
    """The function did not answer with HTML; the message says what it did."""


@dataclass(frozen=True)
class Dashboard:
    """A dashboard of the account with one custom widget."""

    aws: Aws
    region: str
    name: str

    def draw(self, parameters: Mapping[str, str], theme: str) -> str:
        """The widget's HTML for these parameters over its own; ``theme`` is light or dark.

        Raises:
            WidgetError: the function failed.
        """
        properties = self._widget()
        own = properties.get("params", {})
        event = {**own, **parameters, "widgetContext": self._context(properties, theme)}
        client = self.aws.client("lambda", self.region)
        answer = client.invoke(FunctionName=properties["endpoint"], Payload=json.dumps(event))
        content = json.loads(answer["Payload"].read())
        if answer.get("FunctionError") or not isinstance(content, str):
            raise WidgetError(f"the widget's function answered {json.dumps(content)[:300]}")
        return content

    def _widget(self) -> dict[str, Any]:
        client = self.aws.client("cloudwatch", self.region)
        body = json.loads(client.get_dashboard(DashboardName=self.name)["DashboardBody"])
        [properties] = [each["properties"] for each in body["widgets"] if each["type"] == "custom"]
        return dict(properties)

    def _context(self, properties: Mapping[str, Any], theme: str) -> dict[str, Any]:
        now = int(time.time() * 1000)
        return {
            "dashboardName": self.name,
            "widgetId": "widget-1",
            "accountId": ACCOUNT_ID,
            "locale": "en",
            "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
            "period": 300,
            "isAutoPeriod": True,
            "timeRange": {"mode": "relative", "start": now - 3 * SECONDS_OF_A_DAY * 1000, "end": now},
            "theme": theme,
            "linkCharts": True,
            "title": properties.get("title", ""),
            "forms": {"all": {}},
            "params": properties.get("params", {}),
            "width": WIDTH,
            "height": HEIGHT,
        }

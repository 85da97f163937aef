"""What a region's people see and are woken by."""

from __future__ import annotations

from fleet import names
from hypercell.network.flows import FIELDS
from hypercell.observability.alarms import RegionAlarms, ServiceAlarms
from hypercell.observability.cell_dashboard import CellDashboard
from hypercell.observability.questions import FailedTraces, Questions
from hypercell.observability.region_dashboard import RegionDashboard, ServicesDashboard
from hypercell.observability.topic import AlarmTopic
from stacks.stack import RegionStack


class ObservabilityStack(RegionStack):
    """Dashboards, alarms and the topics they go to. Deployed after the region's cells, whose alarms it rolls up."""

    about = "Dashboards, alarms and whom they wake"

    def build(self) -> None:
        region = self.home
        services = [self.fleet.services[name] for name in region.services]
        operators = self._topic("Operators", names.alarm_topic(region), self.fleet.operators)
        RegionAlarms(self, "Region", region=region, topic_arn=operators)
        for team in dict.fromkeys(service.team for service in services):
            topic = self._topic(f"{names.pascal(team)}Team", names.team_topic(region, team), team)
            for service in services:
                if service.team == team:
                    ServiceAlarms(self, names.pascal(service.name), region=region, service=service, topic_arn=topic)
        RegionDashboard(self, "RegionDashboard", region=region)
        ServicesDashboard(self, "ServicesDashboard", region=region, services=services)
        for cell in region.standing_cells:
            CellDashboard(self, f"{names.pascal(cell.key)}Dashboard", cell=cell)
        Questions(self, "Questions", region=region, flow_fields=FIELDS)
        FailedTraces(self, "FailedTraces", region=region)

    def _topic(self, id: str, name: str, team: str) -> str:
        return AlarmTopic(
            self,
            id,
            name=name,
            account=self.plan.account,
            key_arn=self.key_arn("logs"),
            oncall=self.fleet.teams[team].oncall,
        ).arn

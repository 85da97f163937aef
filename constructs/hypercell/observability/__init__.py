"""Dashboards and alarms along fault boundaries."""

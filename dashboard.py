"""The dashboard: the menu of pages and the sidebar that they share."""

from mhattn_core import ui

chosen = ui.start()
ui.sidebar()
chosen.run()

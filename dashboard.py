"""The dashboard: the menu of pages and the sidebar that they share."""

from mhattn_core.ui.navigation import start
from mhattn_core.ui.sidebar import sidebar

chosen = start()
sidebar()
chosen.run()

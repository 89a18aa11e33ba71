"""The dashboard: the menu of pages and the sidebar that they share."""

import streamlit as st

from mhattn_core import ui

st.set_page_config(page_title="mhattn", page_icon=":material/grid_on:", layout="wide")
ui.set_language()
chosen = ui.navigation()
ui.sidebar()
chosen.run()

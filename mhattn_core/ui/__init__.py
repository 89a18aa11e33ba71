"""The dashboard's own parts: inside mhattn_core the only room that imports streamlit."""

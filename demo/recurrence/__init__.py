"""The recurrent translators that came before attention: their service, endpoints and views."""

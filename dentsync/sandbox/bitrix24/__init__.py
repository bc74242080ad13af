"""Bitrix24 REST as bitrix24/b24restdocs describes it, with the observed contradictions as switches."""

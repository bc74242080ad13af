"""A local server that speaks the CRM protocols, for rehearsal and for tests. Built from the wire contracts alone."""

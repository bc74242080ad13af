"""What can go wrong with a request to a portal.

==================== ==========================================================================================
``drop_before``      connection reset, nothing done
``drop_after``       done and stored, connection reset
``drop_late:S``      connection reset; done S virtual seconds later
``half_batch:N``     the first N commands are stored, then the connection is reset
``http_500``         500 INTERNAL_SERVER_ERROR, nothing done
``http_500_after``   done and stored, answered with 500
``http_502_html``    gateway page, nothing done
``http_504_html_after`` done and stored, answered with a gateway page
``html_200``         a login page with 200, nothing done
``empty_200``        an empty body with 200, nothing done
``empty_200_after``  done and stored, an empty body with 200
``query_limit``      503 QUERY_LIMIT_EXCEEDED, nothing done
``overload``         503 OVERLOAD_LIMIT, nothing done
``portal_off_html_404`` the page of a switched-off portal
``portal_deleted``   500 PORTAL_DELETED
``access_denied_plan`` 403 ACCESS_DENIED: the tariff has no REST
``expired_token``    401 expired_token
``redirect_302[:HOST]`` the portal was renamed: Location on another host (default: the other loopback name)
``error_key_200``    200 with ``{"error": ""…}``, nothing done
``slow:S``           done and stored, answered after S real seconds
``truncated_json``   done and stored, half of the JSON arrives
``error:CODE``       the matching command is refused, nothing done (inside a batch only that command)
``error_after:CODE`` the matching command is done and stored, yet answered as an error
==================== ==========================================================================================
"""

from dentsync.sandbox.faults import Vocabulary

KNOWN = Vocabulary(
    plain=frozenset(
        {
            "drop_before",
            "drop_after",
            "http_500",
            "http_500_after",
            "http_502_html",
            "http_504_html_after",
            "html_200",
            "empty_200",
            "empty_200_after",
            "query_limit",
            "overload",
            "portal_off_html_404",
            "portal_deleted",
            "access_denied_plan",
            "expired_token",
            "redirect_302",
            "error_key_200",
            "truncated_json",
        }
    ),
    with_number=frozenset({"drop_late", "half_batch", "slow"}),
    with_text=frozenset({"redirect_302", "error", "error_after"}),
    of_commands=frozenset({"error", "error_after"}),
)

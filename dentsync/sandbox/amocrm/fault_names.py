"""What can go wrong with a request to an account.

``match`` of a rule is ``POST contacts``, ``POST``, ``contacts``, ``PATCH leads/{id}``, ``POST oauth2/access_token`` or
``*``.

======================= =======================================================================================
``drop_before``         connection reset, nothing done
``drop_after``          done and stored, connection reset
``drop_half``           the first half of a batch is stored, then the connection is reset
``drop_late:S``         connection reset; done S virtual seconds later
``http_500``            500 as JSON ``ErrInternalServer``, nothing done
``http_500_html``       500 as a page, nothing done
``http_500_after``      done and stored, answered with 500
``html_502``            gateway page, nothing done
``html_503``            gateway page, nothing done
``html_504``            gateway page, nothing done
``html_504_after``      done and stored, answered with a gateway page
``html_504_half``       the first half of a batch is stored, answered with a gateway page
``html_404``            the page of the web router on a route that is there, nothing done
``system_error``        400 «a system error occurred, please repeat», nothing done
``system_error_after``  the same, done and stored
``search_failed``       400 with code 219: repeat the search later
``unpaid:S``            402 on everything for S virtual seconds
``too_many_json``       429 with ``retry_after``, nothing done
``too_many_html``       429 as a page without Retry-After, nothing done
``blocked``             403 as a page, on this and on every later request until ``blocked`` is set back
``ip_denied``           403 with code 113
``no_right``            403 in JSON, nothing done
``expired_token``       401, nothing done
``html_200``            a page with 200, nothing done
``empty_200``           an empty body with 200, nothing done
``empty_200_after``     done and stored, an empty body with 200
``truncated_json``      done and stored, half of the JSON arrives
``slow:S``              done and stored, answered after S real seconds
======================= =======================================================================================
"""

from dentsync.sandbox.faults import Vocabulary

KNOWN = Vocabulary(
    plain=frozenset(
        {
            "drop_before",
            "drop_after",
            "drop_half",
            "http_500",
            "http_500_html",
            "http_500_after",
            "html_502",
            "html_503",
            "html_504",
            "html_504_after",
            "html_504_half",
            "html_404",
            "system_error",
            "system_error_after",
            "search_failed",
            "too_many_json",
            "too_many_html",
            "blocked",
            "ip_denied",
            "no_right",
            "expired_token",
            "html_200",
            "empty_200",
            "empty_200_after",
            "truncated_json",
        }
    ),
    with_number=frozenset({"drop_late", "unpaid", "slow"}),
)

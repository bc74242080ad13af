"""An amoCRM account as its API v4 shows it.

Written from the official developer pages (``https://www.amocrm.ru/developers/content/``; a docstring names the page)
and from measurements that users of live accounts published. Where they are silent or disagree there is a switch in
``settings``.
"""

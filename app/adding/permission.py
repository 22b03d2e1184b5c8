"""Who may change the sources through the server. The page hides what is not allowed; the server refuses it itself."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

from app.middleware import LOOPBACK, AllowedHosts
from app.settings import AddSources, Settings

_HERE = AllowedHosts(LOOPBACK)
# A header of our own: a page of another site cannot send it without asking first, and is told no.
HEADER = "x-footnote"


def may_change(settings: Settings, request: HTTPConnection) -> bool:
    """Tell whether this browser may add and remove sources.

    'local' means that both ends are this machine under its own name, and nothing says that a proxy stands between.
    """
    if settings.add_sources is AddSources.LOCAL:
        return _is_local(settings, request)
    return settings.add_sources is AddSources.ALL


def _is_local(settings: Settings, request: HTTPConnection) -> bool:
    if settings.hosts or not _is_loopback(settings.host):
        return False
    if request.client is None or not _is_loopback(request.client.host):
        return False
    headers = request.headers
    if any(name in headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")):
        return False
    origins = [origin.partition("://")[2] for origin in headers.getlist("origin")]
    return all(map(_HERE.allow, [*headers.getlist("host"), *origins]))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

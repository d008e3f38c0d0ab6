"""Which addresses may be sent to (events.md §4): nobody makes this program call into its own network.

What a url says is checked when it is written, as far as it can be; what a name resolves to, each time a connection is
made, and the connection goes to the very address that was checked.
"""

from __future__ import annotations

import asyncio
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from models.settings import Settings

LONGEST_URL: Final = 2_000
_NAT64: Final = IPv6Network("64:ff9b::/96")
_ANY_PORT: Final = 9
MOST_RESOLVED: Final = 64
"""Names that are looked up at once."""


class AddressRefused(Exception):
    """There is no address that may be sent to; its text says which were found."""


def url_fault(url: str, settings: Settings) -> str | None:
    """The key of what is wrong with a webhook's url, if something is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "not_a_webhook_url"
    if not re.fullmatch(r"[!-~]+", url) or not parts.hostname or "@" in parts.netloc or "#" in url or port == 0:
        return "not_a_webhook_url"
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.webhook_private):
        return "webhook_not_https"
    literal = _literal(parts.hostname)
    if literal is not None and not allowed(literal, private=settings.webhook_private):
        return "address_refused"
    return None


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def allowed(address: IPv4Address | IPv6Address, *, private: bool) -> bool:
    """Whether an address may be sent to; with `private`, those of this machine and of private networks too.

    Never one of a link (cloud machines tell their secrets there), of many, of nobody, or with a zone.
    """
    within = _embedded(address)
    if within is not None:
        return allowed(within, private=private)
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if private:
        return not address.is_reserved or address.is_loopback
    return address.is_global and not address.is_reserved and not _is_ours(address)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _is_ours(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of this machine: what is sent there would come from that very address."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), _ANY_PORT))  # sends nothing: the kernel only chooses a way
            return bool(ip_address(probe.getsockname()[0]) == address)
        except OSError:
            return False


@cache
def _resolvers() -> ThreadPoolExecutor:
    """As many as there are tries at once: the slow name server of one receiver must keep no other waiting."""
    return ThreadPoolExecutor(MOST_RESOLVED, thread_name_prefix="resolve")


async def resolve(host: str, port: int, *, private: bool) -> list[str]:
    """The addresses of a host, if all may be sent to. Raises `AddressRefused`, and `OSError` where there is none."""
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_resolvers(), ask)
    addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
    refused = [one for one in addresses if not allowed(ip_address(one), private=private)]
    if refused or not addresses:
        raise AddressRefused(", ".join(refused) or host)
    return addresses

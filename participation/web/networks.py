"""From which network a request comes, told by a keyed hash: equal for neighbours, nothing more can be read from it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import current_app, request

from participation.base.sealing import keyed

PREFIXES = {4: 24, 6: 48}
"""How many bits of an address name the network: what one household, school or town hall usually has, or shares."""


def network_mark() -> str:
    """Return the mark of the network that this request comes from; empty where the address tells none."""
    return mark(request.remote_addr or "", current_app.config["SECRET_KEY"])


def mark(address: str, secret: str) -> str:
    """Return the mark of an address's network: /24 of IPv4, /48 of IPv6; empty for what is no address."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    network = ip_network((found, PREFIXES[found.version]), strict=False)
    return keyed(secret, "network", str(network))

"""NTP's 64-bit time and Unix nanoseconds.

NTP counts seconds from 1900 in 32 bits with a 32-bit fraction (RFC 5905 §6). The counter wraps in
2036; what is below `_ERA_PIVOT` is therefore read as belonging to the era after the wrap.
"""

from __future__ import annotations

__all__ = ["ntp_from_unix_ns", "unix_ns_from_ntp"]

_NS_PER_S = 1_000_000_000
_UNIX_MINUS_NTP_S = 2_208_988_800
# NTP seconds below this (that is, before 1968-01-20) are taken to lie after 2036, as RFC 4330 §3
# advises: the top bit tells the era.
_ERA_PIVOT = 1 << 31


def ntp_from_unix_ns(unix_ns: int) -> tuple[int, int]:
    """Convert a Unix instant to NTP seconds and fraction.

    The fraction is rounded to the nearest 2^-32 s (0.23 ns), so the way back is exact.

    Args:
        unix_ns: nanoseconds since 1970.

    Returns:
        Seconds modulo 2^32 and the fraction, both unsigned 32-bit.
    """
    seconds, ns = divmod(unix_ns, _NS_PER_S)
    fraction = ((ns << 32) + _NS_PER_S // 2) // _NS_PER_S
    return (seconds + _UNIX_MINUS_NTP_S) & 0xFFFF_FFFF, fraction


def unix_ns_from_ntp(seconds: int, fraction: int) -> int:
    """Convert NTP seconds and fraction to a Unix instant, rounded to the nearest nanosecond.

    Args:
        seconds: unsigned 32-bit NTP seconds; the era is chosen so that the result lies between
            1968 and 2104.
        fraction: unsigned 32-bit fraction of a second.

    Returns:
        Nanoseconds since 1970.
    """
    if seconds < _ERA_PIVOT:
        seconds += 1 << 32
    ns = (fraction * _NS_PER_S + (1 << 31)) >> 32
    return (seconds - _UNIX_MINUS_NTP_S) * _NS_PER_S + ns

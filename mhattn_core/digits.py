"""Numbers in sentences and beside bars, with the minus of the charts."""

import re
from decimal import Decimal

_HYPHEN = re.compile(r"(?:(?<!\S)|(?<=[(\[>（，：；、]))-(?=\d)")


def with_minus(text: str) -> str:
    """A sentence of ours in which numbers below 0 were written with a hyphen."""
    return _HYPHEN.sub("−", text)


def digits(value: float) -> str:
    """Two decimals; two significant digits of what would read 0.00, and a bound below a ten-thousandth."""
    if value == 0 or abs(value) >= 0.005:
        return with_minus(f"{value:.2f}")
    if abs(value) < 1e-4:
        return "<0.0001" if value > 0 else ">−0.0001"
    return with_minus(f"{value:.2g}")


def signed_digits(value: float) -> str:
    """Three decimals with a sign; two significant digits of what would read 0.000 or nearly."""
    # Without an exponent, however small.
    return with_minus(f"{value:+.3f}" if value == 0 or abs(value) >= 0.005 else f"{Decimal(f'{value:.2g}'):+f}")

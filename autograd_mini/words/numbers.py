"""Numbers as people read them: the digits that matter, and no more."""

from __future__ import annotations


def number(x: float) -> str:
    """`x` with the digits a reader needs: whole numbers whole, four decimals, small ones four digits.

    >>> [number(x) for x in (5.0, -0.0, 0.731058, 81.99505, 12345.6789, 1.2e-9, 1e22, float("inf"))]
    ['5', '0', '0.7311', '81.9951', '12345.68', '1.2e-09', '1e+22', 'inf']
    """
    x = float(x)  # a user may have written u.data = 5
    if x == 0:
        return "0"
    if x.is_integer() and abs(x) < 1e9:
        return f"{x:.0f}"
    if 1 <= abs(x) < 1e6:
        decimals = min(4, 7 - len(f"{abs(x):.0f}"))
        shown = f"{x:.{decimals}f}"
        return shown.rstrip("0").rstrip(".") if decimals else shown
    return f"{x:.4g}"

"""What people read: every sentence in each language, and the digits of a number."""

from __future__ import annotations

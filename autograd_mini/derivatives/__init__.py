"""Derivatives of functions, and how they are checked."""

from __future__ import annotations

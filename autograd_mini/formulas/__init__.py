"""Arithmetics whose numbers are formulas: a rule read in one of them prints itself."""

from __future__ import annotations

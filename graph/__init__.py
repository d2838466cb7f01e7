"""Jixiao 绩效: performance-target tables of Chinese budgets as one knowledge graph.

The library knows no HTTP; :mod:`api` serves it. Data flows one way::

    file → readers → Document → extraction → Disclosure → rdf → store → validation, queries, export
"""

__version__ = "0.1.0"

"""The command ``jixiao`` and the HTTP service: what people and programs use; the domain stands in ``graph``."""

"""The formats in which results, graphs and whole stores go out, and in which graphs come in.

Negotiation, the service description and OpenAPI read this one list, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.negotiation import preferred
from graph.errors import BadParameter, JixiaoError

_W3C = "http://www.w3.org/ns/formats/"


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name in ``?format=``, its media type, its IRI, and media types and names that mean the same."""

    name: str
    media_type: str
    iri: str
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # that client libraries send

    def goes_by(self, name: str) -> bool:
        """Whether ``?format=`` with this name means this format."""
        return name in (self.name, *self.names)

    @property
    def media_types(self) -> tuple[str, ...]:
        """All media types under which it may be asked for."""
        return (self.media_type, *self.aliases)


SOLUTIONS = (
    Format("json", "application/sparql-results+json", f"{_W3C}SPARQL_Results_JSON", ("application/json",)),
    Format("xml", "application/sparql-results+xml", f"{_W3C}SPARQL_Results_XML", ("application/xml", "text/xml")),
    Format("csv", "text/csv", f"{_W3C}SPARQL_Results_CSV"),
    Format("tsv", "text/tab-separated-values", f"{_W3C}SPARQL_Results_TSV"),
)
GRAPHS = (
    Format("ttl", "text/turtle", f"{_W3C}Turtle", ("application/turtle", "application/x-turtle"), ("turtle", "n3")),
    Format("nt", "application/n-triples", f"{_W3C}N-Triples", ("text/plain",)),
    Format("jsonld", "application/ld+json", f"{_W3C}JSON-LD"),
    Format("rdf", "application/rdf+xml", f"{_W3C}RDF_XML", ("application/xml", "text/xml"), ("xml",)),
)
DATASETS = (
    Format("trig", "application/trig", f"{_W3C}TriG"),
    Format("nq", "application/n-quads", f"{_W3C}N-Quads"),
)


class UnsupportedMediaType(JixiaoError):
    """The body of the request is in a format that is not taken here."""

    code, zh, en, status = "unsupported-media-type", "不支持正文的格式。", "The body's format is not taken here.", 415
    remedy_zh, remedy_en = "此路径接受的格式见 /docs。", "See /docs for the formats that this path takes."


def media_types(formats: tuple[Format, ...]) -> list[str]:
    """Every media type of the formats, each format's own before all aliases."""
    return [f.media_type for f in formats] + [alias for f in formats for alias in f.aliases]


def chosen(formats: tuple[Format, ...], accept: str | None, name: str | None) -> str | None:
    """The media type to answer in: by name, else by the Accept header; None where nothing fits.

    In place of a name, what the header would have said is taken too: SPARQLWrapper sends that.
    """
    if name and "/" not in name:
        return next((f.media_type for f in formats if f.goes_by(name)), None)
    return preferred(name or accept, media_types(formats))


def known(name: str | None) -> None:
    """Raises BadParameter for a name (of ``?format=``, no media types) that no format has."""
    offered = (*SOLUTIONS, *GRAPHS, *DATASETS)
    if name and "/" not in name and not any(f.goes_by(name) for f in offered):
        names = dict.fromkeys(f.name for f in offered)
        raise BadParameter(
            f"format={name}",
            zh=f"格式须为 {' '.join(names)} html 之一。",
            en=f"Formats: {' '.join(names)} html.",
        )


def parsed_as(content_type: str) -> str:
    """The media type that a body of triples is in. Raises UnsupportedMediaType."""
    media_type = content_type.partition(";")[0].strip().lower()
    for format in GRAPHS:
        if media_type in format.media_types:
            return format.media_type
    raise UnsupportedMediaType(media_type or "Content-Type")


def content_type(media_type: str) -> str:
    """The Content-Type header for a media type: text says its encoding."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type

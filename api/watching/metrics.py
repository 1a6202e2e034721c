"""Figures of a running service for Prometheus, each registry its own: two services in one process do not mix.

Labels take values from short lists only: templates of paths, known methods, names of stages, of collections and of
generators that are allowed.
"""

from collections.abc import Collection, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.models import Reply, Writing
from index.errors import CitespanError
from index.reading import IndexReader

__all__ = ["Metrics"]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
STAGE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
DIRECTIONS = ("input", "output")


class Metrics:
    """What is counted while the service runs. Safe to use from several threads."""

    def __init__(self, generators: Collection[str] = ()) -> None:
        """``generators`` are the names that tokens are counted by; those of others are counted together."""
        self.registry = CollectorRegistry()
        self._generators = frozenset(generators)
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "citespan_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "citespan_request_seconds",
            "From the head of a request to the end of its answer.",
            ["method", "route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._replies = Counter("citespan_replies", "Answers and refusals.", ["result"], registry=self.registry)
        self._stages = Histogram(
            "citespan_stage_seconds",
            "Time that each stage of a question took.",
            ["stage"],
            buckets=STAGE_SECONDS,
            registry=self.registry,
        )
        self._dropped = Counter(
            "citespan_dropped_claims", "Claims of a model that were not shown.", ["reason"], registry=self.registry
        )
        self._fallbacks = Counter(
            "citespan_fallbacks",
            "Answers in the documents' own sentences although a model was to write.",
            ["reason"],
            registry=self.registry,
        )
        self._tokens = Counter(
            "citespan_tokens",
            "Tokens that models read (input) and wrote (output).",
            ["generator", "direction"],
            registry=self.registry,
        )
        self.questions_in_flight = Gauge(
            "citespan_questions_in_flight", "Questions being worked on.", registry=self.registry
        )

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. ``route`` is a template, never a path that someone typed."""
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def reply(self, reply: Reply) -> None:
        """Count an answer, or a refusal by its reason, and the stages that it took."""
        self._replies.labels(getattr(reply.result, "reason", "answered")).inc()
        for stage, milliseconds in reply.timings.items():
            self._stages.labels(stage).observe(milliseconds / 1000)
        self._writing(reply.writing)

    def _writing(self, writing: Writing) -> None:
        for claim in writing.dropped:
            self._dropped.labels(claim.reason).inc()
        if writing.fallback is not None:
            self._fallbacks.labels(writing.fallback).inc()
        generator = writing.generator if writing.generator in self._generators else "other"
        for direction in DIRECTIONS:
            if writing.usage and direction in writing.usage:
                self._tokens.labels(generator, direction).inc(writing.usage[direction])

    def exposition(self, reader: IndexReader) -> bytes:
        """Everything in Prometheus' text format, with what the collections hold now."""
        held = CollectorRegistry(auto_describe=False)
        held.register(Holdings(reader))
        return generate_latest(self.registry) + generate_latest(held)


class Holdings(Collector):
    """What each collection holds; nothing while the store cannot be read."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def describe(self) -> Iterable[Metric]:
        """Nothing ahead of time: describing is no reason to read the store."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Documents and passages by collection."""
        try:
            states = list(self._reader.collections())
        except CitespanError:
            return
        documents = GaugeMetricFamily("citespan_documents", "Documents in a collection.", labels=["collection"])
        passages = GaugeMetricFamily("citespan_passages", "Passages in a collection.", labels=["collection"])
        for state in states:
            documents.add_metric([state.name], state.documents)
            passages.add_metric([state.name], state.passages)
        yield from (documents, passages)

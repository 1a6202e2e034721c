"""What the OpenAPI document shows: two answers and a refusal over the seeds, whose quotations a test checks there."""

import json
from typing import Any

__all__ = ["ASK_EXAMPLES", "EVENTS_EXAMPLE"]

DOCUMENT = {
    "index": 0,
    "id": "sha256:500ec32f345e0df2b3782fb27967233f61e6e9cdaccb2c1e20c307cf18af9a01",
    "path": "001_e3af9324cdf7ef5e.txt",
    "title": "Therapeutic uses of post-partum tissue-derived mesenchymal stromal cell secretome",
    "media_type": "text/plain",
    "encoding": "utf-8",
    "extractor": "text 1",
    "text_sha256": "500ec32f345e0df2b3782fb27967233f61e6e9cdaccb2c1e20c307cf18af9a01",
}

CITATION = {
    "id": 1,
    "type": "char_location",
    "role": "source",
    "cited_text": (
        "Wound healing capacity of the secretome may be \n"
        "attributed to the presence of IL-6, IL-8 and MCP-1 \n"
        " that enhance monocyte migration into injured sites, \n"
        "thereby suggesting the migration of other cell types \n"
        "such\u2002 as\u2002 fibroblasts\u2002 into\u2002 the\u2002 wound\u2002 sites\u2002 with\u2002 the\u2002\n"
        "help of mentioned cytokines when treated with the \n"
        "secretome24."
    ),
    "document_index": 0,
    "document_title": DOCUMENT["title"],
    "start_char_index": 6062,
    "end_char_index": 6392,
    "document_id": DOCUMENT["id"],
    "file_name": "001_e3af9324cdf7ef5e.txt",
    "start_byte": 6331,
    "end_byte": 6679,
    "start_line": 128,
    "end_line": 134,
    "start_page": None,
    "end_page": None,
    "boxes": None,
    "source_url": None,
    "section": "Growth factors and cytokines",
    "passage_id": "e3a65565b3c0e25eaec9ac50/11",
    "score": 0.9323,
}

NEAREST = {
    **CITATION,
    "cited_text": (
        "VEGF\u2002 and\u2002 fibroblast\u2002 growth\u2002 factor\u2002 (FGF)\u2002 possess\u2002\n"
        "cardioprotective\u2002 and\u2002 cardioregenerative\u2002 effects23; \n"
        "the inclusion of VEGF in the UC-hMSC secretome \n"
        "may lead the secretome to manifest such properties."
    ),
    "start_char_index": 5851,
    "end_char_index": 6060,
    "start_byte": 6100,
    "end_byte": 6329,
    "start_line": 124,
    "end_line": 127,
    "passage_id": "e3a65565b3c0e25eaec9ac50/10",
    "score": 0.834,
}

SENTENCE = (
    "Wound healing capacity of the secretome may be attributed to the presence of IL-6, IL-8 and MCP-1 that enhance "
    "monocyte migration into injured sites, thereby suggesting the migration of other cell types such as fibroblasts "
    "into the wound sites with the help of mentioned cytokines when treated with the secretome24."
)

COMMON: dict[str, Any] = {
    "schema": 1,
    "searched_for": None,
    "rewritten": None,
    "documents": [DOCUMENT],
    "dropped": [],
    "generator": {"name": "extractive", "model": None, "usage": None, "fallback": None, "message": None},
    "index": {"collection": "default", "revision": "71fdfe45dc2b1919", "documents": 5, "passages": 87},
    "timings_ms": {"embed": 3.1, "retrieve": 2.4, "rank": 4.0, "answer": 0.9, "total": 10.6},
}

ANSWER: dict[str, Any] = {
    **COMMON,
    "id": "ask_ffed97cb541d477a97b9",
    "question": "which factors mediate wound healing?",
    "answered": True,
    "confidence": 0.7007,
    "answer": f"{SENTENCE} [1]",
    "sentences": [
        {"text": SENTENCE, "start": 0, "end": 315, "citations": [1], "focus": [[77, 97]], "generated": False}
    ],
    "citations": [CITATION],
    "refusal": None,
}

REFUSAL: dict[str, Any] = {
    **COMMON,
    "id": "ask_c0b01d6692e4c41c3839",
    "question": "how do stem cells paint bananas with VEGF?",
    "answered": False,
    "confidence": 0.217,
    "answer": None,
    "sentences": [],
    "citations": [],
    "refusal": {
        "reason": "not_answered",
        "message": "The documents do not answer this. They do not contain: paint, bananas.",
        "missing": ["paint", "bananas"],
        "nearest": [NEAREST],
    },
}

CLAIM = "IL-6, IL-8 and MCP-1 may give the secretome its capacity to heal wounds."

WRITTEN: dict[str, Any] = {
    **ANSWER,
    "id": "ask_0d4d2c5b1f0a4b7e9c11",
    "question": "and which of them mediate wound healing?",
    "rewritten": "which factors mediate wound healing?",
    "answer": f"{CLAIM} [1]",
    "sentences": [{"text": CLAIM, "start": 0, "end": 72, "citations": [1], "focus": [], "generated": True}],
    "citations": [{**CITATION, "role": "supports"}],
    "dropped": [
        {
            "reason": "not_supported",
            "text": "IL-6 heals wounds within four days.",
            "detail": "The quotation does not say “four days”.",
            "nearest": None,
        }
    ],
    "generator": {
        "name": "openai:gpt-5-mini",
        "model": "gpt-5-mini-2025-08-07",
        "usage": {"input": 1834, "output": 96},
        "fallback": None,
        "message": None,
    },
}

ASK_EXAMPLES = {
    "answer": {"summary": "An answer", "value": ANSWER},
    "written": {"summary": "An answer that a model wrote to a follow-up", "value": WRITTEN},
    "refusal": {"summary": "A refusal", "value": REFUSAL},
}

RETRIEVED: dict[str, Any] = {
    "collection": "default",
    "revision": "71fdfe45dc2b1919",
    "rewritten": None,
    "searched_for": None,
    "passages": [
        {
            "passage_id": CITATION["passage_id"],
            "score": 0.7593,
            "similarity": 0.4622,
            "bm25": 9.4627,
            "section": CITATION["section"],
            "label": "prose",
            "document_id": DOCUMENT["id"],
            "document_title": DOCUMENT["title"],
            "file_name": CITATION["file_name"],
            "path": DOCUMENT["path"],
            "start_char_index": 6062,
            "end_char_index": 6661,
            "start_byte": 6331,
            "end_byte": 6964,
            "start_line": 128,
            "end_line": 139,
            "start_page": None,
            "end_page": None,
        }
    ],
}

EVENTS = {
    "retrieved": RETRIEVED,
    "sentence": {"number": 0, "sentence": ANSWER["sentences"][0], "citations": [CITATION], "documents": [DOCUMENT]},
    "done": ANSWER,
}

EVENTS_EXAMPLE = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in EVENTS.items())

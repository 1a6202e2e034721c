"""Keys and scopes by the table; other names of this machine, and pages elsewhere, get nothing."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount

from api.door.keys import SCOPES, KeyFile
from api.door.origins import authority_of, is_loopback, origin_of
from api.door.security import TABLE, UNLISTED, rule_for
from api.settings import ApiSettings
from api.watching.requests import SECURITY_HEADERS
from tests.servers import QUESTION, quick_app, small_parts


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., FastAPI]:
    """Applications over the same document, with settings of their own."""
    return partial(quick_app, small_parts(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def keyless(build: Callable[..., FastAPI]) -> TestClient:
    return TestClient(build())


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """For each scope, a key and its entry."""
    file = KeyFile(tmp_path_factory.mktemp("keys"))
    made = {scope: file.create(scope, scope) for scope in SCOPES}
    return {scope: (token, key.entry) for scope, (token, key) in made.items()}


@pytest.fixture(scope="module")
def keyed(build: Callable[..., FastAPI], tokens: dict[str, tuple[str, str]]) -> TestClient:
    entries = ",".join(entry for _, entry in tokens.values())
    return TestClient(build(api_keys=entries, requests_per_minute=100_000))


def kind(response: Any) -> str:
    body = response.json()
    return str(body["error"]["code"]).replace("_", "-") if "error" in body else str(body["type"]).rpartition(":")[2]


def paths_of(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Every method and path, with something put for the parameters; FastAPI keeps routers whole."""
    for route in routes:
        path = re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        if hasattr(route, "original_router"):
            yield from paths_of(route.original_router.routes)
        elif isinstance(route, Mount):
            yield "GET", f"{path}/x"
        else:
            yield from ((method, path) for method in route.methods or {"GET"})


def test_every_route_is_in_the_table(keyless: TestClient) -> None:
    walked = list(paths_of(cast("FastAPI", keyless.app).routes))
    assert ("POST", "/v1/ask") in walked
    assert [place for place in walked if rule_for(*place) is UNLISTED] == []


def test_no_rule_hides_a_later_one() -> None:
    for rule in TABLE:
        assert rule_for(rule.method, rule.path.replace("*", "x")) is rule


@pytest.mark.parametrize("scope", [None, *SCOPES])
def test_every_route_asks_for_the_scope_of_the_table(
    keyed: TestClient, tokens: dict[str, tuple[str, str]], scope: str | None
) -> None:
    headers = {} if scope is None else {"Authorization": f"Bearer {tokens[scope][0]}"}
    walked = paths_of(cast("FastAPI", keyed.app).routes)
    for method, path in [*walked, ("GET", "/nowhere"), ("PUT", "/v1/ask")]:
        need = rule_for(method, path).need
        response = keyed.request(method, path, headers=headers)
        if need in {"open", "signed"} or (scope is not None and SCOPES.index(need) <= SCOPES.index(scope)):
            assert response.status_code not in {401, 403}, (method, path)
        elif method != "HEAD":
            assert kind(response) == ("unauthorized" if scope is None else "forbidden"), (method, path)
            assert ("www-authenticate" in response.headers) == (scope is None)


def test_a_head_request_needs_what_a_get_needs() -> None:
    assert rule_for("HEAD", "/v1/documents") is rule_for("GET", "/v1/documents")


@pytest.mark.parametrize(
    ("authorization", "says"),
    [
        ([], "Send a key in the header"),
        (["Bearer {token}", "Bearer {token}"], "several Authorization headers"),
        (["Basic {token}"], "holds no key"),
        (["{token}"], "holds no key"),
        (["Bearer"], "holds no key"),
        (["Bearer {token} {token}"], "holds no key"),
        (["Bearer {token}\xe9"], "holds no key"),
        (["Bearer sk-\xff\xfe"], "holds no key"),
        (["Bearer csp_00000000_" + "0" * 64], "not known here"),
    ],
    ids=["none", "two", "another scheme", "no scheme", "no key", "two keys", "one too long", "bytes", "unknown"],
)
def test_what_is_no_key_is_told_why(
    keyed: TestClient, tokens: dict[str, tuple[str, str]], authorization: list[str], says: str
) -> None:
    token = tokens["ask"][0]
    sent = [(b"Authorization", value.format(token=token).encode("latin-1")) for value in authorization]
    response = keyed.post("/v1/ask", json=QUESTION, headers=sent)
    assert response.status_code == 401
    assert says in response.json()["detail"]
    assert token not in response.text


def test_a_key_in_the_address_or_a_cookie_is_none(keyed: TestClient, tokens: dict[str, tuple[str, str]]) -> None:
    token = tokens["admin"][0]
    for query in (f"?key={token}", f"?api_key={token}", f"?access_token={token}"):
        assert keyed.get(f"/v1/documents{query}").status_code == 401
    for header in ("Cookie", "X-API-Key", "Proxy-Authorization"):
        assert keyed.get("/v1/documents", headers={header: f"Bearer {token}"}).status_code == 401


def test_the_scheme_is_read_in_any_case(keyed: TestClient, tokens: dict[str, tuple[str, str]]) -> None:
    token = tokens["ask"][0]
    for scheme in ("bearer", "BEARER ", "Bearer  "):
        assert keyed.get("/v1/documents", headers={"Authorization": f"{scheme} {token}"}).status_code == 200


def test_without_keys_a_key_is_not_looked_at(keyless: TestClient) -> None:
    assert keyless.get("/v1/documents", headers={"Authorization": "Bearer none"}).status_code == 200


HOSTS_OF_OURS = ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "127.8.8.8:65535", "[::1]", "[::1]:8080"]
HOSTS_OF_OTHERS = [
    "evil.example:8080", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.5:8080",
    "0.0.0.0:8080", "[::]", "[fe80::1%25lo]", "::1", "localhost:", "localhost:0", "localhost:99999", "localhost:80:80",
    "localhost:8080@evil.example", "user@localhost", "localhost/", "2130706433", "0x7f000001", "127.1", "", "*",
    "localhost.", "[127.0.0.1]", "[::1].evil.example", "localhost, evil.example", "lo\u00e7alhost",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS_OF_OURS)
def test_a_keyless_service_answers_to_loopback_names(keyless: TestClient, host: str) -> None:
    assert keyless.get("/v1/documents", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", HOSTS_OF_OTHERS)
@pytest.mark.parametrize("path", ["/v1/documents", "/", "/healthz"])
def test_a_keyless_service_answers_to_no_other_name(keyless: TestClient, host: str, path: str) -> None:
    response = keyless.get(path, headers=[(b"Host", host.encode("latin-1"))])
    assert (response.status_code, kind(response)) == (421, "wrong-host")
    assert "healing.txt" not in response.text


def test_two_hosts_are_none(keyless: TestClient) -> None:
    response = keyless.get("/v1/documents", headers=[("Host", "localhost"), ("Host", "evil.example")])
    assert response.status_code == 421


def test_names_of_the_settings_are_answered_to(build: Callable[..., FastAPI]) -> None:
    client = TestClient(build(allowed_hosts="Assistant.lan,box:9000", public_url="https://ask.example/"))
    for host in ("assistant.lan", "assistant.lan:8080", "box:9000", "ask.example", "127.0.0.1"):
        assert client.get("/v1/documents", headers={"Host": host}).status_code == 200, host
    for host in ("box", "box:9001", "evil.example"):
        assert client.get("/v1/documents", headers={"Host": host}).status_code == 421, host


def test_with_keys_any_name_will_do(keyed: TestClient, tokens: dict[str, tuple[str, str]]) -> None:
    headers = {"Host": "assistant.example", "Authorization": f"Bearer {tokens['ask'][0]}"}
    assert keyed.get("/v1/documents", headers=headers).status_code == 200


def test_signed_requests_come_by_any_name(keyless: TestClient) -> None:
    response = keyless.post("/slack/events", headers={"Host": "tunnel.example"})
    assert response.status_code != 421


def form(client: TestClient, headers: dict[str, str]) -> Any:
    """What a form of a page elsewhere can post without asking first."""
    return client.post("/v1/documents", files={"files": ("a.txt", b"Bad news.")}, headers=headers)


def plain(client: TestClient, headers: dict[str, str]) -> Any:
    text = '{"question": "which factors mediate wound healing?"}'
    return client.post("/v1/ask", content=text, headers={"Content-Type": "text/plain", **headers})


def read(client: TestClient, headers: dict[str, str]) -> Any:
    return client.get("/v1/documents", headers=headers)


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://evil.example:8080"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1:3000"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "file://"},
    {"Origin": "chrome-extension://abcdef"},
    {"Origin": "http://127.0.0.1:8080.evil.example"},
    {"Origin": "http://127.0.0.1:8080@evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("send", [form, plain, read])
def test_a_page_elsewhere_neither_posts_nor_reads(
    keyless: TestClient, send: Callable[[TestClient, dict[str, str]], Any], headers: dict[str, str]
) -> None:
    response = send(keyless, headers)
    assert (response.status_code, kind(response)) == (403, "cross-origin")
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:8080"},
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://[::1]:8080", "Host": "[::1]:8080"},
        {"Origin": "http://localhost", "Host": "localhost:80"},
        {"Origin": "https://localhost", "Host": "localhost"},
    ],
    ids=str,
)
def test_our_own_page_and_programs_do(keyless: TestClient, headers: dict[str, str]) -> None:
    assert read(keyless, headers).status_code == 200
    assert keyless.post("/v1/ask", json=QUESTION, headers=headers).status_code == 200


def test_two_origins_are_foreign(keyless: TestClient) -> None:
    twice = [("Origin", "http://127.0.0.1:8080"), ("Origin", "http://127.0.0.1:8080")]
    assert keyless.get("/v1/documents", headers=twice).status_code == 403


def test_the_page_can_be_linked_to_from_anywhere(keyless: TestClient) -> None:
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for path in ("/", "/d/sha256:00", "/healthz"):
        assert keyless.get(path, headers=linked).status_code != 403


def test_a_key_does_not_open_the_service_to_a_page_elsewhere(
    keyed: TestClient, tokens: dict[str, tuple[str, str]]
) -> None:
    headers = {"Authorization": f"Bearer {tokens['ask'][0]}", "Origin": "https://evil.example"}
    assert keyed.get("/v1/documents", headers=headers).status_code == 403


PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def test_cross_origin_requests_are_for_the_pages_that_are_named(
    build: Callable[..., FastAPI], tokens: dict[str, tuple[str, str]]
) -> None:
    token, entry = tokens["ask"]
    client = TestClient(build(cors_origins="https://intranet.example", api_keys=entry))
    friend, enemy = {"Origin": "https://intranet.example"}, {"Origin": "https://evil.example"}
    allowed = client.options("/v1/ask", headers={**PREFLIGHT, **friend})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://intranet.example"
    assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in allowed.headers
    assert client.options("/v1/ask", headers={**PREFLIGHT, **enemy}).status_code == 403
    headers = {**friend, "Authorization": f"Bearer {token}", "Sec-Fetch-Site": "cross-site"}
    answered = client.post("/v1/ask", json=QUESTION, headers=headers)
    assert answered.status_code == 200
    assert answered.headers["access-control-allow-origin"] == "https://intranet.example"
    refused = client.post("/v1/ask", json=QUESTION, headers=friend)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://intranet.example"


def test_without_named_pages_nothing_is_said_of_cross_origin_requests(keyless: TestClient) -> None:
    response = keyless.options("/v1/ask", headers={**PREFLIGHT, "Origin": "http://127.0.0.1:8080"})
    assert response.status_code == 405
    assert not any(name.startswith("access-control") for name in response.headers)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("cors_origins", "*"),
        ("cors_origins", "intranet.example"),
        ("cors_origins", "https://intranet.example/"),
        ("allowed_hosts", "https://box"),
        ("allowed_hosts", "*"),
        ("public_url", "ask.example"),
    ],
)
def test_settings_that_name_no_place_are_refused(setting: str, value: str) -> None:
    with pytest.raises(ValueError, match=setting):
        ApiSettings.model_validate({setting: value})


def test_what_is_read_out_of_hosts_and_origins() -> None:
    assert origin_of("HTTPS://Ask.Example") == ("https", "ask.example", 443)
    assert origin_of("http://[::1]:8080") == ("http", "::1", 8080)
    assert authority_of("[::1]") is not None
    assert authority_of("[1:2]") is None
    assert is_loopback("::1")
    assert not is_loopback("evil.example")


def test_every_answer_carries_the_headers_that_keep_browsers_in(keyless: TestClient) -> None:
    wanted = dict(SECURITY_HEADERS)
    assert "default-src 'self'" in wanted["Content-Security-Policy"]
    assert "unsafe-inline" not in wanted["Content-Security-Policy"]
    responses = [
        keyless.get("/v1/documents"),
        keyless.get("/nowhere"),
        keyless.get("/v1/documents", headers={"Host": "evil.example"}),
        keyless.post("/v1/ask", content=b"{", headers={"Content-Type": "application/json"}),
    ]
    for response in responses:
        assert {name: response.headers[name] for name in wanted} == wanted
    assert [response.headers.get("cache-control") for response in responses] == [
        "no-store",
        None,
        "no-store",
        "no-store",
    ]


def test_a_failure_of_ours_carries_them_too(build: Callable[..., FastAPI]) -> None:
    def fail() -> None:
        raise RuntimeError

    app = build()
    app.add_api_route("/v1/fail", fail)
    response = TestClient(app, raise_server_exceptions=False).get("/v1/fail", headers={"X-Request-Id": "mine"})
    assert response.status_code == 500
    assert response.headers["x-request-id"] == "mine"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-1.2_3", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("a\x1b[31m", False), ("", False)],
)
def test_a_request_id_is_kept_when_it_can_be_written_anywhere(keyless: TestClient, given: str, kept: bool) -> None:  # noqa: FBT001
    got = keyless.get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert (got == given) == kept
    assert kept or re.fullmatch(r"[0-9a-f]{32}", got)


def test_openapi_says_which_paths_need_a_key_and_what_the_door_answers(keyless: TestClient) -> None:
    document = keyless.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    ask, health = document["paths"]["/v1/ask"]["post"], document["paths"]["/healthz"]["get"]
    assert ask["security"] == [{"key": []}, {}]
    assert "security" not in health
    assert set(ask["responses"]) >= {"200", "401", "403", "408", "413", "421", "422", "429", "503"}
    assert {"forbidden", "cross-origin"} <= set(
        ask["responses"]["403"]["content"]["application/problem+json"]["examples"]
    )

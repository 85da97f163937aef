"""The function in front of the cache, run by the Node that jsii runs on."""

import json
import os
import subprocess

import pytest

from fleet.edge import Host
from hypercell.edge import rewrite

PAGES = Host(names=("www.skyline.example", "skyline.example"), cache="pages")
ASSETS = Host(names=("static.skyline.example",), origin="bucket", cache="assets")
DOCS = Host(names=("docs.skyline.example",), origin="bucket", cache="pages")


def run(host, cases):
    """Call the rendered function with each request, in one process."""
    requests = [
        {
            "method": "GET",
            "uri": "/",
            "querystring": {},
            **case,
            "headers": {name: {"value": value} for name, value in case.get("headers", {}).items()},
        }
        for case in cases
    ]
    program = (
        f"{rewrite.source(host)}\n"
        f"const answers = {json.dumps(requests)}.map(request => handler({{request}}));\n"
        "console.log(JSON.stringify(answers));"
    )
    done = subprocess.run([os.environ["JSII_NODE"], "-"], input=program, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def ask(host, uri="/", *, asked=None, **case):
    (answer,) = run(
        host, [{"uri": uri, "headers": {"host": asked or host.names[0], **case.pop("headers", {})}, **case}]
    )
    return answer


def place(answer):
    return answer["headers"]["location"]["value"]


@pytest.mark.parametrize(
    ("uri", "object_"),
    [
        ("/", "/index.html"),
        ("/docs", "/docs/index.html"),
        ("/docs/", "/docs/index.html"),
        ("/app.3f2a.js", "/app.3f2a.js"),
        ("/v1.2/notes", "/v1.2/notes/index.html"),
        ("/a/b.css", "/a/b.css"),
    ],
)
def test_a_bucket_s_folder_is_its_index(uri, object_):
    assert ask(ASSETS, uri)["uri"] == object_


def test_another_name_of_the_family_leads_to_the_first_with_path_and_query():
    query = {"from": {"value": "ZRH"}, "q": {"value": "a%20b", "multiValue": [{"value": "a%20b"}, {"value": "c"}]}}
    answer = ask(PAGES, "/flights", asked="skyline.example", querystring=query)
    assert answer["statusCode"] == 301
    assert place(answer) == "https://www.skyline.example/flights?from=ZRH&q=a%20b&q=c"


def test_a_page_has_one_address():
    assert place(ask(PAGES, "/flights/")) == "https://www.skyline.example/flights"
    assert place(ask(PAGES, "//")) == "https://www.skyline.example/"
    assert ask(PAGES, "/flights")["uri"] == "/flights"


def test_one_redirect_mends_name_and_slash_at_once():
    assert place(ask(PAGES, "/flights/", asked="SKYLINE.example")) == "https://www.skyline.example/flights"


def test_a_redirect_never_leaves_the_family():
    for uri in ("//evil.example/", "/\\evil.example/", "/%2f%2fevil.example/"):
        assert place(ask(PAGES, uri)).startswith("https://www.skyline.example/")


def test_a_post_is_never_redirected():
    answer = ask(PAGES, "/login/", asked="skyline.example", method="POST")
    assert "statusCode" not in answer
    assert answer["uri"] == "/login/"


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("PT-br", "pt"),
        ("*", "en"),
        ("tlh", "en"),
        ("", "en"),
        ("fr", "fr"),
    ],
)
def test_a_viewer_s_language_is_two_letters(said, language):
    answer = ask(PAGES, headers={"accept-language": said})
    assert answer["headers"]["x-language"] == {"value": language}


def test_a_viewer_who_names_no_language_reads_english():
    assert ask(PAGES)["headers"]["x-language"] == {"value": "en"}


def test_a_viewer_cannot_choose_the_cache_key():
    assert ask(PAGES, headers={"x-language": "zz", "accept-language": "it"})["headers"]["x-language"] == {"value": "it"}
    assert "x-language" not in ask(ASSETS, headers={"x-language": "zz"})["headers"]


def test_documents_of_a_bucket_are_indexed_and_not_cut():
    answer = ask(DOCS, "/guide/", headers={"accept-language": "de"})
    assert answer["uri"] == "/guide/index.html"
    assert "x-language" not in answer["headers"]


def test_a_family_with_a_wildcard_keeps_its_names():
    wild = Host(names=("skyline.example", "*.skyline.example"), cache="pages")
    assert ask(wild, "/a", asked="shop.skyline.example")["uri"] == "/a"


def test_calls_of_programs_pass_untouched():
    assert not rewrite.needed(Host(names=("api.skyline.example",), cache="none"))


@pytest.mark.parametrize("host", [PAGES, ASSETS, DOCS])
def test_the_function_fits_cloudfront(host):
    assert len(rewrite.source(host).encode()) < 10_240


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_every_family_that_needs_it_has_its_function_live(synthesized, fleet_of, name):
    (template,) = synthesized("edge-site", name).values()
    functions = {
        k: r["Properties"] for k, r in template["Resources"].items() if r["Type"] == "AWS::CloudFront::Function"
    }
    for host in fleet_of(name).edge.hosts.values():
        (config,) = [
            r["Properties"]["DistributionConfig"]
            for r in template["Resources"].values()
            if r["Type"] == "AWS::CloudFront::Distribution"
            and host.names[0] in r["Properties"]["DistributionConfig"]["Aliases"]
        ]
        attached = config["DefaultCacheBehavior"].get("FunctionAssociations", [])
        assert bool(attached) == rewrite.needed(host)
        for one in attached:
            function = functions[one["FunctionARN"]["Fn::GetAtt"][0]]
            assert function["AutoPublish"] is True
            assert function["FunctionCode"] == rewrite.source(host)
            assert one["EventType"] == "viewer-request"

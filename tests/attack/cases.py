"""What once stopped the wiki: each input was seen, each stands for its kind.

`TEXTS` are pages (and comments, previews, searches); `ASKS` are whole requests.
"""

from __future__ import annotations

from urllib.parse import urlencode

from tests.attack.wire import Ask

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)

TEXTS = {
    "table rule": "a|b\n-" + "|   " * 24 + "x\n",
    "open link": "Hallo [a](" + " " * 200_000 + "x",
    "signs": "Nou " + "!" * 100_000 + "x",
    "entities": "&#32;" * 80_000,
    "front matter": "---\nhttp://" + "\t" * 80_000 + ")\n---\n",
    "combining marks": "# a" + "\u0301" * 10_000 + "\u0323" * 10_000,
    "nested comment": "> a\n- b\n" * 300,
    "nested quotes": "> " * 3000 + "a\n",
    "nested lists": "".join(" " * (2 * n) + "- a\n" for n in range(400)),
    "brackets": "[" * 50_000,
    "emphasis": "*a **b " * 20_000,
    "one-letter paragraphs": "a\n\n" * 100_000,
    "long tag list": "---\ntags: ["
    + ", ".join(f"t{n}" for n in range(5000))
    + "]\n---\n# Labels\n",
    "nested yaml": "---\ntags: " + "[" * 3000 + "\n---\n# Diep\n",
    "yaml bomb": "---\na: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "title: *i\n---\n",
    "forged slots": "\ue000\ue001\ue0000\ue001csrf\ue002 \ue000link:hof/plan\ue001",
    "speakers": "---\nkind: dialogue\nparticipants: [{name: Anna}]\n---\n" + "**Anna:** " * 20_000,
}


def form(target: str, who: str = "", page: str = "", **fields: str) -> Ask:
    """A POST of a form, with its token."""
    body = urlencode({**fields, "csrf_token": "{{token}}"}).encode()
    return Ask("POST", target, who, FORM, body, page=page)


def with_text(name: str) -> list[Ask]:
    """The ways a member can bring a text in, and those who then look at it."""
    text = TEXTS[name]
    page = "fz/" + name.replace(" ", "-")
    new = form("/new", "mieke", kind="page", title=name, path=page, text=text, base="")
    return [
        form("/preview", "mieke", text=text),
        form("/draft", "mieke", kind="page", text=text),
        new,
        form(f"/edit/{page}", "ed", page, text="x" + text, base="{{base}}", summary="x"),
        form(f"/comments/{page}", "mieke", text=text[:9000], nonce=name),
        form("/report", "", reason=text[:9000]),
        form("/account", "mieke", name=text[:9000]),
        Ask("GET", f"/wiki/{page}"),
        Ask("GET", f"/wiki/{page}", "mieke"),
        Ask("GET", f"/blame/{page}"),
        Ask("GET", f"/diff/{page}?to={{{{head}}}}"),
        Ask("GET", f"/diff/{page}?to={{{{head}}}}&view=rendered"),
        Ask("GET", f"/export/{page}?format=html"),
        Ask("GET", f"/edit/{page}", "mieke"),
        Ask("GET", f"/history/{page}"),
        Ask("GET", f"/feed/page/{page}"),
        Ask("GET", "/search?" + urlencode({"q": text[:2000]})),
    ]


MARKS = "\u0301" * 400_000
ASKS = {
    "password of marks": form("/login", username="slachtoffer1", password=MARKS),
    "username of marks": form("/login", username="a" + MARKS, password="x"),
    "registering with marks": form("/register", username="a" + MARKS, email=MARKS, password=MARKS),
    "email of marks": form("/account/reset", email=MARKS),
    "preview of fields without a token": Ask("POST", "/preview", "", FORM, b"a&" * 500_000),
    "save of fields with a token": Ask(
        "POST", "/edit/fz/velden", "mieke", FORM, b"a&" * 500_000 + b"csrf_token={{token}}"
    ),
    "save over the limit": Ask(
        "POST", "/edit/fz/velden", "mieke", FORM, b"text=" + b"a" * 25_000_000
    ),
    "multipart of many parts": Ask(
        "POST",
        "/preview",
        "mieke",
        (("Content-Type", "multipart/form-data; boundary=b"),),
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 20_000 + b"--b--\r\n",
    ),
    "a page number of 4400 digits": Ask("GET", "/search?q=a&page=" + "9" * 4400),
    "quoted cookies": Ask(
        "GET", "/", "", (("Cookie", 'theme="da\\162k"; theme=light; language="nl'),)
    ),
    "a line end in a header's value": Ask("GET", "/login?next=/%0d%0aX-Pwned:%201"),
}

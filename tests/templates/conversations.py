"""Conversations as clients send them. Each message's text is a word of its own, so that a prompt
shows whether it is there."""
import json
from dataclasses import dataclass, field

LONG_ID = "call_q1w2e3r4t5y6u7i8o9p0a1s2"
LONG_ID2 = "toolu_01A09q90qw90lq917835lq9"
STOCK = {"type": "function", "function": {
    "name": "get_stock", "description": "quartzdesc",
    "parameters": {"type": "object", "required": ["item"],
                   "properties": {"item": {"type": "string", "description": "Which"}}}}}
CLOCK = {"type": "function", "function": {"name": "clock", "description": "opaldesc"}}


@dataclass
class Conversation:
    name: str
    messages: list
    words: list  # all that must be in the prompt
    fields: dict = field(default_factory=dict)
    last: str = ""  # what the prompt must end with: the answer goes on from it


def system(content, role="system"):
    return {"role": role, "content": content}


def user(content, **more):
    return {"role": "user", "content": content, **more}


def assistant(content=None, **more):
    return {"role": "assistant", "content": content, **more}


def call(argument="lemonarg", identity=LONG_ID, name="get_stock", arguments=None):
    return {"id": identity, "type": "function", "function": {
        "name": name, "arguments": json.dumps({"item": argument}) if arguments is None else arguments}}


def called(*calls, content=None, **more):
    return assistant(content, tool_calls=list(calls), **more)


def result(content="mangoresult", identity=LONG_ID, **more):
    return {"role": "tool", "tool_call_id": identity, "content": content, **more}


def texts(*parts):
    return [{"type": "text", "text": part} for part in parts]


def without_tools():
    S, S2, U, U2, U3, A, A2 = ("zebrasys", "onyxsys", "appleuser", "berryuser", "cocoauser",
                               "cherryassist", "dateassist")
    long = " ".join(f"word{i}" for i in range(2000))
    yield Conversation("a user", [user(U)], [U])
    yield Conversation("a system and a user", [system(S), user(U)], [S, U])
    yield Conversation("a developer", [system(S, "developer"), user(U)], [S, U])
    yield Conversation("turns", [system(S), user(U), assistant(A), user(U2)], [S, U, A, U2])
    yield Conversation("many turns", [m for i in range(20) for m in
                                      (user(f"ask{i}."), assistant(f"say{i}."))] + [user(U)],
                       [f"{w}{i}." for i in range(20) for w in ("ask", "say")] + [U])
    yield Conversation("two systems", [system(S), system(S2, "developer"), user(U)], [S, S2, U])
    yield Conversation("a system amid the chat",
                       [system(S), user(U), assistant(A), system(S2), user(U2)], [S, U, A, S2, U2])
    yield Conversation("a system after the user", [user(U), system(S)], [U, S])
    yield Conversation("a system at the end",
                       [system(S), user(U), assistant(A), user(U2), system(S2)], [S, U, A, U2, S2])
    yield Conversation("a system after an answer", [user(U), assistant(A), system(S)], [U, A, S])
    yield Conversation("systems alone", [system(S), system(S2)], [S, S2])
    yield Conversation("a system alone", [system(S)], [S])
    yield Conversation("two users", [user(U), user(U2)], [U, U2])
    yield Conversation("three users, then turns",
                       [user(U), user(U2), user(U3), assistant(A), user("latest")],
                       [U, U2, U3, A, "latest"])
    yield Conversation("two answers", [user(U), assistant(A), assistant(A2), user(U2)],
                       [U, A, A2, U2])
    yield Conversation("an answer first", [assistant(A), user(U)], [A, U])
    yield Conversation("a system, then an answer", [system(S), assistant(A), user(U)], [S, A, U])
    yield Conversation("two systems, two answers first",
                       [system(S), system(S2), assistant(A), assistant(A2), user(U)],
                       [S, S2, A, A2, U])
    yield Conversation("an empty answer", [user(U), assistant(""), user(U2)], [U, U2])
    yield Conversation("an empty user", [user(U), assistant(A), user("")], [U, A])
    yield Conversation("an empty system", [system(""), user(U)], [U])
    yield Conversation("blanks around texts", [system(f"  {S}\n"), user(f"\n\n{U}  ")], [S, U])
    yield Conversation("parts", [system(texts(S)), user(texts(U, U2)), assistant(texts(A)), user(U3)],
                       [S, U, U2, A, U3])
    yield Conversation("no calls as an empty list", [user(U), assistant(A, tool_calls=[]), user(U2)],
                       [U, A, U2])
    yield Conversation("names", [user(U, name="Ada"), assistant(A, name="bot"), user(U2)],
                       [U, A, U2])
    yield Conversation("scripts of the world", [system("систéма"), user("日本語の質問"),
                                                assistant("إجابة"), user("emoji 🦊 quote \" back\\")],
                       ["систéма", "日本語の質問", "إجابة", "🦊"])
    yield Conversation("long", [system(S), user(long), assistant(A), user(U)],
                       [S, "word0", "word999", "word1999", A, U])
    yield Conversation("code and lines", [user("first line\n\n    indented {{ braces }}\n<b>tag</b>")],
                       ["first line", "indented {{ braces }}", "<b>tag</b>"])
    yield Conversation("thinking given back",
                       [user(U), assistant(A, reasoning_content="walnutwhy"), user(U2)], [U, A, U2])
    yield Conversation("thinking within the answer",
                       [user(U), assistant(f"<think>walnutwhy</think>\n\n{A}"), user(U2)],
                       [U, A, U2])
    yield Conversation("the same text again", [user("go on"), assistant("so be it"), user("go on"),
                                               assistant("so be it"), user("go on")],
                       ["go on", "so be it"])
    yield Conversation("no thinking", [system(f"{S} /no_think"), user(U)], [S, U],
                       {"reasoning_effort": "none"})


def with_tools():
    S, U, U2, A, A2 = "zebrasys", "appleuser", "berryuser", "cherryassist", "dateassist"
    tools = {"tools": [STOCK]}
    loop = [user(U), called(call()), result()]
    back = ["get_stock", "lemonarg", "mangoresult"]
    second = call("limearg", LONG_ID2)
    both = [called(call(), second), result(), result("peachresult", LONG_ID2)]
    yield Conversation("tools", [system(S), user(U)], [S, U, "get_stock", "quartzdesc"], tools)
    yield Conversation("tools without a system", [user(U)], [U, "get_stock", "quartzdesc"], tools)
    yield Conversation("a tool without parameters", [user(U)], [U, "clock", "opaldesc"],
                       {"tools": [CLOCK, STOCK]})
    yield Conversation("tools, a system alone", [system(S)], [S, "get_stock"], tools)
    yield Conversation("tools that may not be called", [user(U)], [U],
                       {**tools, "tool_choice": "none"})
    yield Conversation("a call that must be", [user(U)], [U, "get_stock"],
                       {**tools, "tool_choice": "required"})
    yield Conversation("a loop", loop, [U, *back, "quartzdesc"], tools)
    yield Conversation("a loop with a system", [system(S), *loop], [S, U, *back], tools)
    yield Conversation("a loop, then turns", [*loop, assistant(A), user(U2)], [U, *back, A, U2], tools)
    yield Conversation("a loop, then a user", [*loop, user(U2)], [U, *back, U2], tools)
    yield Conversation("a loop, then a system", [*loop, system(S)], [U, *back, S], tools)
    yield Conversation("a loop of the past", [*loop, assistant(A), user(U2)], [U, *back, A, U2])
    yield Conversation("two loops", [*loop, called(second), result("peachresult", LONG_ID2)],
                       [U, *back, "limearg", "peachresult"], tools)
    yield Conversation("two calls", [user(U), *both], [U, *back, "limearg", "peachresult"], tools)
    yield Conversation("results in another order", [user(U), both[0], both[2], both[1]],
                       [U, *back, "limearg", "peachresult"], tools)
    yield Conversation("two calls, then turns", [user(U), *both, assistant(A), user(U2)],
                       [U, *back, "limearg", "peachresult", A, U2], tools)
    yield Conversation("words and a call", [user(U), called(call(), content=A), result()],
                       [U, A, *back], tools)
    yield Conversation("words and two calls, then turns",
                       [user(U), called(call(), second, content=A), *both[1:], assistant(A2), user(U2)],
                       [U, A, *back, "limearg", "peachresult", A2, U2], tools)
    yield Conversation("thinking and a call",
                       [user(U), called(call(), reasoning_content="walnutwhy"), result()],
                       [U, *back], tools)
    yield Conversation("thinking, words and a call",
                       [user(U), called(call(), content=A, reasoning_content="walnutwhy"), result()],
                       [U, A, *back], tools)
    yield Conversation("a call without a result", [user(U), called(call()), user(U2)],
                       [U, "lemonarg", U2], tools)
    yield Conversation("a call as the last", [user(U), called(call())], [U, "lemonarg"], tools)
    yield Conversation("a result of no call", [user(U), assistant(A), result()],
                       [U, A, "mangoresult"], tools)
    yield Conversation("a short id", [user(U), called(call(identity="abcDEF123")),
                                      result(identity="abcDEF123")], [U, *back], tools)
    for name, arguments, words in (("cut", '{"item": "lem', ["lem"]), ("empty", "", []),
                                   ("no", "null", []), ("wordy", "lemonword", ["lemonword"]),
                                   ("listed", '["lemonword"]', ["lemonword"])):
        broken = [user(U), called(call(arguments=arguments)), result()]
        yield Conversation(f"{name} arguments", broken, [U, "get_stock", "mangoresult", *words], tools)
        yield Conversation(f"{name} arguments of the past", [*broken, assistant(A), user(U2)],
                           [U, "get_stock", "mangoresult", A, U2, *words])
    nested = json.dumps({"item": "lemonarg", "list": [1, {"deep": "plumdeep"}], "on": True, "no": None})
    yield Conversation("nested arguments", [user(U), called(call(arguments=nested)), result()],
                       [U, *back, "plumdeep"], tools)
    yield Conversation("a result of parts", [user(U), called(call()),
                                             result(texts("mangoresult", "peachresult"))],
                       [U, *back, "peachresult"], tools)
    yield Conversation("a result as JSON", [user(U), called(call()),
                                            result('{"count": 3, "what": "mangoresult"}')],
                       [U, *back], tools)
    yield Conversation("an empty result", [user(U), called(call()), result("")],
                       [U, "lemonarg"], tools)
    yield Conversation("a result with quotes", [user(U), called(call()),
                                                result('say "mangoresult"\nline\ttab <b>')],
                       [U, *back], tools)
    yield Conversation("two systems and a loop", [system(S), system("onyxsys"), *loop],
                       [S, "onyxsys", U, *back], tools)


def open_ended():
    S, U, A, A2 = "zebrasys", "appleuser", "cherryassist so far,", "dateassist, and"
    yield Conversation("words to go on from", [user(U), assistant(A)], [U], last=A)
    yield Conversation("with a system", [system(S), user(U), assistant(A)], [S, U], last=A)
    yield Conversation("after turns", [user(U), assistant("earlier"), user("berryuser"), assistant(A)],
                       [U, "earlier", "berryuser"], last=A)
    yield Conversation("the assistant alone", [assistant(A)], [], last=A)
    yield Conversation("two of the assistant", [user(U), assistant(A), assistant(A2)], [U, A],
                       last=A2)
    yield Conversation("blanks at the end", [user(U), assistant(A + "\n  1. ")], [U],
                       last=A + "\n  1. ")
    yield Conversation("with tools", [user(U), assistant(A)], [U, "get_stock"], {"tools": [STOCK]},
                       last=A)
    yield Conversation("after a result", [user(U), called(call()), result(), assistant(A)],
                       [U, "lemonarg", "mangoresult"], {"tools": [STOCK]}, last=A)
    yield Conversation("after thinking", [user(U), assistant(A, reasoning_content="walnutwhy")], [U],
                       last=A)
    yield Conversation("without thinking", [user(U), assistant(A)], [U],
                       {"reasoning_effort": "none"}, last=A)
    yield Conversation("two systems, two users", [system(S), system("onyxsys"), user(U),
                                                  user("berryuser"), assistant(A)],
                       [S, "onyxsys", U, "berryuser"], last=A)


def conversations():
    return [*without_tools(), *with_tools(), *open_ended()]

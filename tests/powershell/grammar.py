"""PowerShell sources by a real grammar, tree-sitter-powershell."""
from pathlib import Path

import tree_sitter
import tree_sitter_powershell

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "powershell/PcaiInference"

_parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def files(*patterns, folder=ROOT):
    """Sources of the repository, less what builds and packages brought."""
    places = [folder] if folder != ROOT else [ROOT / "powershell", ROOT / "Modules"]
    found = [file for place in places for pattern in patterns for file in place.rglob(pattern)]
    if folder == ROOT:
        found += [file for pattern in patterns for file in ROOT.glob(pattern)]
    return sorted(found)


def parse(text):
    return _parser.parse(text.encode() if isinstance(text, str) else text).root_node


def errors(node):
    """Where the grammar does not understand, as "line 3, column 7: text"."""
    if node.type == "ERROR" or node.is_missing:
        row, column = node.start_point
        yield f"line {row + 1}, column {column + 1}: {node.text.decode()[:60]!r}"
    for child in node.children:
        if child.has_error or child.is_missing:
            yield from errors(child)


def nodes(node, *types):
    """All nodes of these types below `node`, in their order."""
    if node.type in types:
        yield node
    for child in node.children:
        yield from nodes(child, *types)


def functions(root):
    """{name: node} of the functions of a file."""
    return {function.child(1).text.decode(): function
            for function in nodes(root, "function_statement")}


def strings(node):
    return [text.text.decode().strip("'\"")
            for text in nodes(node, "verbatim_string_characters", "expandable_string_literal")]


def manifest():
    """{key: node of its value} of the manifest, at each depth."""
    root = parse((MODULE / "PcaiInference.psd1").read_bytes())
    return {entry.child(0).text.decode(): entry for entry in nodes(root, "hash_entry")}

#!/usr/bin/env python3
"""Fails where a comment or a Markdown page names a file that is not there.

A name is a word that ends like a source file or a page ("thread_pool.h", "tests/tools/check_layers.py"); it is
there where the path of a file of the repository is that word or ends with it. What a name means that is no file of
ours stands in FOREIGN, with where it belongs.

    check_names.py [ROOT]      exit 0: every name is that of a file; 1: prints one line for every other one
"""
import re
import subprocess
import sys
from pathlib import Path

NAME = re.compile(r"(?<![\w./*<>${}-])(?:[\w-]+/)*[\w-]+\.(?:h|cpp|comp|glsl|qml|py|sh|cmake|md)\b(?![\w/(]|\.\w)")
# Where comments are, by the ending of a file. Text in quotes goes first, so that no mark inside it begins a comment.
SLASHES = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|(?P<comment>//[^\n]*|/\*.*?\*/)', re.S)
HASHES = re.compile(r'"""(?P<text>.*?)"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|(?P<comment>#[^\n]*)', re.S)
COMMENTS = {".h": SLASHES, ".cpp": SLASHES, ".comp": SLASHES, ".glsl": SLASHES, ".qml": SLASHES, ".js": SLASHES,
            ".py": HASHES, ".sh": HASHES, ".cmake": HASHES, ".txt": HASHES, "": HASHES}
LEFT_OUT = ("tests/data/", "resources/web/package", "CHANGELOG.md")
FOREIGN = {
    "llama.cpp": "the other engine",
    "llama.h": "its header",
    "unistd.h": "of the system",
    "bench.md": "written by ./dev bench",
    "build/bench/bench.md": "the same",
    "engine-notes.md": "../shared, beside the checkout",
}


def files_of(root):
    """What Git knows, or, in a folder without it, everything."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [name for name in listed.stdout.splitlines() if (root / name).is_file()]
    return [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]


def endings(names):
    """Every path, and what is left of it without its first folders."""
    found = set()
    for name in names:
        parts = name.split("/")
        found.update("/".join(parts[i:]) for i in range(len(parts)))
    return found


def comments(path, text):
    """Yields (line, text) of what people read in a file."""
    if path.suffix == ".md":
        yield 1, text
        return
    for match in COMMENTS[path.suffix].finditer(text):
        for group in ("comment", "text"):
            if match.groupdict().get(group):
                yield text.count("\n", 0, match.start()) + 1, match.group(group)


def check(root):
    names = files_of(root)
    there = endings(names)
    for name in sorted(names):
        path = root / name
        if name.startswith(LEFT_OUT) or path.suffix not in COMMENTS | {".md": None}:
            continue
        if path.suffix in ("", ".txt") and path.name not in ("dev", "run", "CMakeLists.txt"):
            continue
        for line, text in comments(path, path.read_text(encoding="utf-8")):
            for found in NAME.finditer(text):
                if found.group() not in there and found.group() not in FOREIGN:
                    at = line + text.count("\n", 0, found.start())
                    yield f"{name}:{at}: there is no file {found.group()}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    problems = list(check(root))
    print("\n".join(problems) if problems else "every file that is named is there")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

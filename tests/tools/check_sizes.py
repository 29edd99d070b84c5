#!/usr/bin/env python3
"""Keeps files and functions small enough to read (CONTRIBUTING.md).

Files: 500 lines (QML 300); the lines of a table of data in C++ are not counted. Functions in C++: 80 lines.

    check_sizes.py [ROOT]      exit 0: all within the limits; 1: prints one line for everything beyond them
"""
import re
import sys
from pathlib import Path

FILE_LIMITS = {".cpp": 500, ".h": 500, ".qml": 300, ".comp": 500, ".glsl": 500, ".js": 500, ".py": 500, ".sh": 500}
FUNCTION_LIMIT = 80
FOLDERS = ("app", "engine", "shaders", "ui", "resources", "tests")
LEFT_OUT = ("tests/data/", "node_modules/")

# Text that a brace inside it must not confuse. Line breaks in it are kept.
LITERALS = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|//[^\n]*|/\*.*?\*/', re.S)
SCOPE = re.compile(r"^(?:template\s*<.*>\s*)?(?:inline\s+)?(?:namespace|class|struct|union|enum|extern|concept)\b", re.S)


def blank(text):
    return LITERALS.sub(lambda m: "\n" * m.group().count("\n"), text)


def spans(text):
    """Yields (kind, name, first line, last line) of the functions and data tables at file and class scope."""
    text = re.sub(r"^[ \t]*#[^\n]*(?:\\\n[^\n]*)*", "", blank(text), flags=re.M)
    scopes, head, line, depth, open_span = [], "", 1, 0, None
    for char in text:
        if char == "\n":
            line += 1
        if open_span is not None:  # inside a function or a table: only its end matters
            depth += (char == "{") - (char == "}")
            if depth == 0:
                kind, name, first = open_span
                # "Foo::Foo() : m_a{1} {": the braces of an initializer are followed by more of the head.
                yield kind, name, first, line
                open_span, head = None, head + "} " if kind == "table" else ""
            continue
        if char == "{":
            statement = head.strip()
            statement = re.sub(r"^(?:public|private|protected|signals|Q_SIGNALS|(?:public|private) slots)\s*:\s*", "",
                               statement)
            if SCOPE.match(statement) and "(" not in re.sub(r"<.*>|__attribute__.*|alignas\(.*?\)", "", statement):
                scopes.append(statement)
                head = ""
            else:
                is_function = statement.endswith((")", "const", "noexcept", "override", "final", "}")) or "->" in statement
                kind = "function" if "(" in statement and is_function else "table"
                name = statement.split("(")[0].split()[-1] if statement.split("(")[0].split() else "?"
                open_span, depth = (kind, name, line), 1
        elif char == "}":
            if scopes:
                scopes.pop()
            head = ""
        elif char == ";":
            head = ""
        else:
            head += char


def check_file(path, name):
    limit = FILE_LIMITS.get(path.suffix)
    if limit is None:
        return
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if path.suffix in (".cpp", ".h"):
        for kind, function, first, last in spans(text):
            length = last - first + 1
            if kind == "table":
                lines -= length - 1
            elif length > FUNCTION_LIMIT:
                yield f"{name}:{first}: {function} has {length} lines (limit {FUNCTION_LIMIT})"
    if lines > limit:
        yield f"{name}: {lines} lines (limit {limit})"


def check(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not any(part in name for part in LEFT_OUT):
                yield from check_file(path, name)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    problems = list(check(root))
    print("\n".join(problems) if problems else "every file and function is within its limit")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Reads every include and QML import and fails on an edge between folders that is not listed here.

The layers are ui -> app -> engine -> shaders and nothing points back (CONTRIBUTING.md). A new edge is added
to EDGES in the same change that needs it, where a reviewer sees it. No folders may need each other in a circle,
of whatever length; those that still do are in KNOWN_CIRCLES.

    check_layers.py [ROOT]     exit 0: every edge is listed; 1: prints one line for every other one
"""
import re
import sys
from pathlib import Path

ENGINE_PARTS = "base file quant text model sample plan backend generate convert".split()
ENGINE = ["engine"] + [f"engine/{part}" for part in ENGINE_PARTS]

# What a backend is made of: the formats, the model, the plan, and the interface that it keeps.
BELOW_BACKENDS = ["engine/base", "engine/file", "engine/quant", "engine/text", "engine/model", "engine/plan",
                  "engine/sample", "engine/backend"]
VULKAN = "engine/backend/vulkan"
# The rooms of the Vulkan backend, each of which may look into those before it.
VULKAN_ROOMS = [f"{VULKAN}/{room}" for room in "device pipeline weights tuning step decode".split()]

# folder -> the folders it may include from, besides itself. The longest matching folder counts.
EDGES = {
    "shaders": [],
    "engine/base": [],
    "engine/quant": ["engine/base"],
    "engine/file": ["engine/base", "engine/quant"],
    "engine/text": ["engine/base", "engine/file"],
    "engine/model": ["engine/base", "engine/file", "engine/quant"],
    "engine/convert": ["engine/base", "engine/file", "engine/quant", "engine/text", "engine/model"],
    "engine/sample": ["engine/base", "engine/text"],
    "engine/plan": ["engine/base", "engine/file", "engine/quant", "engine/model"],
    "engine/backend": ["engine/base", "engine/file", "engine/text", "engine/model", "engine/plan", "engine/sample"],
    "engine/backend/cpu": BELOW_BACKENDS,
    "engine/backend/reference": BELOW_BACKENDS,
    **{room: [*BELOW_BACKENDS, "shaders", *VULKAN_ROOMS[:place]] for place, room in enumerate(VULKAN_ROOMS)},
    VULKAN: [*BELOW_BACKENDS, *VULKAN_ROOMS],
    "engine/generate": ["engine/base", "engine/file", "engine/text", "engine/model", "engine/sample", "engine/backend"],
    "engine": [*ENGINE, "engine/backend/reference", "engine/backend/cpu", VULKAN],
    "app/web": ["engine/base"],
    "app/prompt": ["app/web", "app/chat", *ENGINE],
    "app/render": ["app/web"],
    "app/store": ["engine/base"],
    "app/models": ["app/store", "app/chat", "app/prompt", *ENGINE],
    "app/fit": ["app/store", "app/models", "app/chat", *ENGINE],
    "app/chat": ["app/render", "app/prompt", "app/store", "app/models", "app/fit", *ENGINE],
    "app/cli": ["app/prompt", "app/chat", "app/store", "app/models", "app/fit", *ENGINE],
    "app/desktop": ["app/chat", "app/models", "app/store", "app/render", "app/prompt", "engine/base"],
    # app/main.cpp puts the window together and may see everything.
    "app": ["app/desktop", "app/chat", "app/models", "app/fit", "app/store", "app/prompt", "app/render", "app/web", *ENGINE],
}
# Groups of folders of which each reaches each other one by EDGES. Each is to be taken apart, none may be added to.
KNOWN_CIRCLES = [
    {"app/chat", "app/fit", "app/models", "app/prompt"},
]
# Headers that the build makes; everything else in quotes has to be a file of the repository.
GENERATED = {f"{VULKAN}/pipeline": ("shaders/", "ponder_shaders/")}
QML_IMPORTS = ("QtQuick", "QtQml", "Qt.labs.", "QtCore", "Ponder.")
QT_INCLUDE = re.compile(r"^(Q[A-Z]\w*(/|$)|Qt[A-Z]?\w*(/|$)|q[a-z]+\.h$)")
SCREEN_INCLUDE = re.compile(r"^(QtGui|QtQuick|QtWidgets|QtDBus|QGuiApplication|QQuick\w*|QClipboard|QPainter|"
                            r"QImage|QColor|QFont|QIcon|QWindow|QPalette|QStyleHints)(/|$)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
VULKAN_RELEASE = re.compile(r"\bvk(Destroy|Free)[A-Z]\w*")


def folder_of(path):
    """The longest listed folder that holds this path, or nothing."""
    found = [f for f in EDGES if path.startswith(f + "/")]
    return max(found, key=len, default=None)


def reached(start, edges):
    """Every folder that can be got to from this one."""
    found, ahead = set(), list(edges[start])
    while ahead:
        folder = ahead.pop()
        if folder not in found:
            found.add(folder)
            ahead += edges.get(folder, [])
    return found


def check_circles(edges, known):
    """Any circle, however long, is inside a group of folders that all reach each other."""
    ahead = {folder: reached(folder, edges) for folder in edges}
    groups = {frozenset({folder} | {other for other in ahead[folder] if folder in ahead.get(other, ())})
              for folder in edges}
    circles = {group for group in groups if len(group) > 1}
    for group in sorted(map(sorted, circles - set(map(frozenset, known)))):
        yield f"{', '.join(group)}: these folders need each other in a circle"
    for group in sorted(map(sorted, set(map(frozenset, known)) - circles)):
        yield f"{', '.join(group)}: no circle of exactly these folders is left; take it off KNOWN_CIRCLES"
    for folder in sorted(edges):
        for other in edges[folder]:
            if other not in edges:
                yield f"{folder} -> {other}: no such folder is listed"


def check_cpp(root, path, text):
    name = path.relative_to(root).as_posix()
    home = folder_of(name)
    if home is None:
        yield f"{name}: its folder is not listed in the layer test"
        return
    if not home.startswith("engine/backend/vulkan"):
        for call in VULKAN_RELEASE.finditer(text):
            yield f"{name}: {call.group()} belongs into a wrapper of engine/backend/vulkan"
    for kind, target in INCLUDE.findall(text):
        if kind == "<":
            if home.startswith("engine") and QT_INCLUDE.match(target):
                yield f"{name}: engine/ has no Qt, but includes <{target}>"
            if home.startswith("app/") and home != "app/desktop" and SCREEN_INCLUDE.match(target):
                yield f"{name}: only app/desktop needs a screen, but includes <{target}>"
            continue
        if "/" not in target and target.endswith(".moc"):
            continue
        if target.startswith(GENERATED.get(home, ())) and not (root / target).exists():
            continue
        if not (root / target).exists():
            yield f'{name}: "{target}" is not a path from the root of the repository'
            continue
        there = folder_of(target)
        if there != home and there not in EDGES[home]:
            yield f"{name}: {home} -> {there or target} is not a listed edge"


def check_shader(root, path, text):
    name = path.relative_to(root).as_posix()
    for kind, target in INCLUDE.findall(text):
        if kind == "<" and path.suffix == ".h":  # C++ that hands out what was embedded
            continue
        if not any((base / target).exists() for base in (path.parent, root / "shaders", root / "shaders/include")):
            yield f'{name}: "{target}" is not a file of shaders/'


def check_qml(root, path, text):
    name = path.relative_to(root).as_posix()
    for module in re.findall(r"^\s*import\s+(\S+)", text, re.M):
        if not module.strip('"').startswith(QML_IMPORTS) or module.startswith('"../'):
            yield f"{name}: the import of {module} is not a listed edge"


def check(root):
    yield from check_circles(EDGES, KNOWN_CIRCLES)
    readers = {
        "engine": ((".h", ".cpp"), check_cpp),
        "app": ((".h", ".cpp"), check_cpp),
        "shaders": ((".comp", ".glsl", ".h"), check_shader),
        "ui": ((".qml",), check_qml),
    }
    for top, (suffixes, reader) in readers.items():
        for path in sorted((root / top).rglob("*")):
            if path.suffix in suffixes:
                yield from reader(root, path, path.read_text(encoding="utf-8"))
    for path in sorted((root / "tests").rglob("*.cpp")):
        for call in VULKAN_RELEASE.finditer(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(root)}: {call.group()} belongs into a wrapper of engine/backend/vulkan"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    problems = list(check(root))
    print("\n".join(problems) if problems else "every include and import is a listed edge, and no circle of folders is new")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

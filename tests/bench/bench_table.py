"""Figures of several rounds: medians, spread, ratios, and the Markdown table that ./dev bench prints.

A comparison is the plain value that is also written as JSON: {"model", "device", "rounds": [{"ours", "peer",
"void"}], ...}; compare.py fills it.
"""
from statistics import median

from memory_best import FRACTION

LESS_IS_BETTER = ("first", "load", "peak")

METHOD = """\
How it was measured: one process after the other, ours and llama.cpp in turn, on {threads} threads; median (smallest
to largest) of {rounds} round(s), void ones left out and run again; the same files, token ids, lengths and context for both. llama.cpp is node-llama-cpp
3.22.1's own prebuilt library, called without JavaScript: its time has no sampling in it, ours has. "first" is the
time from a prompt of that many tokens to the first token, "load" the time until a prompt can be run, its file in
the page cache, and "peak" the most memory that the process had, mapped pages of the file included. A ratio above 1
is in our favour."""


def spread(values):
    values = [value for value in values if value is not None]
    if not values:
        return None
    return {"median": median(values), "min": min(values), "max": max(values)}


def counted(rounds):
    """The rounds that count: those not void, or all where every one is."""
    return [one for one in rounds if not one["void"]] or rounds


def figures(comparison):
    """Rows of what was measured, by the rounds that count."""
    rounds = counted(comparison["rounds"])
    keys = []
    for one in rounds:
        for side in ("ours", "peer"):
            keys += [key for key in one[side] or {} if key not in keys]
    rows = []
    for what, tokens, depth in keys:
        ours, peer = (spread([(one[side] or {}).get((what, tokens, depth)) for one in rounds])
                      for side in ("ours", "peer"))
        row = {"what": what, "tokens": tokens, "depth": depth, "ours": ours, "peer": peer}
        if ours and peer and ours["median"] > 0 and peer["median"] > 0:
            ratio = ours["median"] / peer["median"]
            row["ratio"] = 1 / ratio if what in LESS_IS_BETTER else ratio
        rows.append(row)
    return rows


def shares(comparison, rows):
    """Which part of the memory's speed each side reaches in decode; nothing where the weights lie elsewhere."""
    bandwidth = comparison.get("memory_bytes_per_second")
    if not bandwidth:
        return
    for row in rows:
        if row["what"] != "decode":
            continue
        for side in ("ours", "peer"):
            if row[side]:
                row[side]["bandwidth_share"] = row[side]["median"] * comparison["bytes_per_token"] / bandwidth


def kept(rows, alone):
    """Which part of its speed alone each side keeps beside other programs."""
    for row in rows:
        before = next(one for one in alone if (one["what"], one["tokens"], one["depth"]) ==
                      (row["what"], row["tokens"], row["depth"]))
        for side in ("ours", "peer"):
            if row[side] and before[side]:
                row[side]["kept"] = row[side]["median"] / before[side]["median"]


def number(what, value):
    if what == "peak":
        return f"{value / 1e6:.0f}"
    if what in LESS_IS_BETTER:
        return f"{value:.3f}"
    return f"{value:.1f}"


def cell(what, value):
    if not value:
        return "-"
    text = f"{number(what, value['median'])} ({number(what, value['min'])} to {number(what, value['max'])})"
    share, rest = value.get("bandwidth_share"), value.get("kept")
    return text + (f", {share:.0%} of memory speed" if share else "") + (f", {rest:.0%} of alone" if rest else "")


def label(row):
    unit = {"peak": "MB", "first": "s", "load": "s"}.get(row["what"], "tokens/s")
    name = row["what"] + (f" {row['tokens']}" if row["tokens"] else "")
    return name + (f" at {row['depth']}" if row["depth"] else "") + f" [{unit}]"


def section(comparison):
    beside = comparison.get("beside")
    lines = [f"### {comparison['model']} on {comparison['device_name']} ({comparison['device']})" +
             (f", beside {beside} busy loop(s)" if beside else ""), ""]
    if comparison["figures"]:
        lines += ["| what | ours | llama.cpp | ratio |", "|---|---|---|---|"]
    for row in comparison["figures"]:
        ratio = f"{row['ratio']:.2f}" if "ratio" in row else "-"
        lines.append(f"| {label(row)} | {cell(row['what'], row['ours'])} | {cell(row['what'], row['peer'])} | {ratio} |")
    for one in comparison.get("sequences", []):
        lines += ["", f"{one['count']} replies that share {one['depth']} tokens: {one['together']['median']:.1f} tokens/s "
                      f"together, {one['ratio']:.2f} times one reply's {one['alone']['median']:.1f}."]
    if comparison.get("memory_bytes_per_second"):
        lines += ["", f"Memory: {comparison['memory_bytes_per_second'] / 1e9:.1f} GB/s (best of five reads of 1 GiB, "
                      f"best round); a token reads {comparison['bytes_per_token'] / 1e6:.0f} MB of weights."]
    rounds = comparison["rounds"]
    void = [str(i + 1) for i, one in enumerate(rounds) if one["void"]]
    if void:
        kept = "left out" if len(void) < len(rounds) else "all of them, so the figures are not to be trusted"
        lines += ["", f"Void, as the memory was disturbed (below {FRACTION:.0%} of the best seen on this machine, "
                      f"{comparison['memory_best'] / 1e9:.1f} GB/s): round {', '.join(void)} of {len(rounds)}; {kept}."]
    return lines + [""]


def markdown(report):
    lines = [f"## Speed on {report['machine']}", "", METHOD.format(threads=report["threads"], rounds=report["rounds"]), ""]
    for comparison in report["comparisons"]:
        lines += section(comparison)
    if not report["complete"]:
        lines += ["This run has not come to its end.", ""]
    if report["missing"]:
        lines += ["Not measured:", "", *[f"- {text}" for text in report["missing"]], ""]
    return "\n".join(lines)

#!/usr/bin/env python3
"""Renders the chat templates of this folder with every switch and writes expected.json.

Needs jinja2 (3.1.6 made the file). The environment is that of the reference renderer: trimmed blocks, a sandbox,
`tools` and `documents` given as none, raise_exception.
"""
import json
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(__file__).parent
SYSTEM = {"role": "system", "content": "Be brief."}
QUESTION = {"role": "user", "content": "2+2?"}
ANSWER = {"role": "assistant", "content": "4", "reasoning_content": "add them"}
NEXT = {"role": "user", "content": "3+3?"}
CONVERSATIONS = {
    "question": [QUESTION],
    "instruction": [SYSTEM, QUESTION],
    "next question": [SYSTEM, QUESTION, ANSWER, NEXT],
    "second instruction": [SYSTEM, QUESTION, ANSWER, SYSTEM, NEXT],
}
SWITCHES = [
    {}, {"enable_thinking": True}, {"enable_thinking": False}, {"thinking": True}, {"thinking": False},
    {"preserve_thinking": True}, {"preserve_thinking": False}, {"clear_thinking": True}, {"clear_thinking": False},
    {"thinking_budget": 512},
    *({"reasoning_effort": level} for level in "none no_think minimal low medium high xhigh max".split()),
    {"enable_thinking": False, "preserve_thinking": False},
    {"enable_thinking": True, "reasoning_effort": "low", "preserve_thinking": False},
    {"enable_thinking": True, "clear_thinking": False},
]


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def outcome(template, messages, switches):
    try:
        return {"text": template.render(messages=messages, tools=None, documents=None, add_generation_prompt=True,
                                        bos_token="<s>", eos_token="</s>", **switches)}
    except jinja2.exceptions.TemplateError as error:
        return {"error": str(error)}


def main():
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = raise_exception
    cases = []
    for path in sorted(HERE.glob("*.jinja")):
        source = path.read_text()
        template = environment.from_string(source)
        for name, messages in CONVERSATIONS.items():
            for switches in SWITCHES:
                if all(switch in source for switch in switches):
                    cases.append({"template": path.stem, "conversation": name, "switches": switches,
                                  **outcome(template, messages, switches)})
    out = {"conversations": CONVERSATIONS, "cases": cases}
    (HERE / "expected.json").write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()

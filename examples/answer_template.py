"""The questions of the device's template, and answers to them.

Usage: ``python answer_template.py [ADDRESS [PORT]]``

Neon only. Answers are checked before they are sent; an error names the question.
"""

import sys

from gazewire.client.models import InvalidTemplateAnswersError
from gazewire.client.simple import Device


def an_answer(item):
    """What this program answers: the last of the choices, or a number, or a word."""
    if item.choices:
        return [item.choices[-1]]
    return ["answered"] if item.input_type == "any" else ["1"]


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    with Device(address, int(port)) as device:
        template = device.get_template()
        questions = [
            item
            for item in template.items
            if item.widget_type not in {"SECTION_HEADER", "PAGE_BREAK"}
        ]
        try:
            device.post_template_data({str(item.id): an_answer(item) for item in questions})
        except InvalidTemplateAnswersError as error:
            sys.exit(str(error))
        answers = device.get_template_data()
        for item in questions:
            print(f"{item.title}: {answers[str(item.id)]}")


if __name__ == "__main__":
    main(*sys.argv[1:])

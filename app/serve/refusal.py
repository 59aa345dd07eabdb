"""What a person at a terminal reads, in Chinese and in English."""

import sys


class Refusal(Exception):
    """Why there is nothing to serve and what to do about it, in one sentence."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(english)
        self.chinese, self.english = chinese, english


def say(chinese: str, english: str) -> None:
    print(f"{chinese}  {english}", flush=True)


def complain(refusal: Refusal) -> None:
    print(f"{refusal.chinese}\n{refusal.english}", file=sys.stderr, flush=True)

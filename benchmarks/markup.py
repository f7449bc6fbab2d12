"""What showing a text costs: CPU of typical and of hostile texts, and the HTML that comes out.

Run it as `python -m benchmarks.markup` from the project's root.
"""

import statistics
import time

from forum.base.markup import TooComplex, plain_text, render
from tests.base.hostile import COSTLY
from tests.base.test_markup import long_post

REPLY = "Grazie, *funziona*! Il modem si era perso il **DNS**: `ping 1.1.1.1` ora risponde."
TYPICAL = f"""## Dopo il temporale

{REPLY}

| luce | stato |
|------|------:|
| DSL  | fissa |
| WAN  | rossa |

- [x] spento e riacceso
- [ ] altro cavo, come dice [la guida](https://example.org/guida)

```python
def check(port: int) -> bool:
    return connect("10.0.0.1", port) is not None
```

> Serve altro? @anna lo sa.
"""


def cost(text: str, runs: int) -> tuple[float, str]:
    """Median CPU milliseconds, and the bytes that came out or why none did."""
    times = []
    outcome = ""
    for _ in range(runs):
        begun = time.thread_time()
        try:
            outcome = f"{len(render(text).html.encode()):,}"
        except TooComplex as refused:
            outcome = f"refused: {refused}"
        times.append((time.thread_time() - begun) * 1_000)
    return statistics.median(times), outcome


def words_cost(text: str) -> float:
    begun = time.thread_time()
    plain_text(text)
    return (time.thread_time() - begun) * 1_000


def main() -> None:
    render(TYPICAL)  # lexers and parsers are read at the first use
    print(f"{'text':44} {'chars':>7} {'CPU ms':>8} {'plain ms':>9}  bytes out")
    typical = {
        "short reply": REPLY,
        "typical post": TYPICAL,
        "ten of it": TYPICAL * 10,
        "30,000 honest characters": long_post(),
    }
    for name, text in typical.items():
        milliseconds, outcome = cost(text, 15)
        print(f"{name:44} {len(text):7,} {milliseconds:8.1f} {words_cost(text):9.1f}  {outcome}")
    measured = []
    for name, text in COSTLY.items():
        milliseconds, outcome = cost(text, 1)
        measured.append((milliseconds, name, text, outcome))
    measured.sort(reverse=True)
    print(f"\nthe 20 dearest of {len(measured)} hostile texts")
    for milliseconds, name, text, outcome in measured[:20]:
        print(f"{name[:44]:44} {len(text):7,} {milliseconds:8.1f} {words_cost(text):9.1f}  {outcome[:60]}")
    refused = sum(outcome.startswith("refused") for *_, outcome in measured)
    print(f"\n{refused} refused, {len(measured) - refused} shown; dearest {measured[0][0]:.0f} ms")


if __name__ == "__main__":
    main()

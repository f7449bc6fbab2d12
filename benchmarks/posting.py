"""What posting an answer costs the web processes, beside the bare Flask view.

python -m benchmarks.posting [ANSWERS]
"""

import secrets
import sys
import tempfile
import urllib.parse
from pathlib import Path

from benchmarks.serving import BROWSER, Line, bare_server, cost, processor_time, web_processes
from benchmarks.town import POSTERS, build
from tests.stories.server import Server
from tests.web.test_budgets import written

ANSWERS = 100

#: The secret of the benchmark's cookies is zero, so a token is a pad and the same pad again.
TOKEN = "A" * 43

WORDS = 100


def main(answers: int) -> None:
    """Post answers of a hundred words to a full question, in turn by several people, and print what each took."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        try:
            town = build(server)
            with bare_server(Path(folder), Line(server.port).ask(town.question)[1]) as (port, tree):
                line = Line(port)
                bare = cost(tree, 2_000, lambda _: line.ask("/"))

            # Opened only now: the server closes a line on which nobody speaks for ten seconds.
            lines = [Line(server.port, {**BROWSER, "Cookie": cookie}) for cookie in town.cookies]

            web = web_processes(server)

            def post(number: int) -> None:
                form = {"csrf_token": TOKEN, "text": written(number, WORDS), "once": secrets.token_hex(16)}
                answer, body = lines[number % POSTERS].post(
                    f"/questions/{town.question_id}/answers",
                    urllib.parse.urlencode(form).encode(),
                    **{"Content-Type": "application/x-www-form-urlencoded"},
                )
                assert answer.status == 303, body[:2000]

            before = processor_time(server.tree()) - processor_time(web())
            taken = cost(web, answers, post)
            courier = (processor_time(server.tree()) - processor_time(web()) - before) * 1000 / answers
        finally:
            server.stop()
    print(f"{answers} answers of {WORDS} words, by {POSTERS} people")
    print(f"{'':<34} {'ms CPU':>8} {'x bare':>8}")
    print(f"{'bare view, stored page':<34} {bare:>8.3f} {1:>8.1f}")
    print(f"{'answer posted, web processes':<34} {taken:>8.2f} {taken / bare:>8.1f}")
    print(f"{'courier meanwhile, for each':<34} {courier:>8.2f} {courier / bare:>8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS)

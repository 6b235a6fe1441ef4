"""Start the wiki on this machine: `python run.py [--host H] [--port P] [--data DIR] [--empty]`."""

import os
import sys
from pathlib import Path

from wiki.cli import command

if __name__ == "__main__":
    os.environ.setdefault("DENKTANK_DATA", str(Path(__file__).resolve().parent))
    sys.exit(command("serve")(prog_name="run.py"))

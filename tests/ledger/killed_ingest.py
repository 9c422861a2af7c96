"""A process that takes runs in until it is killed: one transaction for every few recordings."""

import sys

from ledger_cases import batch, visit

from svcscore.ledger.ingest import ingest
from svcscore.store.database import Database

if __name__ == "__main__":
    with Database(sys.argv[1]) as database:
        for first in range(0, 4000, 5):
            ingest(database, batch(*(visit(number) for number in range(first, first + 5))))

"""Ends with exit code 0 if the knob `jar` says that java cannot open the JAR this time."""
import sys

sys.path.insert(0, "/opt/standin")

import settings

sys.exit(0 if settings.misbehaviour("jar")[0] == "unopened" else 1)

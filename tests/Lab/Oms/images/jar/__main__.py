"""Entry point of `java -jar correction-1.0-SNAPSHOT-jar-with-dependencies.jar`."""
import sys

sys.path.insert(0, "/opt/standin")

import correction

sys.exit(correction.main(sys.argv[1:]))

"""systemctl's command line."""
from units.bus import Refused

_WITH_VALUE = {
    "-p": "property", "--property": "property", "-t": "type", "--type": "type", "-n": "lines", "--lines": "lines", "-o": "output", "--output": "output",
    "-s": "signal", "--signal": "signal", "--state": "state", "--timestamp": "timestamp", "--kill-who": "who", "--kill-whom": "who", "--job-mode": "mode",
}
_FLAGS = {
    "-a": "all", "--all": "all", "-q": "quiet", "--quiet": "quiet", "-l": "full", "--full": "full", "--value": "value", "--no-legend": "no-legend",
    "--plain": "plain", "--no-pager": "no-pager", "--no-block": "no-block", "--now": "now", "--system": "system", "--user": "user", "--version": "version", "--no-ask-password": "no-ask",
    "-P": "value",
}


def parse(arguments):
    """Options (lists of values, or True) and the other words."""
    options, words, left = {}, [], list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            return options, words + left
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        name, given, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
        if name == "-P":
            options["value"], name = True, "-p"
        if name in _WITH_VALUE:
            if not given:
                if not left:
                    raise Refused(f"systemctl: option '{name}' requires an argument", 1)
                value = left.pop(0)
            options.setdefault(_WITH_VALUE[name], []).extend(value.split(","))
        elif name.startswith("--") and name in _FLAGS and not given:
            options[_FLAGS[name]] = True
        elif not name.startswith("--") and all("-" + letter in _FLAGS for letter in word[1:]):
            options.update({_FLAGS["-" + letter]: True for letter in word[1:]})
        else:
            raise Refused(f"systemctl: unrecognized option '{word}'" if word.startswith("--") else f"systemctl: invalid option -- '{word[1:2]}'", 1)
    return options, words


def unit(name):
    """A name without a suffix is that of a service."""
    return name if name.rpartition(".")[2] in ("service", "target", "timer", "socket", "mount", "path", "slice", "scope") else name + ".service"

"""The stand-in's only entry point: `main.py boot`, a program's name, `docker_init`, or `correction`."""
import signal
import sys

sys.path.insert(0, "/opt/standin")


def main(name, arguments):
    if name == "boot":
        import boot
        return boot.main()
    if name == "docker_init":
        import docker_init
        return docker_init.main()
    import programs
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    return programs.main(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

"""Becomes the process of a unit. supervisord starts it as root. It takes user, directory and environment from the file
that $LAUNCH names and then executes the program. The FIFO it holds closes with the execution, which tells unitd
that the program runs."""
import grp
import json
import os
import pwd
import sys

# systemd.exec(5), "process exit codes"
EXIT_CHDIR, EXIT_EXEC, EXIT_GROUP, EXIT_USER = 200, 203, 216, 217
GROUPS = "/sys/fs/cgroup"


def enter_group(path):
    """Moves this process to the unit's control group, where the host has its own tree of groups."""
    if os.access(f"{GROUPS}/cgroup.procs", os.W_OK):
        os.makedirs(f"{GROUPS}/{path}", exist_ok=True)
        with open(f"{GROUPS}/{path}/cgroup.procs", "w") as file:
            file.write("0")


def main():
    with open(os.environ["LAUNCH"]) as file:
        spec = json.load(file)
    told = os.open(spec["fifo"], os.O_WRONLY) if spec["fifo"] else None

    def fail(code, words):
        if told is not None:
            os.write(told, words.encode())
        print(words, file=sys.stderr, flush=True)
        os._exit(code)

    # systemd gives /dev/null, supervisord a pipe.
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    enter_group(spec["group_path"])
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    try:
        user = pwd.getpwnam(spec["user"])
    except KeyError:
        fail(EXIT_USER, f"Failed to determine user credentials: no user {spec['user']}")
    try:
        group = grp.getgrnam(spec["group"]).gr_gid if spec["group"] else user.pw_gid
    except KeyError:
        fail(EXIT_GROUP, f"Failed to determine group credentials: no group {spec['group']}")
    if user.pw_uid != 0:
        environment.update(HOME=user.pw_dir, USER=user.pw_name, LOGNAME=user.pw_name, SHELL=user.pw_shell)
        os.initgroups(user.pw_name, group)
        os.setgid(group)
        os.setuid(user.pw_uid)
    environment.update(spec["environment"])
    try:
        os.chdir(user.pw_dir if spec["directory"] == "~" else spec["directory"])
    except OSError as error:
        fail(EXIT_CHDIR, f"Changing to the requested working directory failed: {spec['directory']}: {error.strerror}")
    try:
        os.execve(spec["arguments"][0], spec["arguments"], environment)
    except OSError as error:
        fail(EXIT_EXEC, f"Failed at step EXEC spawning {spec['arguments'][0]}: {error.strerror}")


main()

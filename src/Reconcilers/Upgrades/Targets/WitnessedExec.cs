using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Runs a command in a container that must never run twice. Two witnesses show the result afterwards: the exec
/// id, persisted before the start (a second start of it answers 409), and files that the command's wrapper writes into
/// a directory mounted from the host (<c>started</c>, created exclusively; <c>log</c>; <c>rc</c>, by rename at the
/// end), which outlive dockerd.</summary>
internal sealed class WitnessedExec(DockerClient docker, string container, string directory)
{
    public const string ExecKey = "exec";

    public const string ContainerKey = "container";

    public const string DirectoryKey = "witness";

    // Says later that the directory that is looked into is the one that was reserved, and not an empty one mounted in
    // its place.
    private const string Reserved = "reserved";

    private const int NoDirectory = 97;
    private const int AlreadyStarted = 98;
    private const int NoWorkingDirectory = 96;

    // Above it a signal may have ended the wrapper, and the code says nothing of the command.
    private const int LargestOwnCode = 127;

    // spare is room for rc on a disk that the log of the command fills. What was started is never reserved again.
    private const string Reservation =
        """mkdir -p "$1" && { [ ! -e "$1/started" ] || { echo "it was started"; exit 98; }; } && """
        + """dd if=/dev/zero of="$1/spare" bs=1024 count=1024 2>&1 && echo "$1" > "$1/reserved" && """
        + """{ dd if=/dev/null of="$1/reserved" conv=notrunc,fsync 2>/dev/null; sync "$1" 2>/dev/null; :; }""";

    // dd brings the file to the disk and sync its name: a host that loses its power must not lose the record of a
    // start. set -C makes ">" refuse an existing file, so of two wrappers only one gets past it, whatever they race
    // for.
    private const string Wrapper =
        """
        d=$1; w=$2; shift 2
        mkdir -p "$d" || exit 97
        ( set -C; echo $$ > "$d/started" ) 2>/dev/null || exit 98
        dd if=/dev/null of="$d/started" conv=notrunc,fsync 2>/dev/null
        sync "$d" 2>/dev/null
        cd "$w" || { echo "cannot enter $w" > "$d/log"; echo 96 > "$d/rc.tmp"; mv "$d/rc.tmp" "$d/rc"; exit 96; }
        "$@" > "$d/log" 2>&1 < /dev/null
        rc=$?
        rm -f "$d/spare"
        echo $rc > "$d/rc.tmp" && mv "$d/rc.tmp" "$d/rc"
        exit $rc
        """;

    // For the moment in which "started" is there and its process has not yet written its number into it.
    private const string AnyWrapper =
        """
        for f in /proc/[0-9]*/cmdline; do
          tr '\0' ' ' < "$f" 2>/dev/null | grep -qF -- "drydock $1 " && exit 0
        done
        exit 1
        """;

    public static string DirectoryOf(string mount, StepContext context) =>
        $"{mount.TrimEnd('/')}/drydock/{context.OwnerUid}/{context.Plan.Tag}/{NameOf(context.Step.Id)}"
        + $"/{context.Step.Attempt}";

    public static string NameOf(string stepId) => stepId.Replace('/', '-');

    /// <summary>Makes the directory of the witness files and creates the exec without starting it; the command is not
    /// run.</summary>
    /// <exception cref="IOException">The directory cannot be made, or a command was started in it.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ReserveAsync(
        string workingDirectory, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var made = await docker.RunExecAsync(
            container, ["/bin/sh", "-c", Reservation, "drydock", directory], cancellationToken);
        if (made.ExitCode != 0)
        {
            throw new IOException(
                $"The directory {directory} could not be made for the command in the container, so the command was not "
                + $"started: {(made.Stderr + made.Stdout).Trim()}");
        }

        var exec = await docker.Exec.ExecCreateContainerAsync(
            container,
            new ContainerExecCreateParameters
            {
                Cmd = ["/bin/sh", "-c", Wrapper, "drydock", directory, workingDirectory, .. command],
            },
            cancellationToken);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ExecKey] = exec,
            [ContainerKey] = container,
            [DirectoryKey] = directory,
        };
    }

    /// <summary>Starts the reserved exec, detached: losing this process neither blocks nor ends it.</summary>
    /// <exception cref="DockerConflictException">It was started before.</exception>
    public Task StartAsync(string execId, CancellationToken cancellationToken) =>
        docker.Exec.StartContainerExecAsync(execId, cancellationToken);

    /// <summary>Determines the result from both witnesses.</summary>
    /// <param name="execId">The reserved exec; null if none was recorded.</param>
    public async Task<WitnessedOutcome> LookAsync(string? execId, CancellationToken cancellationToken)
    {
        var exec = execId is null ? null : await InspectAsync(execId, cancellationToken);
        if (exec is { Running: true })
        {
            return new WitnessedOutcome(WitnessedState.Running, null, "The command runs.");
        }

        // The files are read after the exec: an exec that ended before this look has written them.
        if (await EndedAsync(cancellationToken) is { } ended)
        {
            return ended;
        }

        if (await ReadAsync("started", cancellationToken) is { } started)
        {
            if (await LivesAsync(started.Trim(), cancellationToken))
            {
                return new WitnessedOutcome(
                    WitnessedState.Running, null, "The command runs; dockerd has lost its exec id.");
            }

            // It may have ended since the exit code was looked for.
            return await EndedAsync(cancellationToken) ?? CodeOf(exec) ?? new WitnessedOutcome(
                WitnessedState.Unknown,
                null,
                $"The command was interrupted and may be half done: neither its process nor its exit code exists "
                + $"({directory}).");
        }

        // Of a container that is being stopped dockerd shows no files for a moment.
        if (exec is { HasEnded: true, ExitCode: not (NoWorkingDirectory or NoDirectory or AlreadyStarted) }
            && (await ReadAsync(Reserved, cancellationToken) is null
                || await ReadAsync("started", cancellationToken) is not null))
        {
            throw new IOException(
                $"The command ended with its container, and {directory} cannot be read at the moment. It is read "
                + "again.");
        }

        if (exec is null && await ReadAsync(Reserved, cancellationToken) is null)
        {
            return new WitnessedOutcome(
                WitnessedState.Unknown,
                null,
                $"dockerd has lost the exec, and {directory}, created before the start, is gone. Check "
                + "that the original volume is mounted.");
        }

        return exec switch
        {
            { HasEnded: true, ExitCode: NoDirectory } =>
                new WitnessedOutcome(
                    WitnessedState.NeverRan,
                    NoDirectory,
                    $"The directory {directory} could not be created. The command did not run."),
            { HasEnded: true, ExitCode: AlreadyStarted } =>
                new WitnessedOutcome(
                    WitnessedState.NeverRan,
                    AlreadyStarted,
                    $"The file {directory}/started could not be created. The command did not run."),
            { HasEnded: true } =>
                new WitnessedOutcome(
                    WitnessedState.NeverRan,
                    exec.ExitCode,
                    $"The command did not start: its shell ended with {exec.ExitCode}."),
            _ => new WitnessedOutcome(WitnessedState.NotStarted, null, "The command has not started."),
        };
    }

    /// <summary>Returns when the command may have ended: by Docker's event where its exec id is known, else after a
    /// pause.</summary>
    public async Task WaitAsync(string? execId, TimeProvider time, CancellationToken cancellationToken)
    {
        if (execId is not null && await InspectAsync(execId, cancellationToken) is { Running: true })
        {
            await docker.WaitContainerExecAsync(container, execId, cancellationToken);
            return;
        }

        // No event tells of the end of a process whose exec id dockerd has forgotten.
        await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
    }

    public async Task<byte[]?> OutputAsync(int maximumBytes, CancellationToken cancellationToken) =>
        await docker.Containers.ReadFileAsync(container, $"{directory}/log", maximumBytes, cancellationToken);

    private async Task<ExecState?> InspectAsync(string execId, CancellationToken cancellationToken)
    {
        try
        {
            return await docker.Exec.InspectContainerExecAsync(execId, cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            // dockerd loses exec ids at a restart; then the files show the result.
            return null;
        }
    }

    private async Task<WitnessedOutcome?> EndedAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync("rc", cancellationToken) is not { } rc)
        {
            return null;
        }

        return int.TryParse(rc.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code)
            ? new WitnessedOutcome(WitnessedState.Ended, code, $"Exit code {code}.")
            : new WitnessedOutcome(WitnessedState.Unknown, null, $"{directory}/rc does not contain an exit code.");
    }

    // The wrapper ends with the code of the command. It writes the code to a disk that the log may have filled.
    private WitnessedOutcome? CodeOf(ExecState? exec) =>
        exec is { HasEnded: true, ExitCode: { } code }
        && code is >= 0 and <= LargestOwnCode and not (NoWorkingDirectory or NoDirectory or AlreadyStarted)
            ? new WitnessedOutcome(
                WitnessedState.Ended,
                code,
                $"Exit code {code}, as dockerd recorded it. {directory}/rc is missing: the disk was probably full, so "
                + "the log may be incomplete.")
            : null;

    private async Task<string?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var bytes = await docker.Containers.ReadFileAsync(container, $"{directory}/{name}", 4096, cancellationToken);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }

    private async Task<bool> LivesAsync(string pid, CancellationToken cancellationToken)
    {
        var found = await docker.Containers.InspectContainerAsync(container, cancellationToken);
        if (!found.State.Running
            || (pid.Length > 0 && !int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return false;
        }

        // The wrapper's command line holds its directory, so another process with the same number is not mistaken for
        // it.
        var look = pid.Length == 0
            ? await docker.RunExecAsync(
                container, ["/bin/sh", "-c", AnyWrapper, "drydock-look", directory], cancellationToken)
            : await docker.RunExecAsync(
                container,
                [
                    "/bin/sh",
                    "-c",
                    "tr '\\0' ' ' < \"/proc/$1/cmdline\" 2>/dev/null | grep -qF -- \"$2\"",
                    "drydock",
                    pid,
                    directory,
                ],
                cancellationToken);
        return look.ExitCode switch
        {
            0 => true,
            1 => false,

            // A look that could not be made says nothing of the process.
            var code => throw new IOException(
                $"Whether process {pid} of {directory} runs could not be determined: the check ended with {code} "
                + $"{(look.Stderr + look.Stdout).Trim()}"),
        };
    }
}

/// <summary>The combined result of both witnesses of a command.</summary>
internal sealed record WitnessedOutcome(WitnessedState State, int? ExitCode, string Message);

internal enum WitnessedState
{
    NotStarted,

    NeverRan,

    Running,

    Ended,

    Unknown,
}

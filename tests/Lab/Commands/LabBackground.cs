namespace Drydock.Lab.Commands;

/// <summary>A background lab: finds its state, checks its owner, starts and ends it.</summary>
public sealed class LabBackground
{
    private static readonly TimeSpan UpDeadline = TimeSpan.FromMinutes(20);

    /// <summary>A lab whose state lives in this folder.</summary>
    public LabBackground(string folder)
    {
        Folder = Path.GetFullPath(folder);
    }

    /// <summary>The folder of the state.</summary>
    public string Folder { get; }

    /// <summary>The state file.</summary>
    public string StatePath => Path.Combine(Folder, "state.json");

    /// <summary>The log of the owner.</summary>
    public string LogPath => Path.Combine(Folder, "lab.log");

    /// <summary>
    /// <c>.lab</c> in the checkout that contains the working directory, or in the working directory itself.
    /// </summary>
    public static string DefaultFolder()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
            {
                return Path.Combine(folder.FullName, ".lab");
            }
        }

        return Path.Combine(Environment.CurrentDirectory, ".lab");
    }

    /// <summary>How to start this program again.</summary>
    public static ProcessStartInfo SelfStartInfo(
        string launcher, IEnumerable<string> launcherArguments, IEnumerable<string> arguments)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(
            launcher, [.. launcherArguments, host, typeof(LabBackground).Assembly.Location, .. arguments])
        {
            UseShellExecute = false
        };
        start.Environment.Remove(LabRun.MarkVariable);
        return start;
    }

    /// <summary>The state of the lab if it is up, else null.</summary>
    public LabState? Current() => LabState.Read(StatePath) is { } state && OwnerLives(state) ? state : null;

    /// <summary>
    /// Starts the owner in the background and waits until all parts are up. Returns at once if the lab is up already.
    /// </summary>
    /// <param name="serveArguments">Options of the <c>serve</c> command.</param>
    /// <exception cref="LabException">The owner ended instead. The message contains the end of its log.</exception>
    public async Task<LabState> UpAsync(IEnumerable<string> serveArguments, CancellationToken cancellationToken)
    {
        if (Current() is { } running)
        {
            return running;
        }

        // Removes the rest of a lab that was killed.
        await DownAsync(cancellationToken);
        Directory.CreateDirectory(Folder);
        var start = SelfStartInfo(
            "setsid",
            ["sh", "-c", "exec \"$@\" >\"$LAB_LOG\" 2>&1 </dev/null", "sh"],
            ["serve", "--state", Folder, .. serveArguments]);
        start.Environment["LAB_LOG"] = LogPath;
        start.WorkingDirectory = "/";
        using var owner = Process.Start(start) ?? throw new LabException("The owner of the lab did not start");
        LabState? state = null;
        await Deadline.UntilAsync(
            "the lab to be up",
            _ => Task.FromResult((state = LabState.Read(StatePath)) is not null),
            UpDeadline,
            () => owner.HasExited ? $"Its owner ended with exit code {owner.ExitCode}:\n{LogTail()}" : null,
            cancellationToken);
        return state ?? throw new LabException("The lab has no state");
    }

    /// <summary>Ends the lab and waits until it is completely removed. Does nothing if there is no lab.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DownAsync(CancellationToken cancellationToken)
    {
        if (LabState.Read(StatePath) is not { } state)
        {
            return false;
        }

        if (OwnerLives(state))
        {
            Signals.Send(state.OwnerId, LabSignal.Terminate);
        }

        await Deadline.UntilAsync(
            $"the lab run {state.RunId} to be removed",
            async token =>
            {
                if (Directory.Exists(state.Folder) && !OwnerLives(state) && Reaper.IsDead(state.Folder))
                {
                    await Reaper.SweepDeadAsync(state.RunId, state.Folder, state.FastFolder, token);
                }

                return !Directory.Exists(state.Folder) && !OwnerLives(state);
            },
            cancellationToken: cancellationToken);
        File.Delete(StatePath);
        File.Delete(LogPath);
        if (!Directory.EnumerateFileSystemEntries(Folder).Any())
        {
            Directory.Delete(Folder);
        }

        return true;
    }

    /// <summary>
    /// Start time of a process in clock ticks since boot (field 22 of its stat file); null if the process has ended.
    /// </summary>
    public static string? StartTimeOf(int process)
    {
        if (!ProcFs.IsAlive(process))
        {
            return null;
        }

        try
        {
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool OwnerLives(LabState state) => StartTimeOf(state.OwnerId) == state.OwnerStart;

    private string LogTail() =>
        File.Exists(LogPath) ? string.Join('\n', File.ReadLines(LogPath).TakeLast(20)) : "(no log)";
}

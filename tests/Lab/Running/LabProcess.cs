namespace Drydock.Lab;

/// <summary>
/// A running process of the lab. Its environment has the run's mark from its start, so the reaper finds it even if the
/// owner dies right after the start.
/// </summary>
public sealed class LabProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly LabProcessOptions _options;

    private LabProcess(Process process, LabProcessOptions options, string logPath)
    {
        _process = process;
        _options = options;
        LogPath = logPath;
        Id = process.Id;
        Exited = WaitAsync();
    }

    public string Name => _options.Name;

    public int Id { get; }

    /// <summary>The file of standard output and standard error.</summary>
    public string LogPath { get; }

    /// <summary>
    /// Completes with the exit code (128 + signal number if a signal ended the process) once the process has ended.
    /// </summary>
    public Task<int> Exited { get; }

    public bool HasExited => Exited.IsCompleted;

    internal static LabProcess Start(LabRun run, LabProcessOptions options)
    {
        var logPath = options.LogPath ?? Path.Combine(run.Folder, options.Name + ".log");
        // exec twice: the shell that opens the log and nsenter are both replaced by the program, so the process id is
        // the program's.
        List<string> arguments = ["-c", "exec \"$@\" >>\"$LAB_LOG\" 2>&1 </dev/null", "sh"];
        if (options.Namespace is { } ns)
        {
            arguments.AddRange(["nsenter", "--net=" + ns.Path, "--"]);
        }

        arguments.AddRange(
            ["env", "-u", "LAB_LOG", .. options.System?.Enter ?? [], options.FileName, .. options.Arguments]);
        var start = new ProcessStartInfo("/bin/sh", arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = options.WorkingDirectory ?? run.Folder,
        };
        foreach (var (key, value) in options.Environment)
        {
            start.Environment[key] = value;
        }

        start.Environment[LabRun.MarkVariable] = run.Id;
        start.Environment["LAB_LOG"] = logPath;
        var process = Process.Start(start) ?? throw new LabException($"{options.Name} did not start");
        return new LabProcess(process, options, logPath);
    }

    /// <summary>
    /// Asks the process to end in order and waits; kills it when the grace is over. Does nothing if it has ended.
    /// </summary>
    public async Task<int> StopAsync(TimeSpan? grace = null)
    {
        if (!HasExited)
        {
            Signal(_options.StopSignal);
            Signal(LabSignal.Continue);
            try
            {
                return await Exited.WaitAsync(grace ?? _options.StopGrace, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                return await KillAsync();
            }
        }

        return await Exited;
    }

    /// <summary>
    /// Ends the process with SIGKILL, as a crash or the out-of-memory killer would, and waits until it is gone.
    /// </summary>
    public async Task<int> KillAsync()
    {
        Signal(LabSignal.Kill);
        return await Exited;
    }

    /// <summary>Freezes the process (SIGSTOP): connections stay open, and no request is answered.</summary>
    public void Freeze() => Signal(LabSignal.Stop);

    /// <summary>Lets a frozen process continue (SIGCONT).</summary>
    public void Thaw() => Signal(LabSignal.Continue);

    /// <summary>Sends a signal. Does nothing if the process has ended.</summary>
    public void Signal(LabSignal signal)
    {
        if (!HasExited && !_process.HasExited)
        {
            Signals.Send(Id, signal);
        }
    }

    /// <summary>
    /// Asks the real endpoint until it answers. If the process ends, it fails at once with the end of the log.
    /// </summary>
    public Task WaitUntilReadyAsync(
        Func<CancellationToken, Task<bool>> probe, TimeSpan? deadline = null,
        CancellationToken cancellationToken = default) =>
        Deadline.UntilAsync(
            string.Create(CultureInfo.InvariantCulture, $"{Name} (process {Id}, log {LogPath})"),
            probe,
            deadline,
            () => HasExited ? $"It ended with exit code {Exited.Result}. The end of its log: {LogTail()}" : null,
            cancellationToken);

    /// <summary>The last lines of the log.</summary>
    public string LogTail(int lines = 20) =>
        File.Exists(LogPath) ? string.Join('\n', File.ReadLines(LogPath).TakeLast(lines)) : "(no log)";

    /// <summary>Stops the process if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }
}

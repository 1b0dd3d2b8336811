namespace Drydock.Lab;

/// <summary>
/// The process that outlives the owner of a run and removes the run. It waits at the end of a pipe that only the owner
/// holds, so any end of the owner wakes it.
/// </summary>
internal sealed class Reaper
{
    private readonly Process _process;
    private readonly string _folder;

    private Reaper(Process process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    public static async Task<Reaper> StartAsync(
        string id, string folder, string fastFolder, string? logFolder, CancellationToken cancellationToken)
    {
        // setsid: a Ctrl-C at the owner's terminal, or a kill of its process group, must not reach the reaper.
        var start = new ProcessStartInfo("setsid", [
            "bash", Recipes.PathOf("reaper.sh"), "watch", id, folder, fastFolder,
            logFolder is null ? "" : Path.GetFullPath(logFolder)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment.Remove(LabRun.MarkVariable);
        var process = Process.Start(start) ?? throw new LabException("The reaper did not start");
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return line == "ready"
            ? new Reaper(process, folder)
            : throw new LabException($"The reaper of {folder} did not become ready: {line}");
    }

    /// <summary>Whether the reaper of a run is dead: its lock file exists and no process holds it.</summary>
    public static bool IsDead(string folder)
    {
        try
        {
            // FileShare.None takes the same advisory lock (flock) that the reaper holds as long as it lives.
            using var handle = File.OpenHandle(
                Path.Combine(folder, ".reaper"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static Task SweepDeadAsync(
        string id, string folder, string fastFolder, CancellationToken cancellationToken) =>
        Shell.RunAsync(
            "bash", [Recipes.PathOf("reaper.sh"), "sweep", id, folder, fastFolder],
            cancellationToken: cancellationToken);

    /// <summary>Tells the reaper to remove the run and waits for its end.</summary>
    /// <exception cref="LabException">A part of the run could not be removed.</exception>
    public async Task SweepAsync()
    {
        using (_process)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            if (_process.ExitCode != 0)
            {
                throw new LabException(
                    $"The reaper could not remove everything of {_folder} (exit code {_process.ExitCode})");
            }
        }
    }
}

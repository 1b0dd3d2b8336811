namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>
/// The directory in which an engine keeps everything. Its name carries the process that made it, so that what a killed
/// test run left behind is known for what it is and removed by the next.
/// </summary>
internal sealed class EngineDirectory
{
    private const string Prefix = "/tmp/drydock-dockerd-";

    private EngineDirectory(string path) => Path = path;

    public string Path { get; }

    public static EngineDirectory Create()
    {
        var directory = new EngineDirectory(string.Create(
            CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}"));
        Directory.CreateDirectory(directory.Path);
        return directory;
    }

    /// <summary>Removes what test runs that no longer exist have left.</summary>
    public static async Task SweepAsync()
    {
        foreach (var path in Directory.GetDirectories("/tmp", System.IO.Path.GetFileName(Prefix) + "*"))
        {
            var owner = path[Prefix.Length..].Split('-')[0];
            if (Directory.Exists($"/proc/{owner}"))
            {
                continue;
            }

            // First the engine and its shims, by their arguments; then what ran in its containers, by their network
            // namespace.
            var left = new EngineDirectory(path);
            await left.EndProcessesAsync();
            await left.EndContainersAsync();
            await left.DeleteAsync();
        }
    }

    /// <summary>Notes the network namespace that goes with this directory.</summary>
    public Task NoteNamespaceAsync(string name) => File.WriteAllTextAsync(NamespaceFile, name);

    /// <summary>Unmounts what lies in it and deletes it, and the network namespace.</summary>
    public async Task DeleteAsync()
    {
        var mounts = (await File.ReadAllLinesAsync("/proc/self/mounts")).Select(line => line.Split(' ')[1])
            .Where(Contains).Reverse();
        foreach (var mount in mounts)
        {
            await FixtureShell.RunAsync("umount", "--lazy", mount);
        }

        if (File.Exists(NamespaceFile))
        {
            var name = await File.ReadAllTextAsync(NamespaceFile);
            if (File.Exists($"/var/run/netns/{name}"))
            {
                await FixtureShell.RunAsync("ip", "netns", "delete", name);
            }
        }

        Directory.Delete(Path, recursive: true);
    }

    private string NamespaceFile => $"{Path}/network-namespace";

    private bool Contains(string path) => path.StartsWith(Path + "/", StringComparison.Ordinal);

    private async Task EndProcessesAsync()
    {
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                if (CommandLine(process.Id).Contains(Path + "/", StringComparison.Ordinal))
                {
                    process.Kill();
                    await process.WaitForExitAsync();
                }
            }
        }
    }

    private async Task EndContainersAsync()
    {
        if (!File.Exists(NamespaceFile))
        {
            return;
        }

        var ids = await FixtureShell.RunAsync("ip", "netns", "pids", await File.ReadAllTextAsync(NamespaceFile));
        foreach (var id in ids.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await FixtureShell.RunAsync("kill", "-s", "KILL", id);
        }
    }

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/cmdline"));
        }
        catch (IOException)
        {
            // It ended while we looked.
            return "";
        }
    }
}

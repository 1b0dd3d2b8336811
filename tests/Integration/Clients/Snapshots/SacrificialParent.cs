namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>This test program once more as a process of its own, which takes a snapshot until it is killed.</summary>
internal sealed class SacrificialParent : IDisposable
{
    private const string Order = "DRYDOCK_SACRIFICIAL_PARENT";

    private readonly Process _process;

    private SacrificialParent(Process process) => _process = process;

    internal int Id => _process.Id;

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    internal static SacrificialParent Start(
        MySqlOptions connection, string folder, string id, string database)
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, typeof(SacrificialParent).Assembly.GetName().Name!))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                [Order] = string.Join(
                    '\n', connection.Port, connection.UserID, connection.Password, folder, id, database)
            },
        };
        start.ArgumentList.Add("-class");
        start.ArgumentList.Add(typeof(LeftoverTests).FullName!);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new SacrificialParent(process);
    }

    /// <summary>Called by the fixture before anything else: in the sacrificed process it does not come back.</summary>
    internal static async Task RunIfAskedAsync()
    {
        if (Environment.GetEnvironmentVariable(Order)?.Split('\n')
            is not [var port, var user, var password, var folder, var id, var database])
        {
            return;
        }

        await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = new SnapshotLocation(new DirectorySnapshotStorage(new StorageRoot(folder), ""), "", id),
                Connection = new MySqlOptions
                {
                    Server = "127.0.0.1",
                    Port = int.Parse(port, CultureInfo.InvariantCulture),
                    UserID = user,
                    Password = password,
                },
                Databases = [database],
            },
            CancellationToken.None);
        Environment.Exit(0);
    }

    /// <summary>SIGKILL.</summary>
    internal void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }
}

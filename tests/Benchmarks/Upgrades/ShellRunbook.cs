using Drydock.Lab.Oms;

namespace Drydock.Benchmarks;

/// <summary>Runs the runbook as a shell script on the stage.</summary>
internal sealed class ShellRunbook(UpgradeStage stage, string path)
{
    /// <summary>Returns downtime (T1 to T2) and wall time.</summary>
    /// <param name="load"><c>inside</c> or <c>before</c>: whether the image is loaded inside the downtime.</param>
    /// <param name="start"><c>one</c> or <c>all</c>: whether the script waits for each new node before it starts the
    /// next.</param>
    public async Task<Timing> RunAsync(string load, string start, CancellationToken cancellationToken)
    {
        var folder = stage.Run.FolderFor($"runbook-{load}-{start}");
        var options = Path.Combine(folder, "client.cnf");
        await File.WriteAllTextAsync(
            options, $"[client]\nuser={OmsScenario.MetaUser}\npassword=\"{OmsCanaries.MetaPassword}\"\n",
            cancellationToken);
        File.SetUnixFileMode(options, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var nodes = Path.Combine(folder, "nodes");
        await File.WriteAllLinesAsync(nodes, stage.Oms.Nodes.Select(Line), cancellationToken);
        var begin = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        begin.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "runbook.sh"));
        foreach (var (name, value) in new (string, string)[]
        {
            ("NODES", nodes), ("HEARTBEATS", string.Join(' ', stage.Oms.Regions.Select(x => x.HeartbeatDatabase))),
            ("MYSQL_HOST", stage.MetaDb.Address),
            ("MYSQL_PORT", stage.MetaDb.Port.ToString(CultureInfo.InvariantCulture)),
            ("MYSQL_OPTIONS", options), ("ARCHIVE", stage.OmsImages.NewArchiveGz), ("IMAGE", OmsImages.NewTag),
            ("BACKUP", folder), ("LOAD", load), ("START", start), ("PATH", path),
        })
        {
            begin.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(begin)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var wall = watch.Elapsed;
        if (process.ExitCode != 0)
        {
            throw new LabException($"The shell runbook ended with exit code {process.ExitCode}: {await errors}");
        }

        if (await stage.Oms.PunishmentsAsync() is { Count: > 0 } punished)
        {
            throw new LabException(
                $"The shell runbook made mistakes, so its times do not count: {string.Join(", ", punished)}");
        }

        var times = output.Trim().Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return new Timing(TimeSpan.FromSeconds(times[1] - times[0]), wall);
    }

    // Format of runbook.sh: region, endpoint, certificates, address, data.
    private string Line(OmsNode node, int index) =>
        string.Join(
            ' ', node.Region.Name, stage.Faults!.Docker[index].Endpoint, stage.Hosts[index].ClientFolder,
            stage.Hosts[index].Address, node.Directory);
}

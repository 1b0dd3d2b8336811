using System.Diagnostics;
using System.Globalization;
using Drydock.Lab;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>Runs the runbook as a shell script on the stage.</summary>
internal sealed class ShellRunbook(UpgradeStage stage, string path)
{
    /// <summary>Downtime (T1 to T2) and wall time.</summary>
    public async Task<Timing> RunAsync(string load, CancellationToken cancellationToken)
    {
        var backup = Directory.CreateDirectory(Path.Combine(stage.Run.Folder, $"runbook-{load}")).FullName;
        var options = Path.Combine(stage.Run.Folder, "runbook.cnf");
        await File.WriteAllTextAsync(options, $"[client]\nuser={OmsScenario.MetaUser}\npassword=\"{OmsCanaries.MetaPassword}\"\n", cancellationToken);
        File.SetUnixFileMode(options, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "runbook.sh"));
        var faults = stage.Faults!;
        foreach (var (name, value) in new (string, string)[]
        {
            ("DOCKER_A", faults.Docker[0].Endpoint), ("DOCKER_B", faults.Docker[1].Endpoint),
            ("CERTS_A", stage.Hosts[0].ClientFolder), ("CERTS_B", stage.Hosts[1].ClientFolder),
            ("IP_A", stage.Hosts[0].Address), ("IP_B", stage.Hosts[1].Address),
            ("DATA_A", stage.Oms.Nodes[0].Directory), ("DATA_B", stage.Oms.Nodes[1].Directory),
            ("MYSQL_HOST", stage.MetaDb.Address), ("MYSQL_PORT", stage.MetaDb.Port.ToString(CultureInfo.InvariantCulture)),
            ("MYSQL_OPTIONS", options), ("ARCHIVE", stage.OmsImages.NewArchiveGz), ("IMAGE", OmsImages.NewTag), ("BACKUP", backup), ("LOAD", load), ("PATH", path),
        })
        {
            start.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var wall = watch.Elapsed;
        if (process.ExitCode != 0)
        {
            throw new LabException($"the shell runbook ended with {process.ExitCode}: {await errors}");
        }

        if (await stage.Oms.PunishmentsAsync() is { Count: > 0 } punished)
        {
            throw new LabException($"the shell runbook was punished for {string.Join(", ", punished)}: it is not honest");
        }

        var times = output.Trim().Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return new Timing(TimeSpan.FromSeconds(times[1] - times[0]), wall);
    }
}

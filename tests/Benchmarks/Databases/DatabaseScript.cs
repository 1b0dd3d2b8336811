using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Databases.TiDb;
using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Benchmarks;

/// <summary>Runs a runbook as a shell script over ssh on a cluster.</summary>
/// <param name="settle">How long the script waits after each instance, in seconds.</param>
/// <param name="drain">Whether the script of BMDB moves leaders away before it stops a server, and watches the cluster
/// before the catalogue and at the end.</param>
internal sealed class DatabaseScript(LabRun run, double settle, bool drain = false)
{
    // The operator waits for auto_flags_apply_delay_ms (10 s), so a fair script does too. Twice the heartbeat interval
    // would be only 2 s.
    private const double Flags = 10;

    /// <summary>Runs the script and returns its wall time.</summary>
    public Task<TimeSpan> RunAsync(IDatabaseScenario scenario, CancellationToken cancellationToken) => scenario switch
    {
        TiDbScenario tidb => TiDbAsync(tidb, cancellationToken),
        YugabyteScenario yugabyte => BmdbAsync(yugabyte, cancellationToken),
        _ => throw new ArgumentException($"There is no script for {scenario.Id}.", nameof(scenario)),
    };

    private async Task<TimeSpan> TiDbAsync(TiDbScenario scenario, CancellationToken cancellationToken)
    {
        var package = await TiDbPackages.MakeAsync(scenario.ToVersion, cancellationToken);
        var instances = Path.Combine(run.FolderFor("script"), "instances");
        await File.WriteAllLinesAsync(
            instances,
            scenario.Cluster.Instances.Select(i => string.Create(
                CultureInfo.InvariantCulture,
                $"{i.Component} {i.Host.Address} {i.Port} {i.StatusPort ?? i.Port} {i.DeployDir} {i.Unit} "
                + $"{i.Program}")),
            cancellationToken);
        return await RunAsync(
            scenario, "tidb-runbook.sh", package.Archive, package.Sha256,
            $"{TiDbCluster.PackageFolder}/tidb-v{scenario.ToVersion}", [("INSTANCES", instances)], cancellationToken);
    }

    private async Task<TimeSpan> BmdbAsync(YugabyteScenario scenario, CancellationToken cancellationToken)
    {
        var package = await YugabytePackages.MakeAsync(scenario.Cluster.Naming, scenario.ToVersion);
        return await RunAsync(
            scenario, "bmdb-runbook.sh", package.Archive, package.Sha256, package.Directory,
            [
                ("MASTERS", scenario.Cluster.MasterAddresses), ("FLAGS", Flags.ToString(CultureInfo.InvariantCulture)),
                ("DRAIN", drain ? "yes" : "no")
            ],
            cancellationToken);
    }

    private async Task<TimeSpan> RunAsync(
        IDatabaseScenario scenario, string script, string archive, string sha256, string directory,
        IEnumerable<(string Name, string Value)> more, CancellationToken cancellationToken)
    {
        var folder = run.FolderFor("script");
        var key = Path.Combine(folder, "key");
        File.Delete(key);
        await using (var file = new StreamWriter(key, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite
        }))
        {
            await file.WriteAsync(scenario.Hosts[0].KeyPem.AsMemory(), cancellationToken);
        }

        var known = Path.Combine(folder, "known_hosts");
        await File.WriteAllLinesAsync(known, scenario.Hosts.Select(host => host.KnownHostsLine), cancellationToken);
        var begin = new ProcessStartInfo("bash", [Path.Combine(AppContext.BaseDirectory, script)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        foreach (var (name, value) in more.Concat(
        [
            ("HOSTS", string.Join(' ', scenario.Hosts.Select(host => host.Address))),
            ("USER_NAME", scenario.Hosts[0].User), ("KEY", key), ("KNOWN_HOSTS", known),
            ("ARCHIVE", archive), ("SHA256", sha256), ("NEW", directory), ("NEW_VERSION", scenario.ToVersion),
            ("SETTLE", settle.ToString(CultureInfo.InvariantCulture)),
        ]))
        {
            begin.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(begin)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var wall = watch.Elapsed;
        return process.ExitCode == 0
            ? wall
            : throw new LabException($"{script} ended with {process.ExitCode}: {await errors}");
    }
}

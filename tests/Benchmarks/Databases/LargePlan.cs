using System.Diagnostics;
using System.Text.Json;
using Drydock.Abstractions.Plans;
using Drydock.Crds;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Configuration;
using Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Discovery;
using Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Planning;

namespace Drydock.Benchmarks;

/// <summary>A TiDB of 300 processes: how long its plan takes to compile, and how large the object is with it.</summary>
internal static class LargePlan
{
    private const int Times = 20;

    public static (TimeSpan First, TimeSpan Median, int Steps, int Bytes) Measure()
    {
        var (spec, discovery) = Large();
        var times = new List<TimeSpan>();
        Plan plan = new();
        for (var time = 0; time < Times; time++)
        {
            var watch = Stopwatch.StartNew();
            plan = new TiDbPlanner(spec, discovery).Compile();
            times.Add(watch.Elapsed);
        }

        var upgrade = new DatabaseRollingUpgrade { Status = new DatabaseRollingUpgradeStatus { Plan = plan } };
        return (times[0], times.Order().ElementAt(Times / 2), plan.Steps.Count, JsonSerializer.SerializeToUtf8Bytes(upgrade, CrdsJsonContext.Default.DatabaseRollingUpgrade).Length);
    }

    private static (DatabaseRollingUpgradeSpec Spec, TiDbDiscovery Discovery) Large()
    {
        DatabaseInstance[] instances = [.. Some(DatabaseComponent.PD, 1, 3), .. Some(DatabaseComponent.TiKV, 4, 197), .. Some(DatabaseComponent.TiDB, 201, 100)];
        var hash = new string('a', 16);
        var spec = new DatabaseRollingUpgradeSpec
        {
            Engine = DatabaseEngine.TiDB,
            FromVersion = "2.1.19",
            ToVersion = "3.0.9",
            Package = new PackageSpec { Directory = "/data/packages/tidb-v3.0.9" },
            Control = [.. new[] { DatabaseComponent.PD, DatabaseComponent.TiKV, DatabaseComponent.TiDB }.Select(c => new ComponentControl { Component = c, Control = new InstanceControl { Systemd = new SystemdControl() } })],
            Instances = [.. instances],
            Tidb = new TiDbSpec { Backup = new TiDbBackupSpec { Waived = true } },
        };
        return (spec, new TiDbDiscovery
        {
            ClusterId = ulong.MaxValue,
            Instances = [.. instances.Select(i => new DiscoveredInstance
            {
                Name = i.Name,
                Component = i.Component,
                Version = "2.1.19",
                Store = ulong.MaxValue,
                ConfigurationFrom = hash,
                ConfigurationTo = hash,
                Settings = new TikvSettings("8GB", 4, "", false),
            })],
            LeaderPriorities = new Dictionary<string, int>(StringComparer.Ordinal),
            ScheduleLimits = "merge-schedule-limit=8",
            MaxReplicas = 3,
        });
    }

    private static IEnumerable<DatabaseInstance> Some(DatabaseComponent component, int first, int count) => Enumerable.Range(first, count).Select(i => new DatabaseInstance
    {
        Name = FormattableString.Invariant($"{component.ToString().ToLowerInvariant()}-{i:000}"),
        Component = component,
        Host = FormattableString.Invariant($"tidb-node-{i:000}.example.internal"),
        DeployDir = "/data/deploy",
    });
}

using System.Text.Json;
using Drydock.Crds.Plans;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>
/// Databases of 300 processes: how long their plans take to compile, and the largest size of the object, when every
/// step has ended and has its times.
/// </summary>
internal static class LargePlan
{
    private static readonly JsonSerializerOptions Wire = KubernetesJson.CreateOptions(CrdsJsonContext.Default);

    private const int Times = 20;
    private const int Processes = 300;

    public static IEnumerable<LargePlanResult> Measure()
    {
        var (tidb, cluster) = TiDb();
        yield return Measure("TiDB", tidb, () => new TiDbProcedure(tidb, cluster).Compile());
        var (yugabyte, universe) = Yugabyte();
        yield return Measure("YugabyteDB", yugabyte, () => new YugabytePlanner(yugabyte, universe).Compile());
    }

    private static LargePlanResult Measure(string engine, DatabaseRollingUpgradeSpec spec, Func<Plan> compile)
    {
        var times = new List<TimeSpan>();
        var compiled = new Plan();
        for (var time = 0; time < Times; time++)
        {
            var watch = Stopwatch.StartNew();
            compiled = compile();
            times.Add(watch.Elapsed);
        }

        var plan = Over(PlanProgress.Of(compiled));
        var back = spec.Engine == DatabaseEngine.YugabyteDB
            ? Over(PlanProgress.Of(YugabyteRollback.Compile(spec, Stopped(plan))))
            : null;
        return new LargePlanResult(
            engine, times[0], times.Order().ElementAt(Times / 2), plan.Steps.Count, Bytes(spec, plan),
            back is null ? null : Bytes(spec, plan, back));
    }

    private static int Bytes(DatabaseRollingUpgradeSpec spec, PlanProgress plan, PlanProgress? back = null)
    {
        var status = new DatabaseRollingUpgradeStatus
        {
            Plan = plan,
            RollbackPlan = back,
            Instances = [.. spec.Instances.Select(
                i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = spec.ToVersion })],
        };
        return JsonSerializer.SerializeToUtf8Bytes(status, Wire).Length;
    }

    // Every step gets times, and receipts like those of a real run.
    private static PlanProgress Over(PlanProgress plan)
    {
        var at = DateTimeOffset.UnixEpoch.AddMicroseconds(123456);
        return plan.With(s => s.Record with
        {
            State = StepState.Succeeded,
            Attempt = 1,
            StartedAt = at,
            FinishedAt = at,
            Receipt = Receipt(s),
            Facts = Facts(plan, s)
        });
    }

    // What has an entry for every tablet server.
    private static SortedDictionary<string, string>? Facts(PlanProgress plan, Step step) => !step.Is<RecordSql>()
        ? null
        : new(
            plan.Steps.Where(s => s.Is<SwapTserver>())
                .ToDictionary(s => SqlBaseline.Fact(s.Node!), _ => "ysql=5433,ycql=9042", StringComparer.Ordinal),
            StringComparer.Ordinal);

    private static SortedDictionary<string, string>? Receipt(Step step) => step.Action switch
    {
        nameof(SwapInstance) or nameof(DrainTikv) =>
            new(StringComparer.Ordinal) { ["since"] = "1795265257", ["startedAt"] = "1795265257" },
        nameof(VerifyTikv) => new(StringComparer.Ordinal) { ["since"] = "1795265257" },
        _ => null,
    };

    // Masters are chosen when the rolling restart reaches them. A rollback is possible until the flags are promoted.
    private static PlanProgress Stopped(PlanProgress plan)
    {
        var masters = 1;
        return plan
            .Rewritten(p => p with
            {
                Steps = p.Steps.RemoveAll(
                    s => s.Phase is DatabaseRollingUpgradePhases.PromoteAutoFlags
                        or DatabaseRollingUpgradePhases.UpgradeCatalog),
            })
            .With(s => s.Is<SwapMaster>() ? s.Record with { Receipt = Taken(masters++) } : s.Record);
    }

    private static SortedDictionary<string, string> Taken(int master) => new(StringComparer.Ordinal)
    {
        [SwapMaster.InstanceKey] = FormattableString.Invariant($"master-{master:000}"),
    };

    private static (DatabaseRollingUpgradeSpec Spec, YugabyteDiscovery Discovery) Yugabyte()
    {
        DatabaseInstance[] instances =
            [.. Some(DatabaseComponent.Master, 1, 3), .. Some(DatabaseComponent.Tserver, 4, Processes - 3)];
        var spec = new DatabaseRollingUpgradeSpec
        {
            Engine = DatabaseEngine.YugabyteDB,
            FromVersion = "2.20.3.0",
            ToVersion = "2024.1.3.0",
            Package = new PackageSpec { Directory = "/home/yugabyte/software-2024.1.3.0" },
            Processes =
            [
                .. new[] { DatabaseComponent.Master, DatabaseComponent.Tserver }.Select(c => new ComponentControl
                {
                    Component = c,
                    Control = new InstanceControl { Systemd = new SystemdControl() }
                }),
            ],
            Instances = [.. instances],
            Yugabyte = new YugabyteSpec(),
        };
        return (spec, new YugabyteDiscovery
        {
            UniverseUuid = Guid.Empty.ToString(),
            Instances = [.. instances.Select(i => new Reconcilers.Databases.Yugabyte.YugabyteInstance
            {
                Name = i.Name,
                Component = i.Component,
                Version = spec.FromVersion,
                FormerSha256 = new string('a', 64),
                FormerDirectory = "/home/yugabyte/software-2.20.3.0",
            })],
            Hosts = [.. instances.Select(i => i.Host)],
            ReplicationFactor = 3,
            SqlIsOn = true,
            Groups = [],
            Replication = ReplicationMode.TargetFirst,
        });
    }

    private static (DatabaseRollingUpgradeSpec Spec, TiDbDiscovery Discovery) TiDb()
    {
        DatabaseInstance[] instances =
        [
            .. Some(DatabaseComponent.PD, 1, 3), .. Some(DatabaseComponent.TiKV, 4, 197),
            .. Some(DatabaseComponent.TiDB, 201, Processes - 200)
        ];
        var hash = new string('a', 16);
        var spec = new DatabaseRollingUpgradeSpec
        {
            Engine = DatabaseEngine.TiDB,
            FromVersion = "2.1.19",
            ToVersion = "3.0.9",
            Package = new PackageSpec { Directory = "/data/packages/tidb-v3.0.9" },
            Processes = [.. new[] { DatabaseComponent.PD, DatabaseComponent.TiKV, DatabaseComponent.TiDB }.Select(
                c => new ComponentControl
                {
                    Component = c,
                    Control = new InstanceControl { Systemd = new SystemdControl() }
                })],
            Instances = [.. instances],
            Tidb = new TiDbSpec(),
        };
        return (spec, new TiDbDiscovery
        {
            ClusterId = ulong.MaxValue,
            Instances = [.. instances.Select(i => new Reconcilers.Databases.TiDb.TiDbInstance
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
            ScheduleLimits = new Dictionary<string, long>(StringComparer.Ordinal) { ["merge-schedule-limit"] = 8 },
            MaxReplicas = 3,
        });
    }

    private static IEnumerable<DatabaseInstance> Some(DatabaseComponent component, int first, int count) =>
        Enumerable.Range(first, count).Select(i => new DatabaseInstance
        {
            Name = FormattableString.Invariant($"{component.ToString().ToLowerInvariant()}-{i:000}"),
            Component = component,
            Host = FormattableString.Invariant($"tidb-node-{i:000}.example.internal"),
            DeployDir = "/data/deploy",
        });
}

using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases;

/// <summary>The status of the largest universe, with everything that its steps record.</summary>
public sealed class StatusSizeTests
{
    private const int Bound = 512 * 1024;
    private const int Processes = 300;

    private static readonly StepRegistry Steps = StepRegistry.Of<YugabyteCluster>();

    [Fact]
    public void Status_of_300_processes_with_their_rollback_fits()
    {
        var spec = Spec();
        var plan = Over(spec, PlanProgress.Of(new YugabytePlanner(spec, Discovery(spec)).Compile()));
        var back = Over(spec, PlanProgress.Of(YugabyteRollback.Compile(spec, BeforePromotion(plan))));
        back.Steps.Count.ShouldBeGreaterThan(2 * Processes);

        var status = new DatabaseRollingUpgradeStatus
        {
            Plan = plan,
            RollbackPlan = back,
            Instances = [.. spec.Instances.Select(
                i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = spec.ToVersion })],
            Inventory = Inventory(spec),
        };

        plan.Steps.Max(s => s.Facts?.Count ?? 0).ShouldBeInRange(Processes - 3, SchemaLimits.Recorded);
        PlanBudget.Problem(plan.Plan).ShouldBeNull();
        var shown = JsonSerializer.SerializeToNode(
            (DatabaseRollingUpgradeStatus)PlanLines.Show(status, Steps), WorldJson.Crds);
        Described.Rows(shown).ShouldBeLessThanOrEqualTo(580, "kubectl describe shows it on some pages");
        JsonSerializer.SerializeToUtf8Bytes(status, WorldJson.Crds).Length.ShouldBeLessThan(Bound);
        var stored = Stored(spec);
        stored(status with { Plan = WithFacts(plan, SchemaLimits.Recorded) }).Plan!.Steps.Max(s => s.Facts?.Count)
            .ShouldBe(SchemaLimits.Recorded);
    }

    // What the API server takes of an upgrade with this spec.
    private static Func<DatabaseRollingUpgradeStatus, DatabaseRollingUpgradeStatus> Stored(
        DatabaseRollingUpgradeSpec spec)
    {
        var api = new FakeKubernetes(WorldJson.Crds, new ManualTimeProvider());
        var upgrade = api.Create(
            new DatabaseRollingUpgrade { Metadata = new V1ObjectMeta { Name = "up" }, Spec = spec });
        return status => (upgrade = api.UpdateStatus(upgrade with { Status = status })).Status!;
    }

    private static PlanProgress WithFacts(PlanProgress plan, int count)
    {
        var facts = new SortedDictionary<string, string>(
            Enumerable.Range(0, count).ToDictionary(i => $"tserver-{i:000}", static _ => "x"), StringComparer.Ordinal);
        return plan.With(s => s.Is<RecordSql>() ? s.Record with { Facts = facts } : s.Record);
    }

    // A rollback is possible until the flags are promoted. Masters are chosen when their turn comes.
    private static PlanProgress BeforePromotion(PlanProgress plan)
    {
        var masters = 1;
        return plan.With(plan.Plan with
        {
            Steps = plan.Plan.Steps.RemoveAll(
                s => s.Phase
                    is DatabaseRollingUpgradePhases.PromoteAutoFlags or DatabaseRollingUpgradePhases.UpgradeCatalog),
        }).With(s => s.Is<SwapMaster>()
            ? s.Record with { Receipt = One(SwapMaster.InstanceKey, Name(DatabaseComponent.Master, masters++)) }
            : s.Record);
    }

    private static PlanProgress Over(DatabaseRollingUpgradeSpec spec, PlanProgress plan)
    {
        var at = DateTimeOffset.UnixEpoch.AddMicroseconds(123456);
        return plan.With(plan.Steps.Select(s => s.With(r => r with
        {
            State = StepState.Succeeded,
            Attempt = 1,
            StartedAt = at,
            FinishedAt = at,
            Facts = s.Is<RecordSql>() ? Answers(spec) : null
        })));
    }

    private static SortedDictionary<string, string> Answers(DatabaseRollingUpgradeSpec spec)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var server in spec.Instances.Where(i => i.Component == DatabaseComponent.Tserver))
        {
            facts[SqlBaseline.Fact(server.Name)] = SqlBaseline.Text(server, [
                (SqlInterface.Ysql, new ServiceAddress(server.Host, 5433)),
                (SqlInterface.Ycql, new ServiceAddress(server.Host, 9042))]);
        }

        return facts;
    }

    private static YugabyteDiscovery Discovery(DatabaseRollingUpgradeSpec spec) => new()
    {
        UniverseUuid = Guid.Empty.ToString(),
        Instances =
        [
            .. spec.Instances.Select(i => new YugabyteInstance
            {
                Name = i.Name,
                Component = i.Component,
                Version = spec.FromVersion,
                FormerSha256 = new string('a', 64),
                FormerDirectory = "/home/yugabyte/software-2.20.3.0",
            }),
        ],
        Hosts = [.. spec.Instances.Select(i => i.Host)],
        ReplicationFactor = 3,
        SqlIsOn = true,
        Groups = [],
        Replication = ReplicationMode.TargetFirst,
    };

    private static DatabaseInventory Inventory(DatabaseRollingUpgradeSpec spec) => new()
    {
        Instances =
        [
            .. spec.Instances.Select(i => new InventoryInstance
            {
                Name = i.Name,
                Component = i.Component,
                Host = i.Host,
                Port = 9100,
                DeployDir = i.DeployDir,
                DataDir = "/data/yugabyte",
                Control = new InventoryControl { Unit = "yb-tserver.service" },
                FoundIn = "yb-master",
            }),
        ],
    };

    private static DatabaseRollingUpgradeSpec Spec()
    {
        var spec = new YugaWorld().Spec;
        return spec with
        {
            FromVersion = "2.20.3.0",
            ToVersion = "2024.1.3.0",
            Instances = [.. Enumerable.Range(1, Processes).Select(
                i => Instance(i <= 3 ? DatabaseComponent.Master : DatabaseComponent.Tserver, i))],
        };
    }

    private static DatabaseInstance Instance(DatabaseComponent component, int number) => new()
    {
        Name = Name(component, number),
        Component = component,
        Host = string.Create(CultureInfo.InvariantCulture, $"database-node-{number:000}.example.internal"),
        DeployDir = "/home/yugabyte/current",
    };

    private static string Name(DatabaseComponent component, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{component.ToString().ToLowerInvariant()}-{number:000}");

    private static SortedDictionary<string, string> One(string key, string value) =>
        new(StringComparer.Ordinal) { [key] = value };
}

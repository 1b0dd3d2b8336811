using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>
/// Undo, rollback and what a parked run removes, as they are compiled at every kill point of the scenarios, in Goldens.
/// </summary>
public sealed class PlanGoldenTests
{
    private const string Area = "Databases/TiDb";

    // A drain of another size takes other time and no other steps.
    private static readonly TiDbWorldSetup Quick = KillTests.Setup;

    private static readonly Dictionary<string, (TiDbWorldSetup Setup, Action<TiDbWorld> ToEnd)> Scenarios = new(
        StringComparer.Ordinal)
    {
        ["whole"] = (Quick, Succeed),
        ["whole-undone"] = (Quick, static world =>
        {
            world.Controls = world.Controls with
            {
                HoldBefore = new HashSet<string>(StringComparer.Ordinal) { HoldMatcher.PointOfNoReturn }
            };
            world.RunUntil(() => world.Life.Outcome?.State == RunState.Held, "held");
        }
        ),
        ["no-priority"] = (Quick with { Priority = 0, PackagePresent = true, Pumps = 0, Drainers = 0 }, Succeed),
        ["same-storage-format"] = (Quick with { From = "3.0.5", Bootstrap = 33, MergeMoves = false }, Succeed),
        ["one-of-each"] = (Quick with
        {
            Pds = 1,
            Tidbs = 1,
            Pumps = 0,
            Drainers = 0,
            Spec = static s => Quick.Spec(s).Acknowledge(Reasons.QuorumTooSmall)
        }, Succeed),
        ["zones"] = (
            Quick with { Tikvs = 6, TwoTikvsAHost = true, Spec = static s => OverlapTests.Zones.Spec(Quick.Spec(s)) },
            Succeed),
        ["monitoring"] = (Quick with { Spec = static s => MonitoringTests.Monitored.Spec(Quick.Spec(s)) }, Succeed),
        ["tispark"] = (SparkTests.Sparkling, Succeed),
        ["pd-units"] = (
            Quick with { Spec = static s => With(Quick.Spec(s), static t => t with { AliasPdUnits = true }) }, Succeed),
        ["no-tuning"] = (Quick with
        {
            Spec = static s => With(
                Quick.Spec(s), static t => t with { TuneScheduling = t.TuneScheduling with { Enabled = false } })
        }, Succeed),
        ["tikv-skipped"] = (Quick, static world =>
        {
            world.RunUntil(() => world.Step("UpgradeTiKV/tikv-2/drain").Attempt > 0, "tikv-2 is drained");
            world.Upgrade = world.Upgrade with { Spec = world.Upgrade.Spec with { RemovedInstances = ["tikv-2"] } };
        }
        ),
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    public static TheoryData<string> StoredNames => ["whole", "zones"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Plans_compiled_at_every_kill_point_are_golden(string name)
    {
        var (setup, toEnd) = Scenarios[name];
        var kind = new DatabaseUpgradeKind(SupportedEngines.All, static (_, _) => throw new NotSupportedException());
        var golden = new PlanGolden(kind)
        {
            Parked = (spec, status) => Removed(
                setup, (DatabaseRollingUpgradeSpec)spec, (DatabaseRollingUpgradeStatus)status)
        };
        var world = Begin(name);
        DatabaseRollingUpgradeStatus last = new();
        PlanProgress? done = null;
        world.Fates = point =>
        {
            Look(point.Number);
            return Fate.Live;
        };
        toEnd(world);
        Look(world.Points.Count + 1);

        if (kind.Rollback.Refusal(world.Upgrade.Spec, world.Stored!) is null)
        {
            done = world.Stored!;
            world.Controls = world.Controls with { HoldBefore = new HashSet<string>(StringComparer.Ordinal) };
            world.Stored = PlanProgress.Of(kind.Rollback.Compile(world.Upgrade.Spec, new RollbackBasis(done)));
            world.Restart();
            world.RunToSuccess();
            Look(world.Points.Count + 1);
        }

        GoldenFile.ShouldBe(Area, $"{name}.txt", golden.ToString());
        world.Violations.ShouldBeEmpty();

        void Look(int point)
        {
            if (!ReferenceEquals(done is null ? last.Plan : last.RollbackPlan, world.Stored))
            {
                last = new DatabaseRollingUpgradeStatus
                {
                    Plan = done ?? world.Stored,
                    RollbackPlan = done is null ? null : world.Stored
                };
            }

            golden.Saw(point, world.Upgrade.Spec, last);
        }
    }

    [Fact]
    public void Every_golden_file_has_its_scenario() =>
        GoldenFile.ShouldBeOf(Area, Scenarios.Keys);

    [Theory]
    [MemberData(nameof(StoredNames))]
    public void Stored_plan_is_read_and_has_its_hash(string name)
    {
        var world = Begin(name);
        GoldenFile.ShouldBeStored(Area, name, world.Stored!);
        world.RunToSuccess();
        GoldenFile.ShouldBeStored(Area, $"{name}-done", world.Stored!);
    }

    private static void Succeed(TiDbWorld world) => world.RunToSuccess();

    private static TiDbWorld Begin(string name)
    {
        var world = new TiDbWorld(Scenarios[name].Setup);
        if (name == "monitoring")
        {
            MonitoringTests.Lay(world);
        }

        return world.Begin();
    }

    private static DatabaseRollingUpgradeSpec With(DatabaseRollingUpgradeSpec spec, Func<TiDbSpec, TiDbSpec> change) =>
        spec with { Tidb = change(spec.Tidb!) };

    // From a cluster that has everything that could be removed.
    private static string Removed(
        TiDbWorldSetup setup, DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        var world = new TiDbWorld(setup) { Stored = status.Plan };
        world.Upgrade = world.Upgrade with { Spec = spec };
        world.Stores.ForEach(s => world.Evicted[s.Id] = world.Now);
        world.Processes.ForEach(p => p.IsStaged = true);
        if (status.Plan!.Step("UpgradeTiKV/hold-scheduling") is { } hold)
        {
            foreach (var (limit, value) in ScheduleHold.Wanted(ScheduleHold.Former(hold), hold.As<HoldScheduling>()))
            {
                world.Limits[limit] = value;
            }
        }

        var held = world.Limits.ToDictionary(StringComparer.Ordinal);
        var came = world.CleanUp();
        came.Remaining.ShouldBeEmpty();
        var limits = world.Limits.Where(l => held[l.Key] != l.Value).OrderBy(l => l.Key, StringComparer.Ordinal);
        return $"removed: {string.Join(", ", came.Removed)}\n"
            + "stays evicted: "
            + $"{string.Join(
                ", ", world.Stores.Where(s => world.Evicted.ContainsKey(s.Id)).Select(s => s.Process.Name))}"
            + "\n"
            + $"stays staged: {string.Join(", ", world.Processes.Where(p => p.IsStaged).Select(p => p.Name))}\n"
            + "limits set: "
            + $"{string.Join(
                ", ", limits.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Key} {l.Value}")))}";
    }
}

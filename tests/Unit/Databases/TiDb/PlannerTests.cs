using Drydock.Reconcilers.Databases.TiDb;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>The plan of a TiDB upgrade.</summary>
public sealed class PlannerTests
{
    private static readonly TiDbWorldSetup Whole = new() { Pumps = 2, Drainers = 1 };

    [Fact]
    public void Plan_phases_follow_runbook_order()
    {
        var plan = Compile(Whole);

        plan.Steps.Select(s => s.Phase).Distinct().ShouldBe(
        [
            Phases.PreparePackage, Phases.SaveConfiguration, Phases.Backup, Phases.MigrateConfiguration,
            Phases.UpgradePD, Phases.UpgradeTiKV, Phases.UpgradePump,
            Phases.UpgradeTiDB, Phases.LimitMerging, Phases.UpgradeDrainer, Phases.Verify, Phases.TuneScheduling,
        ]);
    }

    [Fact]
    public void Plan_drains_swaps_and_verifies_each_instance_before_the_next()
    {
        var plan = Compile(Whole);
        var own = plan.Steps.Where(s => s.Node is not null && s.Phase != Phases.PreparePackage).ToList();

        own.Chunk(3).ShouldAllBe(three =>
            DrainInstance.Is(three[0]) && three[1].Is<SwapInstance>()
                && VerifyInstance.Is(new Step(three[2], StepRecord.None)));
        own[0].Title.ShouldBe("Drain pd-1", "whichever leads");
        own.Chunk(3).Select(three => three[0].Node).ShouldBe([
            "pd-1", "pd-2", "pd-3", "tikv-1", "tikv-2", "tikv-3", "pump-1", "pump-2", "tidb-1", "tidb-2", "drainer-1"]);
    }

    [Fact]
    public void First_PD_last_TiKV_and_first_TiDB_are_PointsOfNoReturn()
    {
        var plan = Compile(Whole);

        plan.Steps.Where(s => s.PointOfNoReturn).Select(s => s.Id)
            .ShouldBe(["UpgradePD/pd-1/swap", "UpgradeTiKV/tikv-3/swap", "UpgradeTiDB/tidb-1/swap"]);
        plan.Steps.TakeWhile(s => s.Reversible).Last().Id.ShouldBe("UpgradePD/pd-1/drain");
        plan.Steps.SkipWhile(s => s.Reversible).ShouldAllBe(s => !s.Reversible);
    }

    [Theory]
    [InlineData(DatabaseTlsMode.Disabled, true)]
    [InlineData(DatabaseTlsMode.VerifyCA, false)]
    [InlineData(DatabaseTlsMode.VerifyIdentity, false)]
    public void Plan_warns_when_TiDB_identity_is_not_verified(DatabaseTlsMode mode, bool warns) =>
        Compile(Whole with { Spec = s => s with { Tidb = s.Tidb! with { SqlTls = new DatabaseTls { Mode = mode } } } })
            .Notes.Exists(n => n.Contains($"spec.tidb.sqlTls.mode: {mode}", StringComparison.Ordinal)).ShouldBe(warns);

    [Fact]
    public void Plan_hash_is_independent_of_leader_and_time()
    {
        var plan = Compile(Whole);
        var later = new TiDbWorld(Whole with { Leader = "pd-3" });
        later.RunFor(TimeSpan.FromHours(3));

        Plan(later).Hash.ShouldBe(plan.Hash);
        Plan(later).Steps.Select(s => s.Id).ShouldBe(plan.Steps.Select(s => s.Id));
    }

    [Fact]
    public void Plan_hash_covers_written_configuration()
    {
        var other = new TiDbWorld(Whole);
        other.Files[("192.0.2.1", "/data/tikv-1/conf/tikv.toml")] = "[server]\ngrpc-concurrency = 8\n";

        Plan(other).Hash.ShouldNotBe(Compile(Whole).Hash);
    }

    [Fact]
    public void Leader_priority_is_cleared_before_PD_upgrade_and_restored_after()
    {
        var ids = Compile(Whole with { Priority = 5 }).Steps.Where(s => s.Phase == Phases.UpgradePD)
            .Select(s => s.Id).ToList();

        ids[0].ShouldBe("UpgradePD/clear-leader-priority");
        ids[^2].ShouldBe("UpgradePD/restore-leader-priority");
        Compile(Whole).Steps.ShouldNotContain(s => s.Id == "UpgradePD/clear-leader-priority");
    }

    [Fact]
    public void Plan_actions_and_guards_are_all_in_catalog()
    {
        var world = new TiDbWorld(Whole with { Priority = 5 });
        var plan = Plan(world);
        var catalog = new StepCatalog<TiDbTargets>(world.Life.Targets);

        plan.Steps.ShouldAllBe(s => StoredAsAttribute.NameOf(catalog.Action(s.Planned).GetType()) == s.Action);
        var guards = typeof(TiDbTargets).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(TiDbTargets).Namespace && !t.IsAbstract
                && t.IsAssignableTo(typeof(IGuardCheck)));
        plan.Guards.Select(g => catalog.Guard(g.Planned).GetType().Name).Order()
            .ShouldBe(guards.Select(t => t.Name).Order());
    }

    [Fact]
    public void Plan_with_waived_backup_has_no_backup_step_but_note()
    {
        var plan = Compile(Whole with
        {
            Spec = s => (s with { Tidb = s.Tidb! with { Backup = null } }).Acknowledge("NoBackup")
        });

        plan.Steps.ShouldNotContain(s => s.Phase == Phases.Backup);
        plan.Notes.ShouldContain(n => n.StartsWith("NO BACKUP", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_notes_name_rollback_limits_migration_and_unmatched_holds()
    {
        var notes = Compile(Whole with
        {
            Spec = s => s with
            {
                Drain = new DrainSpec { OnTimeout = DrainTimeoutPolicy.Proceed },
                HoldBefore = ["UpgradePD", "Nowhere"]
            }
        }).Notes;

        notes.ShouldContain(n => n.StartsWith("NO ROLLBACK from UpgradePD/pd-1/swap", StringComparison.Ordinal));
        notes.ShouldContain(n => n.Contains("UpgradeTiKV/tikv-3/swap", StringComparison.Ordinal)
            && n.Contains("raises its version", StringComparison.Ordinal));
        notes.ShouldContain(n => n.Contains("UpgradeTiDB/tidb-1/swap", StringComparison.Ordinal)
            && n.Contains("system tables", StringComparison.Ordinal));
        notes.ShouldContain(n => n.StartsWith("Estimate: 25m0s", StringComparison.Ordinal));
        notes.ShouldContain(n => n.Contains("drain.onTimeout: Proceed", StringComparison.Ordinal));
        notes.ShouldContain(n => n.StartsWith(
            "Configuration of tikv-1, tikv-2, tikv-3: storage.block-cache.capacity: (not set) → \"16GB\"",
            StringComparison.Ordinal));
        notes.ShouldContain(n => n.Contains("'Nowhere'", StringComparison.Ordinal));
        notes.ShouldNotContain(n => n.Contains("'UpgradePD'", StringComparison.Ordinal));
        notes.ShouldContain(n => n.StartsWith("Binlog is on: 2 pumps", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(8, 2, null, 2, new[] { 4, 8 })]
    [InlineData(8, 2, 5, 2, new[] { 4, 5 })]
    [InlineData(8, 8, null, 8, new int[0])]
    [InlineData(8, 4, 2, 4, new int[0])]
    [InlineData(8, 0, null, 0, new int[0])]
    [InlineData(8, 0, 8, 0, new int[0])]
    [InlineData(1, 2, null, 1, new int[0])]
    [InlineData(0, 2, null, 0, new int[0])]
    [InlineData(0, 2, 8, 0, new[] { 2, 4, 8 })]
    [InlineData(3, 2, null, 2, new[] { 3 })]
    public void Merge_limit_never_exceeds_former_value_unasked(
        int before, int first, int? final, int expected, int[] values)
    {
        var world = new TiDbWorld(Whole with
        {
            Spec = s => s with
            {
                Tidb = s.Tidb! with
                {
                    MergeScheduleLimit = first,
                    TuneScheduling = new TuneSchedulingSpec { MergeScheduleLimit = final }
                }
            }
        });
        world.Limits["merge-schedule-limit"] = before;
        var plan = Plan(world);

        plan.Steps.Single(s => s.Id == "LimitMerging/merge-schedule-limit").As<LimitMerging>().Limit.ShouldBe(expected);
        plan.Steps
            .Where(s => s.Is<RaiseScheduleLimit>())
            .Select(s => s.As<RaiseScheduleLimit>())
            .Where(a => a.Name == "merge-schedule-limit")
            .Select(a => (int)a.Limit)
            .ShouldBe(values);
    }

    [Fact]
    public void Plan_of_three_hundred_instances_fits_one_object()
    {
        var (spec, discovery) = Large();
        var plan = new TiDbProcedure(spec, discovery).Compile();

        plan.Steps.Count.ShouldBeLessThanOrEqualTo(1000);
        var worst = PlanProgress.Of(plan);
        worst = worst.With(worst.Steps.Select(s => s.With(r => r with
        {
            State = StepState.Succeeded,
            Attempt = 1,
            Tries = 1,
            StartedAt = new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero),
            FinishedAt = new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero),
            Receipt = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["since"] = "1772330400",
                ["startedAt"] = "1772330400"
            },
        })));
        JsonSerializer.SerializeToUtf8Bytes(worst, WorldJson.Crds).Length
            .ShouldBeLessThan(480 * 1024, "the instances and conditions of the status come on top");
        plan.Steps.SelectMany(s => s.Parameters.Values).ShouldAllBe(v => v.Length <= 32768);
    }

    [Fact]
    public void Rollback_is_possible_only_until_first_PD_is_stopped()
    {
        var world = new TiDbWorld(Whole with { Priority = 5 });
        var plan = Plan(world);
        var cleared = With(plan, "UpgradePD/clear-leader-priority");
        var begun = With(cleared, "UpgradePD/pd-1/swap");

        new TiDbUndo(world.Upgrade.Spec, cleared).Refusal.ShouldBeNull();
        new TiDbUndo(world.Upgrade.Spec, plan).Rollback([]).Steps.ShouldBeEmpty();
        var undo = new TiDbUndo(world.Upgrade.Spec, cleared).Rollback(["x"]).Steps.ShouldHaveSingleItem();
        undo.As<SetLeaderPriorities>().Wanted().ShouldBe([("pd-1", 5)]);
        new TiDbUndo(world.Upgrade.Spec, begun).Refusal!.ShouldContain(world.Upgrade.Spec.FromVersion);
        TiDbUndo.IsPast(cleared).ShouldBeFalse();
        TiDbUndo.IsPast(begun).ShouldBeTrue();
    }

    [Fact]
    public void Rollback_of_a_step_that_cannot_be_read_is_not_compiled()
    {
        var world = new TiDbWorld(Whole with { Priority = 5 });
        var plan = With(Plan(world), "UpgradePD/clear-leader-priority");
        var foreign = plan.RewrittenSteps(
            s => s.Id == "UpgradePD/clear-leader-priority" ? s with { Action = "OfAnotherOperator" } : s);

        Should.Throw<KeyNotFoundException>(() => new TiDbUndo(world.Upgrade.Spec, foreign).Rollback([])).Message
            .ShouldContain("OfAnotherOperator");
    }

    [Fact]
    public void Time_limit_follows_spec_and_else_the_stored_plan()
    {
        var spec = new TiDbWorld(Whole).Upgrade.Spec;
        var engine = new TiDbEngine();
        var swap = Compile(Whole).Steps.Single(s => s.Id == "UpgradePD/pd-1/swap");

        engine.Steps.TimeLimit(spec with { Timeouts = spec.Timeouts with { Swap = "3m" } }, new Step(
            swap, StepRecord.None)).ShouldBe(TimeSpan.FromMinutes(13));
        engine.Steps.TimeLimit(
            spec, new Step(swap with { Action = "OfAnotherOperator", Timeout = "7m" }, StepRecord.None))
            .ShouldBe(TimeSpan.FromMinutes(7));
    }

    private static PlanProgress With(PlanProgress plan, string id) =>
        plan.With(plan.Steps.Select(s => s.Id == id ? s.With(r => r with { Attempt = 1 }) : s));

    private static Plan Compile(TiDbWorldSetup setup) => Plan(new TiDbWorld(setup)).Plan;

    private static PlanProgress Plan(TiDbWorld world) => world.Begin().Stored!;

    private static (DatabaseRollingUpgradeSpec, TiDbDiscovery) Large()
    {
        var instances = Enumerable.Range(1, 3).Select(i => Instance(i, DatabaseComponent.PD))
            .Concat(Enumerable.Range(4, 197).Select(i => Instance(i, DatabaseComponent.TiKV)))
            .Concat(Enumerable.Range(201, 100).Select(i => Instance(i, DatabaseComponent.TiDB)))
            .ToList();
        var spec = new TiDbWorld().Upgrade.Spec with { Instances = instances };
        var hash = new string('a', 16);
        return (spec, new TiDbDiscovery
        {
            ClusterId = ulong.MaxValue,
            Instances = [.. instances.Select(i => new TiDbInstance
            {
                Name = i.Name,
                Component = i.Component,
                Version = "2.1.19",
                Store = ulong.MaxValue,
                ConfigurationFrom = hash,
                ConfigurationTo = hash,
                Changes = [new ConfigurationChange("storage.block-cache.capacity", null, "\"8GB\"", "why")],
                Settings = new TikvSettings("8GB", 4, "", false),
            })],
            LeaderPriorities = new Dictionary<string, int>(),
            ScheduleLimits = new Dictionary<string, long>(StringComparer.Ordinal) { ["merge-schedule-limit"] = 8 },
            MaxReplicas = 3,
        });
    }

    private static DatabaseInstance Instance(int i, DatabaseComponent component) =>
        new()
        {
            Name = $"{component.ToString().ToLowerInvariant()}-{i:000}",
            Component = component,
            Host = $"tidb-node-{i:000}.example.internal",
            DeployDir = "/data/deploy"
        };
}

using Drydock.Reconcilers.Databases.TiDb;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;
using RunPhases = Drydock.Crds.Common.RunPhases;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>DDL that appears while nothing else happens.</summary>
public sealed class DdlWatchTests
{
    private static readonly TimeSpan ALook = TimeSpan.FromSeconds(6);

    private readonly TiDbWorld _world = new TiDbWorld(new TiDbWorldSetup()).Begin();
    private int _changes;

    [Fact]
    public Task DdlWatch_signals_start_and_end_of_user_DDL_only() => WatchAsync(() =>
    {
        Look();
        _changes.ShouldBe(0);

        _world.Ddl.Add(new DdlJob("8", "mysql", "user", "add column", "running"));
        Look();
        _changes.ShouldBe(0);

        _world.Ddl.Add(new DdlJob("9", "orders", "t", "add index", "running"));
        Look();
        Look();
        _changes.ShouldBe(1);

        _world.Ddl.Clear();
        Look();
        _changes.ShouldBe(2);
    });

    [Fact]
    public Task DdlWatch_continues_after_TiDB_was_unavailable() => WatchAsync(() =>
    {
        var servers = _world.Of(DatabaseComponent.TiDB).ToList();
        servers.ForEach(s => _world.End(s, byOperator: false));
        Look();
        servers.ForEach(_world.Run);
        _world.Ddl.Add(new DdlJob("9", "orders", "t", "add index", "running"));
        Look();
        _changes.ShouldBe(1);
    });

    [Fact]
    public Task DdlWatch_pauses_in_failed_phase_and_resumes_on_follow() => WatchAsync(() =>
    {
        Report(RunPhases.Failed);
        Look();
        _world.Ddl.Add(new DdlJob("9", "orders", "t", "add index", "running"));
        Look();
        _changes.ShouldBe(0);

        Report(Phases.UpgradeTiKV);
        Watch.Follow();
        _changes.ShouldBe(1);
    });

    [Fact]
    public void DdlWatch_is_wanted_only_while_its_guard_is_active()
    {
        var plan = _world.Stored!;
        TiDbDdlWatch.IsWanted(null).ShouldBeFalse();
        TiDbDdlWatch.IsWanted(new DatabaseRollingUpgradeStatus { Phase = RunPhases.Planned, Plan = plan })
            .ShouldBeFalse();
        TiDbDdlWatch.IsWanted(new DatabaseRollingUpgradeStatus { Phase = Phases.UpgradePD, Plan = plan })
            .ShouldBeTrue();
        TiDbDdlWatch.IsWanted(
            new DatabaseRollingUpgradeStatus { Phase = Phases.UpgradePD, Plan = plan, RollbackPlan = plan })
            .ShouldBeFalse();

        var tuning = plan.With(plan.Steps.Select(
            s => s.Phase == Phases.TuneScheduling ? s.With(r => r with { State = StepState.Running }) : s));
        TiDbDdlWatch.IsWanted(new DatabaseRollingUpgradeStatus { Phase = Phases.TuneScheduling, Plan = tuning })
            .ShouldBeFalse("raising limits is not to keep people from DDL");
    }

    [Fact]
    public async Task Gate_and_watch_share_what_a_guard_has_just_read()
    {
        var targets = _world.Life.Targets;
        await targets.UnfinishedDdlAsync(maxAge: null, default);
        var before = _world.DdlReads;
        await targets.UnfinishedDdlAsync(StopGate.OldestLook, default);
        _world.DdlReads.ShouldBe(before);

        _world.Time.Advance(StopGate.OldestLook + TimeSpan.FromSeconds(1));
        await targets.UnfinishedDdlAsync(StopGate.OldestLook, default);
        await targets.UnfinishedDdlAsync(maxAge: null, default);
        _world.DdlReads.ShouldBe(before + 2, "an old answer is none, and a guard reads itself");
    }

    private TiDbDdlWatch Watch { get; set; } = null!;

    private void Look() => _world.Time.Advance(ALook);

    private void Report(string phase) =>
        _world.Upgrade =
            _world.Upgrade with { Status = new DatabaseRollingUpgradeStatus { Phase = phase, Plan = _world.Stored! } };

    // On a thread of the pool: what waits for the clock goes on within Advance.
    private Task WatchAsync(Action test) => Task.Run(async () =>
    {
        Report(Phases.UpgradePD);
        await using var watch = new TiDbDdlWatch(_world.Life.Targets, () => _changes++);
        Watch = watch;
        watch.Follow();
        watch.Follow();
        test();
    });
}

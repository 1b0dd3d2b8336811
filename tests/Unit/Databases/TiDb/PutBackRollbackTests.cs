using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>The status goes back to an older copy of itself, as from a backup of etcd, and the upgrade is rolled back:
/// what really runs decides.</summary>
public sealed class PutBackRollbackTests
{
    private static readonly TiDbWorldSetup Setup = new()
    {
        Priority = 3,
        Leaders = 4,
        SchedulerWindow = TimeSpan.FromSeconds(3),
        Spec = static s => s with
        {
            MinHealthySeconds = 1,
            Tidb = s.Tidb! with { TuneScheduling = s.Tidb.TuneScheduling with { StableFor = "30s" } }
        },
    };

    private static readonly Lazy<List<DatabaseRollingUpgradeStatus>> Golden = new(() =>
    {
        var (_, run) = Begin();
        run.RunUntil(() => run.IsOver, "success", TimeSpan.FromHours(24));
        return run.Writes;
    });

    [Fact]
    public void Rollback_asked_for_after_any_put_back_is_refused_once_a_new_program_runs() =>
        Cases.Try(Pairs(0), pair =>
        {
            var (world, run, what) = PutBack(pair);
            run.Edit(s => s with { DesiredState = DesiredState.RolledBack });
            End(world, run, what);
            if (!run.Is("RolledBack"))
            {
                run.ReasonOf("Stalled").ShouldBe(Reasons.RollbackUnavailable, $"{what}: {run.Status.Message}");
                run.Status.Message.ShouldNotBeNull()
                    .ShouldContain("A rollback to 2.1.19 is impossible", Case.Sensitive, what);
                run.Edit(s => s with { DesiredState = DesiredState.Upgraded });
                Follow(world, run, pair.Reached, what);
                world.Processes.ShouldAllBe(p => p.Running == TiDbWorld.New, what);
            }
        });

    [Fact]
    public void Failure_after_a_put_back_before_the_first_swap_is_not_rolled_back_once_a_new_program_runs() =>
        Cases.Try(Pairs(1, ways: 60).Where(IsUnaware), pair =>
        {
            var (world, run, what) = PutBack(
                pair, EngineRunWorld.Failed, s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
            End(world, run, what);
            if (run.Is("Failed") && !run.Is("RolledBack"))
            {
                run.ReasonOf("Stalled").ShouldNotBe(Reasons.RollbackUnavailable, what);
                run.Retry();
                Follow(world, run, pair.Reached, what);
                world.Processes.ShouldAllBe(p => p.Running == TiDbWorld.New, what);
            }
        });

    [Fact]
    public void Deletion_after_a_put_back_before_the_first_swap_waits_once_a_new_program_runs() =>
        Cases.Try(Pairs(2, ways: 60).Where(IsUnaware), pair =>
        {
            var (world, run, what) = PutBack(pair);
            var stops = Stops(world);
            run.Delete();
            End(world, run, what);
            Stops(world).ShouldBe(stops, what);
            if (run.Found is not null)
            {
                run.ReasonOf("Stalled").ShouldBe(Reasons.RollbackUnavailable, $"{what}: {run.Status.Message}");
                run.Status.Message.ShouldNotBeNull()
                    .ShouldContain("drydock.dev/on-delete=Abandon", Case.Sensitive, what);
                run.Annotate(Annotations.OnDelete, Annotations.Abandon);
                run.RunUntil(() => run.Found is null, what);
            }
        });

    [Fact]
    public void Undo_waits_for_every_instance_that_may_run_the_new_program()
    {
        var (world, run) = Begin();
        run.RunUntil(
            () => run.Status.Plan is { } plan
                && plan.Steps.Exists(s => s is { Phase: "Backup", State: StepState.Succeeded }),
            "a step");
        world.Unreachable.Add("192.0.2.2");
        run.Delete();
        run.RunUntil(() => run.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "it waits");
        run.Status.Message.ShouldBeWorded();
        run.RunFor(TimeSpan.FromHours(1));
        run.Found.ShouldNotBeNull();

        world.Unreachable.Clear();
        run.RunUntil(() => run.Found is null, "it is undone");
        world.Processes.ShouldAllBe(p => p.Running == TiDbWorld.Old);
    }

    // To the end. A status from before the last steps does not know that they changed a limit; what it says is done.
    private static void Follow(TiDbWorld world, EngineRunWorld run, int reached, string what)
    {
        var mayAsk = reached >= Golden.Value.FindIndex(s => s.Phase == DatabaseRollingUpgradePhases.TuneScheduling);
        run.RunUntil(
            () => run.IsOver || (mayAsk && run.ReasonOf("Stalled") == Reasons.TargetChanged),
            what,
            TimeSpan.FromHours(24));
        if (!run.IsOver)
        {
            var said = Regex.Match(
                run.Status.Message!, "`pd-ctl config set (?<name>[a-z-]+) (?<value>[0-9]+)`",
                RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
            world.Limits[said.Groups["name"].Value] = long.Parse(
                said.Groups["value"].Value, CultureInfo.InvariantCulture);
            run.RunUntil(() => run.IsOver, what, TimeSpan.FromHours(24));
        }
    }

    private static void End(TiDbWorld world, EngineRunWorld run, string what)
    {
        run.RunFor(TimeSpan.FromMinutes(10));
        world.Violations.ShouldBeEmpty(what);
        var isNew = world.Processes.Exists(p => p.Running != TiDbWorld.Old);
        if (isNew)
        {
            // A failure that has passed is looked at again, and the upgrade continues.
            var isUpgraded = run.IsOver && world.Processes.TrueForAll(p => p.Running == TiDbWorld.New);
            (run.Found is null, run.Is("RolledBack"), run.Is("Ready") && !isUpgraded)
                .ShouldBe((false, false, false), $"{what}: {run.Status.Message}");
            run.Status.Message.ShouldNotBeNull().ShouldNotContain("keeps running", Case.Sensitive, what);
        }
        else if (run.Found is null || run.Is("RolledBack"))
        {
            world.Evicted.ShouldBeEmpty(what);
        }
    }

    private static (TiDbWorld World, EngineRunWorld Run, string What) PutBack(
        (int Reached, int Back) pair,
        Func<DatabaseRollingUpgradeStatus, DatabaseRollingUpgradeStatus>? change = null,
        Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? spec = null)
    {
        var (world, run) = Begin(spec);
        var what = run.PutBack(pair.Reached, pair.Back, change);

        // Preflight and guards name the schedulers with the command.
        world.Evicted.Clear();
        world.Priorities.Clear();
        return (world, run, what);
    }

    private static IEnumerable<(int Reached, int Back)> Pairs(int way, int ways = 300)
    {
        var all = Golden.Value;
        return
            from reached in Enumerable.Range(0, all.Count)
            from back in Enumerable.Range(0, reached + 1)
            where all[reached].Phase != RunPhases.Succeeded && all[back].Plan is { } plan && !plan.IsDone
                && Sample.Takes((reached * 31) + back, way, ways)
            select (reached, back);
    }

    // By the status no process was stopped; otherwise the plan has to finish.
    private static bool IsUnaware((int Reached, int Back) pair) => !TiDbUndo.IsPast(Golden.Value[pair.Back].Plan!);

    private static int Stops(TiDbWorld world) => world.Done.Count(d => d.StartsWith("stop ", StringComparison.Ordinal));

    private static (TiDbWorld World, EngineRunWorld Run) Begin(
        Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? change = null)
    {
        var world = new TiDbWorld(Setup);
        return (world, new EngineRunWorld(world).Apply(change));
    }
}

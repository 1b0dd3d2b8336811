namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>The status goes back to an older copy of itself, as from a backup of etcd, and the upgrade is rolled back:
/// what really runs decides.</summary>
public sealed class PutBackRollbackTests
{
    private static readonly YugaSetup Setup = PlannerTests.Replicated() with
    {
        From = "2.20.2.0-b1",
        To = "2024.1.3.0-b5",
        Mode = ReplicationMode.PauseBothSides
    };

    private static readonly Lazy<List<DatabaseRollingUpgradeStatus>> Golden = new(() =>
    {
        var (_, run) = Begin();
        run.RunUntil(() => run.IsOver, "success", TimeSpan.FromHours(24));
        return run.Writes;
    });

    [Fact]
    public void Rollback_asked_for_after_any_put_back_leaves_no_new_program() => Cases.Try(Pairs(0), pair =>
    {
        var (world, run, what) = PutBack(pair);
        run.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        End(world, run, what);
    });

    [Fact]
    public void Failure_after_a_put_back_before_the_first_swap_is_undone_only_on_request() =>
        Cases.Try(Pairs(1, ways: 60).Where(p => !p.Knows), pair =>
        {
            var (world, run, what) = PutBack(
                pair, EngineRunWorld.Failed, s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
            run.RunFor(TimeSpan.FromMinutes(5));
            if (world.Servers.Exists(s => s.Running != Setup.From))
            {
                // A failure that has passed is looked at again, and the upgrade continues.
                (run.Is("RolledBack"), run.Status.RollbackPlan)
                    .ShouldBe((false, null), $"{what}: {run.Status.Message}");
            }

            run.Edit(s => s with { DesiredState = DesiredState.RolledBack });
            End(world, run, what);
        });

    [Fact]
    public void Deletion_after_a_put_back_before_the_first_swap_is_undone_only_on_request() =>
        Cases.Try(Pairs(2, ways: 60).Where(p => !p.Knows), pair =>
        {
            var (world, run, what) = PutBack(pair);
            run.Delete();
            Untouched(world, run, what);
            if (run.Found is not null)
            {
                run.Edit(s => s with { DesiredState = DesiredState.RolledBack });
                End(world, run, what);
            }
        });

    [Fact]
    public void Rollback_waits_for_every_instance_that_may_run_the_new_program()
    {
        var all = Golden.Value;
        var back = all.FindIndex(s => s.Plan?.Step("UpgradeMasters/3/swap") is { State: StepState.Succeeded });
        var (world, run, what) = PutBack((
            all.FindIndex(s => s.Plan?.Step("UpgradeTServers/t2/swap") is { State: StepState.Succeeded }), back, true));
        world.UnreachableHosts.Add(world["t3"].Host);
        run.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        run.RunUntil(() => run.ReasonOf("Stalled") == Reasons.RollbackUnavailable, what);
        run.Status.Message.ShouldBeWorded();
        var acts = world.Acts.Count;
        run.RunFor(TimeSpan.FromHours(1));
        world.Acts.Count.ShouldBe(acts);
        run.Events.All.Count(e => e.Reason == Reasons.RollbackUnavailable).ShouldBe(1, "it is said once");

        world.UnreachableHosts.Clear();
        End(world, run, what);
        run.Is("RolledBack").ShouldBeTrue(run.Status.Message);
        run.Status.Plan!.Step("UpgradeTServers/t2/swap")!.Message.ShouldBeWorded();
    }

    [Fact]
    public void Masters_whose_former_program_is_unknown_are_no_trace()
    {
        var world = new YugaWorld(Setup) { PackageIsThere = true };
        foreach (var master in world.Masters)
        {
            (master.Running, master.Installed, master.Link) = (Setup.To, Setup.To, YugaWorld.NewDirectory);
        }

        var run = new EngineRunWorld(world).Apply(s => s with { HoldBefore = ["UpgradeMasters"] });
        run.RunUntil(() => run.Is("Held"), "Held");
        run.Delete();
        run.RunUntil(() => run.Found is null, "it is undone");
        world.Groups.ShouldAllBe(g => !g.IsPaused);
    }

    [Fact]
    public void Master_that_is_down_with_the_new_program_goes_back()
    {
        var all = Golden.Value;
        var (world, run, what) = PutBack((
            all.FindIndex(s => s.Plan?.Step("UpgradeMasters/1/verify") is { State: StepState.Succeeded }),
            all.FindIndex(s => s.Plan is not null), false));
        var master = world.Masters.Single(m => m.Running == Setup.To);
        world.End(master, Drydock.Reconcilers.Databases.SupervisionState.Inactive);
        run.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        End(world, run, what);
        master.Running.ShouldBe(Setup.From, run.Status.Message);
    }

    // Nothing is stopped or started before an administrator has asked for it, and nothing false is said.
    private static void Untouched(YugaWorld world, EngineRunWorld run, string what)
    {
        var isNew = world.Servers.Exists(s => s.Running != Setup.From);
        var acts = world.Acts.Count;
        run.RunFor(TimeSpan.FromMinutes(10));
        if (isNew)
        {
            world.Acts.Count.ShouldBe(acts, what);
            (run.Is("RolledBack"), run.Is("Ready"), run.Is("Stalled"))
                .ShouldBe((false, false, true), $"{what}: {run.Status.Message}");
            run.Status.Message.ShouldNotBeNull().ShouldNotContain("keeps running", Case.Sensitive, what);
        }
    }

    private static void End(YugaWorld world, EngineRunWorld run, string what)
    {
        run.RunFor(TimeSpan.FromMinutes(2));
        run.RunUntil(
            () => run.Found is null || run.Is("RolledBack") || run.Is("Held") || run.Is("Stalled") || run.Is("Failed"),
            what, TimeSpan.FromHours(12));
        if (run.Found is not null && run.Is("Held"))
        {
            run.Approve();
            run.RunUntil(
                () => run.Found is null || run.Is("RolledBack") || run.Is("Stalled") || run.Is("Failed"), what,
                TimeSpan.FromHours(12));
        }

        world.Violations.ShouldBeEmpty(what);
        if (run.Found is null || run.Is("RolledBack"))
        {
            world.Servers.Where(s => s.Running != Setup.From).ShouldBeEmpty(what);
            world.Groups.Where(g => g.IsPaused).ShouldBeEmpty(what);
            world.LeaderBlacklist.ShouldBeEmpty(what);
        }
        else
        {
            // Flags that old programs do not know are promoted, or the status knows that they may be.
            (world.FlagsArePromoted, run.ReasonOf("Stalled")).ShouldBe(
                (true, Reasons.RollbackUnavailable), $"{what}: {run.Status.Phase} {run.Status.Message} "
                    + $"{string.Join(",", world.Servers.Select(s => s.Running))}");
        }
    }

    private static (YugaWorld World, EngineRunWorld Run, string What) PutBack(
        (int Reached, int Back, bool Knows) pair,
        Func<DatabaseRollingUpgradeStatus, DatabaseRollingUpgradeStatus>? change = null,
        Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? spec = null)
    {
        var (world, run) = Begin(spec);
        var what = run.PutBack(pair.Reached, pair.Back, change);

        // The guard names the entries with the command.
        world.LeaderBlacklist.Clear();
        return (world, run, what);
    }

    // Every write that was reached, each with some of the writes of the plan before it.
    private static IEnumerable<(int Reached, int Back, bool Knows)> Pairs(int way, int ways = 300)
    {
        var all = Golden.Value;
        return
            from reached in Enumerable.Range(0, all.Count)
            from back in Enumerable.Range(0, reached + 1)
            where all[reached].Phase != RunPhases.Succeeded && all[back].Plan is { } plan && !plan.IsDone
                && Sample.Takes((reached * 31) + back, way, ways)
            select (reached, back, all[back].Plan!.Steps.Exists(
                s => s.Id.EndsWith("/swap", StringComparison.Ordinal) && s.HasEverBegun));
    }

    private static (YugaWorld World, EngineRunWorld Run) Begin(
        Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? change = null)
    {
        var world = new YugaWorld(Setup);
        world.Texts[$"{YugaWorld.OldDirectory}/bin/auto_flags.json"] = """{"auto_flags":[]}""";
        var run = new EngineRunWorld(world).Apply(change);
        run.RunUntil(() => run.Status.Plan is not null, "a plan");
        world.PeerVersion = Setup.To;
        return (world, run);
    }
}

using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class RollbackPlannerTests
{
    private static readonly JsonSerializerOptions Wire = WorldJson.Crds;

    private static readonly YugaSetup Modern = new() { From = "2.20.2.0-b1", To = "2024.1.3.0-b5" };

    [Fact]
    public void Rollback_of_unchanged_cluster_has_no_steps()
    {
        var world = new YugaWorld(Modern);
        var back = YugabyteRollback.Compile(world.Spec, PlanProgress.Of(YugaRun.Compile(world)));
        back.Steps.ShouldBeEmpty();
        back.Notes.ShouldContain(n => n.Contains("nothing to roll back", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseEngine.BMDB, "2.18.4.0-b52")]
    [InlineData(DatabaseEngine.YugabyteDB, "2.20.2.0-b1")]
    public void Rollback_before_first_stop_resumes_replication_in_every_engine(DatabaseEngine engine, string from)
    {
        var world = new YugaWorld(PlannerTests.Replicated() with
        {
            Engine = engine,
            From = from,
            To = "2024.1.3.0-b5",
            Mode = ReplicationMode.PauseBothSides
        });
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeMasters");
        run.Until(
            () => world.Groups.TrueForAll(g => g.IsPaused)
                && run.Plan.Steps.Count(s => s.State == StepState.Succeeded) == 8,
            "both are paused");
        YugabyteRollback.Obstacle(world.Spec, run.Plan).ShouldBeNull();
        new YugabyteEngine().Steps.IsPastUndo(run.Plan).ShouldBeFalse();
        new YugabyteEngine().Steps.Changed(run.Plan).ShouldBeTrue();

        var back = YugabyteRollback.Compile(world.Spec, run.Plan);
        back.Steps.Select(s => s.Id).ShouldBe(["ResumeReplication/a-to-b/there", "ResumeReplication/b-to-a/here"]);
        new YugaRun(world, PlanProgress.Of(back)).ToEnd();
        world.Groups.ShouldAllBe(g => !g.IsPaused);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_orders_tservers_before_masters_and_last_touched_first()
    {
        var world = new YugaWorld(Modern);
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("VerifyVersions");
        run.Until(
            () => world.Servers.TrueForAll(s => s.Running == world.Setup.To)
                && run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t3/verify").State == StepState.Succeeded,
            "all is new");
        YugabyteRollback.Obstacle(world.Spec, run.Plan).ShouldBeNull();

        var back = YugabyteRollback.Compile(world.Spec, run.Plan);
        back.Steps.Select(s => s.Id).ShouldBe(
        [
            "RollbackTServers/t3/drain", "RollbackTServers/t3/swap", "RollbackTServers/t3/verify",
            "RollbackTServers/t2/drain", "RollbackTServers/t2/swap", "RollbackTServers/t2/verify",
            "RollbackTServers/t1/drain", "RollbackTServers/t1/swap", "RollbackTServers/t1/verify",
            "RollbackMasters/1/swap", "RollbackMasters/1/verify", "RollbackMasters/2/swap", "RollbackMasters/2/verify",
            "RollbackMasters/3/swap", "RollbackMasters/3/verify", "RollbackMasters/verify-versions", "Verify/universe",
        ]);
        YugabyteRollback.Compile(world.Spec, run.Plan).Hash.ShouldBe(back.Hash);

        new YugaRun(world, PlanProgress.Of(back)).ToEnd().Outcome.State.ShouldBe(Drydock.Runs.RunState.Succeeded);
        world.Servers.ShouldAllBe(
            s => s.Running == world.Setup.From && s.Link == YugaWorld.OldDirectory && s.Starts == 2);
        world.LeaderBlacklist.ShouldBeEmpty();
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_returns_a_process_to_its_own_patch_level()
    {
        const string Patch = "2.20.2.0-b145";
        var world = new YugaWorld(Modern) { MoreVersions = { Patch } };
        world["t1"].Installed = world["t1"].Running = Patch;
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("VerifyVersions");
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t3/verify").State == StepState.Succeeded,
            "all is new");

        var back = new YugaRun(world, PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan))).ToEnd();

        back.Outcome.State.ShouldBe(Drydock.Runs.RunState.Succeeded);
        world.Servers.ShouldAllBe(s => s.Running == (s.Name == "t1" ? Patch : world.Setup.From));
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_reverts_volatile_flags_before_old_programs_start()
    {
        var world = new YugaWorld(Modern with { Class = AutoFlagClass.LocalVolatile })
        {
            MoreFlags = { ["auto_flags_apply_delay_ms"] = "60000" }
        };
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("PromoteAutoFlags");
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "PromoteVolatileFlags/await-flags").State == StepState.Succeeded,
            "they are promoted");
        YugabyteRollback.Obstacle(world.Spec, run.Plan).ShouldBeNull();

        var back = YugabyteRollback.Compile(world.Spec, run.Plan);
        back.Steps[0].Id.ShouldBe("RollbackAutoFlags/roll-back");
        back.Steps[0].Parameters["flagsVersion"].ShouldBe("1");
        var returning = new YugaRun(world, PlanProgress.Of(back));
        returning.Until(() => world.Acts.Contains("rollback flags 1"), "they are rolled back");
        var (at, stops) = (world.Time.GetUtcNow(), Stops());
        returning.Until(() => Stops() > stops, "the first process is stopped");
        (world.Time.GetUtcNow() - at)
            .ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(1), "every process applies them first");
        returning.ToEnd();
        world.Acts.ShouldContain("rollback flags 1");
        world.Acts.ShouldNotContain("upgrade_ysql");
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.From);
        world.Violations.ShouldBeEmpty();

        int Stops() => world.Acts.Count(a => a.StartsWith("stop ", StringComparison.Ordinal));
    }

    [Fact]
    public void Rollback_starts_no_old_program_that_lacks_a_promoted_flag()
    {
        var world = new YugaWorld(Modern with { Class = AutoFlagClass.LocalVolatile });
        world.KeptFlags.Add("known_flag");
        foreach (var directory in new[] { YugaWorld.OldDirectory, YugaWorld.NewDirectory })
        {
            world.Texts[$"{directory}/bin/auto_flags.json"] =
                """{"auto_flags":[{"program":"yb-master","flags":[{"name":"known_flag","class":1}]}]}""";
        }

        var run = YugaRun.Of(world);
        run.HoldBefore.Add("PromoteAutoFlags");
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "PromoteVolatileFlags/await-flags").State == StepState.Succeeded,
            "they are promoted");
        world.KeptFlags.Add("later_flag");

        var back = new YugaRun(world, PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan))).ToEnd();

        (back.Outcome.State, back.Outcome.StepId)
            .ShouldBe((Drydock.Runs.RunState.Failed, "RollbackAutoFlags/roll-back"));
        back.Outcome.Reason.ShouldBe(Reasons.VersionPathUnsupported);
        back.Outcome.Message.ShouldBeWorded();
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.To && s.Starts == 1);
    }

    [Fact]
    public async Task Rollback_waits_for_a_foreign_flag_that_old_programs_lack()
    {
        var world = new YugaWorld(Modern);
        world.Texts[$"{YugaWorld.OldDirectory}/bin/auto_flags.json"] =
            """{"auto_flags":[{"program":"yb-master","flags":[{"name":"known_flag","class":1}]}]}""";
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeMasters/1/swap").State == StepState.Succeeded,
            "the first master is new");
        var cluster = new YugabyteCluster(new YugaLife(world).Context);
        var status = new DatabaseRollingUpgradeStatus { Plan = run.Plan };
        (await cluster.FindRollbackObstacleAsync(status, CancellationToken.None)).ShouldBeNull();

        world.KeptFlags.AddRange(["known_flag", "later_flag"]);
        world.FlagsVersion++;
        (await cluster.FindRollbackObstacleAsync(status, CancellationToken.None)).ShouldBeWorded();

        // A status of before they were recorded.
        status = status with
        {
            Plan = run.Plan.With(
                run.Plan.Steps.Select(s => s.Is<ProveAdminTool>() ? s.With(r => r with { Facts = null }) : s))
        };
        (await cluster.FindRollbackObstacleAsync(status, CancellationToken.None)).ShouldBeWorded();

        world.KeptFlags.Clear();
        world.FlagsVersion++;
        (await cluster.FindRollbackObstacleAsync(status, CancellationToken.None)).ShouldBeNull();
    }

    [Theory]
    [InlineData("RollbackTServers/t2", "t2")]
    [InlineData("RollbackMasters/2", null)]
    public void Rollback_asks_for_foreign_flags_before_each_stop(string of, string? stopped)
    {
        var world = new YugaWorld(Modern);
        world.Texts[$"{YugaWorld.OldDirectory}/bin/auto_flags.json"] = """{"auto_flags":[]}""";
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("VerifyVersions");
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t3/verify").State == StepState.Succeeded,
            "all is new");
        var back = new YugaRun(world, PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan)));
        back.HoldBefore.Add($"{of}/swap");
        back.Until(() => back.Store.Outcome?.State == Drydock.Runs.RunState.Held, "it is held for days");

        // An administrator of another upgrade promotes flags meanwhile.
        world.KeptFlags.Add("later_flag");
        world.FlagsVersion++;
        var stops = world.Acts.Count(a => a.StartsWith("stop ", StringComparison.Ordinal));
        back.HoldBefore.Clear();
        back.Wake();
        back.Until(() => back.Store.Outcome?.State == Drydock.Runs.RunState.Failed, "it stops nothing");
        back.Outcome.StepId.ShouldBe($"{of}/swap");
        back.Outcome.Reason.ShouldBe(Reasons.ClusterUnhealthy);
        back.Outcome.Message.ShouldBeWorded();
        world.Acts.Count(a => a.StartsWith("stop ", StringComparison.Ordinal)).ShouldBe(stops);
        (stopped is null || world[stopped].Running == world.Setup.To).ShouldBeTrue();
        world.LeaderBlacklist.ShouldBeEmpty();

        world.KeptFlags.Clear();
        back.Retry = true;
        back.Wake();
        back.Until(() => back.Store.Outcome?.State == Drydock.Runs.RunState.Succeeded, "it continues");
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.From);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_in_the_middle_covers_only_touched_servers()
    {
        var world = new YugaWorld(Modern);
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeTServers/t2/swap");
        run.Until(
            () => world.LeaderBlacklist.Contains(world["t2"].Rpc)
                && run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t2/drain").State == StepState.Succeeded,
            "t2 is drained");

        var back = YugabyteRollback.Compile(world.Spec, run.Plan);
        back.Steps.Where(s => !s.Id.StartsWith("RollbackMasters", StringComparison.Ordinal)).Select(s => s.Id)
            .ShouldBe([
                "Undo/t2/release-leaders", "RollbackTServers/t1/drain", "RollbackTServers/t1/swap",
                "RollbackTServers/t1/verify", "Verify/universe"]);
        new YugaRun(world, PlanProgress.Of(back)).ToEnd();
        world.LeaderBlacklist.ShouldBeEmpty();
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.From);
        world["t3"].Starts.ShouldBe(0);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_begins_with_server_that_failed_in_new_version()
    {
        var world = new YugaWorld(Modern);
        world["t2"].StaysSick = true;
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(Drydock.Runs.RunState.Failed);
        run.Outcome.StepId.ShouldBe("UpgradeTServers/t2/verify");

        world["t2"].StaysSick = false;
        new YugaRun(world, PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan))).ToEnd().Outcome.State
            .ShouldBe(Drydock.Runs.RunState.Succeeded);
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.From);
        world.LeaderBlacklist.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DatabaseEngine.BMDB, "2.20.2.0-b1", "BMDB does not support a downgrade")]
    [InlineData(DatabaseEngine.YugabyteDB, "2.18.4.0-b52", "only from 2.20.2 on")]
    public void Rollback_after_first_master_is_refused_for_unsupported_versions(
        DatabaseEngine engine, string from, string why)
    {
        var world = new YugaWorld(Modern with { Engine = engine, From = from });
        var plan = YugaRun.Compile(world);
        YugabyteRollback.Obstacle(world.Spec, PlanProgress.Of(plan)).ShouldBeNull();
        YugabyteRollback.Obstacle(world.Spec, Begun(PlanProgress.Of(plan), "UpgradeMasters/1/swap")).ShouldNotBeNull()
            .ShouldContain(why);
    }

    [Theory]
    [InlineData("PromoteAutoFlags/promote", "AutoFlags")]
    [InlineData("UpgradeCatalog/upgrade", "catalogue")]
    public void Rollback_after_PointOfNoReturn_is_refused(string step, string why)
    {
        var world = new YugaWorld(Modern);
        var plan = Begun(PlanProgress.Of(YugaRun.Compile(world)), "UpgradeMasters/1/swap", step);
        YugabyteRollback.Obstacle(world.Spec, plan).ShouldNotBeNull().ShouldContain(why);
    }

    [Fact]
    public void Rollback_to_unknown_programs_of_a_found_topology_is_refused()
    {
        var world = new YugaWorld(Modern) { PackageIsThere = true };
        foreach (var master in world.Masters)
        {
            (master.Running, master.Installed, master.Link) = (world.Setup.To, world.Setup.To, YugaWorld.NewDirectory);
        }

        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeMasters/1/swap").State == StepState.Succeeded,
            "the first master is counted");
        var kind = new DatabaseUpgradeKind(SupportedEngines.All, static (_, _) => throw new NotSupportedException());

        kind.Rollback.Refusal(world.Spec with { Instances = [] }, run.Plan).ShouldBeWorded();
        Should.Throw<InvalidOperationException>(() => YugabyteRollback.Compile(world.Spec, run.Plan)).Message
            .ShouldContain("m1");
    }

    [Fact]
    public void Rollback_of_a_step_that_cannot_be_read_is_not_compiled()
    {
        var world = new YugaWorld(Modern);
        var plan = Begun(PlanProgress.Of(YugaRun.Compile(world)), "UpgradeTServers/t1/drain");
        var foreign = plan.RewrittenSteps(
            s => s.Id == "UpgradeTServers/t1/drain" ? s with { Action = "OfAnotherOperator" } : s);

        Should.Throw<KeyNotFoundException>(() => YugabyteRollback.Compile(world.Spec, foreign)).Message
            .ShouldContain("OfAnotherOperator");
    }

    [Fact]
    public void Upgrade_and_rollback_of_three_hundred_processes_fit_one_object()
    {
        var world = new YugaWorld(Modern with { Masters = 3, Tservers = 297 });
        var discovery = YugaRun.Discover(world);
        var plan = Over(PlanProgress.Of(new YugabytePlanner(world.Spec, discovery).Compile()));
        var masters = new Queue<string>(["m1", "m2", "m3"]);
        plan = plan.Rewritten(p => p with
        {
            Steps = p.Steps.RemoveAll(s =>
                s.Phase is DatabaseRollingUpgradePhases.PromoteAutoFlags or DatabaseRollingUpgradePhases.UpgradeCatalog)
        })
            .With(s => s.Is<SwapMaster>() ? s.Record with
            {
                Receipt = new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    [SwapMaster.InstanceKey] = masters.Dequeue()
                }
            } : s.Record);
        var back = Over(PlanProgress.Of(YugabyteRollback.Compile(world.Spec, plan)));
        back.Steps.Count.ShouldBeGreaterThan(3 * 297);

        Bytes(Status(new DatabaseRollingUpgradeStatus { Plan = plan })).ShouldBeLessThan(512 * 1024);
        var status = Status(new DatabaseRollingUpgradeStatus { Plan = plan, RollbackPlan = back });
        Bytes(status).ShouldBeLessThan(512 * 1024);

        // Less was written, and the same is read of it: what was done to what, when, and what is to be said of it.
        var stored = JsonSerializer.Deserialize<DatabaseRollingUpgradeStatus>(
            JsonSerializer.Serialize(status, Wire), Wire)!;
        stored.RollbackPlan!.Hash.ShouldBe(back.Hash);
        stored.RollbackPlan.Steps.Select(s => (s.Phase, s.Title, s.Planned.Timeout, s.Planned.MaxAttempts))
            .ShouldBe(back.Steps.Select(s => (s.Phase, s.Title, s.Planned.Timeout, s.Planned.MaxAttempts)));
        stored.Plan!.Hash.ShouldBe(plan.Hash);
        stored.Plan.Steps.Select(s => (s.Id, s.Phase, s.Node, s.Action, s.State, s.StartedAt, s.FinishedAt))
            .ShouldBe(plan.Steps.Select(s => (s.Id, s.Phase, s.Node, s.Action, s.State, s.StartedAt, s.FinishedAt)));
        stored.ActionRequired.Select(a => a.Message)
            .ShouldBe(Status(status with { Plan = plan }).ActionRequired.Select(a => a.Message));

        DatabaseRollingUpgradeStatus Status(DatabaseRollingUpgradeStatus s) =>
            YugabyteStatus.Compose(discovery.Learn(s, discovery.Spec, default), world.Spec);

        static int Bytes(DatabaseRollingUpgradeStatus s) => JsonSerializer.SerializeToUtf8Bytes(s, Wire).Length;
    }

    private static PlanProgress Over(PlanProgress plan)
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMicroseconds(123456);
        return plan.With(plan.Steps.Select(
            s => s.With(r => r with { State = StepState.Succeeded, Attempt = 1, StartedAt = at, FinishedAt = at })));
    }

    private static PlanProgress Begun(PlanProgress plan, params string[] ids) =>
        plan.With(plan.Steps.Select(
            s => ids.Contains(s.Id) ? s.With(r => r with { State = StepState.Running, Attempt = 1 }) : s));
}

using System.Collections.Immutable;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class PlannerTests
{
    [Fact]
    public void Plan_orders_packages_masters_tservers_and_finalization() =>
        YugaRun.Compile(new YugaWorld()).Steps.Select(s => s.Id).ShouldBe(
        [
            "PreparePackage/10.0.0.1", "PreparePackage/10.0.0.2", "PreparePackage/10.0.0.3",
            "PreparePackage/prove-admin-tool", "PreparePackage/record-sql", "PreparePackage/save-configuration",
            "PreparePackage/check-extensions",
            "UpgradeMasters/1/swap", "UpgradeMasters/1/verify", "UpgradeMasters/2/swap", "UpgradeMasters/2/verify",
            "UpgradeMasters/3/swap", "UpgradeMasters/3/verify",
            "UpgradeTServers/t1/drain", "UpgradeTServers/t1/swap", "UpgradeTServers/t1/verify",
            "UpgradeTServers/t2/drain", "UpgradeTServers/t2/swap", "UpgradeTServers/t2/verify",
            "UpgradeTServers/t3/drain", "UpgradeTServers/t3/swap", "UpgradeTServers/t3/verify",
            "VerifyVersions/verify", "PromoteAutoFlags/promote", "PromoteAutoFlags/await-flags",
            "UpgradeCatalog/universe", "UpgradeCatalog/upgrade", "Verify/universe",
        ]);

    [Fact]
    public void Plan_phases_follow_documented_order()
    {
        var plan = YugaRun.Compile(
            new YugaWorld(Replicated() with { Class = AutoFlagClass.LocalVolatile, Soak = "1h" }));
        plan.Steps.Select(s => s.Phase).Distinct().ShouldBe(PhaseOrder.OfYugabyte.Skip(1));
    }

    [Fact]
    public void Tserver_is_drained_while_former_settles_and_stopped_after()
    {
        var steps = YugaRun.Compile(new YugaWorld()).Steps;

        After("UpgradeMasters/2/swap").ShouldBe(["UpgradeMasters/1/verify"]);
        After("UpgradeTServers/t1/drain").ShouldBe(["UpgradeMasters/3/swap"]);
        After("UpgradeTServers/t1/swap").ShouldBe(["UpgradeTServers/t1/drain"]);
        After("UpgradeTServers/t2/drain").ShouldBe(["UpgradeTServers/t1/swap"]);
        After("UpgradeTServers/t2/swap").ShouldBe(["UpgradeTServers/t2/drain", "UpgradeTServers/t1/verify"]);
        After("VerifyVersions/verify").ShouldBe(["UpgradeMasters/3/verify", "UpgradeTServers/t3/verify"]);
        steps.SkipWhile(s => s.Id != "VerifyVersions/verify").Skip(1).ShouldAllBe(s => s.After.Count == 1);

        ImmutableList<string> After(string id) => steps.Single(s => s.Id == id).After;
    }

    [Fact]
    public void Plan_hash_ignores_measured_values()
    {
        var world = new YugaWorld();
        var discovery = YugaRun.Discover(world);
        var hash = Compile(world, discovery).Hash;
        Compile(world, discovery with { AutoFlagsVersion = 9, Notes = ["another"] }).Hash.ShouldBe(hash);
        Compile(new YugaWorld(), YugaRun.Discover(new YugaWorld())).Hash.ShouldBe(hash);
    }

    [Fact]
    public void Plan_hash_ignores_access_and_control_fields()
    {
        var world = new YugaWorld();
        var discovery = YugaRun.Discover(world);
        var hash = Compile(world, discovery).Hash;
        world.Spec = With(world.Spec, settle: 300, drain: "5h");
        Compile(world, discovery).Hash.ShouldBe(hash);
    }

    [Fact]
    public void Plan_hash_changes_with_former_program()
    {
        var world = new YugaWorld();
        var discovery = YugaRun.Discover(world);
        var other = discovery with
        {
            Instances =
                [.. discovery.Instances.Select(i => i.Name == "t2" ? i with { FormerSha256 = new string('0', 64) } : i)]
        };
        Compile(world, other).Hash.ShouldNotBe(Compile(world, discovery).Hash);
    }

    [Fact]
    public void Finalizing_steps_are_PointsOfNoReturn_and_can_be_held()
    {
        var plan = YugaRun.Compile(new YugaWorld());
        plan.Steps.Where(s => s.PointOfNoReturn).Select(s => s.Id)
            .ShouldBe(["UpgradeMasters/1/swap", "PromoteAutoFlags/promote", "UpgradeCatalog/upgrade"]);
        var promote = plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote");
        HoldMatcher.Holding(promote, new HashSet<string> { HoldMatcher.PointOfNoReturn }, new HashSet<string>())
            .ShouldBe(HoldMatcher.PointOfNoReturn);
        HoldMatcher.Holding(
            promote, new HashSet<string> { DatabaseRollingUpgradePhases.PromoteAutoFlags }, new HashSet<string>())
            .ShouldNotBeNull();
    }

    [Fact]
    public void Plan_with_rollback_has_first_PointOfNoReturn_at_promotion()
    {
        var plan = YugaRun.Compile(new YugaWorld(new YugaSetup { From = "2.20.2.0-b1", To = "2024.1.3.0-b5" }));
        plan.Steps.First(s => s.PointOfNoReturn).Id.ShouldBe("PromoteAutoFlags/promote");
        plan.Steps.ShouldAllBe(s => s.Reversible == !s.PointOfNoReturn);
        plan.Notes.ShouldContain(n => n.StartsWith("Rollback to the old programs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseEngine.BMDB, "2.20.2.0-b1", "BMDB does not support a downgrade")]
    [InlineData(DatabaseEngine.YugabyteDB, "2.18.4.0-b52", "only from 2.20.2 on")]
    public void Plan_without_rollback_says_so_from_first_master_on(DatabaseEngine engine, string from, string why)
    {
        var plan = YugaRun.Compile(
            new YugaWorld(new YugaSetup { Engine = engine, From = from, To = "2024.1.3.0-b5" }));
        plan.Notes.ShouldContain(
            n => n.StartsWith("No rollback from UpgradeMasters/1/swap on", StringComparison.Ordinal)
                && n.Contains(why, StringComparison.Ordinal));
        plan.Steps.Single(s => s.Id == "UpgradeMasters/1/swap").PointOfNoReturn.ShouldBeTrue();
    }

    [Fact]
    public void Promotion_of_volatile_flags_is_no_PointOfNoReturn()
    {
        var plan = YugaRun.Compile(new YugaWorld(
            new YugaSetup { From = "2.20.2.0-b1", To = "2024.1.3.0-b5", Class = AutoFlagClass.LocalVolatile }));
        plan.Steps.Single(s => s.Id == "PromoteVolatileFlags/promote").Parameters["class"].ShouldBe("LocalVolatile");
        plan.Steps.Where(s => s.PointOfNoReturn).Select(s => s.Id)
            .ShouldBe(["PromoteAutoFlags/promote", "UpgradeCatalog/upgrade"]);
        plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote").Parameters["class"].ShouldBe("External");
        YugabyteFinalize.Hold(
            new YugaWorld(new YugaSetup { Class = AutoFlagClass.LocalVolatile }).Spec, PlanProgress.Of(plan))
            .ShouldBe("PromoteAutoFlags/promote");
    }

    [Theory]
    [InlineData(null, AutoFlagClass.External, null)]
    [InlineData(FinalizeMode.Manual, AutoFlagClass.External, "PromoteAutoFlags/promote")]
    [InlineData(FinalizeMode.Manual, AutoFlagClass.LocalPersisted, "PromoteAutoFlags/promote")]
    [InlineData(FinalizeMode.Auto, AutoFlagClass.LocalVolatile, null)]
    [InlineData(null, AutoFlagClass.LocalVolatile, "PromoteAutoFlags/promote")]
    public void Finalize_is_held_if_manual_or_volatile(FinalizeMode? mode, AutoFlagClass highest, string? hold)
    {
        var world = new YugaWorld(new YugaSetup { Finalize = mode, Class = highest });
        var plan = YugaRun.Compile(world);
        YugabyteFinalize.Hold(world.Spec, PlanProgress.Of(plan)).ShouldBe(hold);
        plan.Notes.Any(n => n.Contains("finalize: Manual", StringComparison.Ordinal)).ShouldBe(hold is not null);
    }

    [Fact]
    public void Catalog_upgrade_is_held_if_there_are_no_AutoFlags()
    {
        var world = new YugaWorld(new YugaSetup { From = "2.14.3", To = "2.16.9", Finalize = FinalizeMode.Manual });
        YugabyteFinalize.Hold(world.Spec, PlanProgress.Of(YugaRun.Compile(world))).ShouldBe("UpgradeCatalog/universe");
    }

    [Fact]
    public void Soak_is_the_last_step_before_finalization()
    {
        var plan = YugaRun.Compile(new YugaWorld(new YugaSetup { Soak = "2h" }));
        plan.Steps.Single(s => s.Id == "Finalize/soak").After.ShouldBe(["VerifyVersions/verify"]);
        plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote").After.ShouldBe(["Finalize/soak"]);
    }

    [Fact]
    public void Plan_without_YSQL_has_no_catalog_or_extension_step()
    {
        var plan = YugaRun.Compile(new YugaWorld(new YugaSetup { Sql = false }));
        plan.Steps.ShouldNotContain(
            s => s.Phase == DatabaseRollingUpgradePhases.UpgradeCatalog || s.Id == "PreparePackage/check-extensions");
        plan.Notes.ShouldContain("YSQL is off on every tablet server, so upgrade_ysql is not run.");
    }

    [Theory]
    [InlineData("2.6.4", "2.12.1")]
    [InlineData("2.14.3", "2.16.9")]
    public void Plan_before_2_17_has_no_AutoFlags_step(string from, string to)
    {
        var plan = YugaRun.Compile(new YugaWorld(new YugaSetup { From = from, To = to }));
        plan.Steps.ShouldNotContain(s => s.Phase == DatabaseRollingUpgradePhases.PromoteAutoFlags);
        plan.Steps.Exists(s => s.Phase == DatabaseRollingUpgradePhases.UpgradeCatalog).ShouldBe(from != "2.6.4");
    }

    [Fact]
    public void Replication_groups_pause_before_first_master_and_resume_at_end()
    {
        var plan = YugaRun.Compile(new YugaWorld(Replicated()));
        plan.Steps.Where(s => s.Phase == DatabaseRollingUpgradePhases.PauseReplication).Select(s => s.Id)
            .ShouldBe(["PauseReplication/a-to-b/there", "PauseReplication/b-to-a/here"]);
        plan.Steps.TakeLast(3).Select(s => s.Id).ShouldBe(
            ["ResumeReplication/await-peers", "ResumeReplication/a-to-b/there", "ResumeReplication/b-to-a/here"]);
        plan.Guards.Where(g => g.Check == "ReplicationStaysPaused").Select(g => g.Until)
            .ShouldBe(["ResumeReplication/a-to-b/there", "ResumeReplication/b-to-a/here"]);
    }

    [Fact]
    public void Already_paused_replication_group_stays_paused()
    {
        var world = new YugaWorld(Replicated());
        world.Groups.Single(g => g.IsHere).IsPaused = true;
        var plan = YugaRun.Compile(world);
        plan.Steps.ShouldNotContain(
            s => s.Id == "PauseReplication/b-to-a/here" || s.Id == "ResumeReplication/b-to-a/here");
        plan.Notes.ShouldContain(n => n.Contains("b-to-a is already paused", StringComparison.Ordinal));
    }

    [Fact]
    public void TargetFirst_replication_pauses_nothing_and_promotes_after_peers()
    {
        var plan = YugaRun.Compile(new YugaWorld(Replicated() with { Mode = ReplicationMode.TargetFirst }));
        plan.Steps.ShouldNotContain(s => s.Phase == DatabaseRollingUpgradePhases.PauseReplication
            || s.Phase == DatabaseRollingUpgradePhases.ResumeReplication);
        plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote").After.ShouldBe(["PromoteAutoFlags/await-peers"]);
    }

    [Fact]
    public void Single_replica_is_drained_as_one()
    {
        var plan = YugaRun.Compile(
            new YugaWorld(new YugaSetup { Masters = 1, Tservers = 2, Replicas = 1, AcceptsOutage = true }));
        plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/drain").Parameters["replicas"].ShouldBe("1");
    }

    [Fact]
    public void Drain_timeout_Proceed_is_noted_in_plan() =>
        YugaRun.Compile(new YugaWorld(new YugaSetup { OnDrainTimeout = DrainTimeoutPolicy.Proceed })).Notes
            .ShouldContain(n => n.Contains("spec.drain.onTimeout: Proceed", StringComparison.Ordinal));

    [Fact]
    public void Unmatched_hold_is_noted_but_rollback_hold_is_not()
    {
        var world = new YugaWorld();
        world.Spec.HoldBefore!.AddRange(["UpgradeTServers/t9/swap", "RollbackMasters", "UpgradeMasters"]);
        var plan = YugaRun.Compile(world);
        plan.Notes.Where(n => n.StartsWith("spec.holdBefore", StringComparison.Ordinal)).ShouldHaveSingleItem()
            .ShouldContain("t9/swap");
    }

    [Fact]
    public void Plan_actions_and_guards_are_all_in_catalog()
    {
        var plan = YugaRun.Compile(new YugaWorld(Replicated()));
        var catalog = new StepCatalog<YugabyteCluster>(new YugabyteCluster(new YugaLife(new YugaWorld()).Context));
        plan.Steps.ShouldAllBe(s => StoredAsAttribute.NameOf(catalog.Action(s).GetType()) == s.Action);
        plan.Guards.ShouldAllBe(g => catalog.Guard(g).GetType().Name == g.Check);
    }

    [Fact]
    public void Plan_status_of_three_hundred_instances_fits_one_object()
    {
        var world = new YugaWorld(new YugaSetup { Masters = 3, Tservers = 297 });
        var discovery = YugaRun.Discover(world);
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMicroseconds(123456);
        PlanProgress plan = PlanProgress.Of(Compile(world, discovery));
        plan = plan.With(s => s.Record with
        {
            State = StepState.Succeeded,
            Attempt = 1,
            Tries = 1,
            StartedAt = at,
            FinishedAt = at,
            Receipt = s.Phase == DatabaseRollingUpgradePhases.PreparePackage
                ? new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    ["sha.yb-tserver"] = new string('a', 64)
                }
                : null,
        });
        var status = YugabyteStatus.Compose(
            discovery.Learn(new DatabaseRollingUpgradeStatus { Plan = plan }, discovery.Spec, default), world.Spec);
        JsonSerializer.SerializeToUtf8Bytes(
            new DatabaseRollingUpgrade { Spec = new DatabaseRollingUpgradeSpec(), Status = status },
            Drydock.Crds.CrdsJsonContext.Default.DatabaseRollingUpgrade).Length.ShouldBeLessThan(512 * 1024);
    }

    internal static YugaSetup Replicated() => new() { Groups = [("a-to-b", false), ("b-to-a", true)] };

    private static Plan Compile(YugaWorld world, YugabyteDiscovery discovery) =>
        new YugabytePlanner(world.Spec, discovery).Compile();

    private static DatabaseRollingUpgradeSpec With(DatabaseRollingUpgradeSpec spec, int settle, string drain) =>
        spec with { MinHealthySeconds = settle, Drain = new DrainSpec { Timeout = drain } };
}

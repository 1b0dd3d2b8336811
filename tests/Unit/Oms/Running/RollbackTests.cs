namespace Drydock.Tests.Unit.Oms;

/// <summary>The way back on request, from wherever the upgrade is.</summary>
public sealed class RollbackTests
{
    [Fact]
    public void Rollback_after_success_is_held_and_then_follows_the_runbook()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();
        var done = world.Done.Count;
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");

        (world.Status.Phase, world.ReasonOf("Held"), world.Is("Succeeded"), world.Is("Ready"), world.Is("Reconciling"))
            .ShouldBe(("RollingBack", "Held", true, false, true));
        world.Said.ShouldContain(world.BackWord("RollBack"));
        world.Status.Summary!.ShouldBeWorded();
        var notes = string.Join('\n', world.Status.RollbackPlan!.Notes);
        notes.ShouldContain(world.Status.SnapshotRef!.Name);
        notes.ShouldBeWorded();
        world.RunFor(TimeSpan.FromDays(2));
        world.Done.Count.ShouldBe(done);

        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Skip(done).Select(a => a.ToString()).ShouldBe(
        [
            "ha off rm_340",
            "restart oms_console oms-a", "console stop oms-a", "console start oms-a",
            "restart oms_console oms-b", "console stop oms-b", "console start oms-b",
            "policy no oms-a", "stop oms-a", "policy no oms-b", "stop oms-b",
            "snapshot rm_340+cm_340+cm_hb_340",
            "restore rm_340+cm_340+cm_hb_340",
            "start oms-a", "start oms-b", "console start oms-a", "console start oms-b",
            "policy always oms-a", "policy always oms-b",
            "ha on rm_340",
            "restart oms_console oms-a", "console stop oms-a", "console start oms-a",
            "restart oms_console oms-b", "console stop oms-b", "console start oms-b",
        ]);
        AsBefore(world);
        (
            world.Status.Phase, world.ReasonOf("Ready"), world.Is("Ready"), world.Is("Stalled"), world.Is("Failed"),
            world.Is("Succeeded")).ShouldBe(("RolledBack", "RolledBack", true, false, false, false));
        (world.Is("RolledBack"), world.IsPast("StopNew"), world.IsPast("RestoreDatabases"), world.IsPast("StartOld"))
            .ShouldBe((true, true, true, true));

        world.Status.Times!.T3.ShouldNotBeNull();
        world.Status.Times.RolledBackAt.ShouldNotBeNull();
        world.Status.SnapshotRef!.Name.ShouldContain($"-{world.Plan.Id}-");
        world.Status.RollbackSnapshotRef!.Name.ShouldBe(
            OmsWorld.Made(world.Status.RollbackPlan, what: "-before-rollback"));
        world.Api.All<BackupSnapshot>().Count(s => s.Spec.Contents == SnapshotContents.All).ShouldBe(2);
        world.Status.Nodes.ShouldAllBe(n => n.Container == OmsWorld.OldName && n.Version == "3.2.2-bp2");
        world.Hosts.ShouldAllBe(
            h => !world.New(h.Name)!.IsRunning && world.New(h.Name)!.HostConfig.RestartPolicy!.Name == "no");
    }

    [Fact]
    public void Rollback_after_any_upgrade_step_restores_previous_state()
    {
        var steps = Golden().Plan.Steps.Select(s => s.Id).ToList();
        Cases.Try(steps, id =>
        {
            var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
            world.RunUntil(() => world.Status.Plan?.Steps.Find(s => s.Id == id)?.State == StepState.Succeeded, id);
            var started = world.Count("start") > 0;
            var stopped = world.Count("stop") > 0;
            GoBack(world);

            world.Rules.Broken.ShouldBeEmpty(id);
            AsBefore(world);
            world.ReasonOf("Ready").ShouldBe("RolledBack", id);
            world.Count("restore").ShouldBe(
                started || world.Plan.Steps.Exists(s => s.Action == "StartContainer" && s.Attempt > 0) ? 1 : 0, id);
            (world.Count("jar") <= 2 && world.Count("init") <= 1).ShouldBeTrue(id);
            if (!stopped && world.Count("stop") == 0)
            {
                world.Hosts.ShouldAllBe(h => h.Containers.Count == 1 && h.Images.Count == 1, id);
            }
        });
    }

    [Fact]
    public void Rollback_requested_during_a_step_waits_for_its_end()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Reconciling") == "RollingBack", "it is said");
        world.Status.RollbackPlan.ShouldBeNull();
        world.Status.Message.ShouldBeWorded();
        world.RunToRolledBack();

        world.Step("CorrectMetadata/oms-a/jar").State.ShouldBe(StepState.Succeeded);
        world.Count("jar").ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
        AsBefore(world);
    }

    [Fact]
    public void Rollback_without_changes_has_no_steps_and_lasts_until_retry()
    {
        var world = new OmsWorld().Apply(s => s with { DesiredState = DesiredState.RolledBack });
        world.Annotate(Annotations.Retry, "old");
        world.RunToRolledBack();
        (world.Status.Phase, world.Status.RollbackPlan!.Steps.Count, world.Is("Ready"))
            .ShouldBe(("RolledBack", 0, true));
        world.Done.ShouldBeEmpty();
        Inert(world);

        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.ShouldBeEmpty();
        (world.Is("Ready"), world.Is("Stalled")).ShouldBe((false, true));

        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Withdrawn_rollback_request_leaves_upgrade_succeeded()
    {
        var world = Golden();
        var (done, end) = (world.Done.Count, world.EndState());
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunToSuccess();

        world.Done.Count.ShouldBe(done);
        world.Status.RollbackPlan.ShouldBeNull();
        world.EndState().ShouldBe(end);
        Inert(world);
    }

    [Fact]
    public void Changed_desiredState_after_first_rollback_act_is_ignored_and_reported()
    {
        var world = Failed();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Count("restore") == 1, "restoring");
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunUntil(
            () => world.Status.Message?.Contains("is ignored", StringComparison.Ordinal) == true, "it is said");
        world.RunUntil(() => world.IsBack, "back");

        AsBefore(world);
        (world.Is("Ready"), world.Is("RolledBack"), world.Is("Stalled")).ShouldBe((false, true, true));
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Ready"), "what is asked for is what runs");
    }

    [Fact]
    public void Word_in_the_spec_approves_the_rollback()
    {
        var world = Golden();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.EditSpec(s => s with { Approvals = [world.BackWord("RollBack")] });
        world.RunToRolledBack();

        AsBefore(world);
    }

    [Fact]
    public void Rollback_can_be_held_paused_and_resumed()
    {
        var world = Failed();
        world.EditSpec(s => s with
        {
            DesiredState = DesiredState.RolledBack,
            HoldBefore = ["RestoreDatabases", "StartOld/oms-b/start"]
        });
        world.RunUntil(() => world.Is("Held"), "held");
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("restore").ShouldBe(0);
        world.Annotate(Annotations.Approve, world.BackWord("RestoreDatabases"));
        world.RunUntil(() => world.Count("restore") == 1, "restoring");
        world.EditSpec(s => s with { Paused = true });
        world.RunUntil(() => world.ReasonOf("Reconciling") == "Paused", "paused");
        world.Metadata.Contents.ShouldBe("3.2.2");
        world.Restart();
        world.RunFor(TimeSpan.FromHours(1));
        world.Hosts.ShouldAllBe(h => h.Containers.TrueForAll(c => !c.IsRunning));
        world.EditSpec(s => s with { Paused = false, HoldBefore = [] });
        world.RunToRolledBack();

        world.Rules.Broken.ShouldBeEmpty();
        AsBefore(world);
    }

    [Fact]
    public void Second_attempt_after_rollback_removes_leftovers_of_the_first()
    {
        var fails = true;
        var world = Failed(new WorldSetup { Init = (_, _) => fails ? (1, "no\n") : (0, "%marker%") });
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();
        Inert(world);
        fails = false;
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.Retry();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("create"), world.Count("remove")).ShouldBe((4, 2, 4, 2));
        world.Status.SnapshotRef!.Name.ShouldContain($"-{world.Plan.Id}-");
        world.Metadata.Contents.ShouldBe("4.2.2");
        world.Status.Attempts.ShouldHaveSingleItem().Token
            .ShouldBe(world.Upgrade.Metadata.Annotation(Annotations.Retry));

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();
        AsBefore(world);
        world.Count("restore").ShouldBe(2);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Manual_high_availability_is_restored_manually_during_rollback()
    {
        var world = new OmsWorld().Apply(s => s with
        {
            HighAvailability =
                s.HighAvailability with { Method = Drydock.Crds.OmsUpgrades.HighAvailabilityMethod.Manual }
        });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Metadata.HaConfig = """{"enable":false}""";
        world.RunUntil(() => world.Count("jar") == 1, "the JAR");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(
            () => world.Count("restore") == 1 && world.ReasonOf("Held") == "AwaitingManualChange",
            "a person is waited for");
        world.Status.Message.ShouldNotBeNull().ShouldContain("refetchStoreIntervalMin");
        world.Metadata.HaConfig = """{"enable":true,"refetchStoreIntervalMin":900}""";
        world.RunToRolledBack();

        world.Count("ha on").ShouldBe(0);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Completed_rollback_stays_inert()
    {
        var world = Failed();
        GoBack(world);
        Inert(world);
    }

    internal static Func<OmsWorld, WorldContainer, (int, string)> FailingJar { get; } =
        static (_, _) => (1, "Exception\n");

    internal static OmsWorld Golden()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunToSuccess();
        return world;
    }

    internal static OmsWorld Failed(
        WorldSetup? setup = null,
        Func<Drydock.Crds.OmsUpgrades.OmsUpgradeSpec, Drydock.Crds.OmsUpgrades.OmsUpgradeSpec>? change = null)
    {
        var world = new OmsWorld(setup ?? new WorldSetup { RealJson = false, Jar = FailingJar }).Apply(change);
        world.RunUntil(() => world.Is("Failed"), "failed");
        return world;
    }

    /// <summary>Asks for the way back, approves it if it is held, and waits for its end.</summary>
    [Fact]
    public void Restored_heartbeat_does_not_count_for_started_container()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("init") == 1, "past the snapshot");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.Metadata.AreBeatsLost = true;
        world.RunUntil(() => world.Count("restore") == 1, "restored");
        foreach (var host in world.Hosts)
        {
            world.Metadata.LastBeat[host.Ip] = world.Time.GetUtcNow() - TimeSpan.FromSeconds(1);
        }

        world.RunFor(TimeSpan.FromSeconds(50));
        (world.IsBack, world.Count("start")).ShouldBe((false, 4));

        world.Metadata.AreBeatsLost = false;
        world.RunToRolledBack();
        AsBefore(world);
    }

    internal static void GoBack(OmsWorld world)
    {
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.IsBack || world.Is("Held"), "held or back");
        if (!world.IsBack)
        {
            Approve();
        }

        world.RunInsisting(() => world.IsBack, "RolledBack, nothing held", Approve);

        void Approve() => world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
    }

    internal static void Inert(OmsWorld world)
    {
        var (looks, points, writes) = (world.Looks, world.Points.Count, world.Api.Writes);
        world.Restart();
        world.RunFor(TimeSpan.FromDays(30));
        world.Annotate("argocd.argoproj.io/tracking-id", $"x{writes}");
        world.RunFor(TimeSpan.FromDays(1));
        (world.Looks, world.Points.Count, world.Api.Writes).ShouldBe((looks, points, writes + 1));
    }

    /// <summary>Everything that was there before the upgrade is there again and runs.</summary>
    internal static void AsBefore(OmsWorld world)
    {
        world.Metadata.Contents.ShouldBe("3.2.2");
        var config = HaConfig.Parse(world.Metadata.HaConfig!);
        (config.Enable, config.PerceiveStoreClientCheckpoint).ShouldBe((true, false));
        config.WithRefetchOf(HaConfig.Parse(WorldSetup.PartialHa)).Raw.ShouldBe(WorldSetup.PartialHa);
        ((double)config.RefetchStoreIntervalMin!.Value).ShouldBeGreaterThanOrEqualTo(
            world.Status.Times is { T1: { } t1, RolledBackAt: { } back } ? (back - t1).TotalMinutes + 30 : 30,
            "it covers T1 to the write and the margin");
        world.Api.All<V1Lease>().ShouldBeEmpty();
        foreach (var host in world.Hosts)
        {
            var old = world.Old(host.Name);
            old.IsRunning.ShouldBeTrue();
            old.HostConfig.RestartPolicy!.Name.ShouldBe("always");
            old.Programs.Values.ShouldAll(p => p.State == "RUNNING");
            host.Containers.Where(c => c != old).ShouldAll(c => !c.IsRunning);
        }
    }
}

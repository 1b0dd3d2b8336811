namespace Drydock.Tests.Unit.Oms;

/// <summary>What goes wrong on the way back, or keeps it from beginning.</summary>
public sealed class RollbackFailureTests
{
    [Fact]
    public void Failed_restore_is_resumed_by_a_retry()
    {
        var world = RollbackTests.Failed();
        world.Restores.Failures.Enqueue("no room");
        world.Restores.Failures.Enqueue("no room");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackFailed", "failed");
        (world.Status.Phase, world.Is("Failed")).ShouldBe(("Failed", true));
        world.Status.Message.ShouldNotBeNull().ShouldContain("no room");
        world.Status.Message.ShouldContain("RestoreDatabases/restore");
        world.RunFor(TimeSpan.FromHours(1));
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 2 && h.Containers.TrueForAll(c => !c.IsRunning));
        world.Count("restore").ShouldBe(2);

        world.Retry();
        world.RunToRolledBack();
        world.Rules.Broken.ShouldBeEmpty();
        RollbackTests.AsBefore(world);
        world.Count("restore").ShouldBe(3);
        world.Api.All<BackupSnapshot>()
            .ShouldAllBe(s => s.Status!.Verified != null || s.Spec.Contents == SnapshotContents.Definitions);
    }

    [Fact]
    public void Restore_that_waits_for_a_decision_is_not_replaced_by_another()
    {
        var world = RollbackTests.Failed();
        world.Restores.FailureReason = Reasons.OutcomeUnknown;
        world.Restores.Failures.Enqueue("rm_340 has no witness.");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackFailed", "failed");
        world.Status.Message.ShouldBeWorded();
        world.Retry();
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("restore").ShouldBe(1);
        world.ReasonOf("Stalled").ShouldBe("RollbackFailed");

        world.Restores.Accepted();
        world.RunToRolledBack();
        world.Count("restore").ShouldBe(1);
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Unreadable_data_of_failed_upgrade_does_not_block_rollback()
    {
        var world = RollbackTests.Failed();
        world.Snapshots.Failures.Enqueue("rm_340 has no tables");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();

        RollbackTests.AsBefore(world);
        world.Status.RollbackSnapshotRef.ShouldBeNull();
        world.Status.ActionRequired.ShouldContain(
            a => a.Reason == "ReviewSnapshot" && a.Message.Contains("rm_340 has no tables"));
    }

    [Fact]
    public void Failed_dump_after_success_stops_rollback_before_the_restore()
    {
        var world = RollbackTests.Golden();
        for (var i = 0; i < 3; i++)
        {
            world.Snapshots.Failures.Enqueue("disk full");
        }

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackFailed", "failed");

        world.Count("restore").ShouldBe(0);
        world.Metadata.Contents.ShouldBe("4.2.2");
        world.Retry();
        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Missing_old_container_or_snapshot_makes_rollback_unavailable()
    {
        var world = RollbackTests.Golden();
        var gone = world.Old("oms-b");
        world["oms-b"].Containers.Remove(gone);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackUnavailable", "unavailable");
        world.Status.Message.ShouldNotBeNull().ShouldContain("oms_322");
        world["oms-b"].Containers.Add(gone);
        world.Api.Delete<BackupSnapshot>(OmsWorld.Namespace, OmsWorld.Made(world.Status.Plan));
        world.RunUntil(
            () => world.Status.Message!.Contains(
                $"{OmsWorld.Made(world.Status.Plan)} is gone", StringComparison.Ordinal),
            "the other reason");

        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunToSuccess();
        (world.Is("Ready"), world.Is("Stalled")).ShouldBe((true, false));
        world.Count("restore").ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Unreachable_storage_stalls_rollback_until_it_answers(bool succeeded)
    {
        var world = succeeded ? RollbackTests.Golden() : RollbackTests.Failed();
        world.Archives.Outage = "s3.example does not answer";
        var done = world.Done.Count;
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(
            () => world.Status.Message!.Contains("s3.example does not answer", StringComparison.Ordinal), "it is said");
        world.RunFor(TimeSpan.FromMinutes(5));

        (world.Is("Stalled"), world.Done.Count).ShouldBe((true, done));
        world.Lives.ShouldAllBe(l => l.Thrown.Count == 0);
        world.Archives.Outage = null;
        RollbackTests.GoBack(world);
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Failing_new_console_does_not_block_rollback()
    {
        OmsWorld? world = null;
        world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            ProgramDies = (container, program) => program == "oms_console" && container.Name == OmsWorld.NewName
                && world!.Count("ha on") > 0
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Status.Step.ShouldBe("EnableHA/oms-a/restart-console");

        RollbackTests.GoBack(world);
        RollbackTests.AsBefore(world);
        world.BackStep("DisableNewHA/oms-a/restart-console").Attempt.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Old_container_started_manually_stalls_rollback_until_stopped()
    {
        var world = RollbackTests.Failed(
            new WorldSetup { RealJson = false, PeopleMayStartOld = true, Jar = RollbackTests.FailingJar });
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Count("restore") == 1, "restoring");
        world.Old("oms-a").Start();
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe("TargetChanged");
        world.RunFor(TimeSpan.FromMinutes(10));
        world.Old("oms-b").IsRunning.ShouldBeFalse();
        world.Old("oms-a").Stop(0);
        world.RunToRolledBack();
    }

    [Fact]
    public void Replaced_new_container_is_stopped_before_the_restore()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar }).Apply();
        world.RunUntil(() => world.Count("stop") == 2, "the old ones stopped");
        var made = world.New("oms-a")!;
        GuardTests.Replace(made, made.Image, made.HostConfig);
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.New("oms-a")!.IsRunning.ShouldBeTrue();

        RollbackTests.GoBack(world);
        RollbackTests.AsBefore(world);
        world.New("oms-a")!.IsRunning.ShouldBeFalse();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Renamed_new_container_makes_rollback_unavailable()
    {
        var world = RollbackTests.Failed();
        var renamed = world.New("oms-a")!;
        renamed.Name = "oms_kept";
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackUnavailable", "unavailable");
        world.Status.Message.ShouldBeWorded();
        world.Count("restore").ShouldBe(0);

        renamed.Name = OmsWorld.NewName;
        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
        world.Rules.Broken.ShouldBeEmpty();
    }
}

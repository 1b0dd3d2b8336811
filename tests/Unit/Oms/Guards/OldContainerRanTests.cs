namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// Somebody starts an old container after T1 and stops it again: what it wrote counts, also if nobody looked meanwhile.
/// </summary>
public sealed class OldContainerRanTests
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(5);
    private static readonly Undisturbed Golden = Undisturbed.Run(Begin);

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void Run_of_old_container_voids_the_snapshot_or_stops_the_upgrade_at_every_step(bool isDead, int way)
    {
        var from = Golden.World.Points.Last(p => p.What.StartsWith("stop oms-", StringComparison.Ordinal)).Number;
        Cases.Try(Golden.World.Points.Where(p => p.Number > from && Sample.Takes(p.Number, way, 3)), point =>
        {
            var world = Begin();
            world.RunUntil(() => world.Points.Count >= point.Number, point.What);
            Run(world, isDead);
            var ran = world.Old("oms-b").FinishedAt!.Value;
            world.RunUntil(() => world.IsOver || IsAsked(world), $"after {point}");
            world.Rules.Broken.ShouldBeEmpty(point.What);
            var snapshot = world.Done.Last(a => a.What == "snapshot").At;
            if (world.IsOver)
            {
                var acts = world.Done.Where(a => a.By != 0 && a.At > ran).Select(a => a.What)
                    .Except(["stop oms_console", "console start"]).ToList();
                (snapshot >= ran || acts.Count == 0 || !acts.Exists(a => a is "start" or "jar" or "init"))
                    .ShouldBeTrue($"{point}: {string.Join(", ", acts)}");
                return;
            }

            world.ReasonOf("Stalled").ShouldBe("TargetChanged", point.What);
            world.Done.Where(a => a.At > ran)
                .ShouldNotContain(a => a.What == "start" || a.What == "jar" || a.What == "init", point.What);
            world.RunFor(TimeSpan.FromHours(1));
            world.Restart();
            world.RunFor(TimeSpan.FromHours(1));
            world.Done.Where(a => a.At > ran)
                .ShouldNotContain(a => a.What == "start" || a.What == "jar" || a.What == "init", point.What);
            if (!world.Is("Failed"))
            {
                world.Status.Message.ShouldNotBeNull().ShouldContain("OMS is in use again");
                world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
                world.RunToSuccess();
                return;
            }

            world.Said.ShouldContain("restore the snapshot and repeat from there");
            world.RetryOnRestoredData();
            world.RunToSuccess();
            world.Rules.Broken.ShouldBeEmpty(point.What);
            world.Count("restore").ShouldBe(1, point.What);
            world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.TargetChanged, point.What);
        });
    }

    [Fact]
    public void Snapshot_is_taken_again_after_old_container_ran_before_StartNew()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        Run(world, isDead: false);
        var ran = world.Old("oms-b").FinishedAt!.Value;
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Last(a => a.What == "snapshot").At.ShouldBeGreaterThanOrEqualTo(ran);
        (world.Count("snapshot"), world.Count("jar"), world.Count("init")).ShouldBe((2, 2, 1));
        world.Status.SnapshotRef!.Name.ShouldEndWith("-2");
        world.Status.Times!.T1!.Value.ShouldBeLessThan(ran, "the first stop counts: Stores read again from there");
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.TargetChanged && a.Subject == "oms-b");
    }

    [Fact]
    public void First_stop_counts_when_the_repeated_stop_has_to_act()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true, Nodes = 1 }).Apply();
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        var old = world.Old("oms-a");
        old.HostConfig = old.HostConfig with { RestartPolicy = new RestartPolicy { Name = "always" } };
        old.Start();
        world.RunFor(While);
        old.Stop(0);
        var ran = old.FinishedAt!.Value;
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("snapshot"), old.HostConfig.RestartPolicy!.Name).ShouldBe((2, "no"));
        world.Status.Times!.T1!.Value.ShouldBeLessThan(ran);
    }

    [Fact]
    public void Run_of_old_container_beside_new_version_can_be_accepted()
    {
        var world = Stopped();
        world.Status.NextAction.ShouldNotBeNull().ShouldContain(world.AcceptWord("ContainerStaysStopped/oms-b"));
        world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
        world.RunUntil(() => world.Count("init") == 1, "it continues");

        (world.Count("restore"), world.Count("jar")).ShouldBe((0, 2));
        world.Status.Approvals.ShouldHaveSingleItem().Accepted.ShouldBeTrue();
        world.Plan.Guards.Single(g => g.Id == "ContainerStaysStopped/oms-b").Record.Violations[^1].Accepted
            .ShouldBe(Drydock.Crds.Plans.AcceptedBy.Annotation);
    }

    [Fact]
    public void Another_run_after_the_acceptance_stops_the_upgrade_again()
    {
        var world = Stopped();
        world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
        world.RunUntil(() => world.Count("jar") == 2, "the second JAR");
        Run(world, isDead: false);
        world.RunUntil(() => world.Is("Failed"), "stopped again");
        world.ReasonOf("Stalled").ShouldBe("TargetChanged");
        world.Count("init").ShouldBe(0);
    }

    [Fact]
    public void Acceptance_of_one_run_does_not_cover_a_later_run()
    {
        var world = Stopped();
        Run(world, isDead: true);
        world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
        world.RunUntil(() => world.Status.Approvals.Count > 0, "the acceptance is read");
        world.RunFor(TimeSpan.FromHours(1));

        (world.ReasonOf("Stalled"), world.Count("jar"), world.Count("init")).ShouldBe(("TargetChanged", 1, 0));
        var violations = world.Plan.Guards.Single(g => g.Id == "ContainerStaysStopped/oms-b").Record.Violations;
        (violations.Exists(v => v.Accepted is null), violations[^1].Accepted, violations[^1].To)
            .ShouldBe((true, null, null));

        // Declined, unless it was read while status still showed the first run alone.
        if (violations[^2].Accepted is null)
        {
            world.Status.Approvals.Single().Ignored.ShouldBeWorded();
        }
    }

    [Fact]
    public void Run_of_old_container_beside_new_version_can_be_rolled_back()
    {
        var world = Stopped();
        RollbackTests.GoBack(world);
        world.Rules.Broken.ShouldBeEmpty();
        world.Count("restore").ShouldBe(1);
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Removed_old_container_is_accepted_and_no_rollback_is_offered()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        world["oms-b"].Containers.Remove(world.Old("oms-b"));
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe("TargetChanged");
        world.Status.NextAction.ShouldNotBeNull().ShouldNotContain("oll back");
        world.Status.Rollback?.Cost.ShouldNotBeNull().ShouldContain("not possible");

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunFor(TimeSpan.FromMinutes(10));
        (world.Status.RollbackPlan is null, world.Count("start")).ShouldBe((true, 0));
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.Status.Rollback?.Cost.ShouldNotBeNull().ShouldContain("not possible");
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.TargetChanged && a.Subject == "oms-b");
    }

    private static bool IsAsked(OmsWorld world) =>
        world.Status.Plan?.Guards.Exists(g => g.Record.Violations.Exists(v => v is { To: null, Key: not null })) == true
            && world.Is("Stalled");

    private static OmsWorld Stopped()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        Run(world, isDead: false);
        world.RunUntil(() => world.Is("Failed"), "stopped");
        world.Count("jar").ShouldBe(1);
        return world;
    }

    private static void Run(OmsWorld world, bool isDead)
    {
        if (isDead)
        {
            world.Life.Die();
        }

        world.Old("oms-b").Start();
        if (isDead)
        {
            world.Time.Advance(While);
        }
        else
        {
            world.RunFor(While);
        }

        world.Old("oms-b").Stop(0);
    }

    private static OmsWorld Begin() =>
        new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply();
}

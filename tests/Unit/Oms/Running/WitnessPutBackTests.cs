namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// The status goes back to an older copy of itself after the run had ended, and the run is asked for again or back:
/// success is reported only on databases of the new version, and nothing is stopped or dropped without a question.
/// </summary>
public sealed class WitnessPutBackTests
{
    // A run that ended in a rollback counts attempts from one again.
    [Theory]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    [InlineData(false, true, false)]
    public void Run_after_rollback_and_restored_etcd_migrates_the_databases(
        bool planStored, bool containersRemoved, bool forget)
    {
        Cases.Try([true, false], haOn =>
        {
            var world = RolledBack(haOn);
            var writes = world.StatusWrites.Select(w => w.Status!).ToList();
            if (containersRemoved)
            {
                world.Hosts.ForEach(h => h.Containers.Remove(h.Find(OmsWorld.NewName)!));
            }

            var (jar, init) = (world.Count("jar"), world.Count("init"));
            world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
            world.PutBack(planStored ? writes.First(s => s.Plan is not null) : writes[0], forget);
            world.RunUntil(() => world.IsOver || Asks(world), "the end or a question");
            world.IsOver.ShouldBe(!planStored, world.Status.Message);
            if (planStored)
            {
                // The plan is that of then: nothing of it is begun, and nobody can accept it.
                world.ReasonOf("Stalled").ShouldBe(Reasons.StatusOutdated, world.Status.Message);
                world.Annotate(Annotations.Approve, string.Join(
                    ',', world.Hosts.Select(h => Word.For($"StatusIsCurrent/{h.Name}", 1, world.Plan))));
                world.RunFor(TimeSpan.FromHours(1));
                (world.Count("jar") - jar, world.Count("init") - init, world.IsOver).ShouldBe((0, 0, false));
                world.Status.Message.ShouldNotBeNull()
                    .ShouldContain("plan again: `kubectl -n migration annotate omsu up drydock.dev/abort=");
                if (!containersRemoved)
                {
                    world.Status.Message.ShouldContain("remove the new one (`docker rm oms_422`)");
                    world.Hosts.ForEach(h => h.Containers.Remove(h.Find(OmsWorld.NewName)!));
                }

                world.RunFor(TimeSpan.FromMinutes(5));
                world.Annotate(Annotations.Abort, world.Plan.Tag);
                world.RunFor(TimeSpan.FromMinutes(5));
                world.Retry();
                world.RunFor(TimeSpan.FromHours(1));
            }

            world.IsOver.ShouldBeTrue(
                $"{world.Status.Message} {string.Join(' ', world.Status.Findings.Select(f => f.Message))}");
            (world.Count("jar") - jar, world.Count("init") - init, world.Metadata.Contents).ShouldBe((2, 1, "4.2.2"));
            world.Rules.Broken.ShouldBeEmpty();
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Restore_object_of_an_earlier_run_is_never_taken_for_that_of_this_one(bool logsCleaned)
    {
        var world = RolledBack(haOn: false);
        var back = world.StatusWrites.Select(w => w.Status!).First(s => s.Plan is not null);
        foreach (var host in world.Hosts)
        {
            host.Containers.Remove(host.Find(OmsWorld.NewName)!);
            if (logsCleaned)
            {
                host.Files.Keys.Where(f => f.Contains("/drydock/", StringComparison.Ordinal)).ToList()
                    .ForEach(f => host.Files.Remove(f));
            }
        }

        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.PutBack(back);
        world.RunUntil(() => world.IsOver || Asks(world), "the end or a question");
        world.IsOver.ShouldBe(logsCleaned, world.Status.Message);
        if (world.IsOver)
        {
            world.Metadata.Contents.ShouldBe("4.2.2");
        }

        var loads = world.Restores.Loads.Count;
        RollBack(world);
        if (logsCleaned)
        {
            (world.IsBack, world.Restores.Loads.Count - loads, world.Metadata.Contents)
                .ShouldBe((true, 1, "3.2.2"), world.Status.Message);
        }

        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_of_an_outdated_status_takes_the_snapshot_of_its_own_plan()
    {
        var world = Begin(haOn: true);
        world.RunToSuccess();
        var back = world.StatusWrites.Select(w => w.Status!).First(s => s.Plan is not null);
        var first = world.Api.All<BackupSnapshot>().Single(s => s.Spec.Contents == SnapshotContents.All);
        world.RunFor(TimeSpan.FromHours(5));
        world.Api.Create(first with
        {
            Metadata = new V1ObjectMeta
            {
                Name = "copy",
                Namespace = first.Metadata.Namespace,
                Labels = first.Metadata.Labels,
                Annotations = first.Metadata.Annotations
            },
            Status = null,
        });
        world.RunFor(TimeSpan.FromHours(1));
        world.PutBack(back);
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.StatusOutdated, "asks");
        RollBack(world);

        (world.IsBack, world.Metadata.Contents).ShouldBe((true, "3.2.2"), world.Status.Message);
    }

    // A word in Git that was used after the backup of etcd.
    [Theory]
    [InlineData(true, "accept")]
    [InlineData(false, "accept")]
    [InlineData(true, "redo")]
    [InlineData(false, "redo")]
    [InlineData(true, "lost")]
    [InlineData(false, "lost")]
    public void Word_of_Git_that_was_used_before_stops_no_running_OMS(bool haOff, string way) =>
        Cases.Try([true, false], gitFirst =>
        {
            var (calls, inits) = (way == "lost" ? 1 : 0, 0);
            var setup = Setup(haOn: !haOff);
            setup.Jar = (_, _) => ++calls > 1
                ? (0, "corrected\n")
                : way == "accept" ? (0, "2026-03-01 02:00:00 ERROR something odd\n") : (3, "failed\n");
            var init = setup.Init;
            setup.Init = (w, c) => ++inits == 1 && way == "accept" ? (1, "no marker\n") : init(w, c);
            var world = new OmsWorld(setup).Apply(s => OmsWorld.AsBefore(s, haOff));
            if (way == "lost")
            {
                world.RunUntil(() => world.Count("jar") == 1, "the JAR");
                world.RunFor(TimeSpan.FromSeconds(5));
                world["oms-a"].RestartDockerd();
            }

            world.RunUntil(() => world.Is("Failed"), "failed");
            var backup = world.Status;
            if (way == "accept")
            {
                world.EditSpec(s => s with { Approvals = [world.AcceptWord(world.Status.Step!)] });
                world.RunUntil(() => world.ReasonOf("Failed") == Reasons.MarkerMissing, "init failed");
            }

            world.Annotate(Annotations.Retry, way == "accept" ? world.RetryWord : world.RestoreWord);
            world.RunToSuccess();
            world.RunFor(TimeSpan.FromHours(20));
            var (stops, loads, spec) = (world.Count("stop"), world.Restores.Loads.Count, world.Upgrade.Spec);
            var retry = world.Upgrade.Metadata.Annotation(Annotations.Retry)!;

            if (!gitFirst)
            {
                world.EditSpec(s => s with { Approvals = [] });
                world.Unannotate(Annotations.Retry);
            }

            world.PutBack(backup, forget: true);
            world.RunFor(TimeSpan.FromMinutes(5));
            world.EditSpec(_ => spec);
            world.Annotate(Annotations.Retry, retry);
            world.RunFor(TimeSpan.FromHours(3));

            (world.Count("stop") - stops, world.Restores.Loads.Count - loads).ShouldBe((0, 0), world.Status.Message);
            world.Status.Message.ShouldNotBeNull().ShouldContain("that it was used before");
            world.RetryOnRestoredData();
            world.RunFor(TimeSpan.FromHours(3));
            (world.Count("stop") - stops, world.Restores.Loads.Count - loads).ShouldBe((0, 0), world.Status.Message);
            world.ReasonOf("Stalled").ShouldBe(Reasons.StatusOutdated, world.Status.Message);
            world.Hosts.ShouldAllBe(h => h.Find(OmsWorld.NewName)!.IsRunning);
            world.Rules.Broken.ShouldBeEmpty();
        });

    // Golden run, rolled back, put back to each write, and forward or back from there.
    [Theory]
    [InlineData(true, true, 0)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 2)]
    [InlineData(false, false, 3)]
    public void Status_put_back_after_a_rollback_is_harmless_forward_and_back(bool haOn, bool forget, int way)
    {
        var writes = RolledBack(haOn).StatusWrites.Count;
        Cases.Try(
            from back in Enumerable.Range(1, writes)
            from forward in new[] { true, false }
            where Sample.Takes((2 * back) + (forward ? 1 : 0), way, 16)
            select (back, forward),
            one =>
            {
                var world = RolledBack(haOn);
                var (what, done) = ($"back to {one.back}", world.Done.Count);
                world.EditSpec(
                    s => s with { DesiredState = one.forward ? DesiredState.Upgraded : DesiredState.RolledBack });
                world.PutBack(world.StatusWrites[one.back - 1].Status!, forget);
                world.RunUntil(() => world.IsOver || world.IsBack || Asks(world) || world.Is("Held"), what);
                world.RunFor(TimeSpan.FromHours(1));

                what = $"{what} ({world.Status.Phase}): {world.Status.Message}";
                if (!world.StatusWrites[one.back - 1].Status!.Conditions.Exists(
                    c => c is { Type: "Succeeded", Status: "True" }))
                {
                    (world.IsOver && world.Metadata.Contents != world.Setup.ToVersion).ShouldBeFalse(what);
                }

                world.Restores.Loads.Count.ShouldBe(1, what);
                if (!world.IsOver)
                {
                    world.Done.Skip(done).Where(a => a.By != 0 && a.What is "jar" or "init").ShouldBeEmpty(what);
                    world.Hosts.Where(h => world.Old(h.Name).Status != "running").Select(h => h.Name)
                        .ShouldBeEmpty(what);
                }
            });
    }

    private static void RollBack(OmsWorld world)
    {
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunFor(TimeSpan.FromMinutes(5));
        if (world.Is("Held"))
        {
            world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
            world.RunUntil(() => world.IsBack || Asks(world), "back");
        }
    }

    private static bool Asks(OmsWorld world) => world.Is("Stalled") || world.Is("Failed");

    private static WorldSetup Setup(bool haOn) => new()
    {
        RealJson = false,
        PeopleMayStartOld = true,
        HaConfig = haOn ? WorldSetup.PartialHa : WorldSetup.HaOff,
    };

    private static OmsWorld Begin(bool haOn) => new OmsWorld(Setup(haOn)).Apply(s => OmsWorld.AsBefore(s, !haOn));

    private static OmsWorld RolledBack(bool haOn)
    {
        var world = Begin(haOn);
        world.RunToSuccess();
        RollBack(world);
        (world.IsBack, world.Metadata.Contents).ShouldBe((true, "3.2.2"), world.Status.Message);
        return world;
    }
}

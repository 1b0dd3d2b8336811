namespace Drydock.Tests.Unit.Oms;

public sealed class DeletionTests
{
    [Fact]
    public void Deletion_before_T1_undoes_and_after_T1_completes_upgrade()
    {
        var points = Run(int.MaxValue).Points;
        var t1 = points.First(p => p.What.StartsWith("status StopOld", StringComparison.Ordinal)).Number;
        Cases.Try(points.Select(p => p.Number).Where(p => p < t1 + 10 || p % 3 == 0), DeletedAt);
    }

    [Fact]
    public void Deletion_keeps_image_that_was_present_before_upgrade()
    {
        var world = new OmsWorld(new WorldSetup { ImagePresent = true }).Apply();
        world.RunUntil(() => world.Count("create") == 2, "created");
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");

        world.Hosts.ShouldAllBe(h => h.FindImage(OmsWorld.NewImage) != null && h.Containers.Count == 1);
    }

    [Fact]
    public void Undo_killed_at_any_point_still_undoes_everything()
    {
        for (var kill = 1; kill <= 16; kill++)
        {
            var world = Disabled();
            var (before, at) = (world.Points.Count, kill);
            world.Fates = p => p.Number == before + at ? Fate.DieAfter : Fate.Live;
            world.Delete();
            world.RunUntil(() => world.IsGone(), $"gone although killed {kill} points later");
            Undone(world, $"killed {kill} points later");
        }
    }

    [Fact]
    public void Undo_waits_for_the_running_step_in_plain_sentences()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(
            () => world.Status.Plan?.Steps.Find(
                s => s.Id == "DisableHA/oms-a/restart-console")?.State == StepState.Running,
            "a console restarts");
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");

        world.StatusWrites.Select(w => w.Status!.Message).ShouldContain(m => m!.StartsWith(
            "The object is being deleted, so all changes are undone. Running steps finish first. Under way: Restarting "
            + "oms_console on oms-a", StringComparison.Ordinal));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Deletion_after_T1_waits_and_names_abandon_annotation()
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["StartNew"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Delete();
        world.RunFor(TimeSpan.FromMinutes(1));

        world.ReasonOf("Reconciling").ShouldBe("DeletionWaits");
        world.Said.ShouldContain("drydock.dev/on-delete");
        world.Annotate(Annotations.Approve, world.WordFor("StartNew"));
        world.RunUntil(() => world.IsGone(), "gone");
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
        world.Metadata.IsHighAvailabilityOn.ShouldBeTrue();
        world.Api.All<BackupSnapshot>().Count(s => s.Spec.Contents == SnapshotContents.All).ShouldBe(1);
        world.Api.All<V1Lease>().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("PrepareImage/oms-a/create")]
    [InlineData("StopOld/oms-a")]
    [InlineData("CorrectMetadata/oms-a/jar")]
    [InlineData("EnableHA/ha-config")]
    public void Abandon_lets_running_step_end_starts_nothing_and_is_reported(string during)
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(
            () => world.Status.Plan?.Steps.Find(s => s.Id == during)?.State == StepState.Running, $"{during} runs");
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");

        var done = world.Done.Count;
        world.Events.All.ShouldContain(
            e => e.IsWarning && e.Reason == "Abandoned" && e.Message.Contains("steps were done"));
        world.Logs.Lines.ShouldContain(l => l.StartsWith("Warning") && l.Contains("abandoned"));
        world.Api.All<V1Lease>().ShouldBeEmpty();
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.Skip(done).Where(a => !a.What.StartsWith("console", StringComparison.Ordinal)).ShouldBeEmpty();
        world.Alive.ShouldBeEmpty();
    }

    [Fact]
    public void Upgrade_in_deleted_namespace_is_abandoned()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count("snapshot") == 1, "backup");
        world.Api.Delete<V1Namespace>(null, OmsWorld.Namespace);
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone", TimeSpan.FromMinutes(5));

        world.Events.All.ShouldContain(e => e.Reason == "Abandoned");
        world.Count("start").ShouldBe(0);
    }

    [Fact]
    public void Unreachable_host_blocks_deletion_until_upgrade_is_abandoned()
    {
        var world = Disabled();
        world["oms-b"].Cut(off: true);
        world.Delete();
        world.RunFor(TimeSpan.FromMinutes(30));
        world.IsGone().ShouldBeFalse();
        world.ReasonOf("Stalled").ShouldBe(Reasons.RollbackUnavailable);
        world.Status.Message.ShouldBeWorded();
        world.Is("Stalled").ShouldBeTrue();
        world.Metadata.IsHighAvailabilityOn.ShouldBeFalse("whether the new version was started on oms-b is not known");

        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.RunUntil(() => world.IsGone(), "gone", TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Undo_completes_once_unreachable_host_answers_again()
    {
        var world = Disabled();
        world["oms-b"].Cut(off: true);
        world.Delete();
        world.RunFor(TimeSpan.FromMinutes(30));
        world["oms-b"].Cut(off: false);
        world.RunUntil(() => world.IsGone(), "gone");

        Undone(world, "the host came back");
    }

    [Theory]
    [InlineData(ApprovalPolicy.Manual)]
    [InlineData(ApprovalPolicy.Automatic)]
    public void Planned_or_completed_upgrade_is_deleted_at_once(ApprovalPolicy approval)
    {
        var world = new OmsWorld().Apply(s => s with { Approval = approval });
        world.RunUntil(
            () => (world.Is("Ready") || world.Is("Held")) && world.Upgrade.Metadata.Finalizers is not { Count: > 0 },
            "ready");
        var done = world.Done.Count;
        world.Delete();
        world.IsGone().ShouldBeTrue();
        world.RunFor(TimeSpan.FromHours(1));

        world.Done.Count.ShouldBe(done);
        world.Lives.ShouldAllBe(l => l.Thrown.Count == 0);
    }

    private static void DeletedAt(int point)
    {
        var world = Run(point);
        if (world.IsGone())
        {
            return;
        }

        var wasStopping = world.Count("stop") > 0 || world.Count("policy no") > 0;
        world.Delete();
        world.RunUntil(() => world.IsGone(), $"gone after deletion at {world.Points[^1]}");
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Rules.Broken.ShouldBeEmpty();
        world.Api.All<V1Lease>().ShouldBeEmpty();
        if (world.Count("stop") == 0)
        {
            wasStopping.ShouldBeFalse();
            Undone(world, $"deleted at {point}");
        }
        else
        {
            (world.Count("jar"), world.Count("init"), world.Count("create"), world.Count("snapshot"))
                .ShouldBe((2, 1, 2, 1));
            world.Metadata.IsHighAvailabilityOn.ShouldBeTrue();
            world.Hosts.ShouldAllBe(h => world.New(h.Name)!.IsRunning);
        }
    }

    private static OmsWorld Disabled()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Metadata.HaConfig != WorldSetup.PartialHa, "high availability is off");
        return world;
    }

    private static OmsWorld Run(int point)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = point == int.MaxValue }).Apply();
        world.RunUntil(
            () => world.Points.Count >= point
                || (world.Is("Succeeded") && world.Upgrade.Metadata.Finalizers is not { Count: > 0 }),
            $"point {point}");
        return world;
    }

    private static void Undone(OmsWorld world, string what)
    {
        world.Metadata.HaConfig.ShouldBe(WorldSetup.PartialHa, what);
        foreach (var host in world.Hosts)
        {
            host.Containers.Select(c => c.Name).ShouldBe([OmsWorld.OldName], what);
            host.Images.Count.ShouldBe(1, what);
            host.References.Count.ShouldBe(1, what);
            world.Old(host.Name).IsRunning.ShouldBeTrue(what);
            world.Old(host.Name).HostConfig.RestartPolicy!.Name.ShouldBe("always", what);
            world.Old(host.Name).Console.State.ShouldBe("RUNNING", what);

            // A console that was restarted while high availability was off has read that, and must be restarted once
            // more.
            var starts = world.Done.Count(a => a.What == "console start" && a.Where == host.Name
                && world.Done.FindIndex(d => d.What == "ha off") is >= 0);
            starts.ShouldBeOneOf(0, 2, 3, 4);
        }
    }
}

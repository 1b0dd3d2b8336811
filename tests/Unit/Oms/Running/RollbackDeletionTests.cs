namespace Drydock.Tests.Unit.Oms;

/// <summary>Deletion while the way back is taken, or is to be taken.</summary>
public sealed class RollbackDeletionTests
{
    [Fact]
    public void Deletion_during_rollback_waits_for_its_end()
    {
        var golden = Begin();
        golden.RunToRolledBack();
        var from = golden.Points.First(p => p.What.StartsWith("status RollingBack", StringComparison.Ordinal)).Number;
        var points = Enumerable.Range(from, golden.Points.Count - from);
        Cases.Try(points.Where(p => p % 2 == 0 && Sample.Takes(p / 2, 0, 2)), point =>
        {
            var world = Begin();
            world.RunUntil(() => world.Points.Count >= point, $"point {point}");
            world.Delete();
            world.RunUntil(() => world.IsGone(), "gone");

            world.Rules.Broken.ShouldBeEmpty();
            world.Metadata.Contents.ShouldBe("3.2.2");
            world.Metadata.IsHighAvailabilityOn.ShouldBeTrue();
            world.Hosts.ShouldAllBe(h => world.Old(h.Name).IsRunning && !world.New(h.Name)!.IsRunning);
            world.Api.All<V1Lease>().ShouldBeEmpty();
            world.Api.All<BackupSnapshot>().Count(s => s.Spec.Contents == SnapshotContents.All)
                .ShouldBe(2, "no backup goes with the object");
        });
    }

    [Fact]
    public void Deletion_of_failed_upgrade_past_T1_waits_for_requested_rollback()
    {
        var world = RollbackTests.Failed();
        world.Delete();
        world.RunFor(TimeSpan.FromHours(1));
        world.IsGone().ShouldBeFalse();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.IsGone(), "gone");

        world.Rules.Broken.ShouldBeEmpty();
        world.Hosts.ShouldAllBe(h => world.Old(h.Name).IsRunning);
    }

    [Fact]
    public void Deletion_while_rollback_is_held_keeps_the_new_version()
    {
        var world = RollbackTests.Golden();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone", TimeSpan.FromMinutes(1));

        world.Hosts.ShouldAllBe(h => world.New(h.Name)!.IsRunning);
        world.Api.All<V1Lease>().ShouldBeEmpty();
    }

    [Fact]
    public void Abandoned_rollback_starts_no_container_and_is_reported()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("restore") == 1, "restoring");
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");

        world.Events.All.ShouldContain(
            e => e.Reason == "Abandoned" && e.Message.Contains("StartOld", StringComparison.Ordinal) == false);
        world.Hosts.ShouldAllBe(h => h.Containers.TrueForAll(c => !c.IsRunning));
    }

    private static OmsWorld Begin() =>
        new OmsWorld(new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
}

using Drydock.Crds.Values;
namespace Drydock.Tests.Unit.Oms;

/// <summary>spec.cleanup: the old containers go once the upgrade is accepted.</summary>
public sealed class CleanupTests
{
    [Fact]
    public void Held_cleanup_says_that_it_waits()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();
        world.EditSpec(s => s with { HoldBefore = ["Cleanup"] });
        world.RemoveOldContainers();
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.Summary!.ShouldBeWorded();
    }

    [Fact]
    public void Approved_cleanup_removes_old_containers_and_images_and_prevents_rollback()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();
        RollbackTests.Inert(world);
        world.EditSpec(s => s with { Cleanup = new CleanupSpec { RemoveImages = true } });
        world.Status.CleanedUpAt.ShouldBeNull();
        world.RemoveOldContainers();
        world.RunUntil(() => world.Status.CleanupPlan is not null && world.IsOver && world.Is("Ready"), "clean");
        world.Status.CleanedUpAt.ShouldNotBeNull();

        world.Hosts.ShouldAllBe(h => h.Containers.Count == 1 && h.Containers[0].Name == OmsWorld.NewName
            && h.Containers[0].IsRunning && h.Images.Count == 1);
        world.Is("Succeeded").ShouldBeTrue();
        world.Status.Phase.ShouldBe("Succeeded");
        world.Status.ActionRequired.ShouldNotContain(a => a.Reason == "RemoveOldContainers");
        world.Api.All<V1Lease>().ShouldBeEmpty();
        RollbackTests.Inert(world);

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackUnavailable", "no way back");
        world.Status.Message.ShouldNotBeNull().ShouldContain("spec.cleanup");
    }

    [Fact]
    public void Cleanup_runs_automatically_after_its_delay_and_not_before()
    {
        var world = new OmsWorld().Apply(s => s with { Cleanup = new CleanupSpec { After = "168h" } });
        world.RunToSuccess();
        world.Status.CleanupAt?.ToSeconds().ShouldBe(world.Status.FinishedAt!.Value + TimeSpan.FromHours(168));
        var (looks, writes) = (world.Looks, world.Api.Writes);
        world.RunFor(TimeSpan.FromHours(100));
        world.Restart();
        world.RunFor(TimeSpan.FromHours(67));
        (world.Looks, world.Api.Writes).ShouldBe((looks, writes));

        world.RunFor(TimeSpan.FromHours(2));
        world.Count("remove").ShouldBe(2);
        world.Hosts.ShouldAllBe(h => h.Images.Count == 2, "images stay unless asked for");
        world.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Stopped_new_container_stalls_cleanup_until_retry()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunToSuccess();
        world.New("oms-a")!.Stop(0);
        world.RemoveOldContainers();
        world.RunUntil(() => world.Is("Stalled"), "stalled");
        world.ReasonOf("Stalled").ShouldBe(Reasons.ComponentsUnhealthy);
        world.Status.Message.ShouldBeWorded();
        (world.Is("Succeeded"), world.Is("Failed"), world.Old("oms-a").Status).ShouldBe((true, false, "exited"));

        world.New("oms-a")!.Start();
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Retry();
        world.RunUntil(() => world.Count("remove") == 2 && world.IsOver, "clean");
    }

    [Fact]
    public void Program_that_the_upgrade_did_not_require_does_not_block_cleanup()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ProgramDies = (_, program) => program == "sshd" })
            .Apply(s => s with
            {
                Preflight =
                    s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.ComponentsUnhealthy] },
            });
        ToTheEnd(world);

        world.Count("start sshd").ShouldBe(0);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Cleanup_killed_at_any_point_removes_only_old_containers()
    {
        var golden = Undisturbed.Run(Begin, ToTheEnd);
        var from = golden.World.Points.FindIndex(p => p.What.StartsWith("remove", StringComparison.Ordinal)) - 8;
        Cases.Try(golden.World.Points.Skip(from), point => golden.With(point.Number, Fate.DieAfter));
    }

    [Fact]
    public void Upgrade_deleted_during_cleanup_is_removed_with_its_leases()
    {
        var world = Begin();
        world.RunToSuccess();
        world.RemoveOldContainers();
        world.RunUntil(() => world.Count("remove") == 1, "the first is removed");
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");
        world.Api.All<V1Lease>().ShouldBeEmpty();
    }

    [Fact]
    public void Removal_approved_while_a_rollback_is_wanted_never_counts()
    {
        var world = Begin();
        world.RunToSuccess();
        world["oms-b"].Cut(off: true);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "unavailable");
        world.RemoveOldContainers();
        world.RunUntil(() => world.Status.Approvals is [{ Accepted: false }], "ignored");
        world["oms-b"].Cut(off: false);
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunFor(TimeSpan.FromHours(1));
        (world.Is("Ready"), world.Count("remove")).ShouldBe((true, 0));

        world.RemoveOldContainers();
        world.RunUntil(() => world.Count("remove") == 2 && world.IsOver, "another word counts");
    }

    [Fact]
    public void Removal_approved_ahead_of_the_success_counts()
    {
        var world = Begin();
        world.RunUntil(() => world.Done.Count > 0, "begun");
        world.RemoveOldContainers();
        world.RunUntil(() => world.Count("remove") == 2 && world.IsOver, "clean");
    }

    private static OmsWorld Begin() =>
        new OmsWorld(new WorldSetup { RealJson = false }).Apply();

    private static void ToTheEnd(OmsWorld world)
    {
        world.RunToSuccess();
        world.RemoveOldContainers();
        world.RunUntil(
            () =>
            {
                // A kill between mark and record costs a second word.
                if (world.Status is { CleanupPlan: null } status && status.Approvals.Exists(a => !a.Accepted))
                {
                    status.NextAction.ShouldNotBeNull().ShouldContain(
                        Word.For(Reasons.RemoveOldContainers, world.Plan));
                    world.RemoveOldContainers();
                }

                return world.Count("remove") == 2 && world.IsOver && world.Is("Ready");
            },
            "clean");
    }
}

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The object changes between the decision and its write: the write conflicts and the turn ends.</summary>
public sealed class StaleDecisionTests
{
    private static readonly string[] Whole = ["Prepare/box", "Swap/one", "Swap/two", "Seal/box"];

    [Fact]
    public void Identity_edited_before_the_finalizer_is_in_the_plan()
    {
        var world = new ToyRunWorld().Apply();
        InWindow(world, () => world.Edit(s => s with { Parts = ["three"] }));
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(["Prepare/box", "Swap/three", "Seal/box"]);
    }

    [Fact]
    public void Plan_mode_set_before_the_finalizer_starts_nothing()
    {
        var world = new ToyRunWorld().Apply();
        InWindow(world, () => world.Edit(s => s with { Approval = ApprovalPolicy.Manual }));
        world.RunUntil(() => world.Status.Phase == RunPhases.Planned, "the plan is shown");
        world.RunFor(TimeSpan.FromHours(1));
        (world.Truth.Acts.Count, world.Claims).ShouldBe((0, 0));
    }

    [Fact]
    public void Rollback_cancelled_before_the_finalizer_is_not_prepared()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        InWindow(world, () => world.Edit(s => s with { DesiredState = DesiredState.Upgraded }));
        world.RunFor(TimeSpan.FromHours(1));
        (world.IsOver, world.Status.RollbackPlan).ShouldBe((true, null));
    }

    [Fact]
    public void Thawed_leader_leaves_the_plan_of_its_successor()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/two"] });
        var thaw = world.Freeze(IsFinalizer);
        world.RunUntil(() => world.Is("Held"), "the successor has done the first steps");
        var version = world.Found!.Metadata.ResourceVersion;

        thaw();
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Found!.Metadata.ResourceVersion.ShouldBe(version);
        world.Edit(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Abandonment_withdrawn_before_the_release_keeps_the_claim()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it waits for the others");
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.Delete();
        InWindow(world, () => world.Unannotate(Annotations.OnDelete));
        world.RunFor(TimeSpan.FromMinutes(1));
        (world.Found is not null, world.Claims).ShouldBe((true, 1));
        world.Truth.OthersReady = true;
        world.RunUntil(() => world.Found is null, "gone");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Thawed_leader_leaves_the_claim_of_its_successor()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.Truth.Acts.Contains("Seal/box"), "the end is near");
        var thaw = world.Freeze(request => request is { Verb: "get", Resource: "leases" });
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "the rollback waits for its approval");

        thaw();
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Claims.ShouldBe(1);
    }

    private static bool IsFinalizer(KubernetesRequest request) => request is { Verb: "patch", Resource: "toyruns" };

    private static void InWindow(ToyRunWorld world, Action edit)
    {
        var isEdited = false;
        world.Api.Before = request =>
        {
            if (IsFinalizer(request))
            {
                (isEdited, world.Api.Before) = (true, null);
                edit();
            }

            return Task.CompletedTask;
        };
        world.RunUntil(() => isEdited, "it takes the finalizer");
    }
}

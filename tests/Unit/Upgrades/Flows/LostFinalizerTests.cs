namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A manifest replaces the object without its metadata, as <c>kubectl replace</c> does.</summary>
public sealed class LostFinalizerTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(10);

    [Fact]
    public void Deletion_after_a_replacement_still_ends_the_run_first()
    {
        var world = Waiting();
        world.Replace();
        world.RunUntil(() => HasFinalizer(world), "the finalizer is back", AtOnce);

        world.Delete();
        world.RunFor(AtOnce);
        world.Found.ShouldNotBeNull("what was changed must be undone or finished first");
        world.Truth.OthersReady = true;
        world.RunUntil(() => world.Found is null, "gone", TimeSpan.FromMinutes(5));
        world.Claims.ShouldBe(0);
    }

    [Fact]
    public void Replacement_while_no_operator_runs_is_noticed_by_the_next_one()
    {
        var world = Waiting();
        world.Restart();
        world.Replace();
        world.RunUntil(() => HasFinalizer(world), "the finalizer is back", AtOnce);
        world.Truth.OthersReady = true;
        world.RunUntil(() => world.IsOver, "Succeeded");
    }

    [Fact]
    public void Replacement_during_a_rollback_restores_the_finalizer()
    {
        var world = Waiting();
        world.Truth.Hanging.Add("Undo/two");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Status.RollbackPlan is not null, "the rollback is planned");
        world.Replace();
        world.RunUntil(() => HasFinalizer(world), "the finalizer is back", AtOnce);
    }

    [Fact]
    public void Replacement_of_a_finished_object_writes_nothing()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Replace();
        var version = world.Found!.Metadata.ResourceVersion;
        world.RunFor(TimeSpan.FromHours(1));
        world.Found!.Metadata.ResourceVersion.ShouldBe(version);
    }

    private static bool HasFinalizer(ToyRunWorld world) =>
        world.Found!.Metadata.Finalizers?.Contains(Labels.UpgradeFinalizer) == true;

    private static ToyRunWorld Waiting()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it waits for the others");
        return world;
    }
}

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What a process keeps of an object ends with that object, and not with its name.</summary>
public sealed class RecreationTests
{
    [Fact]
    public void Recreated_object_ends_the_jobs_of_the_former_one()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it waits for the others");
        var former = world.Found!.Metadata.Uid;
        (world.Truth.Bound - world.Truth.Disposed).ShouldBe(1);

        world.Recreate();
        world.RunUntil(
            () => world.ReasonOf("Reconciling") == Reasons.TargetBusy, "the new one finds the claim of the former");

        world.Found!.Metadata.Uid.ShouldNotBe(former);
        (world.Truth.Bound - world.Truth.Disposed).ShouldBe(1, "only the new one is connected");
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.Acts.ShouldBe(["Prepare/box", "Swap/one", "Swap/two"], "nothing was begun for the former any more");
    }

    [Fact]
    public void Object_ended_by_another_process_keeps_no_connection()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it waits for the others");
        (world.Truth.Bound - world.Truth.Disposed).ShouldBe(1);

        // Another process brought it to its end while this one was frozen.
        world.EndElsewhere();
        world.RunFor(TimeSpan.FromMinutes(1));

        (world.Truth.Bound - world.Truth.Disposed).ShouldBe(0);
    }

    [Fact]
    public void Process_with_stored_plan_checks_again_for_other_claims()
    {
        // Its predecessor died between storing the plan and that look; what is held has not begun.
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Prepare] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Claims.ShouldBe(1);
        var lease = world.Claim("the toy box/one", "ToyRestore toys/other");
        world.Truth.MustBeFree.Add("one");
        world.Restart();

        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.TargetBusy, "it gives way");
        world.Status.Message.ShouldNotBeNull().ShouldContain("ToyRestore toys/other");
        (world.Claims, world.Status.Target!.Claim).ShouldBe((1, null));
        world.Truth.Acts.ShouldBeEmpty();

        world.Release(lease);
        world.RunUntil(() => world.Is("Held"), "it begins again from preflight");
        world.Edit(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.IsOver, "Succeeded");
    }

    [Fact]
    public void Begun_plan_does_not_wait_for_other_claims()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it waits for the others");
        world.Claim("the toy box/one", "ToyRestore toys/other");
        world.Truth.MustBeFree.Add("one");
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(1));

        world.Is("Held").ShouldBeTrue();
    }
}

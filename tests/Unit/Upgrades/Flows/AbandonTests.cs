namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The annotation <c>drydock.dev/on-delete: Abandon</c> beside a step that runs.</summary>
public sealed class AbandonTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(10);

    [Fact]
    public void Waiting_step_does_not_delay_removal_of_abandoned_object()
    {
        var world = Waiting();
        Abandon(world);
        world.RunUntil(() => world.Found is null && world.Truth.Disposed == world.Truth.Bound, "gone", AtOnce);

        world.Events.All.ShouldContain(
            e => e.Reason == Reasons.Abandoned && e.Message.Contains("Await/others (Running)"));
        world.Claims.ShouldBe(0);
        world.Truth.Acts.ShouldNotContain("Seal/box");
    }

    [Fact]
    public void Running_act_delays_removal_with_step_and_deadline_reported()
    {
        var world = Acting();
        Abandon(world);
        world.RunFor(TimeSpan.FromHours(2));

        world.Found.ShouldNotBeNull();
        world.ReasonOf("Reconciling").ShouldBe(Reasons.DeletionWaits);
        world.Status.Message.ShouldBeWorded();
        var version = world.Found!.Metadata.ResourceVersion;
        world.RunFor(TimeSpan.FromHours(1));
        world.Found!.Metadata.ResourceVersion.ShouldBe(version, "the message does not change while it waits");

        world.Truth.Hanging.Clear();
        world.RunUntil(() => world.Found is null, "gone", TimeSpan.FromMinutes(1));
        world.Truth.Acts.ShouldBe(["Prepare/box", "Swap/one", "Swap/two"]);
        world.Claims.ShouldBe(0);
    }

    [Fact]
    public void Running_act_is_followed_by_the_next_process()
    {
        var world = Acting();
        Abandon(world);
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(10));

        world.Found.ShouldNotBeNull();
        world.Status.Message.ShouldBeWorded();
        world.Truth.Hanging.Clear();
        world.Truth.Done.Add("Swap/two");
        world.RunUntil(() => world.Found is null, "gone", TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Abandoned_object_is_removed_after_kill_at_any_write(bool before)
    {
        var killed = 0;
        for (var point = 1; point < 30; point++)
        {
            var world = Waiting();
            var (count, at) = (0, point);
            Func<Drydock.Clients.Kubernetes.Errors.KubernetesRequest, Task> kill = request =>
            {
                if (request.IsRead || ++count != at)
                {
                    return Task.CompletedTask;
                }

                // What asked for this runs no more.
                killed++;
                world.Restart();
                return new TaskCompletionSource().Task;
            };
            Abandon(world);
            world.Api.Before = before ? kill : null;
            world.Api.After = before ? null : kill;
            world.RunUntil(
                () => world.Found is null && world.Claims == 0, $"gone after a kill at write {at}",
                TimeSpan.FromMinutes(1));
            (world.Api.Before, world.Api.After) = (null, null);
            world.Truth.Acts.ShouldNotContain("Seal/box");
            if (killed < point)
            {
                break;
            }
        }

        killed.ShouldBeGreaterThan(1);
    }

    private static ToyRunWorld Waiting()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it waits for the others");
        return world;
    }

    private static ToyRunWorld Acting()
    {
        var world = new ToyRunWorld();
        world.Truth.Hanging.Add("Swap/two");
        world.Apply();
        world.RunUntil(() => world.Truth.Begun.Contains("Swap/two"), "the part is being swapped");
        return world;
    }

    private static void Abandon(ToyRunWorld world)
    {
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.Delete();
    }
}

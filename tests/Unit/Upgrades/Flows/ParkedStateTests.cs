namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What a run that rests half way must not leave in its targets.</summary>
public sealed class ParkedStateTests
{
    private static readonly string[] Whole = ["Prepare/box", "Swap/one", "Swap/two", "Seal/box"];

    [Fact]
    public void Failed_run_cleans_up_once_and_retry_succeeds()
    {
        var world = Failing();
        world.RunUntil(() => IsWrittenDown(world), "it is gone");
        world.Truth.Litter.ShouldBeEmpty();
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.CleanUpTries.ShouldBe(1);

        GoOn(world);
    }

    [Fact]
    public void Failed_cleanup_is_logged_and_repeated_by_next_process()
    {
        var world = Failing();
        world.Truth.CanCleanUp = false;
        world.RunUntil(() => world.Truth.CleanUpTries == 3, "it is tried again");
        world.Logs.Lines.ShouldContain(l => l.Contains("the litter is stuck", StringComparison.Ordinal));
        world.Is("Failed").ShouldBeTrue();
        world.Restart();
        world.Truth.CanCleanUp = true;
        world.RunUntil(() => IsWrittenDown(world), "it is gone");
        GoOn(world);
    }

    [Fact]
    public void Aborted_run_cleans_up()
    {
        var world = Failing();
        world.Truth.CanCleanUp = false;
        world.RunUntil(() => world.Truth.CleanUpTries == 1, "it is tried");
        world.Annotate(Annotations.Abort, "now");
        world.RunUntil(() => world.ReasonOf("Failed") == Reasons.Aborted, "Aborted");
        world.Truth.CanCleanUp = true;
        world.RunUntil(() => IsWrittenDown(world), "it is gone");
    }

    [Fact]
    public void Abandoned_run_tries_cleanup_once_and_is_removed()
    {
        var world = Failing();
        world.Truth.CanCleanUp = false;
        world.RunUntil(() => world.Truth.CleanUpTries == 1, "it is tried");
        var tries = world.Truth.CleanUpTries;
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.Delete();
        world.RunUntil(() => world.Found is null, "it is let go");
        world.Truth.CleanUpTries.ShouldBe(tries + 1);
    }

    [Fact]
    public void Held_run_is_not_cleaned_up()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "Held");
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.OthersReady = true;
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.CleanUpTries.ShouldBe(0);
    }

    [Fact]
    public void Held_run_cleans_up_after_its_limit()
    {
        var world = new ToyRunWorld { Truth = { IdleLimit = TimeSpan.FromMinutes(10) } }.Apply(
            spec => spec with { HoldBefore = ["Seal"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Truth.Litter.Add("Swap/one");
        world.Edit(spec => spec with { Paused = true });
        world.RunFor(TimeSpan.FromMinutes(9));
        world.Truth.CleanUpTries.ShouldBe(0);
        world.RunFor(TimeSpan.FromMinutes(11));
        (world.Truth.CleanUpTries, world.Truth.Litter.Count).ShouldBe((1, 0));
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.CleanUpTries.ShouldBe(1);

        world.Edit(spec => spec with { Paused = false, HoldBefore = [] });
        world.RunUntil(() => world.IsOver, "it goes on");
    }

    private static ToyRunWorld Failing()
    {
        var world = new ToyRunWorld();
        world.Truth.Refusing.Add("Swap/two");
        world.Apply();
        world.RunUntil(() => world.Is("Failed"), "Failed");
        return world;
    }

    private static bool IsWrittenDown(ToyRunWorld world) =>
        world.Status.Plan!.Steps.Exists(
            s => s.Receipt?.ContainsKey(ToyParkedState.Gone) == true && s.State == StepState.Failed);

    private static void GoOn(ToyRunWorld world)
    {
        world.Truth.Refusing.Clear();
        world.Retry();
        world.RunUntil(() => world.IsOver, "a retry goes on");
        world.Truth.Acts.ShouldBe(Whole);
        world.Truth.Litter.ShouldBeEmpty();
    }
}

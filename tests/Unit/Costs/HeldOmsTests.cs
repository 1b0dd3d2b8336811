namespace Drydock.Tests.Unit.Costs;

/// <summary>What a run costs its hosts and its server while it waits for an administrator.</summary>
public sealed class HeldOmsTests
{
    private const int Looks = 6;

    // Programs in containers, queries and other requests to dockerd in an hour. A look of all guards of both nodes is
    // one of each; what it may cost is bounded.
    [Theory]
    [InlineData("DisableHA")]
    [InlineData("StopOld")]
    [InlineData("StartNew")]
    [InlineData("InitMetadata")]
    [InlineData("EnableHA")]
    public void Held_run_looks_every_ten_minutes(string before)
    {
        var world = Held(before);
        world.RunFor(TimeSpan.FromHours(1));
        world.AskedAt.Count.ShouldBe(Looks);
        world.Asked.GetValueOrDefault("exec").ShouldBeLessThanOrEqualTo(Looks * world.Hosts.Count);
        world.Asked.GetValueOrDefault("sql").ShouldBeLessThanOrEqualTo(Looks * 4);
        world.Asked.GetValueOrDefault("docker").ShouldBeLessThanOrEqualTo(Looks * world.Hosts.Count * 12);
    }

    [Fact]
    public void Paused_run_looks_every_ten_minutes()
    {
        var world = Held("StopOld");
        world.EditSpec(s => s with { Paused = true, HoldBefore = [] });
        world.RunFor(TimeSpan.FromMinutes(5));
        world.AskedAt.Clear();
        world.RunFor(TimeSpan.FromHours(1));
        world.AskedAt.Count.ShouldBe(Looks);
    }

    [Fact]
    public void Change_that_sent_no_event_is_reported_within_ten_minutes()
    {
        var world = Held("StartNew");
        world.Metadata.HaConfig = world.Metadata.HaConfig!.Replace(
            "\"enable\":false", "\"enable\":true", StringComparison.Ordinal);
        world.RunUntil(
            () => world.ReasonOf("Stalled") == Reasons.TargetChanged, "it is said", TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void Event_is_looked_at_at_once_and_approval_too()
    {
        var world = Held("StartNew");
        world.Old("oms-a").Start();
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.TargetChanged, "it is said", TimeSpan.FromSeconds(5));
    }

    private static OmsWorld Held(string before)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { HoldBefore = [before] });
        world.RunUntil(
            () => world.Is("Held") && world.Status.Message!.Contains(before, StringComparison.Ordinal), "held");
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Asked.Clear();
        world.AskedAt.Clear();
        return world;
    }
}

namespace Drydock.Tests.Unit.Databases.Running;

/// <summary>What a run costs the hosts and servers of a database while it waits for an administrator.</summary>
public sealed class HeldCostTests
{
    [Theory]
    [InlineData("UpgradeMasters")]
    [InlineData("UpgradeTServers")]
    [InlineData("PromoteAutoFlags")]
    public void Held_roll_looks_every_ten_minutes(string before)
    {
        var world = new YugaWorld();
        var run = new EngineRunWorld(world).Apply(s => s with { HoldBefore = [before] });
        run.RunUntil(
            () => run.Is("Held") && run.Status.Message!.Contains(before, StringComparison.Ordinal), "Held",
            TimeSpan.FromHours(3));
        run.RunFor(TimeSpan.FromMinutes(5));
        var (asked, commands, looks) = (0, world.Commands, new HashSet<long>());
        world.Asked = (_, _) => (asked, _) = (asked + 1, looks.Add(world.Time.GetUtcNow().ToUnixTimeSeconds() / 60));
        run.RunFor(TimeSpan.FromHours(1));
        looks.Count.ShouldBeInRange(5, 6);
        asked.ShouldBeLessThanOrEqualTo(6 * 3 * world.Servers.Count);
        (world.Commands - commands).ShouldBeLessThanOrEqualTo(6 * 2);
    }
}

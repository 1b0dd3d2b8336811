namespace Drydock.Tests.Unit.Databases;

/// <summary>What is left to do after an upgrade is not asked for once it is rolled back.</summary>
public sealed class FollowUpDirectionTests
{
    [Fact]
    public void Priorities_that_the_rollback_of_TiDB_restored_are_not_asked_for()
    {
        var world = new DatabaseRunWorld(new TiDbWorld(new TiDbWorldSetup { Priority = 5 }))
            .Apply(s => s with { HoldBefore = ["UpgradePD/pd-1/swap", "UpgradePD/pd-2/swap", "UpgradePD/pd-3/swap"] });
        world.RunUntil(() => world.Is("Held"), "held");
        Told(world).ShouldContain(a => a.Contains("pd-ctl member leader_priority pd-1 5", StringComparison.Ordinal));

        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("RolledBack") && world.Is("Ready"), "back");

        Told(world).ShouldBeEmpty();
    }

    private static List<string> Told(DatabaseRunWorld world) =>
        [.. world.Status.ActionRequired.Select(a => $"{a.Reason} {a.Subject}: {a.Message}")];
}

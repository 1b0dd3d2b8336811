namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A look beside the reconcile that ends by its limit.</summary>
public sealed class LookLimitTests
{
    [Fact]
    public void Look_of_a_new_operator_that_ends_by_its_limit_is_told_in_words_of_people()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Prepare] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Truth.Silent = "FindBlockerAsync";
        world.Restart();
        world.RunUntil(() => world.Is("Stalled"), "stalled");
        world.Status.Message.ShouldNotBeNull().ShouldNotContain("cancel");
    }
}

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A plan that would not fit into its object is refused before anything is touched.</summary>
public sealed class PlanBudgetTests
{
    [Theory]
    [InlineData(SchemaLimits.Steps, 0, true)]
    [InlineData(SchemaLimits.Steps + 1, 0, false)]
    [InlineData(10, 100_000, false)]
    public void Steps_and_bytes_are_measured(int steps, int length, bool fits)
    {
        var plan = new Plan
        {
            Steps =
            [
                .. Enumerable.Range(1, steps).Select(i => new PlannedStep
                {
                    Id = $"A/{i}",
                    Action = "Swap",
                    Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["text"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(length / 2)),
                    },
                }),
            ],
        };

        var problem = PlanBudget.Problem(plan);
        (problem is null).ShouldBe(fits, problem?.Message);
        (problem?.Reason ?? Reasons.PlanTooLarge).ShouldBe(Reasons.PlanTooLarge);
    }

    [Fact]
    public void Plan_that_is_too_large_is_a_finding()
    {
        var world = new ToyRunWorld().Apply(
            s => s with { Parts = [.. Enumerable.Range(1, SchemaLimits.Steps).Select(i => $"p{i}")] });
        world.RunUntil(() => world.Status.Findings.Count > 0, "it is refused");

        world.Status.Findings.Single().Reason.ShouldBe(Reasons.PlanTooLarge);
        world.Status.Findings.Single().Message.ShouldBeWorded();
        (world.Truth.Acts.Count, world.Claims).ShouldBe((0, 0));
    }
}

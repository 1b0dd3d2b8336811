using Drydock.Abstractions.Plans;
using Drydock.Cli.Plans;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Plugin;

public sealed class PlanDifferenceTests
{
    private static readonly Plan Before = new()
    {
        Hash = "sha256:1",
        Steps = [Step("Stop/a"), Step("Start/a", ("image", "one")), Step("Verify/a")],
        Notes = ["Kept.", "Old."],
    };

    [Fact]
    public void Progress_is_no_difference()
    {
        var after = Before with { Steps = [.. Before.Steps.Select(s => s with { State = StepState.Succeeded, Message = "Done." })] };

        PlanDifference.Between(Before, after).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Added_removed_and_changed_steps_are_told_apart()
    {
        var after = Before with
        {
            Steps = [Step("Start/a", ("image", "two")), Step("Verify/a") with { PointOfNoReturn = true }, Step("Settle/a")],
            Notes = ["Kept.", "New."],
        };
        var difference = PlanDifference.Between(Before, after);

        difference.Added.Select(s => s.Id).ShouldBe(["Settle/a"]);
        difference.Removed.Select(s => s.Id).ShouldBe(["Stop/a"]);
        difference.Changed.SelectMany(c => c.Fields.Select(f => $"{c.Id} {f.Name}: {f.Before} -> {f.After}"))
            .ShouldBe(["Start/a image: one -> two", "Verify/a pointOfNoReturn: False -> True"]);
        (difference.AddedNotes.Single(), difference.RemovedNotes.Single()).ShouldBe(("New.", "Old."));
    }

    private static PlanStep Step(string id, params (string Key, string Value)[] parameters) => new()
    {
        Id = id,
        Action = "act",
        Parameters = new SortedDictionary<string, string>(parameters.ToDictionary(p => p.Key, p => p.Value), StringComparer.Ordinal),
    };
}

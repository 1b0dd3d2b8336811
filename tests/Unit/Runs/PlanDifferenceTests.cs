using Drydock.Tests.Unit.Runs.Toys;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Runs;

public sealed class PlanDifferenceTests
{
    [Fact]
    public void Difference_names_every_changed_step()
    {
        var before = ToyPlans.Plan(
            [
                ToyPlans.Step("A/1") with
                {
                    Parameters = new SortedDictionary<string, string> { ["image"] = "old", ["gone"] = "1" }
                },
                ToyPlans.Step("A/2"), ToyPlans.Step("A/3")
            ],
            ToyPlans.Guard("G"),
            ToyPlans.Guard("H"));
        var after = ToyPlans.Plan(
            [
                ToyPlans.Step("A/1") with
                {
                    Parameters = new SortedDictionary<string, string> { ["image"] = "new", ["more"] = "2" },
                    PointOfNoReturn = true
                },
                ToyPlans.Step("A/3", "once", 1, "A/1"), ToyPlans.Step("A/4")
            ],
            ToyPlans.Guard("G", ["A/1"]),
            ToyPlans.Guard("I"));

        PlanDifference.Describe(before.Plan, after.Plan).ShouldBe(
        [
            "- A/2 (plain) is gone",
            "+ A/4 (plain) is new",
            "- guard H (toy) is gone",
            "+ guard I (toy) is new",
            "~ A/1: gone 1 → (none)",
            "~ A/1: image old → new",
            "~ A/1: more (none) → 2",
            "~ A/1: point of no return no → yes",
            "~ A/3: action plain → once",
            "~ A/3, guard G: waits for, from (none) → A/1",
        ]);
    }

    [Fact]
    public void One_cause_in_many_steps_is_one_line()
    {
        PlanProgress Of(string image) => ToyPlans.Plan(
            [.. Enumerable.Range(1, 6).Select(n => ToyPlans.Step($"A/{n}") with
            {
                Parameters = new SortedDictionary<string, string> { [n == 1 ? "image" : "imageId"] = image }
            })]);

        PlanDifference.Describe(Of("old").Plan, Of(new string('n', 300)).Plan)
            .ShouldHaveSingleItem().ShouldStartWith("~ A/1, A/2, A/3, A/4 and 2 more: image, imageId old → nnn");
    }

    [Fact]
    public void Difference_is_empty_exactly_if_the_hashes_are_equal() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(Scenario.Any(3).ToArbitrary(), Scenario.Any(3).ToArbitrary(), (a, b) =>
            {
                var (one, other) = (a.Plan(), b.Plan());

                (PlanDifference.Describe(one.Plan, other.Plan).Count == 0).ShouldBe(one.Hash == other.Hash);
                PlanDifference.Describe(one.Plan, a.Plan().Plan).ShouldBeEmpty();
            }));
}

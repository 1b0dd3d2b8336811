using Drydock.Cli.Plans;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Runs.Toys;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Runs;

public sealed class PlanDifferenceTests
{
    private static readonly Dictionary<string, Func<Plan, Plan>> Changes = new(StringComparer.Ordinal)
    {
        [nameof(Plan.Kind)] = p => p with { Kind = PlanKind.Redo },
        [nameof(Plan.Why)] = p => p with { Why = "x" },
        [nameof(Plan.SpecHash)] = p => p with { SpecHash = "x" },
        [nameof(Plan.Identity)] = p => p with { Identity = new Dictionary<string, string> { ["x"] = "y" } },
        [nameof(Plan.Hold)] = p => p with { Hold = "x" },
        [nameof(Plan.CompiledAt)] = p => p with { CompiledAt = DateTimeOffset.UnixEpoch },
        [nameof(Plan.Number)] = p => p with { Number = 7 },
        [nameof(Plan.Id)] = p => p with { Id = "x" },
        [nameof(Plan.Steps)] = p => p with { Steps = p.Steps.Reverse() },
        [nameof(Plan.Guards)] = p => p with { Guards = p.Guards.Reverse() },
        [nameof(Plan.Acknowledged)] = p => p with { Acknowledged = [] },
        [nameof(Plan.Repeats)] = p => p with { Repeats = "x" },
        [nameof(Plan.Found)] = p => p with { Found = "x" },
        [nameof(Plan.Notes)] = p => p with { Notes = ["x"] },
    };

    public static TheoryData<string> Fields =>
        [.. typeof(Plan).GetProperties().Where(p => p.CanWrite).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Fields))]
    public void Whatever_changes_the_hash_of_a_plan_is_told(string field)
    {
        var before = ToyPlans.Plan(
            [ToyPlans.Step("A/1"), ToyPlans.Step("A/2")], ToyPlans.Guard("G"), ToyPlans.Guard("H"));
        var after = Changes[field](before.Plan);

        var told = PlanDifference.Describe(before.Plan, after);

        told.Count.ShouldBe(after.Hash == before.Hash ? 0 : 1);
        PlanDifference.Of(before.Plan, after).Count.ShouldBe(told.Count);
        if (told.Count > 0)
        {
            RunMessages.Why(before, after).ShouldBe(told[0]);
            DifferenceView.Lines(before, before.With(after)).ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void Values_that_read_alike_are_told_as_they_are_stored()
    {
        static Plan Of(params string[] words) => new() { Acknowledged = [.. words] };

        PlanDifference.Describe(Of("a, b"), Of("a", "b"))
            .ShouldBe(["""~ plan: acknowledged ["a, b"] → ["a","b"]"""]);
    }

    [Fact]
    public void Of_a_hash_the_beginning_is_told()
    {
        static Plan Of(char digit) => new() { Found = "sha256:" + new string(digit, 64) };

        PlanDifference.Describe(Of('a'), Of('b'))
            .ShouldBe(["~ plan: what preflight found sha256:aaaaaaaa → sha256:bbbbbbbb"]);
    }

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
            "~ A/1: point of no return (none) → yes",
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

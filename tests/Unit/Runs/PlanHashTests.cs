using System.Collections.Immutable;
using System.Reflection;
using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

public sealed class PlanHashTests
{
    private static readonly HashSet<string> CoveredOfAStep =
    [
        nameof(PlannedStep.Id), nameof(PlannedStep.Phase), nameof(PlannedStep.Node), nameof(PlannedStep.After),
        nameof(PlannedStep.Action), nameof(PlannedStep.Parameters),
        nameof(PlannedStep.RunOnce), nameof(PlannedStep.Reversible), nameof(PlannedStep.PointOfNoReturn),
    ];

    private static readonly HashSet<string> IgnoredOfAStep =
    [
        nameof(PlannedStep.Title), nameof(PlannedStep.Timeout), nameof(PlannedStep.MaxAttempts),
        nameof(PlannedStep.Retry),
        nameof(PlannedStep.OnlyLists), nameof(PlannedStep.AsksWindow), nameof(PlannedStep.Measured),
        nameof(PlannedStep.Runs),
    ];

    public static TheoryData<string> StepProperties =>
        [.. typeof(PlannedStep).GetProperties().Select(p => p.Name).Where(n => n != "EqualityContract")];

    public static TheoryData<string> GuardProperties =>
        [.. typeof(PlannedGuard).GetProperties().Select(p => p.Name)
            .Where(n => n is not ("EqualityContract" or nameof(PlannedGuard.Measured)))];

    [Theory]
    [MemberData(nameof(StepProperties))]
    public void Hash_of_a_step_covers_its_work_and_nothing_else(string name)
    {
        (CoveredOfAStep.Contains(name) ^ IgnoredOfAStep.Contains(name))
            .ShouldBeTrue($"decide whether the hash covers {name}");
        var (plan, changed) = (Plan(), Plan());
        Change(changed.Steps[1], name);

        var isSame = Hash(plan) == Hash(changed);

        isSame.ShouldBe(IgnoredOfAStep.Contains(name));
        PlanDifference.Describe(plan, changed).Count.ShouldBe(isSame ? 0 : name == nameof(PlannedStep.Id) ? 2 : 1);
    }

    [Theory]
    [MemberData(nameof(GuardProperties))]
    public void Hash_of_a_guard_covers_what_is_checked(string name)
    {
        var (plan, changed) = (Plan(), Plan());
        Change(changed.Guards[0], name);

        Hash(changed).ShouldNotBe(Hash(plan));
        PlanDifference.Describe(plan, changed).Count.ShouldBe(name == nameof(PlannedGuard.Id) ? 2 : 1);
    }

    [Fact]
    public void Hash_ignores_what_was_measured_for_a_guard()
    {
        var plan = Plan();
        var measured = plan with
        {
            Guards = plan.Guards.ConvertAll(
                g => g with { Measured = new SortedDictionary<string, string> { ["readers"] = "exporter" } })
        };

        Hash(measured).ShouldBe(Hash(plan));
        PlanDifference.Describe(plan, measured).ShouldBeEmpty();
    }

    [Fact]
    public void Hash_covers_the_order_of_steps()
    {
        var plan = Plan();
        var turned = plan with { Steps = plan.Steps.Reverse() };

        Hash(turned).ShouldNotBe(Hash(plan));
        PlanDifference.Describe(plan, turned)
            .ShouldBe(["~ plan: order of steps A/1, A/oms-a → A/oms-a, A/1"]);
    }

    [Fact]
    public void Hash_ignores_notes_and_time_of_compilation()
    {
        var builder = new PlanBuilder();
        builder.Add(ToyPlans.Step("A/1"));
        builder.Note("a note");

        builder.Build().Hash.ShouldBe(ToyPlans.Plan(ToyPlans.Step("A/1")).Hash);
    }

    [Fact]
    public void Hash_of_a_plan_read_from_the_server_is_equal()
    {
        var plan = Plan();

        Hash(JsonSerializer.Deserialize<PlanProgress>(JsonSerializer.Serialize(PlanProgress.Of(plan)))!.Plan)
            .ShouldBe(Hash(plan));
    }

    [Fact]
    public void Hash_does_not_change_between_releases() =>
        ToyPlans.Plan([ToyPlans.Step("A/1"), ToyPlans.Once("A/2", RetryRule.Repeat, "A/1")], ToyPlans.Guard(
            "G", ["A/1"], "A/2")).Hash
            .ShouldBe("sha256:633fe8f8ad3de44698b2f376ff8b4b21e3b7e59727bbffd4d6ed740dfb509252");

    [Fact]
    public void Text_that_looks_like_a_field_changes_the_hash()
    {
        var one = With(new() { ["a"] = "1\nparameter 1:b\nvalue 1:2" });
        var two = With(new() { ["a"] = "1", ["b"] = "2" });
        var three = With(new() { ["a 1:1\nparameter 1:b"] = "2" });

        new[] { Hash(one), Hash(two), Hash(three) }.Distinct().Count().ShouldBe(3);
    }

    private static Plan With(SortedDictionary<string, string> parameters) =>
        ToyPlans.Plan(ToyPlans.Step("A/1") with { Parameters = parameters }).Plan;

    private static string Hash(Plan plan) => (plan with { Notes = [] }).Hash;

    private static Plan Plan() => ToyPlans.Plan(
        [
            ToyPlans.Step("A/1"),
            ToyPlans.Step("A/oms-a", "plain", 3, "A/1") with
            {
                Node = "oms-a",
                Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    ["image"] = "sha256:1",
                    ["bind"] = "/a:/b"
                },
            },
        ],
        ToyPlans.Guard("G", ["A/1"], "A/oms-a") with
        {
            Node = "oms-a",
            Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["container"] = "c" }
        }).Plan;

    private static void Change(object target, string name)
    {
        var property = target.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)!;
        object? other = property.GetValue(target) switch
        {
            string text => text + "x",
            bool flag => !flag,
            int number => number + 1,
            RetryRule.Repeat => RetryRule.RestoreFirst,
            ImmutableList<string> => ImmutableList<string>.Empty,
            SortedDictionary<string, string> => new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["image"] = "sha256:1",
                ["bind"] = "/a:/c",
                ["container"] = "d"
            },
            null when property.PropertyType == typeof(string) => "x",
            null => new SortedDictionary<string, string>(StringComparer.Ordinal) { ["x"] = "y" },
            var value => throw new InvalidOperationException($"say how to change {name}, which is {value}"),
        };
        if (other is SortedDictionary<string, string> parameters && name == nameof(PlannedStep.Parameters))
        {
            parameters.Remove(target is PlannedStep ? "container" : "image");
            if (target is PlannedGuard)
            {
                parameters.Remove("bind");
            }
        }

        property.SetValue(target, other);
    }
}

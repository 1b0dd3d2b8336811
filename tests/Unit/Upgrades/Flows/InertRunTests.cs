namespace Drydock.Tests.Unit.Upgrades;

/// <summary>
/// What counts as inert, for every outcome and every change that a user can make afterwards: a reconciliation that does
/// not know that the object is inert changes nothing, and the reduced copy says the same as the object.
/// </summary>
public sealed class InertRunTests
{
    private static readonly Dictionary<string, Func<ToyRunWorld>> Outcomes = new(StringComparer.Ordinal)
    {
        ["Succeeded"] = static () => Run(new ToyRunWorld().Apply(), w => w.IsOver),
        ["RolledBackOnRequest"] = static () =>
        {
            var world = Run(new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Seal] }), w => w.Is("Held"));
            world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
            return Run(world, IsRolledBack);
        },
        ["RolledBackByAnnotation"] = static () =>
        {
            var world = Run(new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Seal] }), w => w.Is("Held"));
            world.Annotate(Annotations.Rollback, "back");
            return Run(world, IsRolledBack);
        },
        ["RolledBackAfterFailure"] = static () =>
        {
            var world = new ToyRunWorld();
            world.Truth.Refusing.Add("Swap/two");
            return Run(world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure }), IsRolledBack);
        },
        ["NothingToRollBack"] = static () =>
            Run(new ToyRunWorld().Apply(s => s with { DesiredState = DesiredState.RolledBack }), IsRolledBack),
        ["Failed"] = static () =>
        {
            var world = new ToyRunWorld();
            world.Truth.Refusing.Add("Swap/two");
            return Run(world.Apply(), w => w.Is("Failed"));
        },
        ["Aborted"] = static () =>
        {
            var world = Run(new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Swap] }), w => w.Is("Held"));
            world.Annotate(Annotations.Abort, "stop");
            return Run(world, w => w.Is("Failed"));
        },
        ["Planned"] = static () => Run(
            new ToyRunWorld().Apply(s => s with { Approval = ApprovalPolicy.Manual }), w => w.Is("Held")),
        ["Held"] = static () =>
            Run(new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Swap] }), w => w.Is("Held")),
    };

    private static readonly Dictionary<string, Action<ToyRunWorld>> Changes = new(StringComparer.Ordinal)
    {
        ["none"] = static _ => { },
        ["annotation of others"] = static w => w.Annotate("example.com/x", "y"),
        ["pause"] = static w => w.Annotate(Annotations.Pause, "true"),
        ["hold"] = static w => w.Annotate(Annotations.Hold, ToyRunKind.Seal),
        ["unknown hold"] = static w => w.Annotate(Annotations.Hold, "Nothing"),
        ["new rollback"] = static w => w.Annotate(Annotations.Rollback, "another"),
        ["used rollback"] = static w => w.Annotate(Annotations.Rollback, "back"),
        ["no rollback"] = static w => w.Unannotate(Annotations.Rollback),
        ["new retry"] = static w => w.Retry(),
        ["new abort"] = static w => w.Annotate(Annotations.Abort, "another"),
        ["used abort"] = static w => w.Annotate(Annotations.Abort, "stop"),
        ["approve"] = static w => w.Annotate(Annotations.Approve, "RollBack"),
        ["accept"] = static w => w.Annotate(Annotations.Approve, "Swap/two"),
        ["abandon"] = static w => w.Annotate(Annotations.OnDelete, Annotations.Abandon),
        ["spec pause"] = static w => w.Edit(s => s with { Paused = true }),
        ["spec hold"] = static w => w.Edit(s => s with { HoldBefore = [ToyRunKind.Seal] }),
        ["other retry"] = static w => w.Annotate(Annotations.Retry, "another"),
        ["spec rollback"] = static w => w.Edit(s => s with { DesiredState = DesiredState.RolledBack }),
        ["spec upgrade"] = static w => w.Edit(s => s with { DesiredState = DesiredState.Upgraded }),
        ["spec plan"] = static w => w.Edit(s => s with { Approval = ApprovalPolicy.Manual }),
        ["spec policy"] = static w => w.Edit(s => s with { RollbackPolicy = RollbackPolicy.OnFailure }),
    };

    // Those that may undo the effect of another, or add to it.
    private static readonly HashSet<string> Seconds =
        ["none", "hold", "new rollback", "new retry", "new abort", "spec rollback", "spec upgrade", "abandon"];

    public static TheoryData<string, string> Cases =>
        [.. Outcomes.Keys.SelectMany(o => Changes.Keys.Select(c => (o, c)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whole_reconciliation_of_an_inert_object_does_nothing(string outcome, string first)
    {
        var count = 0;
        foreach (var second in Changes.Where(c => Seconds.Contains(c.Key)))
        {
            var world = Outcomes[outcome]();
            Change(world, Changes[first]);
            Change(world, second.Value);

            // Before the operator has seen the changes, and after it has followed them.
            count += Check(world, $"{outcome}, {first}, {second.Key}");
            world.RunFor(TimeSpan.FromMinutes(5));
            count += Check(world, $"{outcome}, {first}, {second.Key}, followed");
        }

        if (outcome is "Succeeded" or "RolledBackOnRequest" && first == "none")
        {
            count.ShouldBeGreaterThan(Seconds.Count);
        }
    }

    [Theory]
    [InlineData("Succeeded", true)]
    [InlineData("RolledBackOnRequest", true)]
    [InlineData("RolledBackByAnnotation", true)]
    [InlineData("RolledBackAfterFailure", true)]
    [InlineData("NothingToRollBack", true)]
    [InlineData("Failed", false)]
    [InlineData("Aborted", false)]
    [InlineData("Planned", false)]
    [InlineData("Held", false)]
    public void Object_is_inert_once_it_has_ended(string outcome, bool inert)
    {
        var world = Outcomes[outcome]();
        world.RunFor(TimeSpan.FromMinutes(5));

        world.Inertness().StaysInert.ShouldBe(inert);
    }

    private static int Check(ToyRunWorld world, string what)
    {
        var before = world.Found!;
        var (inert, reduced) = world.Inertness();
        reduced.IsReduced.ShouldBe(inert, what);
        if (!inert)
        {
            return 0;
        }

        var (events, acts) = (world.Events.All.Count, world.Truth.Acts.Count);
        world.ReconcileAwake().ShouldBeNull(what);
        world.Found!.Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion, what);
        (world.Events.All.Count, world.Truth.Acts.Count, world.Claims).ShouldBe((events, acts, 0), what);
        return 1;
    }

    private static void Change(ToyRunWorld world, Action<ToyRunWorld> change)
    {
        if (world.Found!.Metadata.Annotations is null)
        {
            world.Annotate("example.com/first", "");
        }

        change(world);
    }

    private static bool IsRolledBack(ToyRunWorld world) =>
        world.Is("RolledBack") && world.Claims == 0 && world.Found!.Metadata.Finalizers is not { Count: > 0 };

    private static ToyRunWorld Run(ToyRunWorld world, Func<ToyRunWorld, bool> until)
    {
        world.RunUntil(() => until(world), "the outcome");
        return world;
    }
}

namespace Drydock.Tests.Unit.Architecture;

/// <summary>No reconcile waits for a target: it has no way to one.</summary>
public sealed partial class ReconcileTests
{
    [Fact]
    public void What_a_reconcile_has_of_targets_asks_none() =>
        typeof(IBoundTargets).GetMethods().ShouldAllBe(
            m => !typeof(Task).IsAssignableFrom(m.ReturnType),
            "what asks a target is a member of IRunTargets, and called by an effect Beside");

    [Fact]
    public void Only_work_beside_a_reconcile_holds_the_targets_that_can_be_asked()
    {
        var calls = from file in Directory.EnumerateFiles(
            Repository.PathOf("src/Reconcilers"), "*.cs", SearchOption.AllDirectories)
                    from line in File.ReadLines(file)
                    where Held().IsMatch(line)
                    select $"{Path.GetFileName(file)}: {line.Trim()}";
        calls.ShouldBe(["Effects.cs: var (held, hasPlace) = (turn.Session.Hold(), false);", "RunSession.cs: public "
            + "HeldTargets Hold() => Bound.Hold();"], ignoreOrder: true);
    }

    [GeneratedRegex(@"\.Hold\(\)", RegexOptions.CultureInvariant)]
    private static partial Regex Held();
}

namespace Drydock.Tests.Unit.Oms;

/// <summary>A run that nothing disturbed, and the comparison of others with it.</summary>
internal sealed class Undisturbed
{
    // What must be done exactly as often, whatever happens to the operator.
    private static readonly string[] Once = ["jar", "init", "create", "snapshot", "restore"];

    // The order in which the kinds of acts may begin.
    private readonly string[] _order;
    private readonly string _end;
    private readonly Func<OmsWorld> _begin;

    private readonly Action<OmsWorld> _toEnd;

    private Undisturbed(Func<OmsWorld> begin, Action<OmsWorld> toEnd, OmsWorld world)
    {
        (_begin, _toEnd) = (begin, toEnd);
        World = world;
        _end = world.EndState();
        _order = [.. Firsts(world)];
    }

    public OmsWorld World { get; }

    public int Points => World.Points.Count;

    public static Undisturbed Run(Func<OmsWorld> begin, Action<OmsWorld>? toEnd = null)
    {
        toEnd ??= static world => world.RunToSuccess();
        var world = begin();
        toEnd(world);
        world.Rules.Broken.ShouldBeEmpty();
        return new Undisturbed(begin, toEnd, world);
    }

    /// <summary>Runs again with a fate at one point and compares; returns the world.</summary>
    public OmsWorld With(int point, Fate fate, int? also = null)
    {
        var what = $"{fate} at {World.Points[point - 1]}";
        var world = _begin();
        world.Fates = p => p.Number == point || p.Number == also ? fate : Fate.Live;
        try
        {
            _toEnd(world);
        }
        catch (InvalidOperationException stuck)
        {
            throw new ShouldAssertException($"{what}: {stuck.Message}", stuck);
        }

        Compare(world, what, disturbances: also is null ? 1 : 2);
        return world;
    }

    public void Compare(OmsWorld world, string what, int disturbances, bool ordered = true)
    {
        world.Rules.Broken.ShouldBeEmpty(what);
        Difference(world.EndState()).ShouldBeEmpty(what);
        foreach (var group in World.Done.GroupBy(a => a.ToString(), StringComparer.Ordinal))
        {
            var count = world.Done.Count(a => a.ToString() == group.Key);
            var most = Once.Contains(group.First().What) ? group.Count() : group.Count() + disturbances;
            count.ShouldBeInRange(group.Count(), most, $"{group.Key}, {what}");
        }

        world.Done.Select(a => a.ToString()).Except(World.Done.Select(a => a.ToString()), StringComparer.Ordinal)
            .ShouldBeEmpty(what);
        if (ordered)
        {
            Firsts(world).ShouldBe(_order, what);
        }
    }

    private IEnumerable<string> Difference(string end) =>
        end.Split('\n').Except(_end.Split('\n'), StringComparer.Ordinal).Select(l => $"+ {l}")
            .Concat(_end.Split('\n').Except(end.Split('\n'), StringComparer.Ordinal).Select(l => $"- {l}"));

    // The first time each thing was done, with what runs side by side in one order.
    private static IEnumerable<string> Firsts(OmsWorld world) => world.Done
        .Select(a => a.What is "load" or "pull" or "create" or "stop" or "start" or "trim" or "autostart"
            or "start oms_console" || a.What.StartsWith("policy", StringComparison.Ordinal) ? a.What : a.ToString())
        .Distinct(StringComparer.Ordinal);
}

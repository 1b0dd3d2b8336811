using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos;

/// <summary>
/// Puts accidents of one scenario into as few runs as is fair. Only accidents that can share a run do. Accidents with
/// and without a repair are separated, so that the counts of runs without a repair are compared; so are those with one
/// and with several operators.
/// </summary>
internal static class SharedRuns
{
    public static IEnumerable<IReadOnlyList<ChaosCase>> Of(IEnumerable<ChaosCase> accidents)
    {
        var all = accidents.ToList();
        return all.Where(c => !c.Strike!.CanShare).Select(c => (IReadOnlyList<ChaosCase>)[c])
            .Concat(all.Where(c => c.Strike!.CanShare).GroupBy(Alike).SelectMany(Shared));
    }

    private static (string, bool, bool) Alike(ChaosCase chaos) =>
        (chaos.Scenario.Id, chaos.Strike!.Accident.Kind == AccidentKind.Operator, chaos.Strike.Accident.Fix is null);

    // The next accident of each moment, until none is left.
    private static IEnumerable<IReadOnlyList<ChaosCase>> Shared(IEnumerable<ChaosCase> alike)
    {
        var moments = alike.GroupBy(Place).OrderBy(moment => moment.Key).Select(moment => moment.ToList()).ToList();
        for (var run = 0; run < moments.Max(moment => moment.Count); run++)
        {
            yield return [.. moments.Where(moment => moment.Count > run).Select(moment => moment[run])];
        }
    }

    private static int Place(ChaosCase chaos) => ChaosMoments.PlaceOf(chaos.Strike!.Moment, chaos.Scenario.Goal);
}

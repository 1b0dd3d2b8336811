using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What tablet servers go from and to. Nearly always that is the same for all of them, and there may be hundreds: it
/// stands on the first swap of the phase, and on each other one only what is different there, an empty value for what
/// it has not. Pure.
/// </summary>
internal static class TserverPrograms
{
    /// <summary>The parameters of a swap that is not the first of its phase.</summary>
    /// <param name="first">Those of the first.</param>
    /// <param name="own">Its own.</param>
    public static IReadOnlyList<(string Key, string Value)> Beside(IReadOnlyList<(string Key, string Value)> first, IReadOnlyList<(string Key, string Value)> own) =>
    [
        .. own.Where(p => !first.Contains(p)),
        .. first.Where(p => !own.Any(o => o.Key == p.Key)).Select(p => (p.Key, "")),
    ];

    /// <summary>A parameter of a swap; null if it has none.</summary>
    public static string? Of(Plan plan, PlanStep swap, string key) =>
        (swap.Parameters.GetValueOrDefault(key) ?? plan.Steps.Find(s => s.Action == YugabyteActions.SwapTserver && s.Phase == swap.Phase)?.Parameters.GetValueOrDefault(key)) is { Length: > 0 } value
            ? value
            : null;
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// A moment at which the operator is killed: right before or right after one of its acts. The act has a name instead of
/// a number, so that it is found again in a run in which earlier kills made some acts happen twice.
/// </summary>
/// <param name="Act">Name of the act: <c>docker-oms-a POST /containers/x/start</c>, for writes to the API server
/// counted from the last act on a target.</param>
/// <param name="Side">Before or after it.</param>
public sealed partial record KillPoint(string Act, FaultSide Side)
{
    /// <summary>Both sides of each act of a run, in order.</summary>
    public static IReadOnlyList<KillPoint> Of(IEnumerable<FaultAct> acts) =>
        [.. Names(acts).SelectMany(name => new[] { new KillPoint(name, FaultSide.Before), new KillPoint(name, FaultSide.After) })];

    /// <summary>The point of one act, given all acts of the run so far.</summary>
    public static KillPoint Of(FaultPoint point, IEnumerable<FaultAct> acts) =>
        new(Names(acts.Where(act => act.Number <= point.Act.Number))[^1], point.Side);

    /// <summary>For a ledger.</summary>
    public override string ToString() => $"{(Side == FaultSide.Before ? "before" : "after")} {Act}";

    // Writes to the API server are the most frequent acts and the ones a successor repeats: counted over the whole run
    // they would shift with every kill.
    private static List<string> Names(IEnumerable<FaultAct> acts)
    {
        var names = new List<string>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var since = "the beginning";
        foreach (var act in acts)
        {
            var text = GeneratedIds.Hide(Lists().Replace($"{act.Proxy} {act.Verb} {act.Target}", "")).Replace("|", "/", StringComparison.Ordinal);
            if (act.Proxy == KubeFaultProxy.DefaultName)
            {
                text = $"{text} since {since}";
            }

            var count = seen[text] = seen.GetValueOrDefault(text) + 1;
            var name = count == 1 ? text : string.Create(CultureInfo.InvariantCulture, $"{text} ({count})");
            names.Add(name);
            if (act.Proxy != KubeFaultProxy.DefaultName)
            {
                since = name;
            }
        }

        return names;
    }

    // Column definitions and rows: a page is to be read.
    [GeneratedRegex(" \\(.*", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Lists();
}

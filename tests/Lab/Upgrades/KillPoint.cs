using System.Text.RegularExpressions;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// A moment at which the operator is killed: right before or right after one of its acts. The act is identified by its
/// name and not by a number, so that it is found in a run in which earlier kills repeated some acts.
/// </summary>
/// <param name="Act">Name of the act: <c>docker-oms-a POST /containers/x/start</c>. Writes to the API server are
/// counted from the last act on a target.</param>
public sealed partial record KillPoint(string Act, FaultSide Side)
{
    /// <summary>Both sides of each act of a run, in order.</summary>
    public static IReadOnlyList<KillPoint> Of(IEnumerable<FaultAct> acts) =>
        [.. Names(acts).SelectMany(
            name => new[] { new KillPoint(name, FaultSide.Before), new KillPoint(name, FaultSide.After) })];

    /// <summary>The point of one act, given all acts of the run so far.</summary>
    public static KillPoint Of(FaultPoint point, IEnumerable<FaultAct> acts) =>
        new(Names(acts.Where(act => act.Number <= point.Act.Number))[^1], point.Side);

    public override string ToString() => $"{(Side == FaultSide.Before ? "before" : "after")} {Act}";

    // Writes to the API server are the most frequent acts, and a successor repeats them. If they were counted over the
    // whole run, every kill would shift their numbers.
    private static List<string> Names(IEnumerable<FaultAct> acts)
    {
        var names = new List<string>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var since = "the beginning";
        foreach (var act in acts)
        {
            var text = GeneratedIds.Hide(Lists().Replace($"{act.Proxy} {act.Verb} {act.Target}", ""))
                .Replace("|", "/", StringComparison.Ordinal);
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

    // Removes column definitions and rows, so that the page stays readable.
    [GeneratedRegex(" \\(.*", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Lists();
}

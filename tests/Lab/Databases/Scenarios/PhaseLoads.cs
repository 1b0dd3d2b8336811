using System.Globalization;
using System.Text.Json.Nodes;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>Reads what a cluster's client met, by the phases of an upgrade.</summary>
public static class PhaseLoads
{
    /// <summary>Everything together.</summary>
    public static PhaseLoad Total(StandinDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return Sum("all", directory.Client());
    }

    /// <summary>
    /// By phase, in the order in which they came. A second belongs to the phase of the step that was started last at
    /// its end: the client counts by the second, and a request that fails at a border may be counted for the phase
    /// after it.
    /// </summary>
    /// <param name="directory">Of the cluster.</param>
    /// <param name="upgrade">The upgrade at its end.</param>
    public static IReadOnlyList<PhaseLoad> Of(StandinDirectory directory, JsonNode upgrade)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var started = upgrade.Steps()
            .Select(step => (Phase: step["id"]!.GetValue<string>().Split('/')[0], At: Time(step["startedAt"]), Until: Time(step["finishedAt"])))
            .Where(step => step.At is not null)
            .OrderBy(step => step.At)
            .ToList();
        var over = started.Select(step => step.Until).DefaultIfEmpty().Max();
        string PhaseAt(DateTimeOffset moment) =>
            over is not null && moment > over ? "After" : started.LastOrDefault(step => step.At <= moment).Phase ?? "Before";
        return [.. directory.Client().GroupBy(second => PhaseAt(second.At)).Select(phase => Sum(phase.Key, phase))];
    }

    private static PhaseLoad Sum(string phase, IEnumerable<StandinSecond> seconds)
    {
        var all = seconds.ToList();
        return new PhaseLoad(
            phase,
            all.Sum(s => s.Ok),
            all.Sum(s => s.Failed),
            all.Sum(s => s.Retried),
            all.Select(s => s.SlowestMs).DefaultIfEmpty().Max(),
            [.. all.SelectMany(s => s.Errors).Distinct(StringComparer.Ordinal)]);
    }

    private static DateTimeOffset? Time(JsonNode? node) =>
        node is null ? null : DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);
}

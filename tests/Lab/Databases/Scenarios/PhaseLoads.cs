namespace Drydock.Lab.Databases.Scenarios;

/// <summary>Reads the counts of a cluster's client by the phases of an upgrade.</summary>
public static class PhaseLoads
{
    /// <summary>The sum of all phases.</summary>
    public static PhaseLoad Total(StandinDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return Sum("all", directory.Client());
    }

    /// <summary>
    /// The counts by phase, in the order of the phases. A second belongs to the phase of the step that was started last
    /// before its end. The client counts by seconds, so a request that fails between two phases may be counted for the
    /// later one.
    /// </summary>
    /// <param name="upgrade">The finished upgrade.</param>
    public static IReadOnlyList<PhaseLoad> Of(StandinDirectory directory, JsonNode upgrade)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var started = upgrade.Steps()
            .Select(
                step => (Phase: step["id"]!.GetValue<string>().Split('/')[0], At: Time(step["startedAt"]), Until: Time(
                    step["finishedAt"])))
            .Where(step => step.At is not null)
            .OrderBy(step => step.At)
            .ToList();
        var over = started.Select(step => step.Until).DefaultIfEmpty().Max();
        string PhaseAt(DateTimeOffset moment) =>
            over is not null && moment > over
                ? "After"
                : started.LastOrDefault(step => step.At <= moment).Phase ?? "Before";
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

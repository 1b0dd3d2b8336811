using System.Globalization;
using System.Text.Json.Nodes;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>A user of the database who reads and writes the whole time, through the ports users have; what it met, phase by phase.</summary>
public sealed class DatabaseLoad : IAsyncDisposable
{
    private readonly IDatabaseScenario _scenario;
    private readonly IAsyncDisposable _client;
    private bool _ended;

    private DatabaseLoad(IDatabaseScenario scenario, IAsyncDisposable client)
    {
        _scenario = scenario;
        _client = client;
    }

    /// <summary>Begins.</summary>
    public static async Task<DatabaseLoad> StartAsync(IDatabaseScenario scenario, int requestsPerSecond = 20, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return new DatabaseLoad(scenario, await scenario.StartClientAsync(requestsPerSecond, cancellationToken));
    }

    /// <summary>Ends it; what it did in its last second is written then.</summary>
    public async Task EndAsync()
    {
        if (!_ended)
        {
            _ended = true;
            await _client.DisposeAsync();
        }
    }

    /// <summary>Everything together.</summary>
    public PhaseLoad Total() => Sum("all", _scenario.Directory.Client());

    /// <summary>
    /// By phase, in the order in which they came. A second belongs to the phase of the step that was started last at its end: the client counts by the second, and a
    /// request that fails at a border may be counted for the phase after it.
    /// </summary>
    /// <param name="upgrade">The upgrade at its end.</param>
    public IReadOnlyList<PhaseLoad> PerPhase(JsonNode upgrade)
    {
        var started = upgrade.Steps()
            .Select(step => (Phase: step["id"]!.GetValue<string>().Split('/')[0], At: Time(step["startedAt"]), Until: Time(step["finishedAt"])))
            .Where(step => step.At is not null)
            .OrderBy(step => step.At)
            .ToList();
        var over = started.Max(step => step.Until);
        string PhaseAt(DateTimeOffset moment) =>
            over is not null && moment > over ? "After" : started.LastOrDefault(step => step.At <= moment).Phase ?? "Before";
        return [.. _scenario.Directory.Client().GroupBy(second => PhaseAt(second.At)).Select(phase => Sum(phase.Key, phase))];
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await EndAsync();

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

    private static DateTimeOffset? Time(JsonNode? node) => node is null ? null : DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);
}

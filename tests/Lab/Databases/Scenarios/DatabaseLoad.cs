using System.Text.Json.Nodes;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>
/// A user of the database who reads and writes the whole time, through the ports users have; what it met, phase by
/// phase.
/// </summary>
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
    public static async Task<DatabaseLoad> StartAsync(
        IDatabaseScenario scenario, int requestsPerSecond = 20, CancellationToken cancellationToken = default)
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
    public PhaseLoad Total() => PhaseLoads.Total(_scenario.Directory);

    /// <summary>By phase, in the order in which they came (<see cref="PhaseLoads.Of"/>).</summary>
    /// <param name="upgrade">The upgrade at its end.</param>
    public IReadOnlyList<PhaseLoad> PerPhase(JsonNode upgrade) => PhaseLoads.Of(_scenario.Directory, upgrade);

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await EndAsync();
}

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>
/// A client that reads and writes all the time through the ports for users. Counts its requests by phase.
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

    public static async Task<DatabaseLoad> StartAsync(
        IDatabaseScenario scenario, int requestsPerSecond = 20, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return new DatabaseLoad(scenario, await scenario.StartClientAsync(requestsPerSecond, cancellationToken));
    }

    /// <summary>Ends the client. The counts of its last second are written then.</summary>
    public async Task EndAsync()
    {
        if (!_ended)
        {
            _ended = true;
            await _client.DisposeAsync();
        }
    }

    /// <summary>The sum of all phases.</summary>
    public PhaseLoad Total() => PhaseLoads.Total(_scenario.Directory);

    /// <summary>The counts by phase, in the order of the phases (<see cref="PhaseLoads.Of"/>).</summary>
    /// <param name="upgrade">The finished upgrade.</param>
    public IReadOnlyList<PhaseLoad> PerPhase(JsonNode upgrade) => PhaseLoads.Of(_scenario.Directory, upgrade);

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await EndAsync();
}

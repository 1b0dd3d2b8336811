namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The JSON interface of a tablet server (docs/research/yugabytedb.md#tablet-server-pages).</summary>
/// <param name="http">HTTP to the processes.</param>
/// <param name="vocabulary">The names of the dialect.</param>
internal sealed class YbTserverClient(IServiceHttp http, YugabyteVocabulary vocabulary) : YbWebClient(http, vocabulary)
{
    private const string LagMetric = "follower_lag_ms";
    private const string LagPage = "/metrics?metrics=" + LagMetric;

    public async Task<IReadOnlyList<string>> FailedTabletsAsync(
        ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "health-check", YbJsonContext.Default.TserverHealth, cancellationToken);
        return [.. page.All(page.Content.FailedTablets, "failed_tablets")];
    }

    public async Task<YbTabletStates> TabletsAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "tablets", YbJsonContext.Default.Tablets, cancellationToken);
        var states = page.All(page.Content.Values, "tablets")
            .CountBy(tablet => tablet.State, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        states.Remove(YbTabletStates.Run, out var running);
        return new YbTabletStates(running, states);
    }

    public async Task<IReadOnlySet<string>> RunningTabletsAsync(
        ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "tablets", YbJsonContext.Default.Tablets, cancellationToken);
        return page.Content
            .Where(t => (t.Value ?? throw page.Unusable($"'{t.Key}' is null")).State == YbTabletStates.Run)
            .Select(t => t.Key)
            .ToHashSet(StringComparer.Ordinal);
    }

    public async Task<YbFollowerLag> FollowerLagAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var answer = await GetPageAsync(address, LagPage, cancellationToken);
        var page = YbPage.Read($"{address}{LagPage}", answer, YbJsonContext.Default.Metrics);
        var (count, largest) = (0, 0L);
        foreach (var metric in page.All(page.Content, "the page").SelectMany(e => page.All(e.Metrics, "metrics")))
        {
            if (metric.Name == LagMetric)
            {
                var value = metric.Value is { ValueKind: System.Text.Json.JsonValueKind.Number } number
                    && number.TryGetInt64(out var milliseconds)
                        ? milliseconds
                        : throw page.Unusable($"{LagMetric} without a value");
                (count, largest) = (count + 1, Math.Max(largest, value));
            }
        }

        return new YbFollowerLag(count, TimeSpan.FromMilliseconds(largest));
    }
}

/// <summary>The tablets of one server, as the server itself reports them.</summary>
/// <param name="Running">How many run.</param>
/// <param name="Others">How many are in which other state: BOOTSTRAPPING, FAILED and so on.</param>
internal sealed record YbTabletStates(int Running, IReadOnlyDictionary<string, int> Others)
{
    public const string Run = "RUNNING";

    // States in which a tablet is not expected to run any more.
    private static readonly string[] Gone = ["SHUTDOWN", "TABLET_DATA_TOMBSTONED", "TABLET_DATA_DELETED"];

    public bool AllRun => Others.Keys.All(s => Gone.Contains(s, StringComparer.OrdinalIgnoreCase));

    public int All => Running + Others.Values.Sum();

    public string Describe() =>
        string.Join(", ", Others.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Value} are {o.Key}"));
}

/// <summary>follower_lag_ms of the tablets of one server.</summary>
/// <param name="Tablets">How many tablets reported it.</param>
/// <param name="Largest">The largest lag.</param>
internal sealed record YbFollowerLag(int Tablets, TimeSpan Largest);

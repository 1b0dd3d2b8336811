using System.Text.Json;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The JSON interface of a tablet server (docs/research/yugabytedb.md#tablet-server-pages).</summary>
/// <param name="http">The way there.</param>
/// <param name="vocabulary">What pages are called.</param>
internal sealed class YbTserverClient(IServiceHttp http, YugabyteVocabulary vocabulary) : YbWebClient(http, vocabulary)
{
    private const string LagMetric = "follower_lag_ms";
    private const string LagPage = "/metrics?metrics=" + LagMetric;

    /// <summary>Ids of tablets that have failed on it.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that lists them.</exception>
    public async Task<IReadOnlyList<string>> FailedTabletsAsync(
        ServiceAddress address, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(address, "health-check", cancellationToken);
        return reader.Texts(root, "failed_tablets");
    }

    /// <summary>The states of its tablets.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that tells them.</exception>
    public async Task<YbTabletStates> TabletsAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(address, "tablets", cancellationToken);
        var states = root.EnumerateObject()
            .Select(tablet => reader.Text(tablet.Value, "state"))
            .GroupBy(state => state, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return new YbTabletStates(states.GetValueOrDefault("RUNNING"), states.Where(s => s.Key != "RUNNING").ToDictionary(StringComparer.Ordinal));
    }

    /// <summary>How far its followers lag.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that tells it.</exception>
    public async Task<YbFollowerLag> FollowerLagAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var (reader, root) = YbJson.Read($"{address}{LagPage}", await GetPageAsync(address, LagPage, cancellationToken), JsonValueKind.Array);
        var (count, largest) = (0, 0L);
        foreach (var metric in root.EnumerateArray().SelectMany(entity => reader.Required(entity, "metrics", JsonValueKind.Array).EnumerateArray()))
        {
            if (reader.Text(metric, "name") != LagMetric)
            {
                continue;
            }

            var value = YbJson.OptionalNumber(metric, "value") ?? throw reader.Unusable($"{LagMetric} without a value");
            (count, largest) = (count + 1, Math.Max(largest, value));
        }

        return new YbFollowerLag(count, TimeSpan.FromMilliseconds(largest));
    }
}

using System.Globalization;
using System.Net.Http;
using System.Text.Json;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>Configuration and schedulers.</content>
internal sealed partial class PdClient
{
    /// <summary>The whole configuration as PD writes it: what <c>pd-ctl config show all</c> shows.</summary>
    public async Task<string> ConfigTextAsync(CancellationToken cancellationToken) =>
        await GetAsync($"{Api}/config", root => root.Optional("schedule") is null ? throw new KeyNotFoundException("no \"schedule\" in it") : root.GetRawText(), cancellationToken);

    /// <summary>What the configuration says of scheduling and replication.</summary>
    public Task<PdSchedule> ScheduleAsync(CancellationToken cancellationToken) =>
        GetAsync($"{Api}/config", Schedule, cancellationToken);

    /// <summary>
    /// The version the cluster is at: the lowest of its stores', raised by itself and never lowered
    /// (docs/research/tidb.md#pd).
    /// </summary>
    public Task<string> ClusterVersionAsync(CancellationToken cancellationToken) => GetAsync(
        $"{Api}/config/cluster-version",
        root => root.ValueKind == JsonValueKind.String ? TiDbVersion.Plain(root.GetString()!) : throw new FormatException("it is no text"),
        cancellationToken);

    /// <summary>
    /// Names of the schedulers PD runs now. After a change of the leader none, for up to 5 minutes
    /// (docs/research/tidb.md#pd-as-observed).
    /// </summary>
    public Task<IReadOnlyList<string>> RunningSchedulersAsync(CancellationToken cancellationToken) => GetAsync<IReadOnlyList<string>>(
        $"{Api}/schedulers",
        root => root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray().Select(s => s.GetString() ?? "")] : throw new FormatException("it is no list"),
        cancellationToken);

    /// <summary>Sets one limit and reads it back: PD answers 200 to a key it does not know, and ignores it.</summary>
    /// <exception cref="TiDbApiException">Refused or ignored.</exception>
    public async Task SetLimitAsync(string name, long value, CancellationToken cancellationToken)
    {
        await ChangeAsync(HttpMethod.Post, $"{Api}/config", string.Create(CultureInfo.InvariantCulture, $"{{\"{name}\":{value}}}"), cancellationToken);
        var now = (await ScheduleAsync(cancellationToken)).Limit(name);
        if (now != value)
        {
            throw new TiDbApiException(Reasons.AnswerUnusable, string.Create(CultureInfo.InvariantCulture, $"PD took {name} = {value} without a word and has {now?.ToString(CultureInfo.InvariantCulture) ?? "no such key"}"));
        }
    }

    /// <summary>
    /// Has leaders moved away from a store. One that is there already is accepted
    /// (docs/research/tidb.md#tidb-operator), proven by schedulers-v2. The id is a number: as text PD answers "missing
    /// store id".
    /// </summary>
    /// <exception cref="TiDbApiException">Refused, or not persisted.</exception>
    public async Task EvictLeadersAsync(ulong store, CancellationToken cancellationToken)
    {
        try
        {
            await AddEvictAsync(store, cancellationToken);
        }
        catch (TiDbApiException exception) when (exception.Status == 500 && exception.Message.Contains("existed", StringComparison.Ordinal))
        {
            // The look below tells.
        }

        if (!(await ScheduleAsync(cancellationToken)).Evicted.Contains(store))
        {
            throw new TiDbApiException(Reasons.AnswerUnusable, string.Create(CultureInfo.InvariantCulture, $"PD took evict-leader-scheduler for store {store} and schedulers-v2 does not hold it"));
        }
    }

    /// <summary>
    /// Lets leaders come back to a store, proven by schedulers-v2: "scheduler not found" proves nothing after a change
    /// of the PD leader, where what is persisted is not run yet; adding it once more makes it removable.
    /// </summary>
    /// <exception cref="TiDbApiException">It is still persisted.</exception>
    public async Task LetLeadersBackAsync(ulong store, CancellationToken cancellationToken)
    {
        if (!(await ScheduleAsync(cancellationToken)).Evicted.Contains(store))
        {
            return;
        }

        await RemoveEvictAsync(store, cancellationToken);
        if (!(await ScheduleAsync(cancellationToken)).Evicted.Contains(store))
        {
            return;
        }

        await AddEvictAsync(store, cancellationToken);
        await RemoveEvictAsync(store, cancellationToken);
        if ((await ScheduleAsync(cancellationToken)).Evicted.Contains(store))
        {
            throw new TiDbApiException(
                Reasons.ClusterUnhealthy,
                string.Create(CultureInfo.InvariantCulture, $"evict-leader-scheduler for store {store} does not go: it is still in PD's schedulers-v2. Remove it with pd-ctl scheduler remove evict-leader-scheduler-{store}"));
        }
    }

    private Task AddEvictAsync(ulong store, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, $"{Api}/schedulers", string.Create(CultureInfo.InvariantCulture, $"{{\"name\":\"evict-leader-scheduler\",\"store_id\":{store}}}"), cancellationToken);

    private async Task RemoveEvictAsync(ulong store, CancellationToken cancellationToken)
    {
        try
        {
            await ChangeAsync(HttpMethod.Delete, string.Create(CultureInfo.InvariantCulture, $"{Api}/schedulers/evict-leader-scheduler-{store}"), null, cancellationToken);
        }
        catch (TiDbApiException exception) when (exception.Status == 404 || exception.Message.Contains("not found", StringComparison.Ordinal))
        {
            // Gone, or not run yet: whoever asked looks at schedulers-v2.
        }
    }

    private static PdSchedule Schedule(JsonElement root)
    {
        var schedule = root.Member("schedule");
        var replication = root.Member("replication");
        var enabled = schedule.List("schedulers-v2").Where(s => s.Optional("disable")?.GetBoolean() != true).ToList();
        return new PdSchedule
        {
            Limits = PdSchedule.LimitNames.Where(n => schedule.Optional(n) is { ValueKind: JsonValueKind.Number }).ToDictionary(n => n, n => schedule.Number(n), StringComparer.Ordinal),
            Evicted = enabled.Where(s => s.Text("type") == "evict-leader").SelectMany(s => s.Texts("args")).Select(id => ulong.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture)).ToHashSet(),
            EnabledSchedulers = enabled.Count,
            MaxReplicas = replication.Member("max-replicas").GetInt64(),
            LocationLabels = Labels(replication.Optional("location-labels")),
        };
    }

    // One comma-joined text; a list in other versions.
    private static string[] Labels(JsonElement? labels) => labels switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(l => l.GetString() ?? "")],
        _ => [],
    };
}

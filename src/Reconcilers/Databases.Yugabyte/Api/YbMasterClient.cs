namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The JSON interface of masters (docs/research/yugabytedb.md#master-pages). Masters that do not lead pass
/// most questions on to the leader and report failures with status 200 and a page of HTML. The leader is therefore
/// found first, by the status of is-leader alone, and asked directly.</summary>
/// <param name="http">HTTP to the processes.</param>
/// <param name="vocabulary">The names of the dialect.</param>
internal sealed class YbMasterClient(IServiceHttp http, YugabyteVocabulary vocabulary) : YbWebClient(http, vocabulary)
{
    private const string EntitiesPage = "/dump-entities";
    private const string Voter = "VOTER";

    // The masters' own; tablet servers have no replica of it.
    private const string CatalogTablet = "00000000000000000000000000000000";

    /// <summary>Whether a master leads: status 200, and 503 if not. The body is ignored.</summary>
    public async Task<bool> IsLeaderAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        const string Call = "is-leader";
        var answer = await GetAsync(address, Call, cancellationToken);
        return answer.Status switch
        {
            200 => true,
            503 => false,
            var status => throw new YbAnswerException(
                Name(address, Call),
                $"status {status.ToString(CultureInfo.InvariantCulture)}, neither 200 nor 503",
                answer.Body),
        };
    }

    public async Task<IReadOnlyList<YbMaster>> MastersAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "masters", YbJsonContext.Default.Masters, cancellationToken);
        var masters = page.All(page.Content.All, "masters").Select(m => Master(page, m)).ToList();
        return masters.Count > 0 ? masters : throw page.Unusable("no master is listed");
    }

    public async Task<IReadOnlyList<YbTserver>> TserversAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(leader, "tablet-servers", YbJsonContext.Default.Tservers, cancellationToken);
        return
        [
            .. from placement in page.Content
               from server in placement.Value ?? throw page.Unusable($"'{placement.Key}' is null")
               let web = ServiceAddress.TryParse(server.Key, out var address)
                   ? address
                   : throw page.Unusable($"'{server.Key}' is not an address")
               select Tserver(placement.Key, web, server.Value ?? throw page.Unusable($"'{server.Key}' is null")),
        ];
    }

    public async Task<YbHealth> HealthAsync(ServiceAddress leader, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(leader, "health-check", YbJsonContext.Default.MasterHealth, cancellationToken);
        return new YbHealth(
            [.. page.All(page.Content.DeadNodes, "dead_nodes")],
            [.. page.All(page.Content.UnderReplicatedTablets, "under_replicated_tablets")]);
    }

    /// <summary>Ids of tablets without a leader.</summary>
    /// <exception cref="YbAnswerException">The answer is unusable.</exception>
    public async Task<IReadOnlyList<string>> LeaderlessTabletsAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(leader, "tablet-replication", YbJsonContext.Default.Leaderless, cancellationToken);
        return [.. page.All(page.Content.LeaderlessTablets, "leaderless_tablets").Select(t => t.TabletUuid)];
    }

    /// <summary>Ids of tablets with too few replicas by their placement; null if the version has no such page
    /// (404).</summary>
    /// <exception cref="YbAnswerException">The answer is unusable.</exception>
    public async Task<IReadOnlyList<string>?> UnderReplicatedTabletsAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        const string Call = "tablet-under-replication";
        var answer = await GetAsync(leader, Call, cancellationToken);
        if (answer.Status == 404)
        {
            return null;
        }

        var page = YbPage.Read(Name(leader, Call), answer, YbJsonContext.Default.UnderReplicated);
        return [.. page.All(page.Content.UnderreplicatedTablets, "underreplicated_tablets").Select(t => t.TabletUuid)];
    }

    /// <summary>The voting replicas of all tablets that run, by the ids of the tablets: RPC addresses of their servers
    /// (docs/research/yugabytedb.md#master-pages).</summary>
    /// <exception cref="YbAnswerException">The answer is unusable.</exception>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<ServiceAddress>>> VotersAsync(
        ServiceAddress leader, CancellationToken cancellationToken)
    {
        var page = await ReadPageAsync(leader, EntitiesPage, YbJsonContext.Default.Entities, cancellationToken);
        var voters = new Dictionary<string, IReadOnlyList<ServiceAddress>>(StringComparer.Ordinal);
        foreach (var tablet in page.All(page.Content.Tablets, "tablets").Where(t => t.TabletId != CatalogTablet))
        {
            voters[tablet.TabletId] =
            [
                .. page.All(tablet.Replicas ?? [], "replicas").Where(r => r.Type == Voter).Select(r =>
                    ServiceAddress.TryParse(r.Addr, out var address)
                        ? address
                        : throw page.Unusable($"'{r.Addr}' is not an address")),
            ];
        }

        return voters;
    }

    public async Task<YbClusterConfig> ClusterConfigAsync(ServiceAddress leader, CancellationToken cancellationToken) =>
        YbClusterConfig.Of(
            await ReadAsync(leader, "cluster-config", YbJsonContext.Default.ClusterConfig, cancellationToken));

    private static YbMaster Master(YbPage<YbPages.Masters> page, YbPages.Master entry)
    {
        var master = new YbMaster(
            entry.InstanceId?.PermanentUuid,
            First(entry.Registration?.PrivateRpcAddresses),
            First(entry.Registration?.HttpAddresses),
            entry.Role,
            entry.InstanceId?.StartTimeUs,
            entry.Error is { } error ? Message(error) : null);
        return master.Error is not null || (master.Uuid is not null && master.Role is not null)
            ? master
            : throw page.Unusable("a master without id or role");
    }

    private static string Message(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty("message", out var message)
        && message.ValueKind == JsonValueKind.String
            ? message.GetString()!
            : error.ToString();

    private static ServiceAddress? First(List<YbPages.HostPort?>? addresses) =>
        addresses is [{ Host: { } host, Port: { } port and > 0 and < 65536 }, ..]
            ? new ServiceAddress(host, (int)port)
            : null;

    private static YbTserver Tserver(string placement, ServiceAddress web, YbPages.Tserver server) => new()
    {
        Web = web,
        Uuid = server.PermanentUuid,
        Placement = placement,
        Zone = server is { Cloud: { Length: > 0 } cloud, Region: { Length: > 0 } region, Zone: { Length: > 0 } zone }
            ? $"{cloud}.{region}.{zone}"
            : null,
        IsAlive = server.Status == "ALIVE",
        SinceHeartbeat = TimeSpan.FromSeconds(Math.Clamp(server.TimeSinceHbSec, 0, int.MaxValue)),
        Uptime = TimeSpan.FromSeconds(Math.Min(server.UptimeSeconds, int.MaxValue)),
        Leaders = server.UserTabletsLeaders + server.SystemTabletsLeaders,
        Tablets = server.UserTabletsTotal + server.SystemTabletsTotal,
    };
}

/// <summary>health-check of the leading master. It does not cover read replicas.</summary>
/// <param name="DeadNodes">Ids of tablet servers without a heartbeat for longer than the master waits.</param>
/// <param name="UnderReplicated">Ids of tablets with too few replicas.</param>
internal sealed record YbHealth(IReadOnlyList<string> DeadNodes, IReadOnlyList<string> UnderReplicated);

/// <summary>A master as another one lists it.</summary>
/// <param name="Uuid">The id; null if only an error is listed.</param>
/// <param name="Rpc">The RPC address.</param>
/// <param name="Web">The address of its pages.</param>
/// <param name="Role">LEADER, FOLLOWER or another.</param>
/// <param name="StartTimeMicroseconds">When its process started, in microseconds since 1970 by its own clock.</param>
/// <param name="Error">The error; null if there is none.</param>
internal sealed record YbMaster(
    string? Uuid, ServiceAddress? Rpc, ServiceAddress? Web, string? Role, long? StartTimeMicroseconds, string? Error)
{
    public bool IsLeader => Error is null && Role == "LEADER";

    public bool IsAlive => Error is null && Role is "LEADER" or "FOLLOWER";

    public string Display => Web?.ToString() ?? Rpc?.ToString() ?? Uuid ?? "a master without address";
}

/// <summary>A tablet server as the leading master sees it.</summary>
internal sealed record YbTserver
{
    public required ServiceAddress Web { get; init; }

    public string? Uuid { get; init; }

    public required string Placement { get; init; }

    public string? Zone { get; init; }

    /// <summary>Status ALIVE. A server that just ended counts as alive for a minute
    /// (docs/research/yugabytedb.md#rules).</summary>
    public required bool IsAlive { get; init; }

    public required TimeSpan SinceHeartbeat { get; init; }

    public required TimeSpan Uptime { get; init; }

    public required ulong Leaders { get; init; }

    public required ulong Tablets { get; init; }
}

/// <summary>Host and port. Hosts compare without regard to case and to the spelling of IPv6 addresses.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Port.</param>
internal readonly record struct ServiceAddress(string Host, int Port)
{
    /// <summary>Reads HOST:PORT; an IPv6 address is in brackets, or bare before the last colon.</summary>
    public static bool TryParse(string? text, out ServiceAddress address)
    {
        address = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535)
        {
            return false;
        }

        address = new ServiceAddress(text![..colon].Trim('[', ']'), port);
        return true;
    }

    public bool Equals(ServiceAddress other) =>
        Port == other.Port && HostNames.AreSame(Host ?? "", other.Host ?? "");

    public override int GetHashCode() =>
        HashCode.Combine(Port, HostNames.Normalize(Host ?? ""));

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}

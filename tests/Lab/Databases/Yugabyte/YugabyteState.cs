namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// The true state of a cluster, read from its disk and not from an interface. <see cref="ToString"/> omits values that
/// may differ between two good runs (leaders, ids, numbers of starts), so two upgrades with the same end are equal in
/// it.
/// </summary>
/// <param name="Formed">Whether all servers of the cluster have been up at the same time once.</param>
/// <param name="Masters">The masters by name.</param>
/// <param name="Tservers">The tablet servers by name.</param>
/// <param name="Leader">Name of the master leader; null if there is none.</param>
/// <param name="Term">Number of its election.</param>
/// <param name="LeaderBlacklist">Names of the leader-blacklisted tablet servers; the address if no server has
/// it.</param>
/// <param name="ServerBlacklist">The same for the other blacklist, which moves data.</param>
/// <param name="LoadBalancerEnabled">Whether the load balancer may move leaders.</param>
/// <param name="AutoFlagsVersion">Version of the AutoFlags configuration.</param>
/// <param name="AutoFlags">The promoted AutoFlags.</param>
/// <param name="CatalogVersion">Version of the SQL catalogue; DDL raises it too.</param>
/// <param name="CatalogUpgradedTo">The version for which the catalogue was last migrated.</param>
/// <param name="ReplicationEnabled">The replication groups whose target is this cluster; false for paused.</param>
public sealed record YugabyteState(
    bool Formed,
    IReadOnlyList<YugabyteServerState> Masters,
    IReadOnlyList<YugabyteServerState> Tservers,
    string? Leader,
    int Term,
    IReadOnlyList<string> LeaderBlacklist,
    IReadOnlyList<string> ServerBlacklist,
    bool LoadBalancerEnabled,
    int AutoFlagsVersion,
    IReadOnlyList<string> AutoFlags,
    int CatalogVersion,
    string CatalogUpgradedTo,
    IReadOnlyDictionary<string, bool> ReplicationEnabled)
{
    /// <summary>Number of tablets.</summary>
    public int Tablets { get; init; }

    public YugabyteServerState Server(string name) => Masters.Concat(Tservers).Single(server => server.Name == name);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var server in Masters.Concat(Tservers))
        {
            Line($"{server.Name} {server.Version} {(server.Up ? "up" : "down")}");
        }

        Line($"leader {(Leader is null ? "none" : "one")}");
        Line($"tablets {Tablets}, led {Tservers.Sum(server => server.Leaders)}");
        Line($"leader blacklist [{string.Join(' ', LeaderBlacklist)}]");
        Line($"server blacklist [{string.Join(' ', ServerBlacklist)}]");
        Line($"load balancer {(LoadBalancerEnabled ? "on" : "off")}");
        Line($"AutoFlags {AutoFlagsVersion}: {string.Join(' ', AutoFlags.Order(StringComparer.Ordinal))}");
        Line($"catalogue of {CatalogUpgradedTo}");
        foreach (var (name, enabled) in ReplicationEnabled.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Line($"replication {name} {(enabled ? "on" : "paused")}");
        }

        return text.ToString();
    }

    internal static YugabyteState From(YugabyteStateFile file)
    {
        // A server whose data was lost is listed twice with the same address.
        string NameOf(string address) =>
            file.Tservers.Values.FirstOrDefault(server =>
                string.Create(CultureInfo.InvariantCulture, $"{server.Host}:{server.Rpc}") == address)?.Name ?? address;
        YugabyteServerState Of(YugabyteStateFile.ServerFile server) =>
            new(server.Name, server.Uuid, server.Version, server.Up, server.Starts, file.Tablets.Values.Count(
                tablet => tablet.Leader == server.Uuid));
        return new YugabyteState(
            file.Universe.Formed,
            [.. file.Masters.Values.Select(Of).OrderBy(server => server.Name, StringComparer.Ordinal)],
            [.. file.Tservers.Values.Select(Of).OrderBy(server => server.Name, StringComparer.Ordinal)],
            file.Leadership.Leader is { Length: > 0 } leader ? file.Masters.GetValueOrDefault(leader)?.Name : null,
            file.Leadership.Term,
            [.. file.Config.LeaderBlacklist.Select(NameOf)],
            [.. file.Config.ServerBlacklist.Select(NameOf)],
            !file.Balancer.Disabled,
            file.AutoFlags.Version,
            [.. file.AutoFlags.Promoted.Select(flag => flag.Name)],
            file.Catalog.Version,
            file.Catalog.UpgradedTo,
            file.Xcluster.Where(group => !group.Value.Outbound)
                .ToDictionary(group => group.Key, group => !group.Value.Disabled, StringComparer.Ordinal))
        {
            Tablets = file.Tablets.Count,
        };
    }
}

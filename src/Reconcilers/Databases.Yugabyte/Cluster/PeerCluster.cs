namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The cluster at the other end of a replication group.</summary>
/// <param name="own">This cluster, whose names and ports it has too.</param>
internal sealed class PeerCluster(YugabyteCluster own, ReplicationGroup group)
{
    private readonly YbClient _client = new(own.PeerHttp(group), own.Vocabulary);

    public string Display => $"the peer of {group.Name} ({group.Peer.Masters[0]})";

    // Its masters' pages are on the same port as ours unless the spec names them.
    private IEnumerable<ServiceAddress> MasterPages
    {
        get
        {
            var port = own.Masters.Count > 0
                ? own.Web(own.Masters[0]).Port
                : DefaultPorts.Status(own.Spec, new DatabaseInstance { Component = DatabaseComponent.Master });
            return Addresses(group.Peer.Masters).Select(m => new ServiceAddress(m.Host, port))
                .Concat(Addresses(group.Peer.WebAddresses))
                .Distinct();
        }
    }

    /// <summary>What its consumer registry says of the group; null if it is not the group's target.</summary>
    /// <exception cref="ClusterUnhealthyException">It has no leader that can be found.</exception>
    /// <exception cref="YbAnswerException">Its answer is unusable.</exception>
    public async Task<YbInboundGroup?> GroupAsync(CancellationToken cancellationToken)
    {
        var config = await _client.ClusterConfigAsync(await LeaderAsync(cancellationToken), cancellationToken);
        return config.Groups.FirstOrDefault(g => g.Name == group.Name);
    }

    /// <summary>Its processes: those the spec names, otherwise all that its masters list.</summary>
    public async Task<IReadOnlyList<ServiceAddress>> ProcessesAsync(CancellationToken cancellationToken)
    {
        if (group.Peer.WebAddresses.Count > 0)
        {
            return [.. Addresses(group.Peer.WebAddresses)];
        }

        var leader = await LeaderAsync(cancellationToken);
        var masters = await _client.MastersAsync(leader, cancellationToken);
        if (masters.FirstOrDefault(m => m.Error is not null || m.Web is null) is { } broken)
        {
            throw new ClusterUnhealthyException(
                Reasons.InstanceDown,
                $"{Display}: master {broken.Display} is not alive ({broken.Error}), so its version is unknown. Start "
                + "it there.");
        }

        var tservers = await _client.TserversAsync(leader, cancellationToken);
        return [.. masters.Select(m => m.Web!.Value).Concat(tservers.Select(t => t.Web)).Distinct()];
    }

    /// <summary>How long it keeps its log for a target that does not read it; null if its flags do not say
    /// it.</summary>
    /// <exception cref="TargetException">The flags cannot be read.</exception>
    public async Task<TimeSpan?> RetentionAsync(CancellationToken cancellationToken)
    {
        var leader = await LeaderAsync(cancellationToken);
        var tservers = await _client.TserversAsync(leader, cancellationToken);
        var flags = await YugabyteCluster.EachAsync(
            [leader, .. tservers.Where(t => t.IsAlive).Select(t => t.Web)], _client.FlagsAsync, cancellationToken);
        return ReplicationRetention.Of(flags);
    }

    public async Task<IReadOnlyList<string>> NotYetAsync(YugabyteVersion version, CancellationToken cancellationToken)
    {
        var (processes, problem) = await YugabyteCluster.TryAsync(() => ProcessesAsync(cancellationToken));
        if (processes is null)
        {
            return [$"{Display}: {problem}"];
        }

        var problems = await YugabyteCluster.EachAsync(
            processes, (address, token) => ProblemAsync(address, version, token), cancellationToken);
        return [.. problems.OfType<string>()];
    }

    private static IEnumerable<ServiceAddress> Addresses(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            if (ServiceAddress.TryParse(text, out var address))
            {
                yield return address;
            }
        }
    }

    private async Task<string?> ProblemAsync(
        ServiceAddress address, YugabyteVersion version, CancellationToken cancellationToken)
    {
        var (running, problem) = await YugabyteCluster.TryAsync(() => _client.VersionAsync(address, cancellationToken));
        return running is null ? problem
            : version.Covers(running) || running > version ? null
            : $"{address} runs {running}.";
    }

    private async Task<ServiceAddress> LeaderAsync(CancellationToken cancellationToken)
    {
        List<ServiceAddress> pages = [.. MasterPages];
        var asked = await YugabyteCluster.AskWhoLeadsAsync(_client, pages, cancellationToken);
        var leaders = pages.Where((_, i) => asked[i].Leads).ToList();
        return leaders.Count == 1
            ? leaders[0]
            : throw new ClusterUnhealthyException(
                Reasons.NoLeader,
                $"{Display} has {(leaders.Count == 0 ? "no known leader" : "more than one leader")}."
                + $"{(asked.FirstOrDefault(a => a.Problem is not null).Problem is { } problem ? $" {problem}" : "")} "
                + "If its pages have other addresses, set "
                + $"spec.yugabyte.replication.groups[{group.Name}].peer.webAddresses.");
    }
}

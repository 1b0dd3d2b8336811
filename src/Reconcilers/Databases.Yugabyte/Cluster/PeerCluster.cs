namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The cluster at the other end of a replication group.</summary>
/// <param name="own">This cluster, whose names and ports it has too.</param>
/// <param name="group">The group.</param>
/// <param name="http">HTTP with its TLS material.</param>
internal sealed class PeerCluster(YugabyteCluster own, ReplicationGroup group, IServiceHttp http)
{
    private readonly YbMasterClient _client = new(http, own.Vocabulary);

    public string Display => $"the peer of {group.Name} ({group.Peer.Masters[0]})";

    // Its masters' pages are on the same port as ours unless the spec names them.
    private IEnumerable<ServiceAddress> MasterPages
    {
        get
        {
            var port = own.Masters.Count > 0
                ? own.Web(own.Masters[0]).Port
                : DefaultPorts.Status(own.Spec, new DatabaseInstance { Component = DatabaseComponent.Master });
            return group.Peer.Masters
                .Select(
                    m => ServiceAddress.TryParse(m, out var address)
                        ? new ServiceAddress(address.Host, port)
                        : (ServiceAddress?)null)
                .Concat(
                    group.Peer.WebAddresses.Select(
                        w => ServiceAddress.TryParse(w, out var address) ? address : (ServiceAddress?)null))
                .OfType<ServiceAddress>()
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
            return [
                .. group.Peer.WebAddresses.Select(
                    w => ServiceAddress.TryParse(w, out var address) ? address : (ServiceAddress?)null)
                        .OfType<ServiceAddress>(),
            ];
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
        IReadOnlyList<ServiceAddress> processes;
        try
        {
            processes = await ProcessesAsync(cancellationToken);
        }
        catch (TargetException exception)
        {
            return [$"{Display}: {exception.Message}"];
        }

        var problems = await YugabyteCluster.EachAsync(
            processes, (address, token) => ProblemAsync(address, version, token), cancellationToken);
        return [.. problems.OfType<string>()];
    }

    private async Task<string?> ProblemAsync(
        ServiceAddress address, YugabyteVersion version, CancellationToken cancellationToken)
    {
        try
        {
            var running = await _client.VersionAsync(address, cancellationToken);
            return version.Covers(running) || running > version ? null : $"{address} runs {running}.";
        }
        catch (TargetException exception)
        {
            return exception.Message;
        }
    }

    private async Task<ServiceAddress> LeaderAsync(CancellationToken cancellationToken)
    {
        var asked = await YugabyteCluster.EachAsync(
            [.. MasterPages],
            async (address, token) =>
            {
                try
                {
                    return (
                        Address: address, Leads: await _client.IsLeaderAsync(address, token), Problem: (string?)null);
                }
                catch (TargetException exception)
                {
                    return (Address: address, Leads: false, Problem: exception.Message);
                }
            },
            cancellationToken);
        var leaders = asked.Where(a => a.Leads).ToList();
        return leaders.Count == 1
            ? leaders[0].Address
            : throw new ClusterUnhealthyException(
                Reasons.NoLeader,
                $"{Display} has {(leaders.Count == 0 ? "no known leader" : "more than one leader")}."
                + $"{(asked.FirstOrDefault(a => a.Problem is not null).Problem is { } problem ? $" {problem}" : "")} "
                + "If its pages have other addresses, set "
                + $"spec.yugabyte.replication.groups[{group.Name}].peer.webAddresses.");
    }
}

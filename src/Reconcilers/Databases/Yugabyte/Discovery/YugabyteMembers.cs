namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Finds the processes of a universe from the pages of one master
/// (docs/project/research/yugabytedb.md#master-pages): the masters, and from the one that leads the tablet
/// servers.</summary>
internal sealed class YugabyteMembers(YugabyteCluster cluster, Findings findings)
{
    public async Task<FoundMembers> FindAsync(MemberSearch search, CancellationToken cancellationToken)
    {
        var usual = DefaultPorts.Status(
            cluster.Spec, new DatabaseInstance { Component = DatabaseComponent.Master, Host = search.Host });
        var seed = new ServiceAddress(search.Host, search.Port ?? usual);
        var members = new List<FoundMember>();
        await findings.LookAsync(
            async () =>
            {
                var masters = await cluster.Client.MastersAsync(seed, cancellationToken);
                members.AddRange(Masters(masters));
                if (await LeaderAsync(masters, cancellationToken) is { } leader)
                {
                    members.AddRange(await TserversAsync(leader, cancellationToken));
                }

                return true;
            },
            field: MemberSearch.Field);
        return new FoundMembers(members, findings.Sorted());
    }

    private List<FoundMember> Masters(IReadOnlyList<YbMaster> masters)
    {
        foreach (var master in masters.Where(m => m.Rpc is null))
        {
            findings.Add(
                Reasons.InstanceDown,
                $"{master.Display} is a master that does not answer ({master.Error ?? "no address"}), so its host is "
                    + "not known. Start it, or list it in spec.instances.",
                field: "spec.instances");
        }

        return
        [
            .. masters.Where(m => m.Rpc is not null).Select(m => new FoundMember(
                DatabaseComponent.Master, m.Rpc!.Value.Host, m.Rpc.Value.Port, "masters") { StatusPort = m.Web?.Port }),
        ];
    }

    private async Task<ServiceAddress?> LeaderAsync(
        IReadOnlyList<YbMaster> masters, CancellationToken cancellationToken)
    {
        foreach (var master in masters.OrderByDescending(m => m.IsLeader))
        {
            if (master.Rpc is { } rpc && master.Web is { } web)
            {
                // The page may be bound to all interfaces; the host is that of RPC.
                var page = new ServiceAddress(rpc.Host, web.Port);
                if (await findings.LookAsync(async () => await cluster.Client.IsLeaderAsync(page, cancellationToken)))
                {
                    return page;
                }
            }
        }

        findings.Add(
            Reasons.NoLeader,
            "No master leads, so the tablet servers are not known. Start the masters that do not run, and check the "
                + "network between them; preflight looks again automatically.");
        return null;
    }

    private async Task<IReadOnlyList<FoundMember>> TserversAsync(
        ServiceAddress leader, CancellationToken cancellationToken) =>
        await SideBySide.EachAsync(
            await cluster.Client.TserversAsync(leader, cancellationToken),
            async (server, token) => new FoundMember(
                DatabaseComponent.Tserver, server.Web.Host, await RpcPortAsync(server, token), "tablet-servers")
            {
                StatusPort = server.Web.Port,
            },
            cancellationToken);

    // A server that does not answer is a finding of preflight, with its name.
    private async Task<int> RpcPortAsync(YbTserver server, CancellationToken cancellationToken)
    {
        var usual = DefaultPorts.Service(
            cluster.Spec, new DatabaseInstance { Component = DatabaseComponent.Tserver, Host = server.Web.Host });
        var flags = await findings.LookAsync<IReadOnlyDictionary<string, string>>(
            async () => await cluster.Client.FlagsAsync(server.Web, cancellationToken));
        var address = flags?.GetValueOrDefault("rpc_bind_addresses")?.Split(',')[0] ?? "";
        var colon = address.LastIndexOf(':');

        // A bare IPv6 address has no port.
        return colon >= 0
            && (address.IndexOf(':', StringComparison.Ordinal) == colon || address[colon - 1] == ']')
            && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < 65536
            ? number
            : usual;
    }
}

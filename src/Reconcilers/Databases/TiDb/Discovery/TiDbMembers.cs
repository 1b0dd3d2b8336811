namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Finds the processes of a cluster from one PD member (docs/project/research/tidb.md#pd): PD members and
/// stores; a TiDB on their hosts, or one that the spec lists, and from it all TiDBs, or else those that PD's etcd has;
/// pumps and drainers as they are registered. PD's own API of 2.1 and 3.0 does not report TiDBs, and no version of TiDB
/// before 4.0 has information_schema.cluster_info.</summary>
internal sealed class TiDbMembers(TiDbTargets targets, Findings findings)
{
    private const string Unspecified = "0.0.0.0";

    public async Task<FoundMembers> FindAsync(MemberSearch search, CancellationToken cancellationToken)
    {
        var spec = targets.Spec;
        var usual = DefaultPorts.Service(
            spec, new DatabaseInstance { Component = DatabaseComponent.PD, Host = search.Host });
        var pd = new PdClient(targets.Context.Http, [new ServiceAddress(search.Host, search.Port ?? usual)]);
        var members = new List<FoundMember>();
        members.AddRange(await AskAsync(
            async () => (await pd.MembersAsync(cancellationToken)).Members.Select(Pd), MemberSearch.Field));
        members.AddRange(await AskAsync(
            async () => (await pd.StoresAsync(cancellationToken)).Where(s => !s.IsTombstone)
                .Select(s => Parsed(DatabaseComponent.TiKV, s.Address, "PD")),
            MemberSearch.Field));
        if (findings.Any)
        {
            return new FoundMembers(members, findings.Sorted());
        }

        members.AddRange(await ServersAsync(pd, search, cancellationToken));
        members.AddRange(await BinlogAsync(search, cancellationToken));
        return new FoundMembers(members, findings.Sorted());
    }

    private async Task<IReadOnlyList<FoundMember>> ServersAsync(
        PdClient pd, MemberSearch search, CancellationToken cancellationToken)
    {
        var spec = targets.Spec;
        var known = spec.Of(DatabaseComponent.TiDB).Select(spec.Status)
            .Concat(Processes(search, DatabaseComponent.TiDB).Select(StatusOf))
            .Distinct()
            .ToList();
        TargetException? failure = null;
        foreach (var status in known)
        {
            try
            {
                return Servers(
                    (await targets.Tidb.AllAsync(status, cancellationToken)).Servers, $"/info/all of {status}");
            }
            catch (TargetException exception)
            {
                // Each TiDB knows all of them; another one is asked, and then PD.
                failure = exception;
            }
        }

        var (registered, problem) = await RegisteredAsync(pd, cancellationToken);
        if (registered.Count > 0)
        {
            return registered;
        }

        if (failure is not null)
        {
            findings.Add(ClientFailures.Finding(failure, node: null, field: null)!);
        }
        else
        {
            findings.Add(
                Reasons.InstancesDiffer,
                $"No TiDB server runs on the hosts of PD and TiKV, and {problem}. List one TiDB in spec.instances "
                    + "(name, component and host).",
                field: "spec.instances");
        }

        return [];
    }

    private static async Task<(IReadOnlyList<FoundMember> Servers, string Problem)> RegisteredAsync(
        PdClient pd, CancellationToken cancellationToken)
    {
        var (servers, problem) = await Asking.TryAsync(() => pd.RegisteredServersAsync(cancellationToken));
        return problem is not null
            ? ([], $"PD's etcd cannot be read: {problem.TrimEnd('.')}")
            : servers is null
            ? ([], "PD serves no gateway to its etcd (enable-grpc-gateway)")
            : (Servers(servers, "PD's etcd"), "none is registered in PD's etcd");
    }

    private static IReadOnlyList<FoundMember> Servers(IReadOnlyList<TidbServerInfo> servers, string foundIn) =>
    [
        .. servers.Select(s => Parsed(DatabaseComponent.TiDB, s.Address, foundIn) with { StatusPort = s.StatusPort }),
    ];

    private async Task<IReadOnlyList<FoundMember>> BinlogAsync(MemberSearch search, CancellationToken cancellationToken)
    {
        var spec = targets.Spec;
        var members = new List<FoundMember>();
        if (targets.Settings.CredentialsSecretRef is not null && spec.Of(DatabaseComponent.TiDB).Any())
        {
            members.AddRange(await AskAsync(async () => Nodes(
                DatabaseComponent.Pump, await targets.Sql.PumpsAsync(cancellationToken), "SHOW PUMP STATUS")));
            members.AddRange(await AskAsync(async () => Nodes(
                DatabaseComponent.Drainer, await targets.Sql.DrainersAsync(cancellationToken), "SHOW DRAINER STATUS")));
        }

        // Versions before 2.1.7 know no such statement; one pump knows all pumps.
        var pump = Processes(search, DatabaseComponent.Pump).FirstOrDefault();
        if (pump is not null && !members.Exists(m => m.Component == DatabaseComponent.Pump))
        {
            var address = Service(pump, DatabaseComponent.Pump);
            members.AddRange(await AskAsync(async () => Nodes(
                DatabaseComponent.Pump, await targets.Binlog.PumpsAsync(address, cancellationToken),
                $"/status of {address}")));
        }

        if (!members.Exists(m => m.Component == DatabaseComponent.Drainer))
        {
            members.AddRange(
                from process in Processes(search, DatabaseComponent.Drainer)
                let at = Service(process, DatabaseComponent.Drainer)
                select new FoundMember(DatabaseComponent.Drainer, at.Host, at.Port, $"processes of {process.Host}"));
        }

        return members;
    }

    private async Task<IEnumerable<FoundMember>> AskAsync(
        Func<Task<IEnumerable<FoundMember>>> ask, string? field = null) =>
        await findings.LookAsync<List<FoundMember>>(async () => [.. await ask()], field: field) ?? [];

    private static IEnumerable<FoundMember> Nodes(
        DatabaseComponent component, IReadOnlyList<BinlogNode>? nodes, string foundIn) =>
        (nodes ?? []).Where(n => !n.IsOffline).Select(n => Parsed(component, n.Address, foundIn));

    private FoundMember Pd(PdMember member)
    {
        var url = member.ClientUrls.Count > 0 ? ServiceAddress.OfUrl(member.ClientUrls[0]) : "";
        return Parsed(DatabaseComponent.PD, url, "PD") with { Name = member.Name.ToLowerInvariant() };
    }

    // What the cluster reports is an address; anything else is an answer that cannot be used.
    private static FoundMember Parsed(DatabaseComponent component, string address, string foundIn)
    {
        return ServiceAddress.TryParse(address, out var at)
            ? new FoundMember(component, at.Host, at.Port, foundIn)
            : throw new TiDbApiException(
                Reasons.AnswerUnusable,
                $"{foundIn} reports a {component} at '{ToolOutput.Excerpt(address)}', which is not HOST:PORT. List all "
                    + "processes in spec.instances instead of spec.discoverFrom.");
    }

    private IEnumerable<HostProcess> Processes(MemberSearch search, DatabaseComponent component) =>
        search.Processes.Where(p => p.Program == ProgramNames.Of(targets.Spec, component));

    private ServiceAddress StatusOf(HostProcess process) => new(
        process.Host,
        PortOf(process.Option("status"), DefaultPorts.Status(targets.Spec, Of(DatabaseComponent.TiDB))));

    // --addr or --advertise-addr 10.0.1.11:8250; where neither is given, the default port.
    private ServiceAddress Service(HostProcess process, DatabaseComponent component)
    {
        var address = process.Option("advertise-addr") ?? process.Option("addr") ?? "";
        var colon = address.LastIndexOf(':');
        var usual = DefaultPorts.Service(targets.Spec, Of(component));
        var host = colon > 0 ? address[..colon].Trim('[', ']') : "";
        return new ServiceAddress(
            host is "" or Unspecified ? process.Host : host, PortOf(colon < 0 ? null : address[(colon + 1)..], usual));
    }

    private static int PortOf(string? text, int usual) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : usual;

    private static DatabaseInstance Of(DatabaseComponent component) => new() { Component = component };
}

/// <summary>What a TiDB cluster knows of an instance: members of PD, stores, registered servers, pumps and
/// drainers. Changes nothing.</summary>
internal sealed class TiDbMembership(TiDbTargets targets)
{
    private DatabaseRollingUpgradeSpec Spec => targets.Spec;

    public async Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var at = Spec.Service(instance);
        switch (instance.Component)
        {
            case DatabaseComponent.PD:
                return (await targets.Pd.MembersAsync(cancellationToken)).At(at) is { } member
                    ? $"PD still lists the member {member.Name} ({at}). Run `pd-ctl member delete name {member.Name}`; "
                        + "the upgrade then continues automatically."
                    : null;
            case DatabaseComponent.TiKV:
                return (await targets.Pd.StoresAsync(cancellationToken))
                    .FirstOrDefault(s => at.Is(s.Address) && !s.IsTombstone) is { } store
                    ? $"PD still lists store {store.Id} ({at}) as {store.State}, expected Tombstone. Run `pd-ctl store "
                        + $"delete {store.Id}` and wait until its Regions have moved; the upgrade then continues "
                        + "automatically."
                    : null;
            case DatabaseComponent.TiDB:
                return (await ServersAsync(cancellationToken)).Any(s => at.Is(s.Address))
                    ? $"/info/all still lists the TiDB server {at}. It disappears after its lease of about 1 minute "
                        + "once the process has ended."
                    : null;
            default:
                return (await NodesAsync(instance, cancellationToken))
                    .FirstOrDefault(n => at.Is(n.Address) && !n.IsOffline) is { } node
                    ? $"{instance.Component} {node.NodeId} ({at}) is still registered as {node.State}, expected "
                        + $"offline. Run `binlogctl -cmd update-{instance.Component.ToString().ToLowerInvariant()} "
                        + $"-node-id {node.NodeId} -state offline`."
                    : null;
        }
    }

    public async Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var at = Spec.Service(instance);
        switch (instance.Component)
        {
            case DatabaseComponent.PD:
                return (await targets.Pd.MembersAsync(cancellationToken)).At(at) is null
                    ? $"PD has no member at {at}. Let it join the cluster, or correct host and port."
                    : await targets.Pd.IsHealthyAsync(at, cancellationToken)
                        ? null
                        : $"PD member {at} does not report that it is healthy. Repair it.";
            case DatabaseComponent.TiKV:
                var store = (await targets.Pd.StoresAsync(cancellationToken))
                    .FirstOrDefault(s => at.Is(s.Address) && !s.IsTombstone);
                return store is null ? $"PD has no store at {at}. Let it join the cluster, or correct host and port."
                    : !store.IsUp ? $"Store {at} is {store.State}, expected Up. Repair it."
                    : OtherVersion(at, store.Version);
            case DatabaseComponent.TiDB:
                var server = (await ServersAsync(cancellationToken)).FirstOrDefault(s => at.Is(s.Address));
                return server is null
                    ? $"/info/all lists no TiDB server {at}. Start it, or correct host and port."
                    : OtherVersion(at, server.Version);
            default:
                return (await NodesAsync(instance, cancellationToken)).Any(n => at.Is(n.Address) && n.IsOnline)
                    ? null
                    : $"no {instance.Component} is registered as online at {at}. Start it, or correct host and port.";
        }
    }

    private string? OtherVersion(ServiceAddress at, string version) => TiDbVersion.Same(version, Spec.ToVersion)
        ? null
        : InstanceFindings.OtherVersion(at, version, Spec);

    public async Task<IReadOnlyList<TidbServerInfo>> ServersAsync(CancellationToken cancellationToken) =>
        Spec.Of(DatabaseComponent.TiDB).FirstOrDefault() is { } server
            ? (await targets.Tidb.AllAsync(Spec.Status(server), cancellationToken)).Servers
            : [];

    // Null: the servers know no binlog.
    private async Task<IReadOnlyList<BinlogNode>> NodesAsync(
        DatabaseInstance instance, CancellationToken cancellationToken) =>
        (instance.Component == DatabaseComponent.Drainer
            ? await targets.Sql.DrainersAsync(cancellationToken)
            : await targets.Sql.PumpsAsync(cancellationToken)) ?? [];
}

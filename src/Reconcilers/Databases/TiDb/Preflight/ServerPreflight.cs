namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Asks the TiDB servers: versions, who is registered, DDL, system tables, the databases of the backup
/// (docs/project/research/tidb.md#tidb-server). Changes nothing.</summary>
internal sealed class ServerPreflight(TiDbTargets targets, Findings findings)
{
    private DatabaseRollingUpgradeSpec Spec => targets.Spec;

    public async Task<TiDbServerState> LookAsync(CancellationToken cancellationToken)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var instance in Spec.Of(DatabaseComponent.TiDB))
        {
            if (await findings.LookAsync<string>(
                async () => await targets.Tidb.VersionAsync(Spec.Status(instance), cancellationToken),
                instance.Name) is { } version)
            {
                versions[instance.Name] = version;
            }
        }

        await findings.CheckAsync(() => RegisteredAsync(cancellationToken));
        if (targets.Settings.CredentialsSecretRef is null)
        {
            findings.Add(
                Reasons.SecretMissing,
                "DDL jobs and the system tables are read over SQL. Name a Secret with username and password.",
                field: "spec.tidb.credentialsSecretRef");
            return new TiDbServerState(versions, null);
        }

        await findings.CheckAsync(() => DdlAsync(cancellationToken));
        await findings.CheckAsync(() => DatabasesAsync(cancellationToken));
        return new TiDbServerState(
            versions,
            await findings.LookAsync<long?>(async () => await targets.Sql.BootstrapVersionAsync(cancellationToken)));
    }

    private async Task RegisteredAsync(CancellationToken cancellationToken)
    {
        var instances = Spec.Of(DatabaseComponent.TiDB).ToList();
        if (instances.Count == 0)
        {
            findings.Add(
                Reasons.InstancesDiffer,
                "spec.instances lists no TiDB server. List every process of the database.",
                field: "spec.instances");
            return;
        }

        var (all, source) = await AllAsync(instances[0], cancellationToken);
        if (instances.Count == 1 && all.Count <= 1)
        {
            findings.Ask(
                Reasons.QuorumTooSmall,
                "TiDB",
                $"{instances[0].Name} is the only TiDB server: all SQL fails while it restarts. Add a server.",
                instances[0].Name);
        }

        // A server registers the address it was told to advertise, which need not be the name in the spec: port and
        // number decide then.
        var strangers = all.Where(s => !instances.Exists(i => Spec.Service(i).Is(s.Address))).ToList();
        var missing = instances.Where(i => !all.Any(s => Spec.Service(i).Is(s.Address))).ToList();
        if (strangers.Count == missing.Count
            && strangers.Select(PortOf).Order().SequenceEqual(missing.Select(i => Spec.Service(i).Port).Order()))
        {
            return;
        }

        findings.Compare(
            instances, all, (instance, server) => Spec.Service(instance).Is(server.Address),
            instance => $"{instance.Name} ({Spec.Service(instance)}) is not registered ({source}). Registered are "
                + $"{string.Join(", ", all.Select(s => s.Address))}.",
            server => $"A TiDB server at {server.Address} is registered ({source}), but spec.instances does not list "
                + "it. Add it, or stop it.");
    }

    // PD's etcd has them all, whichever TiDB answers.
    private async Task<(IReadOnlyList<TidbServerInfo> Servers, string Source)> AllAsync(
        DatabaseInstance one, CancellationToken cancellationToken)
    {
        var (registered, problem) = await Asking.TryAsync(() => targets.Pd.RegisteredServersAsync(cancellationToken));
        if (registered is not null)
        {
            return (registered, "PD's etcd");
        }

        problem = problem?.TrimEnd('.') ?? "PD serves no gateway to it (enable-grpc-gateway)";
        findings.Note(
            $"The TiDB servers that are registered in PD's etcd could not be read there: {problem}. Those that "
            + $"{one.Name} reports (/info/all) were compared with the spec instead.");
        var all = await targets.Tidb.AllAsync(Spec.Status(one), cancellationToken);
        return (all.Servers, $"/info/all of {one.Name}");
    }

    private async Task DdlAsync(CancellationToken cancellationToken)
    {
        foreach (var job in await targets.Sql.UnfinishedDdlAsync(cancellationToken))
        {
            findings.Add(
                Reasons.DdlRunning,
                $"DDL is running: {job}. {DdlJob.Advice([job])} No DDL may run during the upgrade.");
        }
    }

    private async Task DatabasesAsync(CancellationToken cancellationToken)
    {
        if (targets.Settings.Backup is not { } backup)
        {
            return;
        }

        var present = await targets.Sql.DatabasesAsync(cancellationToken);
        foreach (var absent in backup.Databases.Where(d => !present.Contains(d, StringComparer.OrdinalIgnoreCase)))
        {
            findings.Add(
                Reasons.DatabaseNotFound,
                $"Database {absent}, which the backup is to contain, does not exist. Name the databases of your "
                + "applications; or, if you have a full backup from elsewhere, remove spec.tidb.backup and acknowledge "
                + "NoBackup.",
                field: "spec.tidb.backup.databases");
        }
    }

    private static int PortOf(TidbServerInfo server) =>
        ServiceAddress.TryParse(server.Address, out var at) ? at.Port : 0;
}

/// <summary>What the TiDB servers report.</summary>
/// <param name="Versions">Their versions, by the name of the instance.</param>
internal sealed record TiDbServerState(IReadOnlyDictionary<string, string> Versions, long? Bootstrap);

/// <summary>Compares pumps and drainers that are registered with the spec, and finds out whether binlog is on
/// (docs/project/research/tidb.md#pump-and-drainer). Changes nothing.</summary>
internal sealed class BinlogPreflight(TiDbTargets targets, Findings findings)
{
    private DatabaseRollingUpgradeSpec Spec => targets.Spec;

    public async Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellationToken)
    {
        var pumps = Spec.Of(DatabaseComponent.Pump).ToList();
        var drainers = Spec.Of(DatabaseComponent.Drainer).ToList();
        if (targets.Settings.CredentialsSecretRef is not null)
        {
            await findings.CheckAsync(
                async () => Compare("pump", pumps, await targets.Sql.PumpsAsync(cancellationToken)));
            await findings.CheckAsync(
                async () => Compare("drainer", drainers, await targets.Sql.DrainersAsync(cancellationToken)));
        }

        foreach (var pump in pumps)
        {
            await findings.CheckAsync(() => PumpAsync(pump, cancellationToken), pump.Name);
        }

        foreach (var drainer in drainers)
        {
            await findings.CheckAsync(
                () => targets.Binlog.DrainerAsync(Spec.Service(drainer), cancellationToken), drainer.Name);
        }

        if (pumps.Count == 1)
        {
            findings.Ask(
                Reasons.QuorumTooSmall,
                "Pump",
                $"{pumps[0].Name} is the only pump: writes fail while it restarts. Add a pump.",
                pumps[0].Name);
        }

        var skipping = pumps.Count == 0 ? [] : await findings.LookAsync<List<string>>(
            async () => await CheckBinlog.SkippingAsync(targets, cancellationToken)) ?? [];
        return
        [
            .. skipping.Select(CheckBinlog.SkipWarning),
            pumps.Count == 0
                ? "Binlog is off: there is no pump."
                : $"Binlog is on: {pumps.Count} pumps and {drainers.Count} drainers. Pumps are upgraded with the "
                    + "cluster, drainers after it.",
        ];
    }

    private async Task PumpAsync(DatabaseInstance pump, CancellationToken cancellationToken)
    {
        var own = Spec.Service(pump);
        var node = (await targets.Binlog.PumpsAsync(own, cancellationToken)).FirstOrDefault(n => own.Is(n.Address));
        if (node is not { IsOnline: true })
        {
            findings.Add(
                Reasons.InstanceDown,
                $"Pump {own} is {node?.State ?? "not registered under this address"}, expected online. Start it, and "
                + "check its address with `binlogctl -cmd pumps`.",
                pump.Name);
        }
    }

    private void Compare(string kind, List<DatabaseInstance> instances, IReadOnlyList<BinlogNode>? registered)
    {
        if (registered is null)
        {
            return;
        }

        findings.Compare(
            instances, registered, (instance, node) => Spec.Service(instance).Is(node.Address),
            instance => $"{instance.Name} ({Spec.Service(instance)}) is not registered as a {kind}. Correct its host "
                + "or port, or remove it from spec.instances.",
            node => node.IsOffline
                ? null
                : $"A {kind} at {node.Address} ({node.NodeId}, {node.State}) is registered, but spec.instances does "
                    + "not list it. Add it, or take it offline with binlogctl.");
    }
}

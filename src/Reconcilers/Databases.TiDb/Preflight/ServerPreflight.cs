namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Asks the TiDB servers: versions, who is registered, DDL, system tables, the databases of the backup
/// (docs/research/tidb.md#tidb-server). Changes nothing.</summary>
internal sealed class ServerPreflight(ITiDbTargets targets, Findings findings)
{
    private DatabaseRollingUpgradeSpec Spec => targets.Spec();

    public async Task<ServerState> LookAsync(CancellationToken cancellationToken)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var instance in Spec.Of(DatabaseComponent.TiDB))
        {
            if (await findings.LookAsync<string>(
                async () => await targets.Tidb().VersionAsync(Spec.Status(instance), cancellationToken),
                instance.Name) is { } version)
            {
                versions[instance.Name] = version;
            }
        }

        await findings.LookAsync(() => RegisteredAsync(cancellationToken));
        if (targets.Settings().CredentialsSecretRef is null)
        {
            findings.Add(
                Reasons.SecretMissing,
                "DDL jobs and the system tables are read over SQL. Name a Secret with username and password.",
                field: "spec.tidb.credentialsSecretRef");
            return new ServerState(versions, null);
        }

        await findings.LookAsync(() => DdlAsync(cancellationToken));
        await findings.LookAsync(() => DatabasesAsync(cancellationToken));
        var bootstrap = await findings.LookAsync<Box>(
            async () => new Box(await targets.Sql.BootstrapVersionAsync(cancellationToken)));
        return new ServerState(versions, bootstrap?.Value);
    }

    private async Task<bool> RegisteredAsync(CancellationToken cancellationToken)
    {
        var instances = Spec.Of(DatabaseComponent.TiDB).ToList();
        if (instances.Count == 0)
        {
            findings.Add(
                Reasons.InstancesDiffer,
                "spec.instances lists no TiDB server. List every process of the database.",
                field: "spec.instances");
            return false;
        }

        var (all, source) = await AllAsync(instances[0], cancellationToken);
        if (instances.Count == 1 && all.Count <= 1 && !Spec.AllowUnavailability)
        {
            findings.Add(
                Reasons.QuorumTooSmall,
                $"{instances[0].Name} is the only TiDB server: all SQL fails while it restarts. Add a server, or "
                + "accept the outage with spec.allowUnavailability: true.",
                instances[0].Name,
                "spec.allowUnavailability");
        }

        // A server registers the address it was told to advertise, which need not be the name in the spec: port and
        // number decide then.
        var strangers = all.Where(s => !instances.Exists(i => Spec.Service(i).IsAddress(s.Address))).ToList();
        var missing = instances.Where(i => !all.Any(s => Spec.Service(i).IsAddress(s.Address))).ToList();
        if (strangers.Count == missing.Count
            && strangers.Select(PortOf).Order().SequenceEqual(missing.Select(i => Spec.Service(i).Port).Order()))
        {
            return true;
        }

        foreach (var stranger in strangers)
        {
            findings.Add(
                Reasons.InstancesDiffer,
                $"A TiDB server at {stranger.Address} is registered ({source}), but spec.instances does not list "
                + "it. Add it, or stop it.",
                field: "spec.instances");
        }

        foreach (var instance in missing)
        {
            findings.Add(
                Reasons.InstancesDiffer,
                $"{instance.Name} ({Spec.Service(instance)}) is not registered ({source}). Registered are "
                + $"{string.Join(", ", all.Select(s => s.Address))}.",
                instance.Name,
                $"spec.instances[{instance.Name}]");
        }

        return true;
    }

    // PD's etcd has them all, whichever TiDB answers.
    private async Task<(IReadOnlyList<TidbServerInfo> Servers, string Source)> AllAsync(
        DatabaseInstance one, CancellationToken cancellationToken)
    {
        string problem;
        try
        {
            if (await targets.Pd().RegisteredServersAsync(cancellationToken) is { } registered)
            {
                return (registered, "PD's etcd");
            }

            problem = "PD serves no gateway to it (enable-grpc-gateway)";
        }
        catch (TargetException exception)
        {
            problem = exception.Message.TrimEnd('.');
        }

        findings.Note(
            $"The TiDB servers that are registered in PD's etcd could not be read there: {problem}. Those that "
            + $"{one.Name} reports (/info/all) were compared with the spec instead.");
        var all = await targets.Tidb().AllAsync(Spec.Status(one), cancellationToken);
        return (all.Servers, $"/info/all of {one.Name}");
    }

    private async Task<bool> DdlAsync(CancellationToken cancellationToken)
    {
        foreach (var job in await targets.Sql.UnfinishedDdlAsync(cancellationToken))
        {
            findings.Add(
                Reasons.DdlRunning,
                $"DDL is running: {job}. {DdlJob.Advice([job])} No DDL may run during the upgrade.");
        }

        return true;
    }

    private async Task<bool> DatabasesAsync(CancellationToken cancellationToken)
    {
        var backup = targets.Settings().Backup;
        if (backup.Waived || backup.Databases.Count == 0)
        {
            return true;
        }

        var present = await targets.Sql.DatabasesAsync(cancellationToken);
        foreach (var absent in backup.Databases.Where(d => !present.Contains(d, StringComparer.OrdinalIgnoreCase)))
        {
            findings.Add(
                Reasons.DatabaseNotFound,
                $"Database {absent}, which the backup is to contain, does not exist. Correct the name.",
                field: "spec.tidb.backup.databases");
        }

        return true;
    }

    private static int PortOf(TidbServerInfo server) =>
        int.TryParse(
            server.Address[(server.Address.LastIndexOf(':') + 1)..],
            System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture,
            out var port)
            ? port
            : 0;

    private sealed record Box(long Value);
}

/// <summary>What the TiDB servers report.</summary>
/// <param name="Versions">Their versions, by the name of the instance.</param>
/// <param name="Bootstrap">tidb_server_version.</param>
internal sealed record ServerState(IReadOnlyDictionary<string, string> Versions, long? Bootstrap);

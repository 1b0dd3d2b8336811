namespace Drydock.Reconcilers.Oms;

/// <summary>Checks the metadata database: server, privileges for upgrade and rollback, topology, hosts, ha.config,
/// projects, cascade, clocks. Changes nothing.</summary>
internal sealed class MetadataPreflight(
    OmsTargets targets,
    IBackupStorageProbe storage,
    Findings findings,
    TimeProvider time,
    UpgradePath.Allowed? path,
    IReadOnlyList<NodeState> nodes)
{
    private static readonly TimeSpan LargestSkew = TimeSpan.FromSeconds(60);

    /// <summary>Checks the database and adds every problem to the findings.</summary>
    /// <param name="topology">The installation; null if its config.yaml files contradict each other: then only the
    /// checks that do not need it run.</param>
    public async Task<MetadataState?> CheckAsync(OmsTopology? topology, CancellationToken cancellationToken)
    {
        var configs = nodes.Select(n => n.Config).OfType<OmsConfig>().ToList();
        return configs.Count == 0
            ? null
            : await findings.LookAsync<MetadataState>(() => CheckAsync(configs, topology, cancellationToken));
    }

    private async Task<MetadataState?> CheckAsync(
        List<OmsConfig> configs, OmsTopology? topology, CancellationToken cancellationToken)
    {
        var metadata = targets.OpenMetadata(configs[0]);
        var before = time.GetUtcNow();
        var server = await metadata.ServerAsync(cancellationToken);
        Clocks(server, before + ((time.GetUtcNow() - before) / 2));
        IReadOnlyList<string> databases = topology?.Databases
            ?? [.. configs.SelectMany(c => new[] { c.RmDatabase, c.CmDatabase, c.HeartbeatDatabase })
                .Distinct(StringComparer.Ordinal)];

        // One failed check must not hide what the others find.
        await EachAsync(
            () => AccessAsync(metadata, server, databases, cancellationToken),
            () => RoomAsync(metadata, databases, cancellationToken),
            () => RecipientsAsync(cancellationToken),
            () => new MetadataServers(targets, findings).CompareAsync(metadata, server, nodes, cancellationToken));
        if (topology is null)
        {
            return null;
        }

        DiscoveredHighAvailability? highAvailability = null;
        ProjectTablesState? names = null;
        IReadOnlyList<HostBaseline>? hosts = null;
        await EachAsync(
            async () => findings.Add(
                topology.CompareWith(await metadata.ClusterInfoAsync(topology.RmDatabase, cancellationToken))),
            async () => highAvailability = await HighAvailabilityAsync(metadata, topology, cancellationToken),
            async () => hosts = await HostsAsync(metadata, topology, cancellationToken),
            () => SessionsAsync(metadata, topology, cancellationToken),
            () => VersionsAsync(metadata, topology, cancellationToken),
            async () => names = path is null
                ? new ProjectTablesState([], [], [])
                : await new NamePreflight(targets.Upgrade.Spec, findings)
                    .CheckAsync(metadata, topology, path, cancellationToken));
        return highAvailability is null || names is null || hosts is null
            ? null
            : new MetadataState(server, highAvailability, names, hosts);
    }

    private async Task EachAsync(params Func<Task>[] looks) => await Task.WhenAll(
        looks.Select(look => findings.LookAsync(async () =>
        {
            await look();
            return true;
        })));

    private Task<IReadOnlyList<HostBaseline>> HostsAsync(
        IOmsMetadata metadata, OmsTopology topology, CancellationToken cancellationToken)
    {
        var running = nodes.Where(n => n.Current is not null).Select(n => n.Spec.Name);
        return new HostPreflight(topology, running.ToHashSet(StringComparer.Ordinal), findings, time)
            .MeasureAsync(metadata, cancellationToken);
    }

    public static string ReasonOf(OmsMetadataErrorKind kind) => kind switch
    {
        OmsMetadataErrorKind.Unreachable => Reasons.MetadataDatabaseUnreachable,
        OmsMetadataErrorKind.AccessDenied or OmsMetadataErrorKind.ReadOnly => Reasons.AccessDenied,
        _ => Reasons.MetadataUnreadable,
    };

    private void Clocks(MetadataServerInfo server, DateTimeOffset asked)
    {
        var database = server.Now - asked;
        var clocks = nodes.Select(n => (n.Spec.Name, Ahead: n.ClockOffset)).Where(c => c.Ahead is not null)
            .Select(c => (c.Name, Ahead: c.Ahead!.Value))
            .Append((Name: "the metadata database", Ahead: database))
            .ToList();
        var others = clocks.FindAll(c => c.Ahead.Duration() > LargestSkew);
        if (2 * others.Count > clocks.Count)
        {
            findings.Ask(
                Reasons.ClockSkew,
                "operator",
                $"The operator's clock differs from {string.Join(", ", others.Select(c => string.Create(
                    CultureInfo.InvariantCulture,
                    $"that of {c.Name} by {c.Ahead.Duration().TotalSeconds:0} s")))}; at most "
                    + $"{LargestSkew.TotalSeconds} s are allowed. Windows of time (spec.window, spec.notAfter) would "
                    + "begin and end wrongly. Repair the clock synchronization (NTP) of the operator's node.");
        }

        foreach (var node in nodes)
        {
            if (node.ClockOffset is { } host && (host - database).Duration() > LargestSkew)
            {
                findings.Ask(
                    Reasons.ClockSkew,
                    node.Spec.Name,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The clock of {node.Spec.Name} differs from that of the metadata database by "
                            + $"{(host - database).Duration().TotalSeconds:0} s, at most "
                            + $"{LargestSkew.TotalSeconds:0} s are allowed. OMS may regard heartbeats as stale. "
                            + $"Repair the clock synchronization (NTP)."),
                    node.Spec.Name);
            }
        }
    }

    private async Task AccessAsync(
        IOmsMetadata metadata,
        MetadataServerInfo server,
        IReadOnlyList<string> databases,
        CancellationToken cancellationToken)
    {
        if (server.ReadOnly)
        {
            findings.Add(
                Reasons.AccessDenied,
                $"Metadata server {metadata.Target.Address} is read-only. Connect to the writable server "
                    + "(spec.metadataDatabase.host).");
        }

        if (!server.NamedLocks)
        {
            findings.Note(
                $"Metadata server {metadata.Target.Address} has no GET_LOCK. Destructive statements are fenced by lock "
                    + $"rows in the database {LockRow.Database}, which the operator creates. A successor of an "
                    + "operator that died waits up to 75 s for its lock.");
        }

        var absent = (await metadata.DatabasesAsync(databases, cancellationToken))
            .Where(d => !d.Exists)
            .Select(d => d.Name)
            .ToList();
        if (absent.Count > 0)
        {
            // A server hides a database on which the account has no privilege.
            var naming = nodes.Where(n => n.Config is { } config
                && absent.Exists(d => d == config.HeartbeatDatabase || d == config.RmDatabase
                    || d == config.CmDatabase))
                .Select(n => n.Spec.Name);
            findings.Add(
                Reasons.MetadataUnreadable,
                $"Metadata server {metadata.Target.Address} has no database {string.Join(", ", absent)}, which "
                    + $"config.yaml of {string.Join(", ", naming)} names, or account '{metadata.Target.User}' has no "
                    + "privilege on it. Check that it is the right server, correct config.yaml, or grant the account "
                    + "ALL PRIVILEGES on it.");
        }

        var present = databases.Except(absent, StringComparer.Ordinal).ToList();

        // Without the privileges for views, triggers, events and routines the server hides these objects, and a dump
        // would silently lack them. OceanBase does not have all of them. A restore test without them would fail in the
        // downtime.
        IReadOnlyList<string> scratch =
            targets.Upgrade.Spec.Backup.Verify == Crds.Common.SnapshotVerification.RestoreTest
            ? [RestoreTestRequest.ScratchDatabases]
            : [];
        var privileges = await metadata.PrivilegesAsync([.. present, .. scratch], cancellationToken);
        foreach (var message in MissingPrivilege.Describe(
            privileges.Where(m => m.Required || (m.ShowsObjects && server.Kind != MySqlServerKind.OceanBase)),
            metadata.Target.User))
        {
            findings.Add(Reasons.AccessDenied, message);
        }

        await RestoreAsync(metadata, present, privileges, cancellationToken);
    }

    // What the rollback needs, by the rules that the restore applies before it drops anything.
    private async Task RestoreAsync(
        IOmsMetadata metadata,
        IReadOnlyList<string> databases,
        IReadOnlyList<MissingPrivilege> reported,
        CancellationToken cancellationToken)
    {
        var catalogue = await metadata.RestoreCatalogueAsync(databases, cancellationToken);
        foreach (var missing in RestoreNeeds.Missing(catalogue.Server, catalogue.Databases)
            .Where(m => !reported.Any(r => (r.Required || r.ShowsObjects)
                && r.Privilege == m.Privilege
                && r.Database == m.Database)))
        {
            findings.Add(
                Reasons.AccessDenied,
                Sentences.Join(missing.Message, "A rollback restores the metadata with this account."),
                field: "spec.metadataDatabase");
        }

        var backup = targets.Upgrade.Spec.Backup;
        var tool = backup.Tool == DumpTool.MyDumper ? DumpToolKind.MyDumper : DumpToolKind.MySqlDump;
        foreach (var refusal in catalogue.Databases.Select(d => d.Refusals.GetValueOrDefault(tool)).OfType<string>())
        {
            findings.Add(Reasons.DumpFailed, refusal, field: "spec.backup.tool");
        }

        if (catalogue.AbsentLists.Count > 0)
        {
            findings.Note(
                $"Metadata server {metadata.Target.Address} has no information_schema."
                    + $"{string.Join(" and ", catalogue.AbsentLists)}. The dump has no such objects.");
        }

        if (backup.Verify == Crds.Common.SnapshotVerification.RestoreTest
            && catalogue.Server.FreeBytes is { } free
            && (await metadata.SizesAsync(databases, cancellationToken)).Max(s => (long?)s.Bytes) is { } largest
            && free < largest)
        {
            findings.Add(
                Reasons.NoSpace,
                $"Metadata server {metadata.Target.Address} has {ImagePreflight.Bytes(free)} free, but the restore "
                    + $"test of the largest database needs {ImagePreflight.Bytes(largest)}. Make room, or set "
                    + "spec.backup.verify to another value.",
                field: "spec.backup.verify");
        }
    }

    private async Task RoomAsync(
        IOmsMetadata metadata, IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        var place = targets.Upgrade.Spec.Backup.Storage;
        try
        {
            var free = await storage.ProbeAsync(place, targets.Upgrade.Metadata.Namespace, cancellationToken);
            var needed = (await metadata.SizesAsync(databases, cancellationToken)).Sum(s => s.Bytes);
            if (free is { } left && left < needed)
            {
                findings.Add(
                    Reasons.NoSpace,
                    $"{storage.Describe(place, targets.Upgrade.Metadata.Namespace)} has {ImagePreflight.Bytes(left)} "
                        + $"free, but the databases need {ImagePreflight.Bytes(needed)}. "
                        + "Make room, or choose another spec.backup.storage.",
                    field: "spec.backup.storage");
            }
        }
        catch (SnapshotException exception)
        {
            findings.Add(StorageReasons.Of(exception), exception.Message, field: "spec.backup.storage");
        }
    }

    // Recipients are frozen with the plan; a mistyped one would be noticed only in the downtime.
    private async Task RecipientsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await storage.CheckRecipientsAsync(
                targets.Upgrade.Spec.Backup.Encryption?.Recipients ?? [], cancellationToken);
        }
        catch (SnapshotException exception)
        {
            findings.Add(
                SnapshotReasons.Of(exception.Failure), exception.Message, field: "spec.backup.encryption.recipients");
        }
    }

    // In the downtime the dump waits for them.
    private async Task SessionsAsync(
        IOmsMetadata metadata, OmsTopology topology, CancellationToken cancellationToken)
    {
        var others = (await metadata.OtherSessionsAsync(topology.Databases, [], cancellationToken))
            .Where(session => session.User != topology.Account)
            .Select(session => $"{session.User} from {session.Client} on {session.Database}")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (others.Count > 0)
        {
            findings.Note(
                $"Sessions of others use the metadata databases: {Sentences.List(others, 10)}. Close them before the "
                    + "downtime: the dump waits for them at most timeouts.noSessions, then the upgrade fails.");
        }
    }

    // docker_init.sh would refuse in the downtime.
    private async Task VersionsAsync(
        IOmsMetadata metadata, OmsTopology topology, CancellationToken cancellationToken)
    {
        if (path is not { Target.VersionTable: true })
        {
            return;
        }

        var rows = await metadata.VersionsAsync(topology.RmDatabase, cancellationToken);
        var known = (rows ?? []).Select(row => OmsVersion.TryParse(row, out var version) ? version : null)
            .OfType<OmsVersion>()
            .ToList();
        if (known.Exists(version => version.IsSameRelease(path.From)))
        {
            return;
        }

        var found = rows is null ? "does not exist"
            : known.Count == 0 ? "names no version"
            : $"names {Sentences.List([.. known.Select(VersionTable.Spelt)], 10)}";
        findings.Ask(
            Reasons.VersionMismatch,
            VersionTable.Name,
            $"{topology.RmDatabase}.{VersionTable.Name} {found}, expected {VersionTable.Spelt(path.From)}. "
                + $"docker_init.sh of {path.To} looks there for the version before the upgrade, and may refuse in the "
                + $"downtime. If {path.From} really runs, write it: "
                + VersionTable.Write(topology.RmDatabase, path.From),
            field: "spec.fromVersion");
    }

    private async Task<DiscoveredHighAvailability> HighAvailabilityAsync(
        IOmsMetadata metadata, OmsTopology topology, CancellationToken cancellationToken)
    {
        var row = await metadata.ReadHaConfigAsync(topology.RmDatabase, cancellationToken);
        if (row.Raw is null)
        {
            Unknown(row, topology);
            return new DiscoveredHighAvailability(row.Present, Enabled: false, Raw: null);
        }

        if (!HaConfig.TryParse(row.Raw, out var config, out var error))
        {
            findings.Add(Reasons.MetadataUnreadable, error);
            return new DiscoveredHighAvailability(Present: true, Enabled: false, row.Raw);
        }

        return new DiscoveredHighAvailability(Present: true, config.Enable, row.Raw);
    }

    // Where a version that has high availability keeps its setting elsewhere, it may be on: hosts and Stores would be
    // moved while OMS is stopped.
    private void Unknown(HaConfigRow row, OmsTopology topology)
    {
        if (path is not { Source.HaConfig: true })
        {
            return;
        }

        var what = $"OMS {path.From} has high availability, but {topology.RmDatabase} has no "
            + (row.TablePresent ? "ha.config in oms_normal_config" : "table oms_normal_config")
            + ", so the operator cannot tell whether it is on.";
        if (targets.Upgrade.Spec.HighAvailability.Method == HighAvailabilityMethod.Manual)
        {
            findings.Note(
                $"{what} With highAvailability.method: Manual you make sure that it is off before the downtime: in the "
                    + "OMS console, check System Management > System Parameters.");
            return;
        }

        findings.Ask(
            Reasons.HighAvailabilityUnknown,
            subject: null,
            $"{what} In the OMS console, check System Management > System Parameters and disable it there if it is on. "
                + "Then confirm that it is off, or set spec.highAvailability.method: Manual.",
            field: "spec.highAvailability.method");
    }
}

/// <summary>The metadata database as preflight found it.</summary>
/// <param name="Names">The project tables; empty where they are not read.</param>
internal sealed record MetadataState(
    MetadataServerInfo Server,
    DiscoveredHighAvailability HighAvailability,
    ProjectTablesState Names,
    IReadOnlyList<HostBaseline> Hosts)
{
    public IReadOnlyList<OmsProject> Projects => Names.Projects;
}

namespace Drydock.Reconcilers.Oms;

/// <summary>Checks the metadata database: server, privileges for upgrade and rollback, topology, hosts, ha.config,
/// projects, cascade, clocks. Changes nothing.</summary>
internal sealed class MetadataPreflight(
    OmsTargets targets,
    IStorages storage,
    Findings findings,
    TimeProvider time,
    UpgradePath.Allowed? path,
    IReadOnlyList<NodePreflight> nodes,
    CancellationToken cancellationToken)
{
    private static readonly TimeSpan LargestSkew = TimeSpan.FromSeconds(60);

    private SqlOmsMetadata Metadata => field ??= targets.OpenMetadata(Read[0].Config!);

    // The nodes whose config.yaml was read.
    private List<NodePreflight> Read { get; } = [.. nodes.Where(n => n.Config is not null)];

    private OmsUpgradeSpec Spec => targets.Upgrade.Spec;

    /// <param name="topology">The installation; null if its config.yaml files contradict each other: then only the
    /// checks that do not need it run.</param>
    public async Task<MetadataState?> CheckAsync(OmsTopology? topology) =>
        Read.Count == 0 ? null : await findings.LookAsync<MetadataState>(() => LookAsync(topology));

    private async Task<MetadataState?> LookAsync(OmsTopology? topology)
    {
        var before = time.GetUtcNow();
        var server = await Metadata.ServerAsync(cancellationToken);
        Clocks(server, before + ((time.GetUtcNow() - before) / 2));
        IReadOnlyList<string> databases = topology?.Databases
            ?? [.. Read.SelectMany(n => DatabasesOf(n.Config!)).Distinct(StringComparer.Ordinal)];

        // One failed check must not hide what the others find.
        await EachAsync(
            () => AccessAsync(server, databases),
            () => RoomAsync(databases),
            RecipientsAsync,
            () => CompareServersAsync(server));
        if (topology is null)
        {
            return null;
        }

        HaConfigRow? highAvailability = null;
        ProjectTablesState? names = null;
        IReadOnlyList<HostBaseline>? hosts = null;
        await EachAsync(
            async () => findings.Add(
                topology.CompareWith(await Metadata.ClusterInfoAsync(topology.RmDatabase, cancellationToken))),
            async () => highAvailability = await HighAvailabilityAsync(topology),
            async () => hosts = await HostsAsync(topology),
            () => SessionsAsync(topology),
            () => VersionsAsync(topology),
            async () => names = path is null
                ? new ProjectTablesState([], [], [])
                : await new NamePreflight(Spec, findings, Metadata, topology, path, cancellationToken).CheckAsync());
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

    private static string[] DatabasesOf(OmsConfig config) =>
        [config.RmDatabase, config.CmDatabase, config.HeartbeatDatabase];

    private Task<IReadOnlyList<HostBaseline>> HostsAsync(OmsTopology topology)
    {
        var asked = nodes.Where(n => n.Current is not null).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        return new OmsHostPreflight(topology, asked, findings, Metadata, time, cancellationToken).MeasureAsync();
    }

    public static string ReasonOf(OmsMetadataErrorKind kind) => kind switch
    {
        OmsMetadataErrorKind.Unreachable => Reasons.MetadataDatabaseUnreachable,
        OmsMetadataErrorKind.AccessDenied or OmsMetadataErrorKind.ReadOnly => Reasons.AccessDenied,
        _ => Reasons.MetadataUnreadable,
    };

    private void Clocks(ServerFacts server, DateTimeOffset asked)
    {
        var database = server.Now - asked;
        var most = LargestSkew.TotalSeconds;
        var clocks = nodes.Where(n => n.ClockOffset is not null)
            .Select(n => (n.Name, Ahead: n.ClockOffset!.Value))
            .Append((Name: "the metadata database", Ahead: database))
            .ToList();
        var others = clocks.FindAll(c => c.Ahead.Duration() > LargestSkew);
        if (2 * others.Count > clocks.Count)
        {
            var named = others.Select(c => $"that of {c.Name} by {c.Ahead.Duration().TotalSeconds:0} s");
            findings.Ask(
                Reasons.ClockSkew,
                "operator",
                $"The operator's clock differs from {string.Join(", ", named)}; at most {most} s are allowed. Windows "
                    + "of time (spec.window, spec.notAfter) would begin wrongly. Repair the clock "
                    + "synchronization (NTP) of the operator's node.");
        }

        foreach (var (name, host) in clocks.SkipLast(1).Where(c => (c.Ahead - database).Duration() > LargestSkew))
        {
            findings.Ask(
                Reasons.ClockSkew,
                name,
                $"The clock of {name} differs from that of the metadata database by "
                    + $"{(host - database).Duration().TotalSeconds:0} s, at most {most:0} s are allowed. OMS may "
                    + "regard heartbeats as stale. Repair the clock synchronization (NTP).",
                name);
        }
    }

    private async Task AccessAsync(ServerFacts server, IReadOnlyList<string> databases)
    {
        if (server.ReadOnly)
        {
            findings.Add(
                Reasons.AccessDenied,
                $"Metadata server {Metadata.Target.Address} is read-only. Connect to the writable server "
                    + "(spec.metadataDatabase.host).");
        }

        if (server.IsReplica == true)
        {
            findings.Ask(
                Reasons.MetadataServerReplica,
                subject: null,
                $"Metadata server {Metadata.Target.Address} is a replica: what the upgrade writes to it does not reach "
                    + "the primary server. Connect to that one (spec.metadataDatabase.host), unless OMS itself uses "
                    + "the replica.");
        }

        if (!server.Grants.SeesAllSessions)
        {
            findings.Ask(
                Reasons.SessionsHidden,
                subject: null,
                $"Account '{Metadata.Target.UserID}' lacks PROCESS: the dump does not see other accounts, and may "
                    + "lack what they write. Grant it with: GRANT PROCESS ON *.* TO the account, or make sure that no "
                    + "other account uses the databases.");
        }

        if (!server.NamedLocks)
        {
            findings.Note(
                $"Metadata server {Metadata.Target.Address} has no GET_LOCK. Destructive statements are fenced by lock "
                    + $"rows in the database {LockRow.Database}, which the operator creates. A successor of an "
                    + "operator that died waits up to 75 s for its lock.");
        }

        var absent = await Metadata.AbsentAsync(databases, cancellationToken);
        if (absent.Count > 0)
        {
            // A server hides a database on which the account has no privilege.
            var naming = Read.Where(n => DatabasesOf(n.Config!).Intersect(absent, StringComparer.Ordinal).Any())
                .Select(n => n.Name);
            findings.Add(
                Reasons.MetadataUnreadable,
                $"Metadata server {Metadata.Target.Address} has no database {string.Join(", ", absent)}, which "
                    + $"config.yaml of {string.Join(", ", naming)} names, or account '{Metadata.Target.UserID}' has no "
                    + "privilege on it. Check that it is the right server, correct config.yaml, or grant the account "
                    + "ALL PRIVILEGES on it.");
        }

        var present = databases.Except(absent, StringComparer.Ordinal).ToList();

        // Without the privileges for views, triggers, events and routines the server hides these objects, and a dump
        // would silently lack them. OceanBase does not have all of them. A restore test without them would fail in the
        // downtime.
        IReadOnlyList<string> scratch =
            Spec.Backup.Verify == Crds.Common.SnapshotVerification.RestoreTest
            ? [RestoreTestRequest.ScratchDatabases]
            : [];
        var missing = server.Grants.Missing([.. present, .. scratch], Metadata.Target.UserID);
        foreach (var message in MissingPrivilege.Describe(
            missing.Where(m => m.Required || server.Kind != MySqlServerKind.OceanBase),
            Metadata.Target.UserID))
        {
            findings.Add(Reasons.AccessDenied, message);
        }

        await RestoreAsync(server, present, missing);
    }

    // The text of the config.yaml files may differ (two proxies, a name and an address); the identity that the server
    // reports may not: databases of two servers would be upgraded and only those of one dumped.
    private async Task CompareServersAsync(ServerFacts server)
    {
        var usual = Server(Read[0].Config!);
        foreach (var group in Read.GroupBy(n => Server(n.Config!), StringComparer.Ordinal).Where(g => g.Key != usual))
        {
            await CompareAsync(server, usual, group.First());
        }
    }

    private async Task CompareAsync(ServerFacts server, string usual, NodePreflight node)
    {
        var what = $"config.yaml of {node.Name} names metadata server {Server(node.Config!)}, that of other nodes "
            + $"{usual}.";
        var other = targets.OpenMetadata(node.Config!);
        if (other.Target.Address == Metadata.Target.Address && other.Target.UserID == Metadata.Target.UserID)
        {
            Unconfirmed(node, $"{what} spec.metadataDatabase leads to one server only, so the two cannot be compared.");
            return;
        }

        try
        {
            var identity = (await other.ServerAsync(cancellationToken)).Identity;
            if (identity != server.Identity)
            {
                findings.Add(
                    Reasons.NodesDiffer,
                    $"{what} They are two servers ({server.Identity}, {identity}), expected one. Correct config.yaml "
                        + "on one of the nodes.",
                    node.Name);
            }
        }
        catch (OmsMetadataException exception)
        {
            Unconfirmed(node, $"{what} The second cannot be asked: {Sentences.Close(exception.Message)}");
        }
    }

    private void Unconfirmed(NodePreflight node, string what) => findings.Ask(
        Reasons.MetadataServerUnconfirmed,
        node.Name,
        $"{what} If both lead to one server, for instance through two proxies, confirm it; otherwise correct "
            + "config.yaml on one of the nodes.",
        node.Name);

    // On OceanBase the account has the tenant and the cluster.
    private static string Server(OmsConfig config) =>
        $"{config.MetaUser} at {ClaimTarget.AddressOf(NodeAddress.Normalize(config.MetaHost), config.MetaPort)}";

    // What the rollback needs, by the rules that the restore applies before it drops anything.
    private async Task RestoreAsync(
        ServerFacts server, IReadOnlyList<string> databases, IReadOnlyList<MissingPrivilege> reported)
    {
        var catalogue = await Metadata.RestoreCatalogueAsync(databases, cancellationToken);
        foreach (var missing in RestoreNeeds.Missing(server, catalogue.Databases)
            .Where(m => !reported.Any(r => r.Privilege == m.Privilege && r.Database == m.Database)))
        {
            findings.Add(
                Reasons.AccessDenied,
                Sentences.Join(missing.Message, "A rollback restores the metadata with this account."),
                field: "spec.metadataDatabase");
        }

        var backup = Spec.Backup;
        var tool = backup.Tool == DumpTool.MyDumper ? DumpToolKind.MyDumper : DumpToolKind.MySqlDump;
        foreach (var refusal in catalogue.Databases.Select(d => d.Refusals.GetValueOrDefault(tool)).OfType<string>())
        {
            findings.Add(Reasons.DumpFailed, refusal, field: "spec.backup.tool");
        }

        // A missing privilege is reported already.
        foreach (var question in catalogue.Questions.Where(
            q => q.Failure != SnapshotFailure.ObjectsHidden || reported.Count == 0))
        {
            findings.Ask(
                SnapshotReasons.Of(question.Failure), question.Subject, question.Message, field: "spec.backup");
        }

        foreach (var table in catalogue.OutsideKeys.GroupBy(k => k.Table, StringComparer.Ordinal))
        {
            findings.Ask(
                Reasons.ForeignKeysFromOutside,
                table.Key,
                Sentences.Join(OutsideKey.Describe([.. table]), "Remove them, or expect this after a rollback."),
                field: "spec.metadataDatabase");
        }

        if (catalogue.AbsentLists.Count > 0)
        {
            findings.Note(
                $"Metadata server {Metadata.Target.Address} has no information_schema."
                    + $"{string.Join(" and ", catalogue.AbsentLists)}. The dump has no such objects.");
        }

        if (backup.Verify == Crds.Common.SnapshotVerification.RestoreTest
            && server.FreeBytes is { } free
            && (await Metadata.SizesAsync(databases, cancellationToken)).Max(s => (long?)s) is { } largest
            && free < largest)
        {
            findings.Add(
                Reasons.NoSpace,
                $"Metadata server {Metadata.Target.Address} has {ImagePreflight.Bytes(free)} free, but the restore "
                    + $"test of the largest database needs {ImagePreflight.Bytes(largest)}. Make room, or set "
                    + "spec.backup.verify to another value.",
                field: "spec.backup.verify");
        }
    }

    private async Task RoomAsync(IReadOnlyList<string> databases)
    {
        var place = Spec.Backup.Storage!;
        try
        {
            var free = await storage.ProbeAsync(place, targets.Upgrade.Metadata.Namespace, cancellationToken);
            var needed = (await Metadata.SizesAsync(databases, cancellationToken)).Sum();
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
    private async Task RecipientsAsync()
    {
        try
        {
            await storage.CheckRecipientsAsync(Spec.Backup.Encryption?.Recipients ?? [], cancellationToken);
        }
        catch (SnapshotException exception)
        {
            findings.Add(
                SnapshotReasons.Of(exception.Failure), exception.Message, field: "spec.backup.encryption.recipients");
        }
    }

    // In the downtime the dump waits for them.
    private async Task SessionsAsync(OmsTopology topology)
    {
        var others = (await Metadata.OtherSessionsAsync(topology.Databases, cancellationToken))
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
    private async Task VersionsAsync(OmsTopology topology)
    {
        if (path is not { Target.VersionTable: true })
        {
            return;
        }

        var rows = await Metadata.VersionsAsync(topology.RmDatabase, cancellationToken);
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

    private async Task<HaConfigRow> HighAvailabilityAsync(OmsTopology topology)
    {
        var row = await Metadata.ReadHaConfigAsync(topology.RmDatabase, cancellationToken);
        if (row.Raw is null)
        {
            Unknown(row, topology);
        }
        else if (!HaConfig.TryParse(row.Raw, out _, out var error))
        {
            findings.Add(Reasons.MetadataUnreadable, error);
        }

        return row;
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
            + ", so whether it is on is not known.";
        if (Spec.HighAvailability.Method == HighAvailabilityMethod.Manual)
        {
            findings.Note(
                $"{what} With highAvailability.method: Manual you make sure that it is off before the downtime: in the "
                    + "OMS console, check System Management > System Parameters.");
            return;
        }

        findings.Ask(
            Reasons.HighAvailabilityUnknown,
            subject: null,
            $"{what} In the OMS console, disable it in System Management > System Parameters, or set "
                + "spec.highAvailability.method: Manual.",
            field: "spec.highAvailability.method");
    }
}

/// <param name="Names">The project tables; empty where they are not read.</param>
internal sealed record MetadataState(
    ServerFacts Server,
    HaConfigRow HighAvailability,
    ProjectTablesState Names,
    IReadOnlyList<HostBaseline> Hosts);

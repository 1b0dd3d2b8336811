using System.Globalization;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Checks the metadata database: server, privileges for upgrade and rollback, topology, ha.config, projects, cascade,
/// clocks. Changes nothing.
/// </summary>
internal sealed class MetadataPreflight(
    OmsTargets targets, IBackupStorageProbe storage, Findings findings, TimeProvider time)
{
    private static readonly TimeSpan LargestSkew = TimeSpan.FromSeconds(60);

    /// <summary>Checks the database and adds every problem to the findings.</summary>
    /// <param name="topology">The installation; null if its config.yaml files contradict each other: then only the
    /// checks that do not need it run.</param>
    /// <param name="path">The upgrade path; null if it is refused.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="cancellationToken">Cancels the checks.</param>
    public async Task<MetadataState?> CheckAsync(
        OmsTopology? topology,
        UpgradePath.Allowed? path,
        IReadOnlyList<NodeState> nodes,
        CancellationToken cancellationToken)
    {
        var configs = nodes.Select(n => n.Config).OfType<OmsConfig>().ToList();
        if (configs.Count == 0)
        {
            return null;
        }

        try
        {
            var metadata = targets.OpenMetadata(configs[0]);
            var before = time.GetUtcNow();
            var server = await metadata.ServerAsync(cancellationToken);
            Clocks(server, before + ((time.GetUtcNow() - before) / 2), nodes);
            IReadOnlyList<string> databases = topology?.Databases
                ?? [.. configs.SelectMany(c => new[] { c.RmDatabase, c.CmDatabase, c.HeartbeatDatabase })
                    .Distinct(StringComparer.Ordinal)];

            // One failed check must not hide what the others find.
            await EachAsync(
                () => AccessAsync(metadata, server, databases, cancellationToken),
                () => RoomAsync(metadata, databases, cancellationToken),
                () => RecipientsAsync(cancellationToken));
            if (topology is null)
            {
                return null;
            }

            DiscoveredHighAvailability? highAvailability = null;
            ProjectTablesState? names = null;
            await EachAsync(
                async () =>
                    findings.Add(
                        topology.CompareWith(await metadata.ClusterInfoAsync(topology.RmDatabase, cancellationToken))),
                async () => highAvailability = await HighAvailabilityAsync(metadata, topology, cancellationToken),
                async () =>
                    names = path is null
                        ? new ProjectTablesState([], [], [])
                        : await new NamePreflight(targets.Upgrade.Spec, findings)
                            .CheckAsync(metadata, topology, path, cancellationToken));
            return highAvailability is null || names is null
                ? null
                : new MetadataState(server, highAvailability, names);
        }
        catch (OmsMetadataException exception)
        {
            Found(exception);
            return null;
        }
    }

    private async Task EachAsync(params Func<Task>[] looks)
    {
        foreach (var look in looks)
        {
            try
            {
                await look();
            }
            catch (OmsMetadataException exception)
            {
                Found(exception);
            }
        }
    }

    private void Found(OmsMetadataException exception) =>
        findings.Add(ReasonOf(exception.Kind), exception.Message, field: "spec.metadataDatabase");

    private static string ReasonOf(OmsMetadataErrorKind kind) => kind switch
    {
        OmsMetadataErrorKind.Unreachable => Reasons.MetadataDatabaseUnreachable,
        OmsMetadataErrorKind.AccessDenied or OmsMetadataErrorKind.ReadOnly => Reasons.AccessDenied,
        _ => Reasons.MetadataUnreadable,
    };

    private void Clocks(MetadataServerInfo server, DateTimeOffset asked, IReadOnlyList<NodeState> nodes)
    {
        var database = server.Now - asked;
        foreach (var node in nodes)
        {
            if (node.ClockOffset is { } host && (host - database).Duration() > LargestSkew)
            {
                findings.Add(
                    Reasons.ClockSkew,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The clock of {node.Spec.Name} differs from that of the metadata database by "
                            + $"{(host - database).TotalSeconds:0} s, at most {LargestSkew.TotalSeconds:0} s are "
                            + $"allowed. OMS would regard heartbeats as stale. "
                            + $"Repair the clock synchronization (NTP)."),
                    node.Spec.Name);
            }

            if (node.UtcOffset is { } zone && zone != server.UtcOffset)
            {
                findings.Add(
                    Reasons.ClockSkew,
                    $"The time zone in {node.Current?.ShortName} on {node.Spec.Name} is UTC{Zone(zone)}, that of the "
                        + $"metadata database is UTC{Zone(server.UtcOffset)}. OMS needs the same on both: "
                        + "change one of them.",
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
            findings.Add(
                Reasons.LockUnavailable,
                $"Metadata server {metadata.Target.Address} has no GET_LOCK, which fences destructive "
                    + "statements. Use a server that has it.");
        }

        var absent = (await metadata.DatabasesAsync(databases, cancellationToken))
            .Where(d => !d.Exists)
            .Select(d => d.Name)
            .ToList();
        if (absent.Count > 0)
        {
            findings.Add(
                Reasons.MetadataUnreadable,
                $"Metadata server {metadata.Target.Address} has no database {string.Join(", ", absent)}, which "
                    + "config.yaml names. Check that it is the right server.");
        }

        // Without the privileges for views, triggers, events and routines the server hides these objects, and a dump
        // would silently lack them. OceanBase does not have all of them. A restore test without them would fail in the
        // downtime.
        IReadOnlyList<string> scratch =
            targets.Upgrade.Spec.Backup.Verify == Crds.Common.SnapshotVerification.RestoreTest
            ? [RestoreTestRequest.ScratchDatabases]
            : [];
        var privileges = await metadata.PrivilegesAsync([.. databases, .. scratch], cancellationToken);
        foreach (var missing in privileges.Where(m =>
            m.Required || (m.ShowsObjects && server.Kind != MetadataServerKind.OceanBase)))
        {
            findings.Add(Reasons.AccessDenied, missing.Message);
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

    private async Task<DiscoveredHighAvailability> HighAvailabilityAsync(
        IOmsMetadata metadata, OmsTopology topology, CancellationToken cancellationToken)
    {
        var row = await metadata.ReadHaConfigAsync(topology.RmDatabase, cancellationToken);
        if (row.Raw is null)
        {
            return new DiscoveredHighAvailability(row.Present, Enabled: false, Raw: null);
        }

        if (!HaConfig.TryParse(row.Raw, out var config, out var error))
        {
            findings.Add(Reasons.MetadataUnreadable, error);
            return new DiscoveredHighAvailability(Present: true, Enabled: false, row.Raw);
        }

        return new DiscoveredHighAvailability(Present: true, config.Enable, row.Raw);
    }

    private static string Zone(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.Duration().ToString(@"hh\:mm", CultureInfo.InvariantCulture);
}

/// <summary>The metadata database as preflight found it.</summary>
/// <param name="Server">The server.</param>
/// <param name="HighAvailability">ha.config.</param>
/// <param name="Names">The project tables; empty where they are not read.</param>
internal sealed record MetadataState(
    MetadataServerInfo Server, DiscoveredHighAvailability HighAvailability, ProjectTablesState Names)
{
    /// <summary>The projects the tables list.</summary>
    public IReadOnlyList<OmsProject> Projects => Names.Projects;
}

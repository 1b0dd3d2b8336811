using System.Globalization;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Discovery;
using Drydock.Reconcilers.OmsUpgrades.Domain;
using Drydock.Reconcilers.OmsUpgrades.Metadata;

namespace Drydock.Reconcilers.OmsUpgrades.Preflight;

/// <summary>Looks at the metadata database: server, privileges for the work and the way back, topology, ha.config, projects, cascade, clocks. Changes nothing.</summary>
internal sealed class MetadataPreflight(OmsTargets targets, IBackupStorageProbe storage, FindingList findings, TimeProvider time)
{
    private const int ProjectsRead = 500;
    private static readonly TimeSpan LargestSkew = TimeSpan.FromSeconds(60);

    public async Task<MetadataLook?> LookAsync(OmsTopology topology, UpgradePath.Allowed path, IReadOnlyList<NodeLook> nodes, CancellationToken cancellationToken)
    {
        try
        {
            var config = nodes.Select(n => n.Config).OfType<OmsConfig>().First();
            var metadata = targets.OpenMetadata(config);
            var before = time.GetUtcNow();
            var server = await metadata.ServerAsync(cancellationToken);
            Clocks(server, before + ((time.GetUtcNow() - before) / 2), nodes);
            await AccessAsync(metadata, server, topology, cancellationToken);
            findings.Add(topology.CompareWith(await metadata.ClusterInfoAsync(topology.RmDatabase, cancellationToken)));
            await RoomAsync(metadata, topology, cancellationToken);
            return new MetadataLook(
                server,
                await HighAvailabilityAsync(metadata, topology, cancellationToken),
                await ProjectsAsync(metadata, topology, path, cancellationToken));
        }
        catch (OmsMetadataException exception)
        {
            findings.Add(FindingReasonsMap.Of(exception.Kind), exception.Message, field: "spec.metadataDatabase");
            return null;
        }
    }

    private void Clocks(MetadataServerInfo server, DateTimeOffset asked, IReadOnlyList<NodeLook> nodes)
    {
        var database = server.Now - asked;
        foreach (var node in nodes)
        {
            if (node.ClockOffset is { } host && (host - database).Duration() > LargestSkew)
            {
                findings.Add(
                    Reasons.ClockSkew,
                    string.Create(CultureInfo.InvariantCulture, $"the clock of {node.Spec.Name} differs from the metadata database's by {(host - database).TotalSeconds:0} s, expected at most {LargestSkew.TotalSeconds:0} s; heartbeats would look stale. Repair NTP"),
                    node.Spec.Name);
            }

            if (node.UtcOffset is { } zone && zone != server.UtcOffset)
            {
                findings.Add(Reasons.ClockSkew, $"the time zone in {node.Current?.ShortName} on {node.Spec.Name} is UTC{Zone(zone)}, the metadata database's is UTC{Zone(server.UtcOffset)}; OMS needs the same. Make them agree", node.Spec.Name);
            }
        }
    }

    private async Task AccessAsync(IOmsMetadata metadata, MetadataServerInfo server, OmsTopology topology, CancellationToken cancellationToken)
    {
        if (server.ReadOnly)
        {
            findings.Add(Reasons.AccessDenied, $"the metadata database {metadata.Target.Address} is read-only; connect to the writable server (spec.metadataDatabase.host)");
        }

        if (!server.NamedLocks)
        {
            findings.Add(Reasons.LockUnavailable, $"{metadata.Target.Address} has no GET_LOCK, by which destructive statements are fenced; use a server that has it");
        }

        var absent = (await metadata.DatabasesAsync(topology.Databases, cancellationToken)).Where(d => !d.Exists).Select(d => d.Name).ToList();
        if (absent.Count > 0)
        {
            findings.Add(Reasons.MetadataUnreadable, $"{metadata.Target.Address} has no database {string.Join(", ", absent)}, which config.yaml names; is it the right server?");
        }

        foreach (var missing in (await metadata.PrivilegesAsync(topology.Databases, cancellationToken)).Where(m => m.Required))
        {
            findings.Add(Reasons.AccessDenied, missing.Message);
        }
    }

    private async Task RoomAsync(IOmsMetadata metadata, OmsTopology topology, CancellationToken cancellationToken)
    {
        var directory = targets.Upgrade.Spec.Backup.Storage.Directory.Path;
        try
        {
            var free = await storage.ProbeAsync(directory, cancellationToken);
            var needed = (await metadata.SizesAsync(topology.Databases, cancellationToken)).Sum(s => s.Bytes);
            if (free is { } left && left < needed)
            {
                findings.Add(Reasons.NoSpace, $"{directory} has {ImagePreflight.Bytes(left)} free, the databases are {ImagePreflight.Bytes(needed)}; make room, or choose another backup.storage", field: "spec.backup.storage");
            }
        }
        catch (SnapshotException exception)
        {
            findings.Add(Reasons.StorageUnusable, exception.Message, field: "spec.backup.storage");
        }
    }

    private async Task<DiscoveredHighAvailability> HighAvailabilityAsync(IOmsMetadata metadata, OmsTopology topology, CancellationToken cancellationToken)
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

    private async Task<IReadOnlyList<OmsProject>> ProjectsAsync(IOmsMetadata metadata, OmsTopology topology, UpgradePath.Allowed path, CancellationToken cancellationToken)
    {
        if (!path.NeedsProjectChecks)
        {
            return [];
        }

        findings.Add(ProjectNames.Findings(await metadata.DuplicateProjectsAsync(topology.RmDatabase, cancellationToken)));
        foreach (var region in topology.Regions)
        {
            var writers = await metadata.CascadedWritersAsync(topology.CmDatabase, region.CmLocation, cancellationToken);
            if (writers.Count > 0)
            {
                findings.Add(
                    Reasons.CascadedWriters,
                    $"{writers.Count.ToString(CultureInfo.InvariantCulture)} writers in {topology.CmDatabase}.config_job have a sourceFile.blackRegionNo other than cm_location {region.CmLocation.ToString(CultureInfo.InvariantCulture)}: {string.Join(", ", writers.Take(10).Select(w => $"{w.Identity}={w.Value}"))}; if the cascade is in use ask the vendor's support, otherwise remove the setting");
            }
        }

        var read = await metadata.ProjectsAsync(topology.RmDatabase, ProjectsRead, cancellationToken);
        Acknowledgements(read.Projects);
        return read.Projects;
    }

    private void Acknowledgements(IReadOnlyList<OmsProject> projects)
    {
        var acknowledged = targets.Upgrade.Spec.Preflight.Acknowledge;
        if (!acknowledged.Contains(Acknowledgement.NoForwardSwitchover))
        {
            findings.Add(
                Reasons.ForwardSwitchoverUnacknowledged,
                "this version has no API that tells whether a forward switchover is under way; finish any, then put NoForwardSwitchover into spec.preflight.acknowledge",
                field: "spec.preflight.acknowledge");
        }

        var sync = projects.Where(p => p.Kind == OmsProjectKind.Sync).ToList();
        if (sync.Count > 0 && !acknowledged.Contains(Acknowledgement.SyncProjectsWithoutDbType))
        {
            findings.Add(
                Reasons.SyncProjectsWithoutDbType,
                $"synchronization projects that replicate DDL need dbType on their source connector, which the tables do not show: {string.Join(", ", sync.Take(20).Select(p => $"{p.Name} ({p.Id})"))}; check them in the console, then put SyncProjectsWithoutDbType into spec.preflight.acknowledge",
                field: "spec.preflight.acknowledge");
        }
    }

    private static string Zone(TimeSpan offset) => (offset < TimeSpan.Zero ? "-" : "+") + offset.Duration().ToString(@"hh\:mm", CultureInfo.InvariantCulture);
}

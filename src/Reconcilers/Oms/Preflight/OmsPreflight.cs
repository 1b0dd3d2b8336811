using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// One pass of preflight: everything that can be found out without changing anything, side by side over the nodes. All
/// findings of the pass are listed, not the first.
/// </summary>
internal sealed class OmsPreflight(OmsTargets targets, IBackupStorageProbe storage, TimeProvider time)
{
    private readonly Findings _findings = new(text => targets.Redactor.Redact(text));

    /// <summary>Runs the pass.</summary>
    public async Task<PreflightResult<OmsDiscovery>> RunAsync(CancellationToken cancellationToken)
    {
        // Servers that know no CEL let these through.
        _findings.Add(OmsUpgradeValidation.Validate(targets.Upgrade.Spec));
        _findings.Add(storage.Refusals(StorageFields(), targets.Upgrade.Metadata.Namespace));

        var path = CheckVersions();
        var nodes = await Task.WhenAll(targets.Upgrade.Spec.Regions.SelectMany(region =>
            region.Nodes.Select(node => new NodePreflight(targets, _findings, time).LookAsync(node, region.Name, cancellationToken))));
        var topology = await TopologyAsync(nodes);
        CheckImageNames(path);
        var images = ImagesAsync(nodes, path, cancellationToken);
        var metadata = await new MetadataPreflight(targets, storage, _findings, time).LookAsync(topology, path, nodes, cancellationToken);
        var projects = metadata is null || path is null ? null : await new ProjectPreflight(targets, _findings).LookAsync(path, nodes[0], metadata.Projects, cancellationToken);
        var looks = await images;
        CompareImages(looks);
        var identity = topology is null || metadata is null ? null : TargetIdentity.Of(metadata.Server.Identity, topology.RmDatabase);
        return _findings.Any || path is null || topology is null || metadata is null || projects is null
            ? new PreflightResult<OmsDiscovery>(null, _findings.Sorted(), identity) { TargetAddresses = metadata?.Server.Addresses ?? [] }
            : new PreflightResult<OmsDiscovery>(Discover(path, looks, topology, metadata, projects), [], identity) { TargetAddresses = metadata.Server.Addresses };
    }

    private IEnumerable<(StorageSpec? Storage, string Field)> StorageFields()
    {
        var spec = targets.Upgrade.Spec;
        return spec.Regions.SelectMany(r => r.Nodes).Select(n => (n.ImageArchive?.Storage, $"spec.regions[].nodes[{n.Name}].imageArchive.storage"))
            .Prepend((spec.ImageArchive?.Storage, "spec.imageArchive.storage"))
            .Append((spec.Backup.Storage, "spec.backup.storage"));
    }

    private UpgradePath.Allowed? CheckVersions()
    {
        var spec = targets.Upgrade.Spec;
        if (!OmsVersion.TryParse(spec.FromVersion, out var from) || !OmsVersion.TryParse(spec.ToVersion, out var to))
        {
            _findings.Add(Reasons.InvalidSpec, $"fromVersion '{spec.FromVersion}' or toVersion '{spec.ToVersion}' is not an OMS version; expected for instance 3.2.2-bp2", field: "spec.fromVersion");
            return null;
        }

        var edition = spec.Edition;
        switch (UpgradePaths.Check(edition, from, to, spec.AllowUnsupportedPath))
        {
            case UpgradePath.Allowed allowed:
                return allowed;
            case UpgradePath.Refused refused:
                _findings.Add(Reasons.VersionPathUnsupported, refused.Message, field: "spec.toVersion");
                return null;
            default:
                throw new InvalidOperationException("a path is allowed or refused");
        }
    }

    // The vendor's names say which version is in an image; one that contradicts the spec is a slip that nothing later
    // would notice.
    private void CheckImageNames(UpgradePath.Allowed? path)
    {
        if (path is null)
        {
            return;
        }

        var spec = targets.Upgrade.Spec;
        var own = spec.Regions.SelectMany(r => r.Nodes).Where(n => n.Image is not null).Select(n => (Image: n.Image!, Node: (string?)n.Name, Field: $"spec.regions[].nodes[{n.Name}].image"));
        foreach (var (image, node, field) in own.Prepend((spec.Image, null, "spec.image")))
        {
            if (ImageNames.Contradiction(image, path) is { } contradiction)
            {
                _findings.Add(Reasons.ImageUnsuitable, contradiction, node, field);
            }
        }
    }

    private Task<OmsTopology?> TopologyAsync(IReadOnlyList<NodeLook> nodes)
    {
        // With a node unread, sets and defaults cannot be judged: that node's own finding says why.
        if (nodes.Any(n => n.Config is null))
        {
            return Task.FromResult<OmsTopology?>(null);
        }

        var result = OmsTopology.Build([.. nodes.Select(n => new NodeConfig(n.Spec.Name, n.Region, n.Spec.HostIP, n.Config!))]);
        _findings.Add(result.Findings);
        return Task.FromResult(result.Topology);
    }

    private async Task<IReadOnlyList<NodeLook>> ImagesAsync(IReadOnlyList<NodeLook> nodes, UpgradePath.Allowed? path, CancellationToken cancellationToken) =>
        await Task.WhenAll(nodes.Select(async node =>
        {
            if (node.ClockOffset is null)
            {
                return node;
            }

            try
            {
                return node with { Image = await new ImagePreflight(targets, _findings, path).LookAsync(node, cancellationToken) };
            }
            catch (DockerException exception)
            {
                _findings.Add(Reasons.HostUnreachable, $"dockerd of {node.Spec.Name}: {exception.Message}", node.Spec.Name);
                return node;
            }
        }));

    private void CompareImages(IReadOnlyList<NodeLook> nodes)
    {
        var ids = nodes.Where(n => n.Image?.Id is not null).GroupBy(n => n.Image!.Id!, StringComparer.Ordinal).ToList();
        if (ids.Count > 1)
        {
            _findings.Add(
                Reasons.ImagesDiffer,
                $"the new image is not the same on every node ({string.Join("; ", ids.Select(g => $"{string.Join(", ", g.Select(n => n.Spec.Name))}: {g.Key}"))}); load the same archive everywhere",
                field: "spec.image");
        }
    }

    private OmsDiscovery Discover(UpgradePath.Allowed path, IReadOnlyList<NodeLook> nodes, OmsTopology topology, MetadataLook metadata, ProjectLook projects) => new()
    {
        Path = path,
        Nodes = [.. nodes.Select(Node)],
        Regions =
        [
            .. topology.Regions.Select(r => new DiscoveredRegion
            {
                Name = r.Name,
                Location = r.CmLocation,
                HeartbeatDatabase = r.HeartbeatDatabase,
                Nodes = [.. r.Nodes.Select(n => n.Name)],
                SameNodesEverywhere = r.SameCmNodes,
            }),
        ],
        Metadata = new DiscoveredMetadata
        {
            ServerIdentity = metadata.Server.Identity,
            Addresses = metadata.Server.Addresses,
            Server = $"{metadata.Server.Kind} {metadata.Server.Version} on {metadata.Server.ReportedHost}",
            RmDatabase = topology.RmDatabase,
            CmDatabase = topology.CmDatabase,
            HeartbeatDatabases = [.. topology.Regions.Select(r => r.HeartbeatDatabase)],
        },
        HighAvailability = metadata.HighAvailability,
        Projects = projects.Projects ?? [],
        ProjectsAreKnown = projects.Projects is not null,
        Renames = metadata.Names.Renames,
        Notes = [.. metadata.Names.Notes, .. projects.Notes],
    };

    private DiscoveredNode Node(NodeLook look)
    {
        var (spec, node, container) = (targets.Upgrade.Spec, look.Spec, look.Current!);
        var binds = HttpsBinds.Of(container.HostConfig.Binds ?? [], spec.Https);
        return new DiscoveredNode
        {
            Name = node.Name,
            Region = look.Region,
            HostIP = node.HostIP,
            OldContainerId = container.ID,
            OldContainer = container.ShortName,
            OldImage = container.Config.Image ?? container.Image,
            OldImageId = container.Image,
            NewContainer = node.NewContainer ?? spec.NewContainer,
            Image = node.Image ?? spec.Image,
            ImageId = look.Image?.Id,
            ImagePresent = look.Image?.Present == true,
            ImageUnderAnotherName = look.Image?.UnderAnotherName == true,
            ArchivePath = look.Image?.ArchivePath,
            ArchiveStorage = look.Image?.ArchiveStorage,
            ArchiveSha256 = look.Image?.ArchiveSha256,
            ArchiveIsOnHost = look.Image?.OnHost == true,
            LeftoverContainerId = look.LeftoverContainerId,
            Binds = binds,
            EnvironmentNames = look.EnvironmentNames,
            RestartPolicy = container.HostConfig.RestartPolicy is { Name.Length: > 0 } policy ? policy.Name : "no",
            RestartMaximumRetries = container.HostConfig.RestartPolicy?.MaximumRetryCount ?? 0,
            ConsolePort = look.Config!.Ports.Nginx,
            Https = ConsoleAddress.ServesHttps(binds),
        };
    }
}

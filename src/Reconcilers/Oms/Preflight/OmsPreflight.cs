namespace Drydock.Reconcilers.Oms;

/// <summary>One preflight pass: everything that can be found out without a change, concurrently on all nodes. It
/// reports all findings of the pass, not only the first.</summary>
/// <param name="stored">The plan that was made of an earlier pass: its nodes are asked, and must be the same; null
/// searches them.</param>
internal sealed class OmsPreflight(
    OmsTargets targets,
    IStorages storage,
    TimeProvider time,
    CancellationToken cancellationToken,
    PlanProgress? stored = null)
{
    private readonly Findings _findings = new(
        text => targets.Redactor.Redact(text),
        FindingOf,
        stored is null ? targets.Upgrade.Spec.Preflight.Acknowledge : stored.Plan.Acknowledged ?? [],
        stored is null ? "Or list" : "Or abort the run, retry it, and list");

    private OmsUpgradeSpec Spec => targets.Upgrade.Spec;

    public async Task<PreflightResult<IRunDiscovery>> RunAsync()
    {
        _findings.Add(storage.Refusals(StorageFields(), targets.Upgrade.Metadata.Namespace));

        if (stored is null)
        {
            targets.Complete(await new InventorySearch(targets, _findings)
                .RunAsync(storage.DefaultDirectory, cancellationToken));
        }

        var path = CheckVersions();
        _findings.Add(OmsSpecPreflight.Check(Spec));
        var nodes = await Task.WhenAll(
            from region in Spec.Regions
            from node in region.Nodes
            select new NodePreflight(targets, _findings, path, time, node, region.Name, cancellationToken)
                .CheckAsync());
        CompareWithPlan(nodes);
        var topology = Topology(nodes);
        CheckImageNames(path);
        var images = ImagesAsync(nodes, path);
        var metadata = await new MetadataPreflight(
            targets, storage, _findings, time, path, nodes, cancellationToken).CheckAsync(topology);
        var projects = metadata is null || path is null
            ? null
            : await new ProjectPreflight(
                targets, _findings, path, nodes[0], metadata.Names.Projects, cancellationToken).CheckAsync();
        await images;
        CompareImages(nodes);
        PresentVersions.Check(_findings, nodes, Spec);
        var identity = topology is null || metadata is null
            ? null
            : ClaimTarget.IdentityOf(metadata.Server.Identity, topology.RmDatabase);
        var discovery = _findings.Any || path is null || topology is null || metadata is null || projects is null
            ? null
            : Discover(path, nodes, topology, metadata, projects);
        return new PreflightResult<IRunDiscovery>(discovery, discovery is null ? _findings.Sorted() : [], identity)
        {
            TargetAddresses = metadata?.Server.Addresses ?? [],
        };
    }

    // How a failure of a target is reported, wherever a check meets it.
    private static Finding? FindingOf(Exception failure, string? node, string? field) => failure switch
    {
        OmsMetadataException metadata => new Finding
        {
            Reason = MetadataPreflight.ReasonOf(metadata.Kind),
            Message = failure.Message,
            Field = field ?? "spec.metadataDatabase",
        },
        DockerException when node is not null => new Finding
        {
            Reason = Reasons.HostUnreachable,
            Message = $"dockerd of {node}: {Sentences.Close(failure.Message)}",
            Node = node,
        },
        _ => null,
    };

    private IEnumerable<(StorageSpec? Storage, string Field)> StorageFields()
    {
        var spec = Spec;
        return spec.Regions.SelectMany(r => r.Nodes)
            .Select(n => (n.ImageArchive?.Storage, $"spec.regions[].nodes[{n.Name}].imageArchive.storage"))
            .Prepend((spec.ImageArchive?.Storage, "spec.imageArchive.storage"))
            .Append((spec.Correction.Archive?.Storage, "spec.correction.archive.storage"))
            .Append((spec.Backup.Storage ?? StorageSpec.Default(storage.DefaultDirectory), "spec.backup.storage"));
    }

    private UpgradePath.Allowed? CheckVersions()
    {
        // The search has said why they are unknown.
        if (Spec is not { FromVersion.Length: > 0, Edition: { } edition })
        {
            return null;
        }

        var (from, to) = (OmsVersion.Parse(Spec.FromVersion), OmsVersion.Parse(Spec.ToVersion));
        if (targets.Written.Spec.FromVersion.Length == 0 && from.IsSame(to))
        {
            // PresentVersions says it.
            return null;
        }

        switch (UpgradePaths.Check(edition, from, to))
        {
            case UpgradePath.Allowed allowed:
                if (allowed.Unlisted is { } why)
                {
                    _findings.Ask(
                        Reasons.VersionPathUnsupported,
                        "Unlisted",
                        $"{why} Whether {to} can use this data is not known; a rollback restores the snapshot.",
                        field: "spec.toVersion");
                }

                foreach (var question in allowed.Questions)
                {
                    _findings.Ask(
                        Reasons.VersionPathUnsupported,
                        question.Key,
                        $"OMS {edition} {from} to {to}: {question.Message}",
                        field: "spec.toVersion");
                }

                return allowed;
            case UpgradePath.Refused refused:
                _findings.Add(Reasons.VersionPathUnsupported, refused.Message, field: "spec.toVersion");
                return null;
            default:
                throw new InvalidOperationException("An upgrade path is neither allowed nor refused.");
        }
    }

    // The vendor names images after the version in them. Only Verify reads the version in the image.
    private void CheckImageNames(UpgradePath.Allowed? path)
    {
        if (path is null)
        {
            return;
        }

        var spec = Spec;
        var own = spec.Regions.SelectMany(r => r.Nodes)
            .Where(n => n.Image is not null)
            .Select(n => (Image: n.Image!, Node: (string?)n.Name, Field: $"spec.regions[].nodes[{n.Name}].image"));
        foreach (var (image, node, field) in own.Prepend((spec.Image, null, "spec.image")))
        {
            if (ImageNames.Contradiction(image, path) is { } contradiction)
            {
                _findings.Ask(Reasons.ImageNameContradicts, node, contradiction, node, field);
            }
            else if (ImageNames.VersionOf(image) is null)
            {
                _findings.Note(
                    $"The name of image {image} ({field}) does not say which version of OMS it contains. Check that "
                        + $"it is {path.To}. Verify reads the version in the new container.");
            }
        }
    }

    // The steps address the container of then, and the new one was created with the options of then.
    private void CompareWithPlan(IReadOnlyList<NodePreflight> nodes)
    {
        foreach (var node in nodes.Where(n => stored is not null && n.Current is not null))
        {
            var planned = stored!.Step<CreateContainer>(node.Name)!.As<CreateContainer>();
            var (name, wayOut) = (node.Current!.ShortName, $"abort ({Annotations.Abort}=<token>), then retry");
            if (node.Current.ID != planned.OldContainerId)
            {
                node.Add(
                    Reasons.TargetChanged,
                    $"{name} on {node.Name} is another container ({node.Current.ID[..12]}) than when the plan was made "
                        + $"({planned.OldContainerId[..12]}). To plan for it, {wayOut}.");
            }
            else if (node.Inherited?.Hash != planned.Inherited)
            {
                node.Add(
                    Reasons.TargetChanged,
                    $"The options of {name} on {node.Name} were changed since the plan was made, and the new container "
                        + $"has the former ones. Restore them; or to plan with the present ones, {wayOut}.");
            }
        }
    }

    private OmsTopology? Topology(IReadOnlyList<NodePreflight> nodes)
    {
        // Without every config.yaml, sets and defaults cannot be judged. The finding of the unread node says why.
        if (nodes.Any(n => n.Config is null))
        {
            return null;
        }

        var (topology, contradictions) =
            OmsTopology.Build([.. nodes.Select(n => new NodeConfig(n.Name, n.Region, n.Node.HostIP, n.Config!))]);
        _findings.Add(contradictions);
        return topology;
    }

    private async Task ImagesAsync(IReadOnlyList<NodePreflight> nodes, UpgradePath.Allowed? path)
    {
        var correction = Spec.Correction;
        var jar = path?.NeedsCorrectionJar == true && stored is null ? correction.Archive : null;
        var runs = jar is null ? [] : ArchivePreflight.JarNodes(correction, nodes).ToHashSet();
        await Task.WhenAll(nodes.Where(node => node.ClockOffset is not null).Select(node => _findings.LookAsync(
            async () =>
            {
                var image = new ImagePreflight(targets, _findings, path, node, cancellationToken);
                var found = await image.CheckAsync();
                node.RunsNewImage = found is not null && await image.IsCurrentAsync(found);
                await image.StartAsync();
                node.Jar = runs.Contains(node)
                    ? await new ArchivePreflight(targets, _findings, node, cancellationToken).CheckJarAsync(jar!)
                    : null;
                node.Image = found;
                return true;
            },
            node.Name)));
    }

    private void CompareImages(IReadOnlyList<NodePreflight> nodes)
    {
        // Two ways of dockerd to store images give the same image different ids, so contents count where all are known.
        var known = nodes.Select(n => n.Image).OfType<FoundImage>().Where(i => i.Id is not null).ToList();
        var byContents = known.TrueForAll(i => i.Contents is not null);
        var ids = nodes.Where(n => n.Image?.Id is not null)
            .GroupBy(n => (byContents ? n.Image!.Contents : n.Image!.Id)!, StringComparer.Ordinal)
            .ToList();
        if (ids.Count > 1)
        {
            var images = ids.Select(
                id => $"{string.Join(", ", id.Select(n => n.Name))}: {ImageLookup.Short(id.Key)}");
            _findings.Add(
                Reasons.ImagesDiffer,
                $"The new image differs between the nodes ({string.Join("; ", images)}). Load the same archive on "
                    + "every node.",
                field: "spec.image");
        }
    }

    private OmsDiscovery Discover(
        UpgradePath.Allowed path,
        IReadOnlyList<NodePreflight> nodes,
        OmsTopology topology,
        MetadataState metadata,
        ProjectsState projects) =>
        new()
        {
            Targets = targets,
            Path = path,
            Inventory = targets.Inventory,
            Nodes = [.. nodes.Select(node => Node(node, path))],
            Topology = topology,
            Server = metadata.Server,
            HighAvailability = metadata.HighAvailability,
            Hosts = metadata.Hosts,
            Projects = projects.Projects ?? [],
            ProjectsAreKnown = projects.Projects is not null,
            Renames = metadata.Names.Renames,
            Ended = [.. Witnesses.Ended([.. nodes.Select(n => n.Witnesses).OfType<NodeWitnesses>()])],
            Notes = [.. Warnings(nodes), .. metadata.Names.Notes, .. projects.Notes, .. _findings.Notes],
        };

    // What dockerd said when it created a container with the options of the new one.
    private static IEnumerable<string> Warnings(IReadOnlyList<NodePreflight> nodes) => nodes
        .SelectMany(node => node.Image?.Warnings.Select(warning => (Text: warning, node.Name)) ?? [])
        .GroupBy(warning => warning.Text, warning => warning.Name, StringComparer.Ordinal)
        .Select(warning =>
            $"dockerd of {string.Join(", ", warning)} warns about the options of the new container: {warning.Key}");

    private DiscoveredNode Node(NodePreflight state, UpgradePath.Allowed path)
    {
        var (spec, node, container) = (Spec, state.Node, state.Current!);
        var (inherited, changes) = (state.Inherited!, ContainerOverrides.Of(spec, node));
        return new DiscoveredNode
        {
            Name = node.Name,
            HostIP = node.HostIP,
            OldContainerId = container.ID,
            OldContainer = container.ShortName,
            OldImage = container.Config.Image ?? container.Image,
            OldImageId = container.Image,
            NewContainer = node.NewContainer ?? spec.NewContainer!,
            Image = node.Image ?? spec.Image,
            Source = state.Image!,
            Jar = state.Jar,
            LeftoverContainerId = state.LeftoverContainerId,
            Readers = state.Readers,
            Compose = OmsContainers.ComposeOf(container),
            Inherited = inherited.Hash,
            ContainerNote = ContainerNotes.Describe(
                inherited,
                new NewContainer(node.HostIP, path.Target.IsUpgrade, spec.Https, changes).From(inherited, _ => ""),
                ContainerOverrides.Describe(changes)),
            RestartPolicy = RestartPolicies.NameOf(container.HostConfig.RestartPolicy),
            RestartMaximumRetries = (int)container.HostConfig.RestartPolicy.MaximumRetryCount,
            Configuration = state.Config!.PlannedValues(),
            ConsolePort = state.Config.Ports.Nginx,
            Https = spec.Https is not null || state.ServesHttps,
            OldHttps = state.ServesHttps,
            Baseline = state.Baseline!,
        };
    }
}

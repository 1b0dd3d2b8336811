using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <content>Before the downtime: image and created containers.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> PrepareImage()
    {
        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.Image(node.Name), OmsActions.PrepareImage, node.Name, $"image on {node.Name}", [], attempts: 5, ImageParameters(node)));
        }

        _plan.Add(Step(StepIds.ImagesCompared, OmsActions.CompareImages, null, "same image ID on every node", [.. Nodes.Select(n => StepIds.Image(n.Name))], attempts: 1, new(StringComparer.Ordinal)
        {
            ["nodes"] = string.Join(',', Nodes.Select(n => n.Name)),
        }));
        foreach (var node in Nodes)
        {
            var before = new List<string> { StepIds.ImagesCompared };
            if (node.LeftoverContainerId is { } leftover)
            {
                before = [_plan.Add(Step(StepIds.Leftover(node.Name), OmsActions.RemoveContainer, node.Name, $"remove {node.NewContainer} of the former attempt from {node.Name}", before, attempts: 5, new(StringComparer.Ordinal)
                {
                    ["container"] = leftover,
                }))];
            }

            _plan.Add(Step(StepIds.Create(node.Name), OmsActions.CreateContainer, node.Name, $"create {node.NewContainer} on {node.Name}, not started", before, attempts: 5, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["oldContainerId"] = node.OldContainerId,
                ["image"] = node.Image,
                ["imageId"] = node.ImageId ?? "",
                ["binds"] = string.Join('\n', node.Binds),
                ["environment"] = string.Join(',', node.EnvironmentNames),
                ["hostIP"] = node.HostIP,
                ["isUpgrade"] = Flag(discovery.Path.NeedsIsUpgrade),
            }));
            if (RequiredPaths().Count == 0)
            {
                continue;
            }

            _plan.Add(Step(StepIds.Contents(node.Name), OmsActions.InspectImageContents, node.Name, $"what will be run is in the image on {node.Name}", [StepIds.Create(node.Name)], attempts: 3, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["paths"] = string.Join(',', RequiredPaths()),
            }));
        }

        return [.. Nodes.Select(n => RequiredPaths().Count > 0 ? StepIds.Contents(n.Name) : StepIds.Create(n.Name))];
    }

    private static SortedDictionary<string, string> ImageParameters(DiscoveredNode node)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["image"] = node.Image,
            ["imageId"] = node.ImageId ?? "",
            ["source"] = Source(node),
            ["archive"] = node.ArchivePath ?? "",
            ["archiveStorage"] = node.ArchiveStorage ?? "",
            ["archiveSha256"] = node.ArchiveSha256 ?? "",
        };
        if (node.ArchiveIsOnHost)
        {
            // The container by which the host's file is read is made of an image that is certainly there.
            parameters["archiveReader"] = node.OldImageId;
        }

        return parameters;
    }

    private static string Source(DiscoveredNode node) => node switch
    {
        { ImagePresent: true } => ImageSources.Present,
        { ImageUnderAnotherName: true } => ImageSources.Tag,
        { ArchivePath: null } => ImageSources.Pull,
        { ArchiveIsOnHost: true } => ImageSources.HostArchive,
        _ => ImageSources.Archive,
    };

    private IReadOnlyList<string> RequiredPaths() => RequiredFiles.Of(discovery.Path, spec.Correction);
}

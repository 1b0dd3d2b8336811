namespace Drydock.Reconcilers.Oms;

/// <content>Before the downtime: image and created containers.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> PrepareImage()
    {
        var images = Nodes.Select(node => Add(
            StepIds.Image(node.Name),
            node.Name,
            $"Prepare the image on {node.Name}",
            ImageArgs(node),
            [],
            attempts: 5)).ToList();
        Add(
            StepIds.ImagesCompared,
            null,
            "Check that the image is the same on every node",
            new CompareImages([.. Nodes.Select(n => n.Name)]),
            images,
            attempts: 1);
        return [.. Nodes.Select(PrepareContainer)];
    }

    private string PrepareContainer(DiscoveredNode node)
    {
        var before = StepIds.ImagesCompared;
        if (node.LeftoverContainerId is { } leftover)
        {
            before = Add(
                StepIds.Leftover(node.Name),
                node.Name,
                $"Remove {node.NewContainer} of the previous attempt from {node.Name}",
                new RemoveContainer(leftover),
                [before],
                attempts: 5);
        }

        var created = Add(
            StepIds.Create(node.Name),
            node.Name,
            $"Create {node.NewContainer} on {node.Name} without starting it",
            ContainerArgs(node),
            [before],
            attempts: 5);
        if (node.Jar is { } jar)
        {
            created = Add(
                StepIds.CopyJar(node.Name),
                node.Name,
                $"Copy the correction JAR into {node.NewContainer} on {node.Name}",
                new CopyCorrectionJar(
                    node.NewContainer,
                    JarLocation.Of(spec.Correction).Path!,
                    jar.Path,
                    jar.Sha256,
                    jar.Bytes,
                    jar.Storage,
                    jar.Storage is null ? node.OldImageId : null),
                [created],
                attempts: 3);
        }

        var files = RequiredFiles.Of(discovery.Path, spec, node.Name);
        List<string>? sought = files.Jar is { } location
            ? [.. location.Path is { } given ? [given] : location.UsualPaths(imageDirectory: null)]
            : null;
        return files.Required.Count == 0 && sought is null
            ? created
            : Add(
                StepIds.Contents(node.Name),
                node.Name,
                $"Check that the image on {node.Name} contains the files to run",
                new InspectImageContents(node.NewContainer, [.. files.Required], sought),
                [created],
                attempts: 3);
    }

    private CreateContainer ContainerArgs(DiscoveredNode node)
    {
        var changes = ContainerOverrides.Of(spec, node.Name);
        return new(
            node.NewContainer,
            node.OldContainerId,
            node.Inherited,
            node.Image,
            node.HostIP,
            discovery.Path.NeedsIsUpgrade,
            node.ImageId,
            spec.Https?.CertificateHostPath,
            spec.Https?.KeyHostPath,
            ContainerOverrides.Describe(changes),
            ContainerOverrides.Hash(changes));
    }

    // The container that reads a file of the host is made of an image that is certainly on that host.
    private static PrepareImage ImageArgs(DiscoveredNode node) => new(
        node.Image,
        Source(node),
        node.ImageId,
        node.ArchivePath,
        node.ArchiveStorage,
        node.ArchiveSha256,
        node.ArchiveIsOnHost ? node.OldImageId : null,
        node.ImageContents);

    private static ImageSource Source(DiscoveredNode node) => node switch
    {
        { ImagePresent: true } => ImageSource.Present,
        { ImageUnderAnotherName: true } => ImageSource.Tag,
        { ArchivePath: null } => ImageSource.Pull,
        { ArchiveIsOnHost: true } => ImageSource.HostArchive,
        _ => ImageSource.Archive,
    };
}

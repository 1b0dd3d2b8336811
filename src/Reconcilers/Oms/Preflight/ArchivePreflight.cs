namespace Drydock.Reconcilers.Oms;

/// <summary>Checks an archive of the spec where it is, in a storage or on the host of a node: it can be read, is what
/// it has to be, and has the right checksum. Changes nothing.</summary>
internal sealed class ArchivePreflight(
    OmsTargets targets, Findings findings, NodePreflight node, CancellationToken cancellationToken)
{
    // Names in the header of a tar.
    private const int LongestName = 100;

    private string? Namespace => targets.Upgrade.Metadata.Namespace;

    public static IEnumerable<NodePreflight> JarNodes(CorrectionSpec correction, IEnumerable<NodePreflight> nodes)
    {
        var regions = nodes.GroupBy(node => node.Region, StringComparer.Ordinal).ToList();
        return JarLocation.RunsOnEveryNode(correction.RunOn, regions.Count)
            ? regions.SelectMany(region => region)
            : regions.Select(region => region.First());
    }

    /// <summary>The correction JAR that is shipped beside the image (spec.correction.archive) as it was found for a
    /// node on which it will run; null if there is a finding.</summary>
    public async Task<FoundArchive?> CheckJarAsync(OmsArchive archive)
    {
        // In a storage the file is the same for all nodes, and so is the finding.
        var contents = await CheckAsync(
            archive,
            ArchiveKind.Jar,
            "spec.correction.archive",
            "The correction JAR",
            archive.Storage is null ? node.Name : null);
        if (contents is null)
        {
            return null;
        }

        var name = JarLocation.NameOf(JarLocation.Of(targets.Upgrade.Spec.Correction).Path!);
        if (Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            findings.Add(
                Reasons.InvalidSpec,
                $"The name of the JAR in the container is longer than {LongestName} bytes. Set spec.correction.jarPath "
                    + "to a shorter one, for instance /root/correction.jar.",
                field: "spec.correction.jarPath");
            return null;
        }

        return FoundArchive.Of(archive, contents);
    }

    /// <summary>The archive of the new image as it was found for a node; null if there is a finding.</summary>
    public Task<ArchiveContents?> CheckImageAsync(OmsArchive archive, string image) => CheckAsync(
        archive, ArchiveKind.Image, "spec.imageArchive", $"{image} is not on {node.Name}, and its archive", node.Name);

    private async Task<ArchiveContents?> CheckAsync(
        OmsArchive archive, ArchiveKind kind, string field, string what, string? findingNode)
    {
        var reason = kind == ArchiveKind.Jar ? Reasons.JarArchiveUnreadable : Reasons.ImageArchiveUnreadable;
        var file = FoundArchive.PathOf(archive);
        var where = archive.Storage is { } storage ? targets.Archives.Describe(storage, Namespace) : node.Name;
        try
        {
            var contents = await ReadAsync(archive, kind);
            if (contents is null
                || archive.Sha256 is not { } wanted
                || string.Equals(wanted, contents.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                return contents;
            }

            findings.Add(
                reason,
                $"{file} in {where} has SHA-256 {contents.Sha256}, but {field}.sha256 is {wanted}. "
                    + "Correct the field, or copy the file again.",
                findingNode,
                $"{field}.sha256");
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or InvalidDataException or SnapshotException
                or JsonException)
        {
            findings.Add(
                reason,
                $"{what} {file} in {where} cannot be read: {Sentences.Close(exception.Message)} "
                    + "Copy the right file there, or correct the field.",
                findingNode,
                field);
        }

        return null;
    }

    private async Task<ArchiveContents?> ReadAsync(OmsArchive archive, ArchiveKind kind)
    {
        if (archive is { Storage: { } storage, Path: { } path })
        {
            return await targets.Archives.InspectAsync(storage, Namespace, path, kind, cancellationToken);
        }

        // The image of the current container is certainly on the host. Another finding says that it is missing.
        if (archive.HostPath is not { } host || node.Current is not { } current)
        {
            return null;
        }

        var docker = node.Docker;
        return await new OmsHostFiles(docker, targets.Upgrade.Metadata.Uid!, current.Image).ReadAsync(
            host,
            (content, stat) => targets.HostArchives.InspectAsync(
                docker.EndpointName, host, kind, stat, content, cancellationToken),
            cancellationToken);
    }
}

/// <param name="Path">Its path in the storage or on the host.</param>
/// <param name="Storage">Its storage (StorageText); null: it is on the host.</param>
internal sealed record FoundArchive(string Path, string Sha256, long Bytes, string? Storage)
{
    public bool IsOnHost => Storage is null;

    public static FoundArchive Of(OmsArchive archive, ArchiveContents contents) => new(
        PathOf(archive),
        contents.Sha256,
        contents.Bytes,
        archive.Storage is { } storage ? StorageText.Of(storage) : null);

    public static string PathOf(OmsArchive archive) => archive.HostPath ?? archive.Path ?? "";
}

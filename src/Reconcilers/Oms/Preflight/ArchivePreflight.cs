namespace Drydock.Reconcilers.Oms;

/// <summary>Checks an archive of the spec where it is, in a storage or on the host of a node: it can be read, is what
/// it has to be, and has the right checksum. Changes nothing.</summary>
internal sealed class ArchivePreflight(OmsTargets targets, Findings findings)
{
    /// <summary>The archive as it was found for a node; null if there is a finding.</summary>
    public async Task<ArchiveContents?> CheckAsync(
        NodeState node, OmsArchive archive, ArchiveUse use, CancellationToken cancellationToken)
    {
        var file = PathOf(archive);
        var where = archive.Storage is { } storage
            ? targets.Archives.Describe(storage, targets.Upgrade.Metadata.Namespace)
            : node.Spec.Name;
        try
        {
            var contents = await ReadAsync(node, archive, use.Kind, cancellationToken);
            if (contents is null
                || archive.Sha256 is not { } wanted
                || string.Equals(wanted, contents.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                return contents;
            }

            findings.Add(
                use.Reason,
                $"{file} in {where} has SHA-256 {contents.Sha256}, but {use.Field}.sha256 is {wanted}. "
                    + "Correct the field, or copy the file again.",
                use.Node,
                $"{use.Field}.sha256");
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or InvalidDataException or SnapshotException
                or JsonException)
        {
            findings.Add(
                use.Reason,
                $"{use.What} {file} in {where} cannot be read: {Sentences.Close(exception.Message)} "
                    + "Copy the right file there, or correct the field.",
                use.Node,
                use.Field);
        }

        return null;
    }

    public static string PathOf(OmsArchive archive) => archive.HostPath ?? archive.Path ?? "";

    private async Task<ArchiveContents?> ReadAsync(
        NodeState node, OmsArchive archive, ArchiveKind kind, CancellationToken cancellationToken)
    {
        if (archive is { Storage: { } storage, Path: { } path })
        {
            return await targets.Archives.InspectAsync(
                storage, targets.Upgrade.Metadata.Namespace, path, kind, cancellationToken);
        }

        // The image of the current container is certainly on the host. Another finding says that it is missing.
        if (archive.HostPath is not { } host || node.Current is not { } current)
        {
            return null;
        }

        var docker = targets.Docker(node.Spec.Name);
        return await new HostFiles(docker, targets.Upgrade.Metadata.Uid!, current.Image).ReadAsync(
            host,
            (content, stat) => targets.HostArchives.InspectAsync(
                docker.EndpointName, host, kind, stat, content, cancellationToken),
            cancellationToken);
    }
}

/// <summary>What an archive is checked for.</summary>
/// <param name="Kind">What it has to be.</param>
/// <param name="Reason">The reason of a finding.</param>
/// <param name="Field">The field that names it.</param>
/// <param name="What">What a finding calls it.</param>
/// <param name="Node">The node of a finding; null: the file is the same for all nodes, and so is the finding.</param>
internal sealed record ArchiveUse(ArchiveKind Kind, string Reason, string Field, string What, string? Node);

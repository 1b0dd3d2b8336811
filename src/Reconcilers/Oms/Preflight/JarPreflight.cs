namespace Drydock.Reconcilers.Oms;

/// <summary>Checks the correction JAR that is shipped beside the image (spec.correction.archive): it can be read on
/// every node on which it will run, is a JAR, and has the right checksum. Changes nothing.</summary>
internal sealed class JarPreflight(OmsTargets targets, Findings findings)
{
    // Names in the header of a tar.
    private const int LongestName = 100;

    public static IEnumerable<NodeState> Nodes(CorrectionSpec correction, IEnumerable<NodeState> nodes)
    {
        var regions = nodes.GroupBy(node => node.Region, StringComparer.Ordinal).ToList();
        return JarLocation.RunsOnEveryNode(correction.RunOn, regions.Count)
            ? regions.SelectMany(region => region)
            : regions.Select(region => region.First());
    }

    public async Task<FoundJar?> CheckAsync(
        NodeState node, OmsArchive archive, CancellationToken cancellationToken)
    {
        var use = new ArchiveUse(
            ArchiveKind.Jar,
            Reasons.JarArchiveUnreadable,
            "spec.correction.archive",
            "The correction JAR",
            archive.Storage is null ? node.Spec.Name : null);
        if (await new ArchivePreflight(targets, findings).CheckAsync(node, archive, use, cancellationToken)
            is not { } found)
        {
            return null;
        }

        var name = JarLocation.NameOf(JarLocation.Of(targets.Upgrade.Spec.Correction).Path!);
        if (Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            findings.Add(
                Reasons.InvalidSpec,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The name of the JAR in the container is longer than {LongestName} bytes. Set "
                        + $"spec.correction.jarPath to a shorter one, for instance /root/correction.jar."),
                field: "spec.correction.jarPath");
            return null;
        }

        return new FoundJar(
            ArchivePreflight.PathOf(archive),
            found.Sha256,
            found.Bytes,
            archive.Storage is { } storage ? StorageText.Of(storage) : null);
    }
}

/// <summary>The correction JAR beside the image.</summary>
/// <param name="Path">Its path in the storage or on the host.</param>
/// <param name="Sha256">Its checksum.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Storage">Its storage (StorageText); null: it is on the host.</param>
internal sealed record FoundJar(string Path, string Sha256, long Bytes, string? Storage);

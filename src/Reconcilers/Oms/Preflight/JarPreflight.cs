using System.Globalization;
using System.Text;
using Drydock.Abstractions.Values;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Checks the correction JAR that is shipped beside the image (spec.correction.archive): it can be read on every node
/// on which it will run, is a JAR, and has the right checksum. Changes nothing.
/// </summary>
internal sealed class JarPreflight(OmsTargets targets, Findings findings)
{
    private const string Field = "spec.correction.archive";

    // Names in the header of a tar.
    private const int LongestName = 100;

    /// <summary>The nodes on which the JAR runs, of those in the order of the spec.</summary>
    public static IEnumerable<NodeState> Nodes(CorrectionSpec correction, IEnumerable<NodeState> nodes)
    {
        var regions = nodes.GroupBy(node => node.Region, StringComparer.Ordinal).ToList();
        return JarLocation.RunsOnEveryNode(correction.RunOn, regions.Count)
            ? regions.SelectMany(region => region)
            : regions.Select(region => region.First());
    }

    /// <summary>The JAR as it was found for a node; null if there is a finding.</summary>
    public async Task<FoundJar?> CheckAsync(
        NodeState node, JarArchive archive, CancellationToken cancellationToken)
    {
        var file = archive.HostPath ?? archive.Path ?? "";
        var where = archive.Storage is { } storage
            ? targets.Archives.Describe(storage, targets.Upgrade.Metadata.Namespace)
            : node.Spec.Name;
        try
        {
            if (await ReadAsync(node, archive, cancellationToken) is not { } read)
            {
                return null;
            }

            if (archive.Sha256 is { } wanted
                && !string.Equals(wanted, read.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                findings.Add(
                    Reasons.JarArchiveUnreadable,
                    $"{file} in {where} has SHA-256 {read.Sha256}, but correction.archive.sha256 is {wanted}. "
                        + "Correct the field, or copy the file again.",
                    NodeOf(node, archive),
                    $"{Field}.sha256");
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

            return read;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or InvalidDataException or SnapshotException)
        {
            findings.Add(
                Reasons.JarArchiveUnreadable,
                $"The correction JAR {file} in {where} cannot be read: {Sentences.Close(exception.Message)} "
                    + "Copy the vendor's JAR there, or correct the field.",
                NodeOf(node, archive),
                Field);
            return null;
        }
    }

    private async Task<FoundJar?> ReadAsync(
        NodeState node, JarArchive archive, CancellationToken cancellationToken)
    {
        if (archive is { Storage: { } storage, Path: { } path })
        {
            var space = targets.Upgrade.Metadata.Namespace;
            var sum = await targets.Archives.HashAsync(storage, space, path, cancellationToken);
            await using var content =
                await targets.Archives.OpenAsync(storage, space, path, sum.Sha256, cancellationToken);
            await StartAsync(content, cancellationToken);
            return new FoundJar(path, sum.Sha256, sum.Bytes, StorageText.Of(storage));
        }

        // The image of the current container is certainly on the host. Another finding says that it is missing.
        if (archive.HostPath is not { } host || node.Current is not { } current)
        {
            return null;
        }

        return await new HostFiles(
            targets.Docker(node.Spec.Name), targets.Upgrade.Metadata.Uid!, current.Image).ReadAsync(
            host,
            async (content, stat) =>
            {
                var start = await StartAsync(content, cancellationToken);
                await using var whole = new PrefixedStream(start, content);
                var sum = await targets.HashHostFileAsync(node.Spec.Name, host, stat, whole, cancellationToken);
                return new FoundJar(host, sum.Sha256, sum.Bytes, Storage: null);
            },
            cancellationToken);
    }

    // A JAR is a ZIP file: it begins with the header of its first entry.
    private static async Task<byte[]> StartAsync(Stream content, CancellationToken cancellationToken)
    {
        var start = new byte[4];
        var read = await content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return read == start.Length && start.AsSpan().SequenceEqual("PK\u0003\u0004"u8)
            ? start
            : throw new InvalidDataException("It is no JAR, because it does not begin as a ZIP file does.");
    }

    // A file in a storage is one file for all nodes: one finding.
    private static string? NodeOf(NodeState node, JarArchive archive) =>
        archive.Storage is null ? node.Spec.Name : null;
}

/// <summary>The correction JAR beside the image.</summary>
/// <param name="Path">Its path in the storage or on the host.</param>
/// <param name="Sha256">Its checksum.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Storage">Its storage (StorageText); null: it is on the host.</param>
internal sealed record FoundJar(string Path, string Sha256, long Bytes, string? Storage);

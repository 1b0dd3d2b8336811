using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>What is in an image, whatever its id: the checksums of its unpacked layers. dockerd with the containerd
/// image store takes the checksum of the manifest as id, the classic store that of the configuration, which archives
/// are named after (docs/project/research/oms.md#image-ids).</summary>
internal static class ImageContents
{
    public static string? Of(ImageInspectResponse image) => Of([.. image.RootFS?.Layers ?? []]);

    /// <summary>The contents made of these layers, <c>sha256:…</c>; null without any.</summary>
    public static string? Of(IReadOnlyList<string> layers) => layers.Count == 0
        ? null
        : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', layers))));
}

using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Where a container of OMS has its data on the host: as <c>-v</c>, <c>--mount</c>, a volume or a mount of a
/// directory above (docs/research/oms.md#container).</summary>
internal static class OmsMounts
{
    public static IReadOnlyList<string> Paths { get; } =
        [OmsConfig.ContainerPath, RunOnceCommand.LogsMount, "/home/ds/store", "/home/ds/run"];

    public static bool Covers(string destination, string path)
    {
        var directory = destination.TrimEnd('/');
        return path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);
    }

    public static MountPoint? At(InspectedContainer container, string path) => container.Mounts
        .Where(mount => Covers(mount.Destination, path))
        .MaxBy(mount => mount.Destination.TrimEnd('/').Length);

    public static string? OnHost(InspectedContainer container, string path) =>
        At(container, path) is { Source.Length: > 0 } mount
            ? mount.Source.TrimEnd('/') + path[mount.Destination.TrimEnd('/').Length..]
            : null;
}

using Drydock.Clients.Docker;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Where a container of OMS has its data on the host: as <c>-v</c>, <c>--mount</c>, a volume or a mount of a directory
/// above (docs/research/oms.md#container).
/// </summary>
internal static class OmsMounts
{
    /// <summary>What every container of OMS has mounted.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        [OmsConfig.ContainerPath, RunOnceCommand.LogsMount, "/home/ds/store", "/home/ds/run"];

    /// <summary>Whether a mount at <paramref name="destination"/> shows what is at a path.</summary>
    public static bool Covers(string destination, string path)
    {
        var directory = destination.TrimEnd('/');
        return path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);
    }

    /// <summary>The mount that shows what is at a path; null if the path is in the container's own layer.</summary>
    public static MountPoint? At(ContainerInspectResponse container, string path) => container.Mounts
        .Where(mount => Covers(mount.Destination, path))
        .MaxBy(mount => mount.Destination.TrimEnd('/').Length);

    /// <summary>Where a path of the container is on the host; null if it is not mounted from there.</summary>
    public static string? OnHost(ContainerInspectResponse container, string path) =>
        At(container, path) is { Source.Length: > 0 } mount
            ? mount.Source.TrimEnd('/') + path[mount.Destination.TrimEnd('/').Length..]
            : null;
}

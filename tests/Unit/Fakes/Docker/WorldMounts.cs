using MountPoint = Docker.DotNet.Models.MountPoint;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The mounts of a container as dockerd resolves them, and what it refuses when it creates one.</summary>
internal static class WorldMounts
{
    public static List<MountPoint> Of(HostConfig host) =>
    [
        .. (host.Binds ?? []).Select(bind => bind.Split(':')).Select(bind => Point(
            bind[0].StartsWith('/') ? "bind" : "volume", bind[0], bind[1], bind.ElementAtOrDefault(2) != "ro")),
        .. (host.Mounts ?? []).Select(mount => Point(
            mount.Type, mount.Source.Length == 0 ? $"volume-of-{mount.Target[1..]}" : mount.Source, mount.Target,
            !mount.ReadOnly)),
    ];

    public static string? Refusal(WorldHost host, HostConfig? config)
    {
        if (config?.Mounts?.FirstOrDefault(m => m.Type == "bind" && !Exists(host, m.Source)) is { } missing)
        {
            return $"invalid mount config for type \"bind\": bind source path does not exist: {missing.Source}";
        }

        if (config is not null && Of(config).GroupBy(m => m.Destination, StringComparer.Ordinal)
            .FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            return $"Duplicate mount point: {twice.Key}";
        }

        return config is { Memory: > 0 and < 6 << 20 } ? "Minimum memory limit allowed is 6MB" : null;
    }

    private static bool Exists(WorldHost host, string path) =>
        host.Paths.Contains(path)
            || host.Files.Keys.Any(file => file == path || file.StartsWith(path + "/", StringComparison.Ordinal));

    private static MountPoint Point(string type, string source, string target, bool isWritable) => new()
    {
        Type = type,
        Name = type == "volume" ? source : "",
        Source = type switch
        {
            "volume" => $"/var/lib/docker/volumes/{source}/_data",
            "tmpfs" => "",
            _ => source.TrimEnd('/') is { Length: > 0 } path ? path : "/"
        },
        Destination = target.TrimEnd('/'),
        RW = isWritable,
    };
}

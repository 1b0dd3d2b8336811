using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Which containers of a host may be that of OMS.</summary>
internal static partial class OmsContainers
{
    private const string HostVariable = "OMS_HOST_IP=";

    /// <summary>Whether the vendor's deployer OBD may have made a container: it names them with six digits at the end,
    /// or its image is oms-ce (docs/research/oms.md#sources).</summary>
    public static bool MayBeOfObd(string name, string image) =>
        ObdName().IsMatch(name) || ImageNames.IsOfRepository(image, "oms-ce");

    /// <summary>The address that OMS knows its host by; null if the container names none.</summary>
    public static string? HostAddress(InspectedContainer container) => (container.Config.Env ?? [])
        .LastOrDefault(line => line.StartsWith(HostVariable, StringComparison.Ordinal))?[HostVariable.Length..]
        is { Length: > 0 } address ? address : null;

    /// <summary>What to say where no old container runs, and there is one that this upgrade made; null if there is
    /// none. An object that was made again from a backup has another uid and the same name.</summary>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public static async Task<string?> OutdatedAsync(
        DockerClient docker, string node, V1ObjectMeta upgrade, CancellationToken cancellationToken) =>
        (await ListAsync(docker, all: true, ownerUid: null, cancellationToken))
            .Where(c => c.Label(Labels.UpgradeName) == upgrade.Name)
            .MaxBy(c => c.State.Running) is not { } made
            ? null
            : $"{made.ShortName} on {node} was made by an upgrade of this name ({made.Label(Labels.UpgradeUid)}), and "
                + "no old container runs: the status of this object was lost, or it is older than the hosts. "
                + (made.State.Running
                    ? $"It runs since {made.StartedAt:u}. OMS may be in use, so leave it running. To keep the "
                        + "new version, delete this object. To go back, restore the BackupSnapshot of that upgrade "
                        + "with a SnapshotRestore while no container of OMS runs, then start the old containers."
                    : "OMS is down. If no new container was ever started on any host (`docker ps -a` says Created), "
                        + "start the old ones, give them their restart policy again, and enable high availability in "
                        + "the console. Otherwise restore the BackupSnapshot of that upgrade first.");

    /// <summary>The running containers that have config.yaml of OMS mounted, by name. What an upgrade has created
    /// itself is not its current container.</summary>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public static async Task<IReadOnlyList<InspectedContainer>> RunningAsync(
        DockerClient docker, string? ownerUid, CancellationToken cancellationToken) =>
        [.. (await ListAsync(docker, all: false, ownerUid, cancellationToken)).Where(c => c.State.Running)];

    private static async Task<IReadOnlyList<InspectedContainer>> ListAsync(
        DockerClient docker, bool all, string? ownerUid, CancellationToken cancellationToken)
    {
        var containers = new List<InspectedContainer>();
        foreach (var listed in (await docker.Containers.ListContainersAsync(
            new ContainersListParameters { All = all }, cancellationToken))
            .Where(c => c.Mounts.Any(mount => OmsMounts.Covers(mount.Destination, OmsConfig.ContainerPath)))
            .Where(c => ownerUid is null || c.Label(Labels.UpgradeUid) != ownerUid))
        {
            // It may have been removed meanwhile.
            if (await docker.Containers.FindContainerAsync(listed.ID, cancellationToken) is { } container)
            {
                containers.Add(container);
            }
        }

        return [.. containers.OrderBy(c => c.ShortName, StringComparer.Ordinal)];
    }

    [GeneratedRegex("-[0-9]{6}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ObdName();
}

using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Which containers of a host may be that of OMS.</summary>
internal static partial class OmsContainers
{
    private const string HostVariable = "OMS_HOST_IP=";
    private const string Compose = "com.docker.compose";

    /// <summary>Whether the vendor's deployer OBD may have made a container: it names them with six digits at the end,
    /// or its image is oms-ce (docs/project/research/oms.md#sources).</summary>
    public static bool MayBeOfObd(string name, string image) =>
        ObdName().IsMatch(name) || ImageNames.IsOfRepository(image, "oms-ce");

    /// <summary>The address that OMS knows its host by; null if the container names none.</summary>
    public static string? HostAddress(InspectedContainer container) => (container.Config.Env ?? [])
        .LastOrDefault(line => line.StartsWith(HostVariable, StringComparison.Ordinal))?[HostVariable.Length..]
        is { Length: > 0 } address ? address : null;

    /// <summary>Project, service and files by which docker compose made a container; null if it did not.</summary>
    public static string? ComposeOf(InspectedContainer container) =>
        container.Label($"{Compose}.project") is not { } project ? null
        : ForeignText.Words(
            $"project {project}, service {container.Label($"{Compose}.service")}, file "
                + container.Label($"{Compose}.project.config_files"));

    /// <summary>What is known of a container that others started beside OMS, as sentences.</summary>
    public static string Introduce(InspectedContainer container)
    {
        var policy = RestartPolicies.NameOf(container.HostConfig.RestartPolicy);
        return "It may write to data of OMS (image "
            + $"{ForeignText.Words(container.Config.Image ?? container.Image, SchemaLimits.Name)}). "
            + (ComposeOf(container) is { } compose ? $"docker compose made it ({compose})."
                : policy == RestartPolicies.No ? ""
                : $"Its restart policy is {policy}.");
    }

    /// <summary>What to say where no old container runs, and there is one that this upgrade made; null if there is
    /// none. An object that was made again from a backup has another uid and the same name.</summary>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public static async Task<string?> OutdatedAsync(
        DockerClient docker, string node, V1ObjectMeta upgrade, CancellationToken cancellationToken) =>
        (await ListAsync(docker, all: true, IsOmsOfOthers(ownerUid: null), cancellationToken))
            .Where(c => c.Label(Labels.UpgradeName) == upgrade.Name)
            .MaxBy(c => c.State.Running) is not { } made
            ? null
            : $"{made.ShortName} on {node} is of a lost upgrade ({made.Label(Labels.UpgradeUid)}), and no old "
                + "container runs. "
                + (made.State.Running
                    ? $"It runs since {made.StartedAt:u}. To keep the new version, delete this object. To go back, "
                        + "stop OMS, restore its BackupSnapshot, then start the old containers."
                    : "OMS is down. If no new container started (`docker ps -a` says Created), start the old "
                        + "ones and enable high availability; otherwise restore its BackupSnapshot first.");

    /// <summary>The running containers that have config.yaml of OMS mounted, by name. What an upgrade has created
    /// itself is not its current container.</summary>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public static async Task<IReadOnlyList<InspectedContainer>> RunningAsync(
        DockerClient docker, string? ownerUid, CancellationToken cancellationToken) =>
    [
        .. (await ListAsync(docker, all: false, IsOmsOfOthers(ownerUid), cancellationToken))
            .Where(c => c.State.Running),
    ];

    /// <summary>The name of a container and the id of its image: one that docker compose creates again is the
    /// same.</summary>
    public static string KeyOf(string name, string imageId) => $"{name}={imageId}";

    /// <summary>The other containers of a node that may write to the data of OMS, by name: a watchdog, docker compose
    /// or an administrator starts the old version also under another name.</summary>
    /// <param name="oms">The container that has the data: the old or the new one.</param>
    /// <param name="own">Name or id of the other one of these two.</param>
    /// <param name="readers">After T1: those that were acknowledged in preflight (<see cref="KeyOf"/>). Null in
    /// preflight, where a stopped OMS of an earlier version does not count.</param>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public static Task<IReadOnlyList<InspectedContainer>> WritersAsync(
        OmsTargets targets,
        string node,
        InspectedContainer oms,
        string? own,
        List<string>? readers,
        CancellationToken cancellationToken)
    {
        var data = OmsMounts.Data(oms);
        string?[] ours = [oms.ID, own, ProbeContainer.NameOf(targets.Upgrade.Metadata.Uid!)];
        return ListAsync(targets.Docker(node), all: true, IsWriterAsync, cancellationToken);

        async Task<bool> IsWriterAsync(ContainerListResponse container)
        {
            var names = container.Names.Select(name => name.TrimStart('/')).ToList();
            return !names.Append(container.ID).Intersect(ours, StringComparer.Ordinal).Any()
                && !names.Exists(name => readers?.Contains(KeyOf(name, container.ImageID)) == true)
                && (readers is not null || container.State == "running" || !HasConfig(container))
                && (OmsMounts.Writable(container.Mounts, data).Any()
                    || (readers is not null
                        && await targets.Witnesses.IsVisibleAsync(node, container, cancellationToken)));
        }
    }

    private static async Task<IReadOnlyList<InspectedContainer>> ListAsync(
        DockerClient docker,
        bool all,
        Func<ContainerListResponse, Task<bool>> isSought,
        CancellationToken cancellationToken)
    {
        var listed = await docker.Containers.ListContainersAsync(
            new ContainersListParameters { All = all }, cancellationToken);

        // One may have been removed meanwhile.
        var found = await Task.WhenAll(listed.Select(async container => await isSought(container)
            ? await docker.Containers.FindContainerAsync(container.ID, cancellationToken)
            : null));
        return [.. found.OfType<InspectedContainer>().OrderBy(c => c.ShortName, StringComparer.Ordinal)];
    }

    private static bool HasConfig(ContainerListResponse container) =>
        container.Mounts.Any(mount => OmsMounts.Covers(mount.Destination, OmsConfig.ContainerPath));

    private static Func<ContainerListResponse, Task<bool>> IsOmsOfOthers(string? ownerUid) => container =>
        Task.FromResult(
            HasConfig(container) && (ownerUid is null || container.Label(Labels.UpgradeUid) != ownerUid));

    [GeneratedRegex("-[0-9]{6}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ObdName();
}

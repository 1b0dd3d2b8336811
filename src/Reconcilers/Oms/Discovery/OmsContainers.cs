namespace Drydock.Reconcilers.Oms;

/// <summary>Which containers of a host may be that of OMS.</summary>
internal static class OmsContainers
{
    private const string HostVariable = "OMS_HOST_IP=";

    /// <summary>The address that OMS knows its host by; null if the container names none.</summary>
    public static string? HostAddress(ContainerInspectResponse container) => (container.Config.Env ?? [])
        .LastOrDefault(line => line.StartsWith(HostVariable, StringComparison.Ordinal))?[HostVariable.Length..]
        is { Length: > 0 } address ? address : null;

    /// <summary>The running containers that have config.yaml of OMS mounted, by name. What an upgrade has created
    /// itself is not its current container.</summary>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public static async Task<IReadOnlyList<ContainerInspectResponse>> RunningAsync(
        IDockerClient docker, string? ownerUid, CancellationToken cancellationToken)
    {
        var containers = new List<ContainerInspectResponse>();
        foreach (var listed in (await docker.Containers.ListContainersAsync(
            new ContainersListParameters(), cancellationToken))
            .Where(c => c.Mounts.Any(mount => OmsMounts.Covers(mount.Destination, OmsConfig.ContainerPath)))
            .Where(c => ownerUid is null || c.Labels.GetValueOrDefault(Labels.UpgradeUid) != ownerUid))
        {
            try
            {
                containers.Add(await docker.Containers.InspectContainerAsync(listed.ID, cancellationToken));
            }
            catch (DockerNotFoundException)
            {
                // It was removed meanwhile.
            }
        }

        return [.. containers.Where(c => c.State.Running).OrderBy(c => c.ShortName, StringComparer.Ordinal)];
    }
}

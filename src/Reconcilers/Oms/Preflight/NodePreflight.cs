namespace Drydock.Reconcilers.Oms;

/// <summary>Checks one node: dockerd, the current container, its version and options, config.yaml, programs, console,
/// clock and free space. Changes nothing.</summary>
internal sealed class NodePreflight(
    OmsTargets targets, Findings findings, UpgradePath.Allowed? path, TimeProvider time)
{
    private const string NothingElse =
        "Topology, high availability and projects are not checked either, because they need config.yaml of every node. "
        + "The metadata database is checked only if config.yaml of another node can be read.";

    public async Task<NodeState> CheckAsync(OmsNode node, string region, CancellationToken cancellationToken)
    {
        var state = new NodeState(node, region);
        try
        {
            var docker = targets.Docker(node.Name);
            if (await IsPodmanAsync(docker, node, region, cancellationToken))
            {
                return state;
            }

            state = await ClockAsync(docker, state, cancellationToken);
            var current = await CurrentAsync(docker, node, cancellationToken);
            if (current is not { State.Running: true })
            {
                // The config.yaml of a stopped container still names the target.
                return current is null
                    ? state
                    : state with { Config = await ConfigAsync(node, current, cancellationToken) };
            }

            CheckAddress(node, region, current);
            var leftover = CheckNewNameAsync(docker, node, cancellationToken);
            var options = new ContainerPreflight(targets, findings, node, region)
                .CheckAsync(docker, current, cancellationToken);
            var config = ConfigAsync(node, current, cancellationToken);
            await Task.WhenAll(
                leftover, CheckVersionAsync(docker, node, current, cancellationToken), options, config);
            state = state with
            {
                LeftoverContainerId = await leftover,
                Current = current,
                Options = await options,
                Config = await config,
            };
            var free = FreeAsync(docker, current, cancellationToken);
            await Task.WhenAll(free, CheckPortsAsync(docker, state, current, cancellationToken));
            state = state with { FreeBytes = await free };
            return state with
            {
                Baseline = await new BaselinePreflight(targets, findings, path)
                    .MeasureAsync(docker, state, current, cancellationToken),
            };
        }
        catch (DockerException exception)
        {
            findings.Add(NodeFailure.Of(exception, node, region, FoundIn(node)));
        }

        return state;
    }

    // Exchanged endpoints: names, config.yaml and heartbeats of the two hosts are alike.
    private void CheckAddress(OmsNode node, string region, InspectedContainer current)
    {
        if (OmsContainers.HostAddress(current) is { } address
            && NodeAddress.Normalize(address) != NodeAddress.Normalize(node.HostIP))
        {
            findings.Add(
                Reasons.NodesDiffer,
                $"{current.ShortName}, which was reached for {node.Name}, has OMS_HOST_IP={address}; expected "
                    + $"{node.HostIP}. Correct the endpoint of its dockerd, or hostIP: the new container gets hostIP.",
                node.Name,
                NodeDocker.FieldOf(node, region));
        }
    }

    private string? FoundIn(OmsNode node) => targets.Inventory?.Regions.SelectMany(region => region.Nodes)
        .FirstOrDefault(found => found.Name == node.Name)?.FoundIn;

    // For a command that was never started podman answers as for one that ended with 0, so it could not be proved that
    // a command ran once (docs/research/oms.md#podman).
    private async Task<bool> IsPodmanAsync(
        DockerClient docker, OmsNode node, string region, CancellationToken cancellationToken)
    {
        var version = await docker.System.GetVersionAsync(cancellationToken);
        if (version.IsPodman)
        {
            findings.Add(
                Reasons.DockerUnsupported,
                $"On {node.Name} podman {version.Version} answers at {docker.EndpointName}, expected dockerd. Its API "
                    + "cannot prove that the correction JAR and docker_init.sh run exactly once. Run OMS under dockerd "
                    + "on this host, or correct the endpoint.",
                node.Name,
                NodeDocker.FieldOf(node, region));
        }

        return version.IsPodman;
    }

    private async Task<NodeState> ClockAsync(DockerClient docker, NodeState state, CancellationToken cancellationToken)
    {
        await docker.System.PingAsync(cancellationToken);
        var before = time.GetUtcNow();
        var info = await docker.System.GetSystemInfoAsync(cancellationToken);
        var between = before + ((time.GetUtcNow() - before) / 2);
        if (info.CgroupVersion == "2" && path is { Target.CgroupV2: false })
        {
            findings.Ask(
                Reasons.ComponentsUnhealthy,
                $"{state.Spec.Name}/cgroup",
                $"{state.Spec.Name} has cgroup v2, but OMS {path.To} may show hosts with it as abnormal, as the vendor "
                    + "says of versions up to 4.2.4. Verify would then wait for the host in the downtime. Start the "
                    + "host with cgroup v1 (systemd.unified_cgroup_hierarchy=0), or choose a newer spec.toVersion.",
                state.Spec.Name,
                "spec.toVersion");
        }

        return state with { ClockOffset = info.Clock - between };
    }

    private async Task<InspectedContainer?> CurrentAsync(
        DockerClient docker, OmsNode node, CancellationToken cancellationToken)
    {
        // Why no container was found, the search has reported.
        if ((node.CurrentContainer ?? targets.Upgrade.Spec.CurrentContainer) is not { } name)
        {
            return null;
        }

        try
        {
            var container = await docker.Containers.InspectContainerAsync(name, cancellationToken);
            if (!container.State.Running
                && await OmsContainers.OutdatedAsync(
                    docker, node.Name, targets.Upgrade.Metadata, cancellationToken) is { } outdated)
            {
                findings.Add(Reasons.StatusOutdated, outdated, node.Name, "spec.currentContainer");
            }
            else if (!container.State.Running)
            {
                findings.Add(
                    Reasons.ContainerNotFound,
                    $"Container {name} on {node.Name} is {container.State.Status}, expected running. "
                        + $"If no other container of OMS runs there, run `docker start {name}`; otherwise correct "
                        + "spec.currentContainer. "
                        + NotChecked(node),
                    node.Name,
                    "spec.currentContainer");
            }

            return container;
        }
        catch (DockerNotFoundException)
        {
            findings.Add(
                Reasons.ContainerNotFound,
                $"Container {name} does not exist on {node.Name}. Correct spec.currentContainer"
                    + $"{await OthersAsync(docker, cancellationToken)}. {NotChecked(node)} {NothingElse}",
                node.Name,
                "spec.currentContainer");
        }

        return null;
    }

    // The name that was probably meant.
    private async Task<string> OthersAsync(DockerClient docker, CancellationToken cancellationToken)
    {
        var running = await OmsContainers.RunningAsync(docker, targets.Upgrade.Metadata.Uid, cancellationToken);
        return running.Count == 0
            ? ""
            : $": with config.yaml of OMS mounted runs {string.Join(", ", running.Select(c => c.ShortName))}";
    }

    // What is read from the running container. A reader of the findings must not take silence for health.
    private static string NotChecked(OmsNode node) =>
        $"Not checked because of this: version, mounts, certificate, ports, programs and free space of {node.Name}.";

    // The plan removes a stopped container that an earlier attempt of this object left; its id is returned.
    private async Task<string?> CheckNewNameAsync(
        DockerClient docker, OmsNode node, CancellationToken cancellationToken)
    {
        if ((node.NewContainer ?? targets.Upgrade.Spec.NewContainer) is not { } name)
        {
            return null;
        }

        try
        {
            var taken = await docker.Containers.InspectContainerAsync(name, cancellationToken);
            if (taken.Label(Labels.UpgradeUid) != targets.Upgrade.Metadata.Uid)
            {
                findings.Add(
                    Reasons.ContainerNameTaken,
                    $"Container {name} already exists on {node.Name}. Remove or rename it, or choose another "
                        + "spec.newContainer.",
                    node.Name,
                    "spec.newContainer");
                return null;
            }

            if (taken.State.Running)
            {
                findings.Add(
                    Reasons.ContainerNameTaken,
                    $"Container {name} of an earlier attempt of this upgrade is running on {node.Name}. If OMS is in "
                        + "use on it, leave it running, and delete this object. "
                        + $"Otherwise stop it with `docker stop {name}`.",
                    node.Name,
                    "spec.newContainer");
            }

            return taken.ID;
        }
        catch (DockerNotFoundException)
        {
            // The name is free.
            return null;
        }
    }

    // supervisor.json counts; without it, the tag of the image. Neither is documented well enough to overrule an
    // administrator who knows better.
    private async Task CheckVersionAsync(
        DockerClient docker, OmsNode node, InspectedContainer container, CancellationToken cancellationToken)
    {
        if (!OmsVersion.TryParse(targets.Upgrade.Spec.FromVersion, out var wanted))
        {
            return;
        }

        var inside = ImageVersionFile.Read(await docker.Containers.ReadFileAsync(
            container.ID, ImageVersionFile.Path, ImageVersionFile.Longest, cancellationToken));
        var said = inside ?? ImageNames.VersionOf(container.Config.Image);
        var by = inside is null ? $"the name of its image, {container.Config.Image}" : ImageVersionFile.Path;
        if (said is null)
        {
            findings.Note(
                $"The version of {container.ShortName} on {node.Name} cannot be read: neither "
                    + $"{ImageVersionFile.Path} nor the name of its image, {container.Config.Image}, says it. "
                    + $"spec.fromVersion {wanted} is taken as true.");
            return;
        }

        if (!said.IsSameRelease(wanted))
        {
            findings.Ask(
                Reasons.VersionMismatch,
                node.Name,
                $"{container.ShortName} on {node.Name} runs version {said} according to {by}, but spec.fromVersion is "
                    + $"{wanted}. Correct spec.fromVersion or spec.currentContainer: the version decides whether the "
                    + "metadata is corrected.",
                node.Name,
                "spec.fromVersion");
        }

        // The suffix is not always there.
        if (said.Community && targets.Upgrade.Spec.Edition == OmsEdition.Enterprise)
        {
            findings.Ask(
                Reasons.VersionMismatch,
                node.Name,
                $"{container.ShortName} on {node.Name} runs version {said} of the Community edition according to {by}, "
                    + "but spec.edition is Enterprise. Correct spec.edition or spec.currentContainer.",
                node.Name,
                "spec.edition");
        }
    }

    // The listeners of the old container end with it. Any other listener on such a port would keep the new container
    // from starting.
    private async Task CheckPortsAsync(
        DockerClient docker, NodeState state, InspectedContainer container, CancellationToken cancellationToken)
    {
        if (state.Config?.Ports.All is not { } ports)
        {
            return;
        }

        var answer =
            await docker.RunExecAsync(container.ID, ["/bin/sh", "-c", ListeningPorts.Script], cancellationToken);
        var taken = ListeningPorts.Foreign(answer.Stdout).Intersect(ports).ToList();
        if (taken.Count > 0)
        {
            findings.Add(
                Reasons.PortTaken,
                $"A process outside {container.ShortName} listens on port {string.Join(", ", taken)} of "
                    + $"{state.Spec.Name}, which OMS needs. "
                    + "Stop it, or choose another port in config.yaml (from 4.2.2 on).",
                state.Spec.Name);
        }
    }

    private async Task<OmsConfig?> ConfigAsync(
        OmsNode node, InspectedContainer container, CancellationToken cancellationToken)
    {
        var result = await targets.ReadConfigAsync(node.Name, container.ID, cancellationToken);
        if (result is null)
        {
            findings.Add(
                Reasons.ConfigUnreadable,
                $"{container.ShortName} on {node.Name} has no {OmsConfig.ContainerPath}. "
                    + "Check that it is the OMS container.",
                node.Name);
            return null;
        }

        findings.Add(result.Findings(node.Name));
        return result.Config;
    }

    // df of the container's root shows the file system dockerd keeps images on; POSIX format, in KiB.
    private static async Task<long?> FreeAsync(
        DockerClient docker, InspectedContainer container, CancellationToken cancellationToken)
    {
        var answer = await docker.RunExecAsync(
            container.ID, ["/bin/sh", "-c", "df -Pk / | tail -n 1"], cancellationToken);
        var columns = answer.Stdout.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return columns.Length >= 4
            && long.TryParse(columns[3], NumberStyles.None, CultureInfo.InvariantCulture, out var free)
            ? free * 1024
            : null;
    }
}

/// <summary>What was seen on one node; parts are null where they could not be seen, which is a finding then.</summary>
internal sealed record NodeState(OmsNode Spec, string Region)
{
    public InspectedContainer? Current { get; init; }

    public CurrentOptions? Options { get; init; }

    public OmsConfig? Config { get; init; }

    /// <summary>The host's clock minus the operator's.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>Free bytes where the host's dockerd keeps images, as the container's root file system shows
    /// it.</summary>
    public long? FreeBytes { get; init; }

    public NodeBaseline? Baseline { get; init; }

    /// <summary>The container of the new one's name that an earlier attempt of this upgrade left.</summary>
    public string? LeftoverContainerId { get; init; }

    public FoundImage? Image { get; init; }

    public FoundArchive? Jar { get; init; }
}

/// <summary>What a failure of a node's dockerd is reported as.</summary>
internal static class NodeFailure
{
    /// <param name="foundIn">Where its address was found; null if the spec names it.</param>
    public static Finding Of(DockerException exception, OmsNode node, string region, string? foundIn) =>
        exception switch
        {
            DockerEndpointException => Found(
                Reasons.SecretMissing, exception.Message, NodeDocker.FieldOf(node, region)),
            DockerApiVersionException => Found(Reasons.DockerUnsupported, Named(node, exception), field: null),
            DockerSshException { Reason: RemoteRefusal.Sudo } => Found(
                Reasons.SudoRefused, exception.Message, $"{NodeDocker.FieldOf(node, region)}.become"),
            _ => Found(
                Reasons.HostUnreachable, Sentences.Join(Named(node, exception), WayOut(foundIn)), field: null),
        } with
        { Node = node.Name };

    private static string? WayOut(string? foundIn) => foundIn is null or FoundNode.InHostIP or FoundNode.InRegions
        ? null
        : $"Its address was found in {foundIn}. If it is reached in another way, name it with its docker in "
            + "spec.regions; if it no longer exists, remove it from there.";

    private static string Named(OmsNode node, DockerException exception) =>
        $"dockerd of {node.Name}: {Sentences.Close(exception.Message)}";

    private static Finding Found(string reason, string message, string? field) =>
        new() { Reason = reason, Message = message, Field = field };
}

namespace Drydock.Reconcilers.Oms;

/// <summary>Checks one node: dockerd, the current container, its version and options, config.yaml, programs, console,
/// clock and free space; and holds what was seen. Parts are null where they could not be seen, which is a finding then.
/// Changes nothing.</summary>
internal sealed class NodePreflight(
    OmsTargets targets,
    Findings findings,
    UpgradePath.Allowed? path,
    TimeProvider time,
    OmsNode node,
    string region,
    CancellationToken cancellationToken)
{
    private const string NothingElse =
        "Nor are topology, high availability and projects, which need config.yaml of every node.";

    public OmsNode Node => node;
    public string Name => node.Name;
    public string Region => region;
    public InspectedContainer? Current { get; private set; }
    public InheritedOptions? Inherited { get; private set; }
    public bool ServesHttps { get; private set; }
    public OmsConfig? Config { get; private set; }

    /// <summary>The host's clock minus the operator's.</summary>
    public TimeSpan? ClockOffset { get; private set; }

    /// <summary>Of its processor, as dockerd says it; null: not told.</summary>
    public string? Architecture { get; private set; }

    /// <summary>Free bytes where the host's dockerd keeps images, as the container's root file system shows
    /// it.</summary>
    public long? FreeBytes { get; private set; }

    public NodeBaseline? Baseline { get; private set; }

    /// <summary>The container of the new one's name that an earlier attempt of this upgrade left.</summary>
    public string? LeftoverContainerId { get; private set; }

    /// <summary>Other containers that may write to the data of OMS (<see cref="OmsContainers.KeyOf"/>).</summary>
    public IReadOnlyList<string> Readers { get; private set; } = [];

    /// <summary>What earlier plans of this object left; null if it was not read.</summary>
    public NodeWitnesses? Witnesses { get; private set; }

    /// <summary>What the running container says of its version; null if it was not asked.</summary>
    public ContainerVersion? Version { get; private set; }

    public FoundImage? Image { get; set; }

    /// <summary>Whether the running container was made from the new image.</summary>
    public bool RunsNewImage { get; set; }

    public FoundArchive? Jar { get; set; }
    public DockerClient Docker => targets.Docker(node.Name);

    public async Task<NodePreflight> CheckAsync()
    {
        try
        {
            if (!await IsPodmanAsync())
            {
                await ClockAsync();
                await CheckCurrentAsync();
            }
        }
        catch (StepActionException exception)
        {
            Add(exception.Reason, exception.Message);
        }
        catch (DockerException exception)
        {
            findings.Add(NodeFailure.Of(exception, node, region, FoundIn));
        }

        return this;
    }

    private async Task CheckCurrentAsync()
    {
        if (await CurrentAsync() is not { } current)
        {
            return;
        }

        if (!current.State.Running)
        {
            // The config.yaml of a stopped container still names the target.
            Config = await ConfigAsync(current);
            return;
        }

        CheckAddress(current);
        var leftover = CheckNewNameAsync();
        var options = new ContainerPreflight(targets, findings, this, current, cancellationToken)
            .CheckAsync();
        var config = ConfigAsync(current);
        var witnesses = targets.Witnesses.LookAsync(node.Name, [current.ID], also: null, cancellationToken);
        await Task.WhenAll(
            leftover, CheckVersionAsync(current), options, config, witnesses, CheckWritersAsync(current));
        (LeftoverContainerId, Current) = (await leftover, current);
        Witnesses = await witnesses;
        (Inherited, ServesHttps) = await options;
        Config = await config;
        var free = FreeAsync(current);
        await Task.WhenAll(free, CheckPortsAsync(current));
        FreeBytes = await free;
        Baseline = await new BaselinePreflight(targets, findings, path, this, current, cancellationToken)
            .MeasureAsync();
    }

    // Exchanged endpoints: names, config.yaml and heartbeats of the two hosts are alike.
    private void CheckAddress(InspectedContainer current)
    {
        if (OmsContainers.HostAddress(current) is { } address
            && NodeAddress.Normalize(address) != NodeAddress.Normalize(node.HostIP))
        {
            Add(
                Reasons.NodesDiffer,
                $"{current.ShortName}, which was reached for {node.Name}, has OMS_HOST_IP={address}; expected "
                    + $"{node.HostIP}. Correct the endpoint of its dockerd, or hostIP: the new container gets hostIP.",
                NodeDocker.FieldOf(node, region));
        }
    }

    private string? FoundIn => targets.Inventory?.Regions.SelectMany(r => r.Nodes)
        .FirstOrDefault(found => found.Name == node.Name)?.FoundIn;

    // For a command that was never started podman answers as for one that ended with 0, so it could not be proved that
    // a command ran once (docs/project/research/oms.md#podman).
    private async Task<bool> IsPodmanAsync()
    {
        var version = await Docker.System.GetVersionAsync(cancellationToken);
        if (version.IsPodman)
        {
            Add(
                Reasons.DockerUnsupported,
                $"On {node.Name} podman {version.Version} answers at {Docker.EndpointName}, expected dockerd. Its API "
                    + "cannot prove that the correction JAR and docker_init.sh run exactly once. Run OMS under dockerd "
                    + "on this host, or correct the endpoint.",
                NodeDocker.FieldOf(node, region));
        }

        return version.IsPodman;
    }

    private async Task ClockAsync()
    {
        await Docker.System.PingAsync(cancellationToken);
        var before = time.GetUtcNow();
        var info = await Docker.System.GetSystemInfoAsync(cancellationToken);
        var between = before + ((time.GetUtcNow() - before) / 2);
        if (info.CgroupVersion == "2" && path is { Target.CgroupV2: false })
        {
            Ask(
                Reasons.ComponentsUnhealthy,
                $"{node.Name} has cgroup v2, but OMS {path.To} may show hosts with it as abnormal, as the vendor "
                    + "says of versions up to 4.2.4. Verify would then wait for the host in the downtime. Start the "
                    + "host with cgroup v1 (systemd.unified_cgroup_hierarchy=0), or choose a newer spec.toVersion.",
                "spec.toVersion",
                about: "cgroup");
        }

        (ClockOffset, Architecture) = (info.Clock - between, info.Architecture);
    }

    private async Task<InspectedContainer?> CurrentAsync()
    {
        // Why no container was found, the search has reported.
        if ((node.CurrentContainer ?? targets.Upgrade.Spec.CurrentContainer) is not { } name)
        {
            return null;
        }

        var container = await Docker.Containers.FindContainerAsync(name, cancellationToken);
        if (container is null)
        {
            Add(
                Reasons.ContainerNotFound,
                $"Container {name} does not exist on {node.Name}. Correct spec.currentContainer{await OthersAsync()}. "
                    + $"{NotChecked} {NothingElse}",
                "spec.currentContainer");
        }
        else if (!container.State.Running)
        {
            var outdated = await OmsContainers.OutdatedAsync(
                Docker, node.Name, targets.Upgrade.Metadata, cancellationToken);
            Add(
                outdated is null ? Reasons.ContainerNotFound : Reasons.StatusOutdated,
                outdated
                    ?? $"Container {name} on {node.Name} is {container.State.Status}, expected running. If no other "
                    + $"container of OMS runs there, run `docker start {name}`; otherwise correct "
                    + $"spec.currentContainer. {NotChecked}",
                "spec.currentContainer");
        }

        return container;
    }

    // The name that was probably meant.
    private async Task<string> OthersAsync()
    {
        var running = await OmsContainers.RunningAsync(Docker, targets.Upgrade.Metadata.Uid, cancellationToken);
        return running.Count == 0
            ? ""
            : $": with config.yaml of OMS mounted runs {string.Join(", ", running.Select(c => c.ShortName))}";
    }

    // What is read from the running container. A reader of the findings must not take silence for health.
    private string NotChecked =>
        $"Nothing else of {node.Name} was checked.";

    // The plan removes a stopped container that an earlier attempt of this object left; its id is returned.
    private async Task<string?> CheckNewNameAsync()
    {
        if ((node.NewContainer ?? targets.Upgrade.Spec.NewContainer) is not { } name)
        {
            return null;
        }

        if (await Docker.Containers.FindContainerAsync(name, cancellationToken) is not { } taken)
        {
            return null;
        }

        var isOwn = taken.Label(Labels.UpgradeUid) == targets.Upgrade.Metadata.Uid;
        if (!isOwn || taken.State.Running)
        {
            Add(
                Reasons.ContainerNameTaken,
                isOwn
                    ? $"Container {name} of an earlier attempt of this upgrade is running on {node.Name}. If OMS is in "
                        + "use on it, leave it running, and delete this object. Otherwise stop it with "
                        + $"`docker stop {name}`."
                    : $"Container {name} already exists on {node.Name}"
                        + (taken.Label(Labels.UpgradeName) is { } maker
                            ? $", made by OmsUpgrade {maker}. Retry that one, or remove it: `docker rm {name}`."
                            : ". Remove or rename it, or choose another spec.newContainer."),
                "spec.newContainer");
        }

        return isOwn ? taken.ID : null;
    }

    // One that can only read does no harm. After T1 one that may write counts as an OMS that an administrator started.
    private async Task CheckWritersAsync(InspectedContainer current)
    {
        var own = node.NewContainer ?? targets.Upgrade.Spec.NewContainer;
        var others = await OmsContainers.WritersAsync(
            targets, node.Name, current, own, readers: null, cancellationToken);
        foreach (var other in others)
        {
            var data = OmsMounts.Writable(other.Mounts, OmsMounts.Data(current)).Select(mount => mount.Source);
            Ask(
                Reasons.DataShared,
                $"Container {other.ShortName} (image {ForeignText.Words(other.Config.Image ?? other.Image)}) on "
                    + $"{node.Name} may write to the data of {current.ShortName} ({Sentences.List([.. data], 4)}). "
                    + "Expected: only OMS may. If it only reads them, mount them read-only (`:ro`). If it is an OMS, "
                    + $"stop it with `docker stop {other.ShortName}`. If it is not needed, remove it.",
                about: other.ShortName);
        }

        Readers = [.. others.Select(other => OmsContainers.KeyOf(other.ShortName, other.Image))];
    }

    // supervisor.json counts; without it, the tag of the image. Neither is documented well enough to overrule an
    // administrator who knows better.
    private async Task CheckVersionAsync(InspectedContainer container)
    {
        if (!OmsVersion.TryParse(targets.Upgrade.Spec.FromVersion, out var wanted))
        {
            return;
        }

        Version = await ContainerVersion.ReadAsync(Docker, container, cancellationToken);
        var (said, by) = Version;
        if (said is null)
        {
            findings.Note(
                $"The version of {container.ShortName} on {node.Name} cannot be read: neither {ContainerVersion.File} "
                    + $"nor {by}, says it. spec.fromVersion {wanted} is taken as true.");
            return;
        }

        if (!said.IsSameRelease(wanted))
        {
            Ask(
                Reasons.VersionMismatch,
                $"{container.ShortName} on {node.Name} runs version {said} according to {by}, but spec.fromVersion is "
                    + $"{wanted}. Correct spec.fromVersion or spec.currentContainer.",
                "spec.fromVersion");
        }

        // The suffix is not always there.
        if (said.Community && targets.Upgrade.Spec.Edition == OmsEdition.Enterprise)
        {
            Ask(
                Reasons.VersionMismatch,
                $"{container.ShortName} on {node.Name} runs version {said} of the Community edition according to {by}, "
                    + "but spec.edition is Enterprise. Correct spec.edition or spec.currentContainer.",
                "spec.edition");
        }
    }

    // The listeners of the old container end with it. Any other listener on such a port would keep the new container
    // from starting.
    private async Task CheckPortsAsync(InspectedContainer container)
    {
        if (Config?.Ports.All is not { } ports)
        {
            return;
        }

        var answer =
            await Docker.RunExecAsync(container.ID, ["/bin/sh", "-c", ListeningPorts.Script], cancellationToken);
        var taken = ListeningPorts.Foreign(answer.Stdout).Intersect(ports).ToList();
        if (taken.Count > 0)
        {
            Add(
                Reasons.PortTaken,
                $"A process outside {container.ShortName} listens on port {string.Join(", ", taken)} of {node.Name}, "
                    + "which OMS needs. Stop it, or choose another port in config.yaml (from 4.2.2 on).");
        }
    }

    private async Task<OmsConfig?> ConfigAsync(InspectedContainer container)
    {
        var result = await targets.ReadConfigAsync(targets.Docker(node), container.ID, cancellationToken);
        if (result is null)
        {
            Add(
                Reasons.ConfigUnreadable,
                $"{container.ShortName} on {node.Name} has no {OmsConfig.ContainerPath}. "
                    + "Check that it is the OMS container.");
            return null;
        }

        findings.Add(result.Findings(node.Name));
        return result.Config;
    }

    // df of the container's root shows the file system dockerd keeps images on; POSIX format, in KiB.
    private async Task<long?> FreeAsync(InspectedContainer container)
    {
        var answer = await Docker.RunExecAsync(
            container.ID, ["/bin/sh", "-c", "df -Pk / | tail -n 1"], cancellationToken);
        var columns = answer.Stdout.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return columns.Length >= 4
            && long.TryParse(columns[3], NumberStyles.None, CultureInfo.InvariantCulture, out var free)
            ? free * 1024
            : null;
    }

    public void Add(string reason, string message, string? field = null) =>
        findings.Add(reason, message, node.Name, field);

    /// <param name="about">What the finding is about; null for the node.</param>
    public void Ask(string reason, string message, string? field = null, string? about = null) =>
        findings.Ask(reason, about is null ? node.Name : $"{node.Name}/{about}", message, node.Name, field);
}

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
            _ => Found(Reasons.HostUnreachable, Sentences.Join(Named(node, exception), WayOut(foundIn)), field: null),
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

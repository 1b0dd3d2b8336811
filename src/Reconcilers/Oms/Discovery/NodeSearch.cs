namespace Drydock.Reconcilers.Oms;

/// <summary>Looks at one node: which container is that of OMS, and what its config.yaml says. Changes
/// nothing.</summary>
internal sealed class NodeSearch(OmsTargets targets)
{
    public async Task<FoundNode> LookAsync(FoundNode node, CancellationToken cancellationToken)
    {
        try
        {
            var docker = targets.Docker(node.Node);
            if ((await docker.System.GetVersionAsync(cancellationToken)).IsPodman)
            {
                // NodePreflight refuses it.
                return node;
            }

            return (node.Node.CurrentContainer ?? targets.Written.Spec.CurrentContainer) is { } name
                ? await ReadAsync(docker, node, name, cancellationToken)
                : await ChooseAsync(docker, node, cancellationToken);
        }
        catch (DockerException exception)
        {
            return node with { Problem = NodeFailure.Of(exception, node.Node, node.Region ?? "", node.FoundIn) };
        }
    }

    // NodePreflight reports a container that does not exist or does not run.
    private async Task<FoundNode> ReadAsync(
        DockerClient docker, FoundNode node, string name, CancellationToken cancellationToken)
    {
        try
        {
            var container = await docker.Containers.InspectContainerAsync(name, cancellationToken);
            var config = await targets.ReadConfigAsync(docker, container.ID, cancellationToken);
            return Known(node, container, config?.Config);
        }
        catch (DockerNotFoundException)
        {
            return node;
        }
    }

    private async Task<FoundNode> ChooseAsync(DockerClient docker, FoundNode node, CancellationToken cancellationToken)
    {
        var found = new List<(InspectedContainer Container, OmsConfig? Config)>();
        foreach (var container in await OmsContainers.RunningAsync(
            docker, targets.Upgrade.Metadata.Uid, cancellationToken))
        {
            if (await targets.ReadConfigAsync(docker, container.ID, cancellationToken) is { } config)
            {
                found.Add((container, config.Config));
            }
        }

        return found switch
        {
            [var (container, config)] => Known(node, container, config),
            [] => await OmsContainers.OutdatedAsync(
                docker, node.Node.HostIP, targets.Upgrade.Metadata, cancellationToken) is { } outdated
                ? Unchosen(node, Reasons.StatusOutdated, outdated)
                : Unchosen(
                    node,
                    Reasons.ContainerNotFound,
                    $"No running container on {node.Node.HostIP} has {OmsConfig.ContainerPath} mounted; expected that "
                        + "of OMS. If no other container of OMS runs there, start it with `docker start`, or name it "
                        + "in spec.currentContainer. Nothing else was checked on this node."),

            // config.yaml is the same for all of them as long as they are containers of one OMS.
            [var (first, _), ..] => Unchosen(
                node,
                Reasons.ContainerAmbiguous,
                $"Containers {string.Join(" and ", found.Select(f => f.Container.ShortName))} run on "
                    + $"{node.Node.HostIP}, and each has {OmsConfig.ContainerPath} mounted; expected one. Name the one "
                    + $"that is upgraded: `currentContainer: {first.ShortName}` in the spec, or below this node in "
                    + "spec.regions. Stop any other OMS.") with
            {
                Config = found.Find(f => f.Config is not null).Config,
            },
        };
    }

    private static FoundNode Unchosen(FoundNode node, string reason, string message) => node with
    {
        Problem =
            new Finding { Reason = reason, Message = message, Node = node.Node.Name, Field = "spec.currentContainer" },
    };

    // An endpoint that leads to another host than the one that is meant.
    private static FoundNode Known(FoundNode node, InspectedContainer container, OmsConfig? config)
    {
        var address = OmsContainers.HostAddress(container);
        return node with
        {
            Container = container,
            Config = config,
            Problem = address is not null && NodeAddress.Normalize(address) != node.Address
                ? new Finding
                {
                    Reason = Reasons.NodesDiffer,
                    Message = $"{container.ShortName}, which was reached for {node.Node.HostIP} "
                        + $"({node.FoundIn}), has OMS_HOST_IP={address}; expected {node.Node.HostIP}. Give the "
                        + "address by which OMS knows the host, or correct the endpoint of its dockerd.",
                    Node = node.Node.Name,
                    Field = node.IsWritten ? "spec.regions" : "spec.discoverFrom",
                }
                : null,
        };
    }
}

using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Creates the new container and does not start it, so that it costs no downtime: the binds of the old one, its
/// environment, host network, privileged, unlimited pids, nproc 65535 (docs/research/oms.md#container). dockerd refuses
/// a second container of the same name.
/// </summary>
internal sealed class CreateContainer(IOmsTargets targets) : OmsStep<CreateContainer.Args>(targets)
{
    /// <summary>Fact: id of the new container.</summary>
    public const string ContainerIdFact = "containerId";

    /// <param name="Container">Name of the new container.</param>
    /// <param name="OldContainerId">Id of the container whose environment is taken over.</param>
    /// <param name="Image">Name of the image.</param>
    /// <param name="Binds"><c>source:target[:options]</c>.</param>
    /// <param name="Environment">Names of the variables that are taken over.</param>
    /// <param name="HostIP">OMS_HOST_IP.</param>
    /// <param name="IsUpgrade">Whether IS_UPGRADE=true is set.</param>
    /// <param name="ImageId">Id of the image; null if it was not known when the plan was compiled.</param>
    public sealed record Args(
        string Container,
        string OldContainerId,
        string Image,
        List<string> Binds,
        List<string> Environment,
        string HostIP,
        bool IsUpgrade,
        string? ImageId = null);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var name = args.Container;
        var container = await InspectAsync(context, name, cancellationToken);
        if (container is null)
        {
            return new Observation.NotStarted();
        }

        return container.Config.Labels?.GetValueOrDefault(Labels.UpgradeUid) == context.OwnerUid
            ? new Observation.Done($"{name} is created.", Entry(ContainerIdFact, container.ID))
            : new Observation.Failed(
                Reasons.ContainerNameTaken,
                $"A container named {name} already exists on {context.Node} and was not created by this upgrade. "
                + "Remove or rename it, or delete this upgrade and choose another newContainer.");
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var docker = Docker(context);
        var old = await docker.Containers.InspectContainerAsync(args.OldContainerId, cancellationToken);
        var image = await docker.Images.InspectImageAsync(args.Image, cancellationToken);
        if (args.ImageId is { } planned && image.ID != planned)
        {
            throw new StepActionException(
                Reasons.ImagesDiffer,
                $"{args.Image} on {context.Node} is {image.ID}, but the plan was made for {planned}. "
                + $"Restore it (`docker tag {planned} {args.Image}`), then retry.",
                retryable: false);
        }

        await docker.Containers.CreateContainerAsync(
            new CreateContainerParameters
            {
                Name = args.Container,
                Image = args.Image,
                Env = Environment(args, old),
                Tty = old.Config.Tty,
                Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [Labels.UpgradeUid] = context.OwnerUid,
                    [Labels.UpgradeName] = Targets.Upgrade.Metadata.Name,
                },
                HostConfig = new HostConfig
                {
                    Binds = args.Binds,
                    NetworkMode = "host",
                    Privileged = true,
                    PidsLimit = -1,
                    Ulimits = [new Ulimit { Name = "nproc", Soft = 65535, Hard = 65535 }],
                    RestartPolicy = RestartPolicy.No,
                },
            },
            cancellationToken);
    }

    // Values are read from the old container now and stored nowhere else: they never enter the plan or the status.
    private static List<string> Environment(Args args, ContainerInspectResponse old)
    {
        var names = args.Environment.ToHashSet(StringComparer.Ordinal);
        var kept = (old.Config.Env ?? [])
            .Where(entry => names.Contains(entry.Split('=', 2)[0]))
            .Where(entry => !entry.StartsWith("OMS_HOST_IP=", StringComparison.Ordinal)
                && !entry.StartsWith("IS_UPGRADE=", StringComparison.Ordinal))
            .ToList();
        kept.Add($"OMS_HOST_IP={args.HostIP}");
        if (args.IsUpgrade)
        {
            kept.Add("IS_UPGRADE=true");
        }

        return kept;
    }
}

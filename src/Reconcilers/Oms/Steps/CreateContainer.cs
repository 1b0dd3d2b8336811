using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Creates the new container and does not start it, so that it costs no downtime: the binds of the old one, its
/// environment, host network, privileged, unlimited pids, nproc 65535 (docs/research/oms.md#container). Docker refuses
/// a second one of the same name.
/// </summary>
internal sealed class CreateContainer(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Fact: id of the new container.</summary>
    public const string ContainerIdFact = "containerId";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var name = context.Parameter("container");
        var container = await InspectAsync(context, name, cancellationToken);
        if (container is null)
        {
            return new Observation.NotStarted();
        }

        var owner = container.Config.Labels?.GetValueOrDefault(Labels.UpgradeUid);
        return owner == context.OwnerUid
            ? new Observation.Done($"{name} is there", Fact(ContainerIdFact, container.ID))
            : new Observation.Failed(
                Reasons.ContainerNameTaken,
                $"a container named {name} is on {Node(context)} and was not made by this upgrade; remove or rename it, or delete this upgrade and choose another newContainer");
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var docker = Docker(context);
        var old = await docker.Containers.InspectContainerAsync(context.Parameter("oldContainerId"), cancellationToken);
        var image = await docker.Images.InspectImageAsync(context.Parameter("image"), cancellationToken);
        var planned = context.Parameter("imageId");
        if (planned.Length > 0 && image.ID != planned)
        {
            throw new StepActionException(Reasons.ImagesDiffer, $"{context.Parameter("image")} on {Node(context)} is no longer the image of the plan", retryable: false);
        }

        await docker.Containers.CreateContainerAsync(
            new CreateContainerParameters
            {
                Name = context.Parameter("container"),
                Image = context.Parameter("image"),
                Env = Environment(context, old),
                Tty = old.Config.Tty,
                Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [Labels.UpgradeUid] = context.OwnerUid,
                    [Labels.UpgradeName] = Targets.Upgrade.Metadata.Name,
                },
                HostConfig = new HostConfig
                {
                    Binds = context.Parameter("binds").Split('\n'),
                    NetworkMode = "host",
                    Privileged = true,
                    PidsLimit = -1,
                    Ulimits = [new Ulimit { Name = "nproc", Soft = 65535, Hard = 65535 }],
                    RestartPolicy = RestartPolicy.No,
                },
            },
            cancellationToken);
    }

    // Values are read from the old container at this moment and go nowhere else: they never enter the plan or status.
    private static List<string> Environment(StepContext context, ContainerInspectResponse old)
    {
        var names = context.Parameter("environment").Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var kept = (old.Config.Env ?? [])
            .Where(entry => names.Contains(entry.Split('=', 2)[0]))
            .Where(entry => !entry.StartsWith("OMS_HOST_IP=", StringComparison.Ordinal) && !entry.StartsWith("IS_UPGRADE=", StringComparison.Ordinal))
            .ToList();
        kept.Add($"OMS_HOST_IP={context.Parameter("hostIP")}");
        if (context.Parameter("isUpgrade") == "true")
        {
            kept.Add("IS_UPGRADE=true");
        }

        return kept;
    }
}

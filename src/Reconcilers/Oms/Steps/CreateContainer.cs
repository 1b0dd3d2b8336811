namespace Drydock.Reconcilers.Oms;

/// <summary>Creates the new container and does not start it, so that it costs no downtime: the current one with the new
/// image (<see cref="NewContainer"/>). dockerd refuses a second container of the same name. A label says from which
/// arguments it was created, so that a container of other arguments is never taken for it.</summary>
/// <param name="OldContainerId">Id of the container whose options are taken over.</param>
/// <param name="Inherited">What those options were (<see cref="InheritedOptions.Hash"/>).</param>
/// <param name="IsUpgrade">Whether IS_UPGRADE=true is set.</param>
/// <param name="ImageId">Id of the image; null if it was not known when the plan was compiled.</param>
/// <param name="Certificate">Path of the certificate on the host; null keeps that of the old container.</param>
/// <param name="CertificateKey">Path of its key on the host.</param>
/// <param name="Changes">What the spec changes, in short; null if nothing.</param>
/// <param name="ChangesHash">The same in full (<see cref="ContainerOverrides.Hash"/>).</param>
[Effect(Effect.Changes)]
internal sealed record CreateContainer(
    string Container,
    string OldContainerId,
    string Inherited,
    string Image,
    string HostIP,
    bool IsUpgrade,
    string? ImageId = null,
    string? Certificate = null,
    string? CertificateKey = null,
    string? Changes = null,
    string? ChangesHash = null) : OmsStep
{
    public const string ContainerIdFact = "containerId";
    public const string OptionsFact = "options";

    internal override string Verb => "create";

    // After T1 it stays, stopped: it holds what the new version logged.
    internal override void Undo(OmsRollback back, Step done)
    {
        if (!back.IsPastT1)
        {
            back.Undo(new RemoveContainer(Container), done.Node);
        }
    }

    internal override string Title(string? node) => $"Create {Container} on {node} without starting it";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        if (container is null)
        {
            return new NotStarted($"{Container} does not exist on {context.Node}.");
        }

        if (container.Label(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Failed(
                Reasons.ContainerNameTaken,
                $"A container named {Container} already exists on {context.Node} and was not created by this upgrade. "
                + "Remove or rename it, or delete this upgrade and choose another newContainer.");
        }

        var docker = Docker(context);
        return container.Label(Labels.ContainerOptions) == Mark()
            && (Planned(context) is not { } image || container.Image == image)
            ? new Done($"{Container} is created.", Entries(
                (ContainerIdFact, container.ID),
                (OptionsFact, OptionFields.OfContainer(
                    await docker.Containers.InspectContainerJsonAsync(container.ID, cancellationToken)).Print())))
            : new Failed(
                Reasons.TargetChanged,
                $"{Container} on {context.Node} was created by this upgrade for another plan, with other options or "
                + $"another image. Nothing runs in it. Run `docker rm {Container}` on that host, then retry.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var docker = Docker(context);
        var inherited = await InheritedAsync(context, cancellationToken);
        var image = await docker.Images.InspectImageAsync(Image, cancellationToken);
        if (Planned(context) is { } planned && image.ID != planned)
        {
            throw new StepActionException(
                Reasons.ImagesDiffer,
                $"{Image} on {context.Node} is {image.ID}, but the plan was made for {planned}. "
                + $"Restore it (`docker tag {planned} {Image}`), then retry.",
                retryable: false);
        }

        var options = Asked(context).From(inherited, SecretValue);
        options[nameof(Image)] = Image;
        var labels = (JsonObject)options["Labels"]!;
        labels[Labels.UpgradeUid] = context.OwnerUid;
        labels[Labels.UpgradeName] = Targets.Upgrade.Metadata.Name;
        labels[Labels.PlanId] = context.Plan.Id;
        labels[Labels.PlanNumber] = $"{context.Plan.Number}";
        labels[Labels.ContainerOptions] = Mark();
        await docker.Containers.CreateContainerAsync(Container, options, cancellationToken);
    }

    // The options are read again and stored nowhere: values of variables never enter the plan or the status.
    private async Task<InheritedOptions> InheritedAsync(StepContext context, CancellationToken cancellationToken)
    {
        var old = await InspectAsync(context, OldContainerId, cancellationToken)
            ?? throw Changed(
                $"The current container {OldContainerId} was removed from {context.Node} since the plan was made. "
                + NewAttempt("check that the current container runs"));
        var docker = Docker(context);
        var inherited = InheritedOptions.Of(
            await docker.Containers.InspectContainerJsonAsync(old.ID, cancellationToken),
            await docker.Images.InspectImageConfigAsync(old.Image, cancellationToken));
        return inherited.Hash == Inherited
            ? inherited
            : throw Changed(
                $"The options of {old.ShortName} on {context.Node} were changed since the plan was made, for instance "
                + "by `docker update`. Restore them and retry. If the new container is to have them, set "
                + "spec.desiredState: RolledBack, and when the rollback is done, Upgraded.");
    }

    private NewContainer Asked(StepContext context)
    {
        var changes = ContainerOverrides.Of(Targets.Upgrade.Spec, context.Node);
        if (ContainerOverrides.Hash(changes) != ChangesHash)
        {
            throw Changed(
                $"spec.container for {context.Node} was changed since the plan was made. Restore it and retry.");
        }

        return new NewContainer(
            HostIP,
            IsUpgrade,
            Certificate is { } certificate
                ? new HttpsSpec { CertificateHostPath = certificate, KeyHostPath = CertificateKey! }
                : null,
            changes);
    }

    // The id that the image has on this host.
    private string? Planned(StepContext context) =>
        context.Plan.Step<PrepareImage>(context.Node)?.Recorded(PrepareImage.ImageIdFact) ?? ImageId;

    private string SecretValue(SecretKeyReference reference) =>
        Targets.SecretValue(reference)?.Reveal()
            ?? throw new StepActionException(
                Reasons.SecretMissing,
                $"Secret {reference.Name} (spec.container.env) does not exist in namespace "
                + $"{Targets.Upgrade.Metadata.Namespace}, or has no key {reference.Key}. Create it, then the step is "
                + "retried automatically.",
                retryable: false);

    private static StepActionException Changed(string message) =>
        new(Reasons.TargetChanged, message, retryable: false);

    private string Mark() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', StepArguments.Write(this).Select(entry => $"{entry.Key}={entry.Value}")))))[..16];
}

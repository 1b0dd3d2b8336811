namespace Drydock.Reconcilers.Oms;

/// <summary>The new container is the one that was created, or another one with the same image and the same options.
/// Image and options of one container never change; only limits may, by `docker update`, which is an administrator's
/// right. One that was removed before its first start is created again.</summary>
/// <param name="Container">Name of the new container.</param>
/// <param name="CreateStep">Id of the step that created it and recorded its id and options.</param>
/// <param name="ImageStep">Id of the step that recorded the image's id.</param>
internal sealed record ContainerIsAsPlanned(string Container, string CreateStep, string ImageStep)
    : GuardBase<OmsTargets>
{
    public override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        var where = $"{Container} on {guard.Node}";
        var created = plan.Step(CreateStep);
        try
        {
            var containers = Targets.Docker(guard.Node!).Containers;
            var container = await containers.InspectContainerAsync(Container, cancellationToken);
            if (container.ID == created?.Recorded(CreateContainer.ContainerIdFact))
            {
                return GuardReading.Holds;
            }

            if (plan.Step(ImageStep)?.Recorded(PrepareImage.ImageIdFact) is { } planned && container.Image != planned)
            {
                return GuardReading.Broken(
                    $"{where} was replaced: its image is {container.Image}, planned was {planned}.");
            }

            var options = created?.Recorded(CreateContainer.OptionsFact);
            var different = options is null
                ? []
                : OptionFields.OfContainer(await containers.InspectContainerJsonAsync(container.ID, cancellationToken))
                    .DifferencesTo(options);
            return different.Count == 0
                ? GuardReading.Holds
                : GuardReading.Broken(
                    $"{where} was replaced by a container with other options: {string.Join(", ", different)}. "
                    + "Create it again with those of the current container, or set spec.desiredState: RolledBack.");
        }
        catch (DockerNotFoundException)
        {
            var made = created!.As<CreateContainer>();
            if (await Targets.Docker(guard.Node!).Containers.FindContainerAsync(made.OldContainerId, cancellationToken)
                is null)
            {
                // The options are read from the old one, and stored nowhere.
                return GuardReading.Broken(
                    $"{where} was removed, and the old container, whose options it had, too. A rollback is not "
                    + $"possible. Create {Container} on that host with `docker create`, the image "
                    + $"{made.Image} and the options of the old one; the upgrade continues "
                    + "automatically.");
            }

            return plan.Step<StartContainer>(guard.Node!)?.HasBegun == true
                ? GuardReading.Broken(
                    $"{where} was removed after it had been started. The operator does not create it again; "
                    + "spec.desiredState: RolledBack rolls back.")
                : GuardReading.Broken(
                    $"{where} was removed before it was started, for instance by `docker container prune`. It is "
                    + "created again.") with
                {
                    // The image may have been removed with it.
                    Repeats =
                    [
                        .. plan.Steps.Where(s => s.Phase == OmsUpgradePhases.PrepareImage && s.Node == guard.Node)
                            .Select(s => s.Id),
                    ],
                };
        }
    }
}

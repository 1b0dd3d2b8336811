using Drydock.Clients.Docker;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Undoes <see cref="PrepareImage"/>: takes away an image that was not on the host before, under all the names it came
/// with, or only the name it was given. One that a container uses stays.
/// </summary>
internal sealed class RemoveImage(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await Files(context).IsLeftoverThereAsync(cancellationToken))
        {
            return new Observation.NotStarted("the container by which the archive was read is still there");
        }

        if (await FindAsync(context, cancellationToken) is null)
        {
            return new Observation.Done("the image is gone");
        }

        return context.Receipt("inUse") is null ? new Observation.NotStarted() : new Observation.Done("the image stays: a container uses it");
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var image = await FindAsync(context, cancellationToken);
        var containers = await Docker(context).Containers.ListContainersAsync(new ContainersListParameters { All = true }, cancellationToken);
        return image is not null && containers.Any(c => c.ImageID == image.ID) ? Fact("inUse", "true") : await base.PrepareAsync(context, cancellationToken);
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        await Files(context).RemoveLeftoverAsync(cancellationToken);
        if (context.Receipt("inUse") is not null || await FindAsync(context, cancellationToken) is not { } image)
        {
            return;
        }

        // The last name takes the image along.
        var names = ImageId(context).Length == 0 ? [context.Parameter("image")] : image.RepoTags;
        foreach (var name in names.Count == 0 ? [image.ID] : names)
        {
            await Docker(context).Images.DeleteImageAsync(name, new ImageDeleteParameters(), cancellationToken);
        }
    }

    private HostFiles Files(StepContext context) => new(Docker(context), context.OwnerUid, context.Parameter("image"));

    private static string ImageId(StepContext context) => context.OptionalParameter("imageId") ?? "";

    private async Task<ImageInspectResponse?> FindAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await Docker(context).Images.InspectImageAsync(ImageId(context) is { Length: > 0 } id ? id : context.Parameter("image"), cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }
}

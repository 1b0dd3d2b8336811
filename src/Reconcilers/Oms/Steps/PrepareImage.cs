using Drydock.Clients.Docker;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Brings the new image onto a host: it is there, or it is loaded from the archive, or pulled (before the downtime
/// instead of inside it; docs/research/oms.md#container).
/// </summary>
internal sealed class PrepareImage(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Fact: the image's ID.</summary>
    public const string ImageIdFact = "imageId";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var wanted = context.Parameter("imageId");
        try
        {
            var image = await Docker(context).Images.InspectImageAsync(context.Parameter("image"), cancellationToken);
            if (context.Parameter("source") == ImageSources.HostArchive && await Files(context).IsLeftoverThereAsync(cancellationToken))
            {
                return new Observation.NotStarted("the container by which the archive was read is still there");
            }

            return wanted.Length == 0 || image.ID == wanted
                ? new Observation.Done($"{context.Parameter("image")} is {Short(image.ID)}", Fact(ImageIdFact, image.ID))
                : new Observation.Failed(
                    Reasons.ImagesDiffer,
                    $"{context.Parameter("image")} on {Node(context)} is {Short(image.ID)}, the plan was made for {Short(wanted)}; remove the wrong image from {Node(context)}, then retry");
        }
        catch (DockerNotFoundException)
        {
            return new Observation.NotStarted($"{context.Parameter("image")} is not on {Node(context)}");
        }
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        switch (context.Parameter("source"))
        {
            case ImageSources.Archive:
                await LoadAsync(context, cancellationToken);
                break;
            case ImageSources.HostArchive:
                await LoadFromHostAsync(context, cancellationToken);
                break;
            case ImageSources.Tag:
                await TagAsync(context, cancellationToken);
                break;
            case ImageSources.Pull:
                await PullAsync(context, cancellationToken);
                break;
            default:
                throw new StepActionException(Reasons.ImageMissing, $"{context.Parameter("image")} was on {Node(context)} at preflight and is gone; load it there, then retry", retryable: false);
        }
    }

    private async Task LoadAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (path, sha256) = (context.Parameter("archive"), context.Parameter("archiveSha256"));
        var storage = StorageText.Parse(context.Parameter("archiveStorage"), PresentStorage(context));
        try
        {
            await using var archive = await Targets.Archives.OpenAsync(storage, Targets.Upgrade.Metadata.Namespace, path, sha256, cancellationToken);
            await LoadAsync(context, archive, path, sha256, cancellationToken);
        }
        catch (SnapshotException changed) when (changed.Failure == SnapshotFailure.ChecksumMismatch)
        {
            throw new StepActionException(
                Reasons.ImageArchiveUnreadable, $"{path} changed since preflight. {changed.Message.TrimEnd('.')}, then retry.", retryable: false, changed);
        }
    }

    // From the host through the operator back to the same host: dockerd loads only what it is sent.
    private async Task LoadFromHostAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (path, sha256) = (context.Parameter("archive"), context.Parameter("archiveSha256"));
        try
        {
            // A life before this one may have loaded it and died before it cleared away.
            await Docker(context).Images.InspectImageAsync(context.Parameter("image"), cancellationToken);
            await Files(context).RemoveLeftoverAsync(cancellationToken);
            return;
        }
        catch (DockerNotFoundException)
        {
            // It has to be loaded.
        }

        try
        {
            await Files(context).ReadAsync(
                path,
                async (content, _) =>
                {
                    await LoadAsync(context, content, path, sha256, cancellationToken);
                    return path;
                },
                cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException)
        {
            throw new StepActionException(Reasons.ImageArchiveUnreadable, $"{exception.Message} {Node(context)} (spec.imageArchive.hostPath); put it back, then retry", retryable: false);
        }
    }

    private async Task LoadAsync(
        StepContext context, Stream archive, string path, string sha256, CancellationToken cancellationToken)
    {
        await using var hashed = new HashingStream(archive);
        await foreach (var message in Docker(context).Images.LoadImageAsync(new ImageLoadParameters { Quiet = true }, hashed, cancellationToken))
        {
            _ = message;
        }

        var read = hashed.FinishHash();
        if (sha256.Length > 0 && !string.Equals(read, sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new StepActionException(
                Reasons.ImageArchiveUnreadable,
                $"{path} changed since preflight: its SHA-256 is now {read}, the plan has {sha256}. Put the right file back, remove what was loaded from {Node(context)}, then retry",
                retryable: false);
        }

        await TagAsync(context, cancellationToken);
    }

    private async Task PullAsync(StepContext context, CancellationToken cancellationToken)
    {
        var image = context.Parameter("image");
        try
        {
            var credentials = Targets.PullCredentials(image);
            await foreach (var message in Docker(context).Images.CreateImageAsync(new ImagesCreateParameters { FromImage = image }, credentials, cancellationToken))
            {
                _ = message;
            }
        }
        catch (FormatException problem)
        {
            throw new StepActionException(Reasons.SecretMissing, problem.Message);
        }
        catch (DockerException refusal) when (RegistryRefusal.Is(refusal))
        {
            throw new StepActionException(Reasons.AccessDenied, RegistryRefusal.Describe(image, Node(context), Targets.Upgrade.Spec.ImagePullSecretRef?.Name, refusal));
        }
    }

    private HostFiles Files(StepContext context) =>
        new(Docker(context), context.OwnerUid, context.Parameter("archiveReader"));

    // The image is called whatever docker load reported: the plan knows the ID, so the spec's name is put on it where
    // the archive had another.
    private async Task TagAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (image, id) = (context.Parameter("image"), context.Parameter("imageId"));
        if (id.Length == 0 || image.StartsWith("sha256:", StringComparison.Ordinal) || image.Contains('@', StringComparison.Ordinal))
        {
            return;
        }

        var colon = image.LastIndexOf(':');
        var hasTag = colon > image.LastIndexOf('/');
        await Docker(context).Images.TagImageAsync(
            id,
            new ImageTagParameters { RepositoryName = hasTag ? image[..colon] : image, Tag = hasTag ? image[(colon + 1)..] : "latest" },
            cancellationToken);
    }

    // The place is the plan's; by what Secret it is opened, the spec says now.
    private StorageSpec? PresentStorage(StepContext context)
    {
        var spec = Targets.Upgrade.Spec;
        var node = spec.Regions.SelectMany(r => r.Nodes).FirstOrDefault(n => n.Name == Node(context));
        return (node?.ImageArchive ?? spec.ImageArchive)?.Storage;
    }

    private static string Short(string id) => id.Length > 19 ? id[..19] : id;
}

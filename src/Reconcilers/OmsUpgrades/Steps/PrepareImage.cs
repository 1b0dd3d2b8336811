using System.Security.Cryptography;
using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.OmsUpgrades.Access;

namespace Drydock.Reconcilers.OmsUpgrades.Steps;

/// <summary>Brings the new image onto a host: it is there, or it is loaded from the archive, or pulled (runbook §4.3, before the downtime instead of inside it).</summary>
public sealed class PrepareImage(IOmsTargets targets) : OmsStep(targets)
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
            case "Archive":
                await LoadAsync(context, cancellationToken);
                break;
            case "Tag":
                await TagAsync(context, cancellationToken);
                break;
            case "Pull":
                await foreach (var message in Docker(context).Images.CreateImageAsync(new ImagesCreateParameters { FromImage = context.Parameter("image") }, authConfig: null, cancellationToken))
                {
                    _ = message;
                }

                break;
            default:
                throw new StepActionException(Reasons.ImageMissing, $"{context.Parameter("image")} was on {Node(context)} at preflight and is gone; load it there, then retry", retryable: false);
        }
    }

    private async Task LoadAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (directory, path, sha256) = (context.Parameter("archiveDirectory"), context.Parameter("archive"), context.Parameter("archiveSha256"));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var archive = new HashingStream(await Targets.Archives.OpenAsync(directory, path, cancellationToken), hash))
        {
            await foreach (var message in Docker(context).Images.LoadImageAsync(new ImageLoadParameters { Quiet = true }, archive, cancellationToken))
            {
                _ = message;
            }
        }

        var read = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (sha256.Length > 0 && !string.Equals(read, sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new StepActionException(
                Reasons.ImageArchiveUnreadable,
                $"{path} changed since preflight: its SHA-256 is now {read}, the plan has {sha256}. Put the right file back, remove what was loaded from {Node(context)}, then retry",
                retryable: false);
        }

        await TagAsync(context, cancellationToken);
    }

    // "Image name: use whatever docker load reported" (facts §3.2): the plan knows the ID, so the spec's name is put on it where the archive had another.
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

    private static string Short(string id) => id.Length > 19 ? id[..19] : id;
}

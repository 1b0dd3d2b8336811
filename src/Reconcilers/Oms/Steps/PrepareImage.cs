using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Brings the new image to a host: it is present, or it is loaded from the archive, or pulled (before the
/// downtime instead of inside it; docs/research/oms.md#container).</summary>
/// <param name="Image">Name of the image.</param>
/// <param name="Source">Where the image comes from.</param>
/// <param name="ImageId">Id of the image; null if it is not known before the pull.</param>
/// <param name="Archive">Path of the archive in its storage or on the host.</param>
/// <param name="ArchiveStorage">The storage of the archive (<see cref="StorageText"/>).</param>
/// <param name="ArchiveSha256">The checksum that the archive must have.</param>
/// <param name="ArchiveReader">An image on the host, with which an archive on the host is read.</param>
/// <param name="Contents">What is in the image (<see cref="ImageContents"/>); null compares the id only.</param>
internal sealed record PrepareImage(
    string Image,
    ImageSource Source,
    string? ImageId = null,
    string? Archive = null,
    string? ArchiveStorage = null,
    string? ArchiveSha256 = null,
    string? ArchiveReader = null,
    string? Contents = null) : OmsStep
{
    public const string ImageIdFact = "imageId";

    public const string ContentsFact = "contents";

    private const string LoadedName = "Loaded image: ";
    private const string LoadedId = "Loaded image ID: ";

    internal override string Verb => "image";

    // The image itself is removed only if this upgrade brought it; an image that was present under another name loses
    // only the name that this upgrade gave it.
    internal override void Undo(OmsRollback back, PlanStep done)
    {
        if (back.IsPastT1 || Source == ImageSource.Present)
        {
            return;
        }

        var brought = Source == ImageSource.Tag ? null : done.Recorded(ImageIdFact) ?? ImageId;
        var container = back.Built.Steps.Where(s => s.Is<RemoveContainer>() && s.Node == done.Node);
        back.Undo(new RemoveImage(Image, brought), done.Node, container.Select(s => s.Id));
    }

    internal override string Title(string? node) => $"Prepare the image on {node}";

    // An archive does not tell the id that dockerd gives its image.
    private bool Is(ImageInspectResponse image) =>
        ImageId is null || image.ID == ImageId || (Contents is { } wanted && ImageContents.Of(image) == wanted);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var image = await Docker(context).Images.InspectImageAsync(Image, cancellationToken);
            if (await Files(context).IsLeftoverThereAsync(cancellationToken))
            {
                return new Observation.NotStarted("A probe container of this upgrade still exists.");
            }

            return Is(image)
                ? new Observation.Done($"{Image} is {Short(image.ID)}.", Facts(image))
                : new Observation.Failed(
                    Reasons.ImagesDiffer,
                    $"{Image} on {context.Node} is {Short(image.ID)}, but the plan was made for "
                    + $"{Short(ImageId!)}. "
                    + $"Remove the wrong image from {context.Node} (`docker rmi {Image}`), then retry.");
        }
        catch (DockerNotFoundException)
        {
            return new Observation.NotStarted($"{Image} is not on {context.Node}.");
        }
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        await Files(context).RemoveLeftoverAsync(cancellationToken);

        // An earlier operator process may have loaded the image and died before it removed the container.
        if (await Docker(context).FindImageAsync(Image, cancellationToken) is null)
        {
            await FetchAsync(context, cancellationToken);
        }
    }

    private Task FetchAsync(StepContext context, CancellationToken cancellationToken) =>
        Source switch
        {
            ImageSource.Archive => LoadAsync(context, cancellationToken),
            ImageSource.HostArchive => LoadFromHostAsync(context, cancellationToken),
            ImageSource.Tag => TagAsync(context, cancellationToken),
            ImageSource.Pull => PullAsync(context, cancellationToken),
            _ => throw new StepActionException(
                Reasons.ImageMissing,
                $"{Image} was on {context.Node} at preflight and is missing now. Load it there, then retry.",
                retryable: false),
        };

    private async Task LoadAsync(StepContext context, CancellationToken cancellationToken)
    {
        var storage = StorageText.Parse(ArchiveStorage ?? "", PresentStorage(context));
        try
        {
            await using var archive = await Targets.Archives.OpenAsync(
                storage,
                Targets.Upgrade.Metadata.Namespace,
                Archive!,
                ArchiveSha256 ?? "",
                cancellationToken);
            await LoadAsync(context, archive, cancellationToken);
        }
        catch (SnapshotException changed) when (changed.Failure == SnapshotFailure.ChecksumMismatch)
        {
            throw new StepActionException(
                Reasons.ImageArchiveUnreadable,
                $"{Archive} changed since preflight. {Sentences.Open(changed.Message)}, then retry.",
                retryable: false,
                changed);
        }
    }

    // From the host through the operator back to the same host: dockerd loads only what a client sends.
    private async Task LoadFromHostAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Files(context).ReadAsync(
                Archive!,
                async (content, _) =>
                {
                    await LoadAsync(context, content, cancellationToken);
                    return Archive!;
                },
                cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException)
        {
            throw new StepActionException(
                Reasons.ImageArchiveUnreadable,
                $"{exception.Message} {context.Node} (spec.imageArchive.hostPath). Restore the file, then retry.",
                retryable: false);
        }
    }

    private async Task LoadAsync(StepContext context, Stream archive, CancellationToken cancellationToken)
    {
        await using var hashed = new HashingStream(archive);
        string? loaded = null;
        await Docker(context).Images.LoadImageAsync(hashed, line => loaded = Loaded(line) ?? loaded, cancellationToken);
        var read = hashed.FinishHash();
        if (ArchiveSha256 is { Length: > 0 } sha256
            && !string.Equals(read, sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new StepActionException(
                Reasons.ImageArchiveUnreadable,
                $"{Archive} changed since preflight: its SHA-256 is {read}, but the plan has {sha256}. "
                + $"Restore the right file, remove the image that was loaded on {context.Node}, then retry.",
                retryable: false);
        }

        var known = ImageId is { } id && await Docker(context).FindImageAsync(id, cancellationToken) is not null;
        await (known ? this : this with { ImageId = loaded }).TagAsync(context, cancellationToken);
    }

    // What dockerd calls the image that it loaded, by name or id.
    private static string? Loaded(string line) => line.Trim() switch
    {
        { } text when text.StartsWith(LoadedName, StringComparison.Ordinal) => text[LoadedName.Length..],
        { } text when text.StartsWith(LoadedId, StringComparison.Ordinal) => text[LoadedId.Length..],
        _ => null,
    };

    private static Dictionary<string, string> Facts(ImageInspectResponse image)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { [ImageIdFact] = image.ID };
        if (ImageContents.Of(image) is { } contents)
        {
            facts[ContentsFact] = contents;
        }

        return facts;
    }

    private async Task PullAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var credentials = Targets.PullCredentials(Image);
            await Docker(context).Images.CreateImageAsync(Image, credentials, cancellationToken);
        }
        catch (FormatException problem)
        {
            throw new StepActionException(Reasons.SecretMissing, problem.Message);
        }
        catch (DockerException refusal) when (RegistryRefusal.Is(refusal))
        {
            var secret = Targets.Upgrade.Spec.ImagePullSecretRef?.Name;
            throw new StepActionException(
                Reasons.AccessDenied, RegistryRefusal.Describe(Image, context.Node, secret, refusal));
        }
    }

    private HostFiles Files(StepContext context) =>
        new(Docker(context), context.OwnerUid, ArchiveReader!);

    // docker load names the image as the archive does. The plan knows the ID, so the image also gets the name that the
    // spec has.
    private async Task TagAsync(StepContext context, CancellationToken cancellationToken)
    {
        var image = Image;
        if (ImageId is not { } id
            || image.StartsWith("sha256:", StringComparison.Ordinal)
            || image.Contains('@', StringComparison.Ordinal))
        {
            return;
        }

        var colon = image.LastIndexOf(':');
        var hasTag = colon > image.LastIndexOf('/');
        await Docker(context).Images.TagImageAsync(
            id,
            new ImageTagParameters
            {
                RepositoryName = hasTag ? image[..colon] : image,
                Tag = hasTag ? image[(colon + 1)..] : "latest",
            },
            cancellationToken);
    }

    // The place is the plan's; the Secret that opens it is the one in the current spec.
    private StorageSpec? PresentStorage(StepContext context)
    {
        var spec = Targets.Upgrade.Spec;
        var node = spec.Regions.SelectMany(r => r.Nodes).FirstOrDefault(n => n.Name == context.Node);
        return (node?.ImageArchive ?? spec.ImageArchive)?.Storage;
    }

    private static string Short(string id) => id.Length > 19 ? id[..19] : id;
}

/// <summary>Where the image of a <see cref="PrepareImage"/> step comes from. The names are stored in plans.</summary>
internal enum ImageSource
{
    Present,

    Tag,

    Pull,

    Archive,

    HostArchive,
}

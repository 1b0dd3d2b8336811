using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Brings the new image to a host: it is present, or it is loaded from the archive, or pulled (before the
/// downtime instead of inside it; docs/project/research/oms.md#container).</summary>
/// <param name="ImageId">Id of the image; null if it is not known before the pull.</param>
/// <param name="Archive">Path of the archive in its storage or on the host.</param>
/// <param name="ArchiveStorage">The storage of the archive (<see cref="StorageText"/>).</param>
/// <param name="ArchiveSha256">The checksum that the archive must have.</param>
/// <param name="ArchiveReader">An image on the host, with which an archive on the host is read.</param>
/// <param name="Contents">What is in the image (<see cref="ImageContents"/>); null compares the id only.</param>
[Effect(Effect.Changes)]
internal sealed record PrepareImage(
    string Image,
    ImageSource Source,
    string? ImageId = null,
    string? Archive = null,
    string? ArchiveStorage = null,
    string? ArchiveSha256 = null,
    string? ArchiveReader = null,
    string? Contents = null) : OmsStep, IMayChange
{
    public const string ImageIdFact = "imageId";
    public const string ContentsFact = "contents";
    private const string LoadedName = "Loaded image: ";
    private const string LoadedId = "Loaded image ID: ";

    internal override string Verb => "image";
    internal override string Title(string? node) => $"Prepare the image on {node}";

    bool IMayChange.Changes => Source != ImageSource.Present;

    // The image itself is removed only if this upgrade brought it; an image that was present under another name loses
    // only the name that this upgrade gave it.
    internal override void Undo(OmsRollback back, Step done)
    {
        if (back.IsPastT1 || Source == ImageSource.Present)
        {
            return;
        }

        var brought = Source == ImageSource.Tag ? null : done.Recorded(ImageIdFact) ?? ImageId;
        var container = back.Built.Steps.Where(s => s.Is<RemoveContainer>() && s.Node == done.Node);
        back.Undo(new RemoveImage(Image, brought), done.Node, container.Select(s => s.Id));
    }

    // An archive does not tell the id that dockerd gives its image.
    private bool Is(ImageInspectResponse image) =>
        ImageId is null || image.ID == ImageId || (Contents is { } wanted && ImageContents.Of(image) == wanted);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var image = await Docker(context).FindImageAsync(Image, cancellationToken);
        return image is null ? new NotStarted($"{Image} is not on {context.Node}.")
            : await Files(context, ArchiveReader).IsLeftoverThereAsync(cancellationToken) ? ProbeIsThere
            : Is(image)
            ? new Done($"{Image} is {ImageLookup.Short(image.ID)}.", Facts(image))
            : new Failed(
                Reasons.ImagesDiffer,
                $"{Image} on {context.Node} is {ImageLookup.Short(image.ID)}, but the plan was made for "
                + $"{ImageLookup.Short(ImageId!)}. Remove the wrong image from {context.Node} "
                + $"(`docker rmi {Image}`), then retry.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        await Files(context, ArchiveReader).RemoveLeftoverAsync(cancellationToken);

        // An earlier operator process may have loaded the image and died before it removed the container.
        if (await Docker(context).FindImageAsync(Image, cancellationToken) is null)
        {
            await FetchAsync(context, cancellationToken);
        }
    }

    private Task FetchAsync(StepContext context, CancellationToken cancellationToken) => Source switch
    {
        ImageSource.Archive or ImageSource.HostArchive => LoadAsync(context, cancellationToken),
        ImageSource.Tag => TagAsync(context, ImageId, cancellationToken),
        ImageSource.Pull => PullAsync(context, cancellationToken),
        _ => throw new StepActionException(
            Reasons.ImageMissing,
            $"{Image} was on {context.Node} at preflight and is missing now. Load it there, then retry.",
            retryable: false),
    };

    // From the host through the operator back to the same host: dockerd loads only what a client sends.
    private async Task LoadAsync(StepContext context, CancellationToken cancellationToken)
    {
        var spec = Targets.Upgrade.Spec;
        var node = spec.Regions.SelectMany(r => r.Nodes).FirstOrDefault(n => n.Name == context.Node);
        try
        {
            await ReadArchiveAsync(
                context,
                new PlannedArchive(Archive!, ArchiveStorage, ArchiveSha256 ?? "", ArchiveReader),
                (node?.ImageArchive ?? spec.ImageArchive)?.Storage,
                (content, _) => LoadAsync(context, content, cancellationToken),
                cancellationToken);
        }
        catch (SnapshotException changed) when (changed.Failure == SnapshotFailure.ChecksumMismatch)
        {
            throw Unreadable($"{Archive} changed since preflight. {Sentences.Open(changed.Message)}, then retry.");
        }
        catch (Exception exception) when (Source == ImageSource.HostArchive
            && exception is FileNotFoundException or InvalidDataException)
        {
            throw Unreadable(
                $"{exception.Message} {context.Node} (spec.imageArchive.hostPath). Restore the file, then retry.");
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
            throw Unreadable(
                $"{Archive} changed since preflight: its SHA-256 is {read}, but the plan has {sha256}. "
                + $"Restore the right file, remove the image that was loaded on {context.Node}, then retry.");
        }

        var known = ImageId is { } id && await Docker(context).FindImageAsync(id, cancellationToken) is not null;
        await TagAsync(context, known ? ImageId : loaded, cancellationToken);
    }

    private static StepActionException Unreadable(string message) =>
        new(Reasons.ImageArchiveUnreadable, message, retryable: false);

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

    // docker load names the image as the archive does. The plan knows the ID, so the image also gets the name that the
    // spec has.
    private async Task TagAsync(StepContext context, string? id, CancellationToken cancellationToken)
    {
        if (id is null
            || Image.StartsWith("sha256:", StringComparison.Ordinal)
            || Image.Contains('@', StringComparison.Ordinal))
        {
            return;
        }

        var colon = Image.LastIndexOf(':');
        var hasTag = colon > Image.LastIndexOf('/');
        await Docker(context).Images.TagImageAsync(
            id,
            new ImageTagParameters
            {
                RepositoryName = hasTag ? Image[..colon] : Image,
                Tag = hasTag ? Image[(colon + 1)..] : "latest",
            },
            cancellationToken);
    }
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

/// <summary>Compares the images of all nodes: their contents, because two ways of dockerd to store images give the same
/// image different ids; their ids where a dockerd does not list the layers.</summary>
internal sealed record CompareImages(List<string> Nodes) : OmsStep
{
    internal override string Verb => "same-image";
    internal override int Attempts => 1;
    internal override string Title(string? node) => "Check that the image is the same on every node";

    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        List<string> Recorded(string fact) =>
            Nodes.ConvertAll(node => context.Plan.Step<PrepareImage>(node)?.Recorded(fact) ?? "");

        var ids = Recorded(PrepareImage.ImageIdFact);
        var contents = Recorded(PrepareImage.ContentsFact);
        var compared = contents.Contains("") ? ids : contents;
        var isSame = compared.Distinct(StringComparer.Ordinal).Count() == 1 && compared[0].Length > 0;
        return Task.FromResult<Observation>(isSame
            ? new Done($"The image on all nodes is {ids[0]}.")
            : new Failed(
                Reasons.ImagesDiffer,
                "The image is not the same on every node "
                + $"({string.Join(", ", Nodes.Zip(ids, (node, id) => $"{node}: {id}"))}). "
                + NewAttempt("load the same archive on every node")));
    }
}

/// <summary>Checks in the created, never started container that the image contains the files the upgrade will
/// run.</summary>
/// <param name="Paths">Absolute paths that must exist.</param>
/// <param name="Sought">Absolute paths of which one may exist already: the first start of the container may put it
/// there.</param>
internal sealed record InspectImageContents(string Container, List<string> Paths, List<string>? Sought = null) : OmsStep
{
    internal override string Verb => "contents";
    internal override int Attempts => 3;
    internal override string Title(string? node) => $"Check that the image on {node} contains the files to run";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var docker = Docker(context);
        foreach (var path in Paths)
        {
            if (!await ExistsAsync(docker, Container, path, cancellationToken))
            {
                return new Failed(
                    ReasonFor(path), $"The image on {context.Node} has no {path}. {NewAttempt(WayOut(path))}");
            }
        }

        var jar = Sought is null ? null : await FirstAsync(docker, Container, Sought, cancellationToken);
        var there = Paths.Concat(jar is null ? [] : [jar]).ToList();
        return new Done(Sentences.Join(
            there.Count == 0 ? null : $"The image contains {string.Join(", ", there)}.",
            jar is null && Sought is not null ? NotYetThere(Sought) : null));
    }

    internal static async Task<string?> FirstAsync(
        DockerClient docker, string container, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            if (await ExistsAsync(docker, container, path, cancellationToken))
            {
                return path;
            }
        }

        return null;
    }

    internal static string NotYetThere(IEnumerable<string> sought) =>
        $"The image has no correction JAR in {string.Join(", ", sought.Select(JarLocation.DirectoryOf))}; its "
        + "containers may put it in place when they start. The operator looks for it again in the running container, "
        + "and ends there with JarMissing before it runs anything; spec.correction.archive ships it beside the image.";

    internal static async Task<bool> ExistsAsync(
        DockerClient docker, string container, string path, CancellationToken cancellationToken) =>
        await docker.Containers.FindAsync(container, path, cancellationToken) is not null;

    internal static string ReasonFor(string path) =>
        path == DockerInit.ScriptPath ? Reasons.ImageUnsuitable : Reasons.JarMissing;

    internal static string WayOut(string path) => path == DockerInit.ScriptPath
        ? "correct spec.image or the archive, because this is not an OMS image"
        : "remove spec.correction.jarPath so that the operator looks for it, correct it, or ship the JAR with "
            + "spec.correction.archive";
}

/// <summary>The base of the steps that remove an image. One that a container uses stays.</summary>
internal abstract record ImageRemoval : OmsStep
{
    private const string InUseKey = "inUse";

    internal override string Verb => "remove-image";

    /// <summary>What the image is called in messages.</summary>
    protected abstract string What { get; }

    /// <summary>How the image is found; null or empty if there is none.</summary>
    protected abstract string? Reference(StepContext context);

    /// <summary>The names that are removed; the image goes with its last one.</summary>
    protected virtual IEnumerable<string> Names(ImageInspectResponse image) =>
        image.RepoTags.Count == 0 ? [image.ID] : image.RepoTags;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await FindAsync(context, cancellationToken) is null ? new Done($"{What} is removed.")
            : context.Receipt(InUseKey) is null ? new NotStarted($"{What} still exists.")
            : new Done($"{What} stays, because {User} uses it.");

    protected virtual string User => "another container";

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var all = new ContainersListParameters { All = true };
        return await FindAsync(context, cancellationToken) is { } image
            && (await Docker(context).Containers.ListContainersAsync(all, cancellationToken))
                .Any(c => c.ImageID == image.ID)
                ? Entry(InUseKey, "true")
                : Receipt(context);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(InUseKey) is null && await FindAsync(context, cancellationToken) is { } image)
        {
            foreach (var name in Names(image))
            {
                await Docker(context).Images.DeleteImageAsync(name, cancellationToken);
            }
        }
    }

    private async Task<ImageInspectResponse?> FindAsync(StepContext context, CancellationToken cancellationToken) =>
        Reference(context) is { Length: > 0 } reference
            ? await Docker(context).FindImageAsync(reference, cancellationToken)
            : null;
}

/// <summary>Undoes <see cref="PrepareImage"/>: removes an image that was not on the host before, under all its names,
/// or only the name that this upgrade gave it.</summary>
/// <param name="ImageId">Id of the image that is removed; null if only its name is.</param>
internal sealed record RemoveImage(string Image, string? ImageId = null) : ImageRemoval
{
    internal override string Title(string? node) => $"Remove {Image} from {node}";

    protected override string What => "The image";
    protected override string User => "a container";

    protected override string Reference(StepContext context) => ImageId ?? Image;

    protected override IEnumerable<string> Names(ImageInspectResponse image) =>
        ImageId is null ? [Image] : base.Names(image);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await Files(context, Image).IsLeftoverThereAsync(cancellationToken)
            ? ProbeIsThere
            : await base.ObserveAsync(context, cancellationToken);

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        await Files(context, Image).RemoveLeftoverAsync(cancellationToken);
        await base.ExecuteAsync(context, cancellationToken);
    }
}

/// <summary>Cleanup: removes the image of the removed old container, under all its names.</summary>
/// <param name="ContainerStep">Id of the step that removed the container.</param>
internal sealed record RemoveOldImage(string ContainerStep) : ImageRemoval, IConsent
{
    internal override string Title(string? node) => $"Remove the old image from {node}";

    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
        [new(ConsentWeight.Destroyed, "This REMOVES the old images from the hosts.")];

    protected override string What => "The old image";

    protected override string? Reference(StepContext context) =>
        context.Recorded(ContainerStep, RemoveOldContainer.ImageIdKey);
}

internal static class ImageLookup
{
    /// <summary>The beginning of an id, for people: sha256: and 12 digits.</summary>
    public static string Short(string id) => id.Length > 19 ? id[..19] : id;

    public static async Task<ImageInspectResponse?> FindImageAsync(
        this DockerClient docker, string image, CancellationToken cancellationToken)
    {
        try
        {
            return await docker.Images.InspectImageAsync(image, cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }
}

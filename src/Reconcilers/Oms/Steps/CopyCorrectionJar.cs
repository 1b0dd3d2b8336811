namespace Drydock.Reconcilers.Oms;

/// <summary>Copies the correction JAR into the created, never started container, as docker cp does. Done is what the
/// container holds: the file with the checksum of the plan. A copy that was interrupted differs and is
/// repeated.</summary>
internal sealed class CopyCorrectionJar(IOmsTargets targets) : OmsStep<CopyCorrectionJar.Args>(targets)
{
    /// <param name="Container">Name of the container.</param>
    /// <param name="Path">Where the JAR belongs, absolute.</param>
    /// <param name="Archive">Path of the JAR in its storage or on the host.</param>
    /// <param name="Sha256">Its checksum.</param>
    /// <param name="Bytes">Its length.</param>
    /// <param name="ArchiveStorage">Its storage (<see cref="StorageText"/>); null: it is on the host.</param>
    /// <param name="ArchiveReader">An image on the host, with which a file of the host is read.</param>
    public sealed record Args(
        string Container,
        string Path,
        string Archive,
        string Sha256,
        long Bytes,
        string? ArchiveStorage = null,
        string? ArchiveReader = null);

    protected override bool IsRepeatable => true;

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (args.ArchiveReader is not null && await Files(context, args).IsLeftoverThereAsync(cancellationToken))
        {
            return new Observation.NotStarted("A probe container of this upgrade still exists.");
        }

        var present = await Docker(context).Containers.HashFileAsync(
            args.Container, args.Path, args.Bytes, cancellationToken);
        return present == args.Sha256
            ? new Observation.Done($"{args.Container} contains {args.Path} with SHA-256 {args.Sha256}.")
            : new Observation.NotStarted();
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        try
        {
            if (args.ArchiveStorage is null)
            {
                await FromHostAsync(context, args, cancellationToken);
            }
            else
            {
                await FromStorageAsync(context, args, cancellationToken);
            }
        }
        catch (SnapshotException changed) when (changed.Failure == SnapshotFailure.ChecksumMismatch)
        {
            throw Changed(args, changed.Message);
        }
        catch (Exception exception)
            when (exception is FileNotFoundException or InvalidDataException or EndOfStreamException)
        {
            throw Changed(args, exception.Message);
        }
    }

    private async Task FromStorageAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        // The place is the plan's; the Secret that opens it is the one in the current spec.
        var storage = StorageText.Parse(args.ArchiveStorage!, Targets.Upgrade.Spec.Correction.Archive?.Storage);
        await using var content = await Targets.Archives.OpenAsync(
            storage, Targets.Upgrade.Metadata.Namespace, args.Archive, args.Sha256, cancellationToken);
        await CopyAsync(context, args, content, cancellationToken);
    }

    private async Task FromHostAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var files = Files(context, args);
        await files.RemoveLeftoverAsync(cancellationToken);
        await files.ReadAsync(
            args.Archive,
            async (content, stat) =>
            {
                if (stat.Size != args.Bytes)
                {
                    throw new InvalidDataException($"It has {stat.Size} bytes, but the plan has {args.Bytes}.");
                }

                await CopyAsync(context, args, content, cancellationToken);
                return args.Archive;
            },
            cancellationToken);
    }

    private async Task CopyAsync(
        StepContext context, Args args, Stream content, CancellationToken cancellationToken)
    {
        var docker = Docker(context);
        await using var hashed = new HashingStream(content, leaveOpen: true);
        try
        {
            // A file of the host was opened by requests before this one.
            Targets.EnsureMayAct();
            await docker.Containers.CopyFileAsync(
                args.Container,
                JarLocation.DirectoryOf(args.Path),
                JarLocation.NameOf(args.Path),
                hashed,
                args.Bytes,
                context.Time.GetUtcNow(),
                cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            // The container, or the directory: this tells which.
            await docker.Containers.InspectContainerAsync(args.Container, cancellationToken);
            throw new StepActionException(
                Reasons.JarMissing,
                $"{args.Container} on {context.Node} has no directory {JarLocation.DirectoryOf(args.Path)} for the "
                + "correction JAR. "
                + BeforeDowntime.NewAttempt("set spec.correction.jarPath to a path in an existing directory"),
                retryable: false);
        }

        if (hashed.FinishHash() is var read && read != args.Sha256)
        {
            throw Changed(args, $"Its SHA-256 is {read}, but the plan has {args.Sha256}.");
        }
    }

    private static StepActionException Changed(Args args, string problem) => new(
        Reasons.JarArchiveUnreadable,
        Sentences.Join(
            $"{args.Archive} (spec.correction.archive) changed since preflight, or cannot be read",
            problem,
            "Restore the right file, then retry."),
        retryable: false);

    private HostFiles Files(StepContext context, Args args) =>
        new(Docker(context), context.OwnerUid, args.ArchiveReader!);
}

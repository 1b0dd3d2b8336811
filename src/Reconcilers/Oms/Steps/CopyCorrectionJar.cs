namespace Drydock.Reconcilers.Oms;

/// <summary>Copies the correction JAR into the created, never started container, as docker cp does. Done is what the
/// container holds: the file with the checksum of the plan. A copy that was interrupted differs and is
/// repeated.</summary>
/// <param name="Container">Name of the container.</param>
/// <param name="Path">Where the JAR belongs, absolute.</param>
/// <param name="Archive">Path of the JAR in its storage or on the host.</param>
/// <param name="Sha256">Its checksum.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ArchiveStorage">Its storage (<see cref="StorageText"/>); null: it is on the host.</param>
/// <param name="ArchiveReader">An image on the host, with which a file of the host is read.</param>
internal sealed record CopyCorrectionJar(
    string Container,
    string Path,
    string Archive,
    string Sha256,
    long Bytes,
    string? ArchiveStorage = null,
    string? ArchiveReader = null) : OmsStep
{
    internal override string Verb => "copy-jar";
    internal override int Attempts => 3;

    internal override string Title(string? node) => $"Copy the correction JAR into {Container} on {node}";

    protected override bool IsRepeatable => true;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (ArchiveReader is not null && await Files(context).IsLeftoverThereAsync(cancellationToken))
        {
            return new Observation.NotStarted("A probe container of this upgrade still exists.");
        }

        var present = await Docker(context).Containers.HashFileAsync(Container, Path, Bytes, cancellationToken);
        return present == Sha256
            ? new Observation.Done($"{Container} contains {Path} with SHA-256 {Sha256}.")
            : new Observation.NotStarted();
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (ArchiveStorage is null)
            {
                await FromHostAsync(context, cancellationToken);
            }
            else
            {
                await FromStorageAsync(context, cancellationToken);
            }
        }
        catch (SnapshotException changed) when (changed.Failure == SnapshotFailure.ChecksumMismatch)
        {
            throw Changed(changed.Message);
        }
        catch (Exception exception)
            when (exception is FileNotFoundException or InvalidDataException or EndOfStreamException)
        {
            throw Changed(exception.Message);
        }
    }

    private async Task FromStorageAsync(StepContext context, CancellationToken cancellationToken)
    {
        // The place is the plan's; the Secret that opens it is the one in the current spec.
        var storage = StorageText.Parse(ArchiveStorage!, Targets.Upgrade.Spec.Correction.Archive?.Storage);
        await using var content = await Targets.Archives.OpenAsync(
            storage, Targets.Upgrade.Metadata.Namespace, Archive, Sha256, cancellationToken);
        await CopyAsync(context, content, cancellationToken);
    }

    private async Task FromHostAsync(StepContext context, CancellationToken cancellationToken)
    {
        var files = Files(context);
        await files.RemoveLeftoverAsync(cancellationToken);
        await files.ReadAsync(
            Archive,
            async (content, stat) =>
            {
                if (stat.Size != Bytes)
                {
                    throw new InvalidDataException($"It has {stat.Size} bytes, but the plan has {Bytes}.");
                }

                await CopyAsync(context, content, cancellationToken);
                return Archive;
            },
            cancellationToken);
    }

    private async Task CopyAsync(StepContext context, Stream content, CancellationToken cancellationToken)
    {
        var docker = Docker(context);
        await using var hashed = new HashingStream(content, leaveOpen: true);
        try
        {
            // A file of the host was opened by requests before this one.
            Targets.EnsureMayAct();
            await docker.Containers.CopyFileAsync(
                Container,
                JarLocation.DirectoryOf(Path),
                JarLocation.NameOf(Path),
                hashed,
                Bytes,
                context.Time.GetUtcNow(),
                cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            // The container, or the directory: this tells which.
            await docker.Containers.InspectContainerAsync(Container, cancellationToken);
            throw new StepActionException(
                Reasons.JarMissing,
                $"{Container} on {context.Node} has no directory {JarLocation.DirectoryOf(Path)} for the "
                + "correction JAR. "
                + BeforeDowntime.NewAttempt("set spec.correction.jarPath to a path in an existing directory"),
                retryable: false);
        }

        if (hashed.FinishHash() is var read && read != Sha256)
        {
            throw Changed($"Its SHA-256 is {read}, but the plan has {Sha256}.");
        }
    }

    private StepActionException Changed(string problem) => new(
        Reasons.JarArchiveUnreadable,
        Sentences.Join(
            $"{Archive} (spec.correction.archive) changed since preflight, or cannot be read",
            problem,
            "Restore the right file, then retry."),
        retryable: false);

    private HostFiles Files(StepContext context) =>
        new(Docker(context), context.OwnerUid, ArchiveReader!);
}

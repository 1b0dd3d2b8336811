namespace Drydock.Reconcilers.Oms;

/// <summary>Copies the correction JAR into the created, never started container, as docker cp does. Done is what the
/// container holds: the file with the checksum of the plan. A copy that was interrupted differs and is
/// repeated.</summary>
/// <param name="Path">Where the JAR belongs, absolute.</param>
/// <param name="Archive">Path of the JAR in its storage or on the host.</param>
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
        if (ArchiveReader is not null && await Files(context, ArchiveReader).IsLeftoverThereAsync(cancellationToken))
        {
            return ProbeIsThere;
        }

        var present = await Docker(context).Containers.HashFileAsync(Container, Path, Bytes, cancellationToken);
        return present == Sha256
            ? new Done($"{Container} contains {Path} with SHA-256 {Sha256}.")
            : new NotStarted($"{Container} does not contain {Path} with SHA-256 {Sha256}.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (ArchiveStorage is null)
            {
                await Files(context, ArchiveReader).RemoveLeftoverAsync(cancellationToken);
            }

            await ReadArchiveAsync(
                context,
                new PlannedArchive(Archive, ArchiveStorage, Sha256, ArchiveReader),
                Targets.Upgrade.Spec.Correction.Archive?.Storage,
                (content, size) => CopyAsync(context, content, size, cancellationToken),
                cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException
            or EndOfStreamException or SnapshotException { Failure: SnapshotFailure.ChecksumMismatch })
        {
            throw Changed(exception.Message);
        }
    }

    private async Task CopyAsync(StepContext context, Stream content, long? size, CancellationToken cancellationToken)
    {
        if (size is not null && size != Bytes)
        {
            throw new InvalidDataException($"It has {size} bytes, but the plan has {Bytes}.");
        }

        var containers = Docker(context).Containers;
        var directory = JarLocation.DirectoryOf(Path);
        await using var hashed = new HashingStream(content, leaveOpen: true);
        try
        {
            // A file of the host was opened by requests before this one.
            Targets.EnsureMayAct();
            await containers.CopyFileAsync(
                Container,
                directory,
                JarLocation.NameOf(Path),
                hashed,
                Bytes,
                context.Time.GetUtcNow(),
                cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            // The container, or the directory: this tells which.
            await containers.InspectContainerAsync(Container, cancellationToken);
            throw new StepActionException(
                Reasons.JarMissing,
                $"{Container} on {context.Node} has no directory {directory} for the correction JAR. "
                + NewAttempt("set spec.correction.jarPath to a path in an existing directory"),
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
}

using CreateContainerResponse = Docker.DotNet.Models.CreateContainerResponse;

namespace Drydock.Reconcilers.Oms;

/// <summary>Finds out where the new image of a node comes from: it is on the host, in a readable archive with the right
/// checksum, or in a registry. A container that is created with the options of the new one and removed shows whether
/// dockerd takes them, and what is in an image that is on the host; it is not started, but another one without
/// mounts is.</summary>
internal sealed class ImagePreflight(OmsTargets targets, Findings findings, UpgradePath.Allowed? path)
{
    // While dockerd loads an archive, its unpacked layers need space besides the archive itself.
    private const int RoomFactor = 3;

    private const int NamedImages = 5;

    private static readonly RequiredFiles NothingRequired = new([], null);

    public async Task<FoundImage?> CheckAsync(NodeState node, CancellationToken cancellationToken)
    {
        var spec = targets.Upgrade.Spec;
        var image = node.Spec.Image ?? spec.Image;
        var archive = node.Spec.ImageArchive ?? spec.ImageArchive;
        var docker = targets.Docker(node.Spec.Name);
        if (await docker.FindImageAsync(image, cancellationToken) is { } present)
        {
            var warnings = await ProbeAsync(
                docker,
                node,
                image,
                path is null ? NothingRequired : RequiredFiles.Of(path, spec, node.Spec.Name),
                cancellationToken);
            return new FoundImage(present.ID, Present: true)
            {
                Contents = ImageContents.Of(present),
                Warnings = warnings,
            };
        }

        var found = archive is not null
            ? await ArchiveAsync(node, image, archive, cancellationToken)
            : await PullableAsync(docker, node.Spec, image, cancellationToken);

        // dockerd judges the options without looking into the image.
        IReadOnlyList<string> said = node.Current is { } current
            ? await ProbeAsync(docker, node, current.Image, NothingRequired, cancellationToken)
            : [];
        return found is null ? null : found with { Warnings = said };
    }

    /// <summary>Starts a container with the options of the new one, whose only process ends at once. What runc refuses
    /// (limits, devices, security profiles, cgroups) shows only then, which would be in the downtime.</summary>
    public async Task StartAsync(NodeState node, CancellationToken cancellationToken)
    {
        if (node is not { Current: { } current, Options: { } options }
            || findings.Has(Reasons.ContainerOptionsRefused, node.Spec.Name))
        {
            return;
        }

        var docker = targets.Docker(node.Spec.Name);
        var uid = targets.Upgrade.Metadata.Uid!;
        var leftover = new HostFiles(docker, uid, current.Image);
        await leftover.RemoveLeftoverAsync(cancellationToken);
        try
        {
            await docker.Containers.CreateContainerAsync(
                ProbeContainer.NameOf(uid),
                ProbeContainer.Marked(ProbeContainer.Started(Planned(node, options)), uid, current.Image),
                cancellationToken);
            await docker.Containers.StartContainerAsync(ProbeContainer.NameOf(uid), cancellationToken);
        }
        catch (DockerApiException refusal) when (refusal is not DockerNameConflictException)
        {
            findings.Ask(
                Reasons.ContainerOptionsRefused,
                node.Spec.Name,
                $"dockerd of {node.Spec.Name} does not start a container with the options of the new one: "
                    + $"{refusal.EngineMessage.TrimEnd('.')}. The new container would not start in the downtime. It "
                    + $"was tried with the image of {current.ShortName}, `/bin/sh -c \"exit 0\"`, no mounts and no "
                    + "network. Correct what it names, on the host or in spec.container.",
                node.Spec.Name);
        }
        finally
        {
            await leftover.RemoveLeftoverAsync(CancellationToken.None);
        }
    }

    private async Task<FoundImage?> ArchiveAsync(
        NodeState node, string image, OmsArchive archive, CancellationToken cancellationToken)
    {
        if (await new ArchivePreflight(targets, findings).CheckImageAsync(node, archive, image, cancellationToken)
            is not { } contents)
        {
            return null;
        }

        var saved = contents.Images is [var only]
            ? only
            : contents.Images.FirstOrDefault(i => i.Names.Contains(image, StringComparer.Ordinal));
        if (saved is null)
        {
            var names = Sentences.List([.. contents.Images.SelectMany(i => i.Names)], NamedImages);
            findings.Add(
                Reasons.ImageArchiveUnreadable,
                $"{FoundArchive.PathOf(archive)} contains {contents.Images.Count} images"
                    + $"{(names.Length > 0 ? $" ({names})" : "")}, expected "
                    + $"{image}. Correct spec.image, or save only the image that is needed.",
                node.Spec.Name,
                "spec.imageArchive.path");
            return null;
        }

        var source = new FoundImage(saved.Id, Present: false)
        {
            Contents = saved.Contents,
            Archive = FoundArchive.Of(archive, contents),
        };
        if (await targets.Docker(node.Spec.Name).FindImageAsync(saved.Id, cancellationToken) is not null)
        {
            return source with { UnderAnotherName = true };
        }

        if (node.FreeBytes is { } free && free < contents.Bytes * RoomFactor)
        {
            findings.Add(
                Reasons.NoSpace,
                $"dockerd of {node.Spec.Name} has {Bytes(free)} free, but loading {image} needs about "
                    + $"{Bytes(contents.Bytes * RoomFactor)}. Make room there.",
                node.Spec.Name);
        }

        return source;
    }

    private async Task<FoundImage?> PullableAsync(
        DockerClient docker, OmsNode node, string image, CancellationToken cancellationToken)
    {
        try
        {
            await docker.Images.InspectDistributionAsync(image, targets.PullCredentials(image), cancellationToken);
            return new FoundImage(null, Present: false);
        }
        catch (FormatException problem)
        {
            findings.Add(Reasons.SecretMissing, problem.Message, node.Name, "spec.imagePullSecretRef");
        }
        catch (DockerException refusal) when (RegistryRefusal.Is(refusal))
        {
            findings.Add(
                Reasons.AccessDenied,
                RegistryRefusal.Describe(image, node.Name, targets.Upgrade.Spec.ImagePullSecretRef?.Name, refusal),
                node.Name,
                "spec.imagePullSecretRef");
        }
        catch (DockerException exception)
        {
            findings.Add(
                Reasons.ImageMissing,
                $"{image} is not on {node.Name}, cannot be pulled there ({Sentences.Open(exception.Message)}), and no "
                    + "imageArchive is given. Load it, correct spec.image, or set spec.imageArchive.",
                node.Name,
                "spec.image");
        }

        return null;
    }

    // Returns the warnings of dockerd.
    private async Task<IReadOnlyList<string>> ProbeAsync(
        DockerClient docker,
        NodeState node,
        string image,
        RequiredFiles files,
        CancellationToken cancellationToken)
    {
        var uid = targets.Upgrade.Metadata.Uid!;
        var leftover = new HostFiles(docker, uid, image);
        await leftover.RemoveLeftoverAsync(cancellationToken);
        CreateContainerResponse probe;
        try
        {
            probe = await docker.Containers.CreateContainerAsync(
                ProbeContainer.NameOf(uid), ProbeContainer.Marked(Probe(node), uid, image), cancellationToken);
        }
        catch (DockerApiException refusal)
            when (refusal is not DockerNameConflictException && (int)refusal.StatusCode < 500)
        {
            findings.Add(
                HostFiles.IsMissingSource(refusal) ? Reasons.MountsUnusable : Reasons.ContainerOptionsRefused,
                $"dockerd of {node.Spec.Name} refuses a container with the options of the new one: "
                    + $"{refusal.EngineMessage.TrimEnd('.')}. Correct what it names, on the host or in spec.container.",
                node.Spec.Name);
            return [];
        }

        try
        {
            await FilesAsync(docker, node.Spec.Name, image, probe.ID, files, cancellationToken);
            return [.. probe.Warnings];
        }
        finally
        {
            await leftover.RemoveLeftoverAsync(CancellationToken.None);
        }
    }

    private async Task FilesAsync(
        DockerClient docker,
        string node,
        string image,
        string probe,
        RequiredFiles files,
        CancellationToken cancellationToken)
    {
        foreach (var file in files.Required)
        {
            if (await InspectImageContents.ExistsAsync(docker, probe, file, cancellationToken))
            {
                continue;
            }

            var (reason, message) = (
                InspectImageContents.ReasonFor(file),
                $"{image} on {node} has no {file}; {InspectImageContents.WayOut(file)}.");
            if (reason == Reasons.JarMissing)
            {
                // The first start of a container may put it there, as the administrator may know.
                findings.Ask(reason, node, message, node, "spec.correction.jarPath");
            }
            else
            {
                findings.Add(reason, message, node);
            }
        }

        if (files.Jar is { } jar)
        {
            var directory = (await docker.Containers.InspectContainerAsync(probe, cancellationToken)).Config.WorkingDir;
            var paths = jar.Path is { } given ? [given] : jar.UsualPaths(directory).ToList();
            if (await InspectImageContents.FirstAsync(docker, probe, paths, cancellationToken) is null)
            {
                findings.Note($"{node}: {InspectImageContents.NotYetThere(paths)}");
            }
        }
    }

    // Mounts of the spec are checked one by one, with the field, and variables have no effect on a creation.
    private JsonObject Probe(NodeState node) => node.Options is null
        ? new JsonObject { ["HostConfig"] = new JsonObject { ["NetworkMode"] = "none" } }
        : ProbeContainer.Of(Planned(node, node.Options));

    private JsonObject Planned(NodeState node, CurrentOptions options)
    {
        var changes = ContainerOverrides.Of(targets.Upgrade.Spec, node.Spec) with { Binds = [], Env = [] };
        return new NewContainer(node.Spec.HostIP, IsUpgrade: false, Https: null, changes)
            .From(options.Inherited, _ => "");
    }

    internal static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => FormattableString.Invariant($"{bytes / (double)(1L << 30):0.0} GiB"),
        >= 1L << 20 => FormattableString.Invariant($"{bytes / (double)(1L << 20):0.0} MiB"),
        _ => FormattableString.Invariant($"{bytes} bytes"),
    };
}

/// <summary>Where the new image of a node comes from.</summary>
/// <param name="Id">Its ID; null until it is known (it is pulled).</param>
/// <param name="Present">Whether it is on the host.</param>
internal sealed record FoundImage(string? Id, bool Present)
{
    public bool UnderAnotherName { get; init; }

    public string? Contents { get; init; }

    /// <summary>The archive to load it from; null to pull it or if it is present.</summary>
    public FoundArchive? Archive { get; init; }

    /// <summary>What dockerd said of the options of the new container.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

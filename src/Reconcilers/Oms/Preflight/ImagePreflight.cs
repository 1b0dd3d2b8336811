using CreateContainerResponse = Docker.DotNet.Models.CreateContainerResponse;

namespace Drydock.Reconcilers.Oms;

/// <summary>Finds out where the new image of a node comes from: it is on the host, in a readable archive with the right
/// checksum, or in a registry. A container that is created with the options of the new one and removed shows whether
/// dockerd takes them, and what is in an image that is on the host; it is not started, but another one without
/// mounts is.</summary>
internal sealed class ImagePreflight(
    OmsTargets targets,
    Findings findings,
    UpgradePath.Allowed? path,
    NodePreflight node,
    CancellationToken cancellationToken)
{
    // While dockerd loads an archive, its unpacked layers need space besides the archive itself.
    private const int RoomFactor = 3;

    private const int NamedImages = 5;

    private static readonly RequiredFiles NothingRequired = new([], null);

    private readonly DockerClient _docker = node.Docker;
    private readonly string _uid = targets.Upgrade.Metadata.Uid!;

    private OmsUpgradeSpec Spec => targets.Upgrade.Spec;

    public async Task<FoundImage?> CheckAsync()
    {
        var image = node.Node.Image ?? Spec.Image;
        if (await _docker.FindImageAsync(image, cancellationToken) is { } present)
        {
            CheckArchitecture(image, present.Architecture);
            var files = path is null ? NothingRequired : RequiredFiles.Of(path, Spec, node.Name);
            var warnings = await ProbeAsync(image, files);
            return new FoundImage(present.ID, Present: true)
            {
                Contents = ImageContents.Of(present),
                Warnings = warnings,
            };
        }

        var found = (node.Node.ImageArchive ?? Spec.ImageArchive) is { } archive
            ? await ArchiveAsync(image, archive)
            : await PullableAsync(image);

        // dockerd judges the options without looking into the image.
        IReadOnlyList<string> said = node.Current is { } current
            ? await ProbeAsync(current.Image, NothingRequired)
            : [];
        return found is null ? null : found with { Warnings = said };
    }

    /// <summary>Whether the running container was made from this image, whatever ids dockerd gives.</summary>
    public async Task<bool> IsCurrentAsync(FoundImage found) => node.Current is { } current
        && (found.Id == current.Image
            || (found.Contents is { } contents
                && await _docker.FindImageAsync(current.Image, cancellationToken) is { } present
                && ImageContents.Of(present) == contents));

    /// <summary>Starts a container with the options of the new one, whose only process ends at once. What runc refuses
    /// (limits, devices, security profiles, cgroups) shows only then, which would be in the downtime.</summary>
    public async Task StartAsync()
    {
        if (node is not { Current: { } current, Inherited: { } inherited }
            || findings.Has(Reasons.ContainerOptionsRefused, node.Name))
        {
            return;
        }

        var leftover = new OmsHostFiles(_docker, _uid, current.Image);
        await leftover.RemoveLeftoverAsync(cancellationToken);
        try
        {
            await CreateAsync(ProbeContainer.Started(Planned(inherited)), current.Image);
            await _docker.Containers.StartContainerAsync(ProbeContainer.NameOf(_uid), cancellationToken);
        }
        catch (DockerApiException refusal) when (refusal is not DockerNameConflictException)
        {
            node.Ask(
                Reasons.ContainerOptionsRefused,
                $"dockerd of {node.Name} does not start a container with the options of the new one: "
                    + $"{refusal.EngineMessage.TrimEnd('.')}. It was tried with the image of {current.ShortName}. "
                    + "Correct what it names, on the host or in spec.container.");
        }
        finally
        {
            await leftover.RemoveLeftoverAsync(CancellationToken.None);
        }
    }

    private Task<CreateContainerResponse> CreateAsync(JsonObject options, string image) =>
        _docker.Containers.CreateContainerAsync(
            ProbeContainer.NameOf(_uid), ProbeContainer.Marked(options, _uid, image), cancellationToken);

    private async Task<FoundImage?> ArchiveAsync(string image, OmsArchive archive)
    {
        if (await new ArchivePreflight(targets, findings, node, cancellationToken).CheckImageAsync(archive, image)
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
            node.Add(
                Reasons.ImageArchiveUnreadable,
                $"{FoundArchive.PathOf(archive)} contains {contents.Images.Count} images"
                    + $"{(names.Length > 0 ? $" ({names})" : "")}, expected {image}. Correct spec.image, or save only "
                    + "the image that is needed.",
                "spec.imageArchive.path");
            return null;
        }

        CheckArchitecture(image, saved.Architecture);
        var source = new FoundImage(saved.Id, Present: false)
        {
            Contents = saved.Contents,
            Archive = FoundArchive.Of(archive, contents),
        };
        if (await _docker.FindImageAsync(saved.Id, cancellationToken) is not null)
        {
            return source with { UnderAnotherName = true };
        }

        if (node.FreeBytes is { } free && free < contents.Bytes * RoomFactor)
        {
            node.Add(
                Reasons.NoSpace,
                $"dockerd of {node.Name} has {Bytes(free)} free, but loading {image} needs about "
                    + $"{Bytes(contents.Bytes * RoomFactor)}. Make room there.");
        }

        return source;
    }

    private async Task<FoundImage?> PullableAsync(string image)
    {
        try
        {
            var offered = await _docker.Images.InspectDistributionAsync(
                image, targets.PullCredentials(image), cancellationToken);
            CheckArchitecture(image, offered.Platforms?.Select(p => p.Architecture) ?? []);
            return new FoundImage(null, Present: false);
        }
        catch (FormatException problem)
        {
            node.Add(Reasons.SecretMissing, problem.Message, "spec.imagePullSecretRef");
        }
        catch (DockerException refusal) when (RegistryRefusal.Is(refusal))
        {
            node.Add(
                Reasons.AccessDenied,
                RegistryRefusal.Describe(image, node.Name, Spec.ImagePullSecretRef?.Name, refusal),
                "spec.imagePullSecretRef");
        }
        catch (DockerException exception)
        {
            node.Add(
                Reasons.ImageMissing,
                $"{image} is not on {node.Name}, cannot be pulled there ({Sentences.Open(exception.Message)}), and no "
                    + "imageArchive is given. Load it, correct spec.image, or set spec.imageArchive.",
                "spec.image");
        }

        return null;
    }

    // Programs of another architecture end at once, which would be in the downtime.
    private void CheckArchitecture(string image, params IEnumerable<string?> architectures)
    {
        var built = architectures.Select(Usual).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (Usual(node.Architecture) is { } host && built.Count > 0 && !built.Contains(host))
        {
            node.Ask(
                Reasons.ImageUnsuitable,
                $"{image} is built for {string.Join(", ", built)}, but {node.Name} is {host}: its programs would not "
                    + "start there (exec format error). Name the image for that architecture in spec.image, or for "
                    + "this node in spec.regions.",
                "spec.image",
                about: "architecture");
        }
    }

    private static string? Usual(string? name) =>
        name switch { "" or "unknown" => null, "x86_64" => "amd64", "aarch64" => "arm64", _ => name };

    // Returns the warnings of dockerd.
    private async Task<IReadOnlyList<string>> ProbeAsync(string image, RequiredFiles files)
    {
        var leftover = new OmsHostFiles(_docker, _uid, image);
        await leftover.RemoveLeftoverAsync(cancellationToken);
        CreateContainerResponse probe;
        try
        {
            probe = await CreateAsync(Probe, image);
        }
        catch (DockerApiException refusal)
            when (refusal is not DockerNameConflictException && (int)refusal.StatusCode < 500)
        {
            node.Add(
                OmsHostFiles.IsMissingSource(refusal) ? Reasons.MountsUnusable : Reasons.ContainerOptionsRefused,
                $"dockerd of {node.Name} refuses a container with the options of the new one: "
                    + $"{refusal.EngineMessage.TrimEnd('.')}. Correct what it names, on the host or in "
                    + "spec.container.");
            return [];
        }

        try
        {
            await FilesAsync(image, probe.ID, files);
            return [.. probe.Warnings];
        }
        finally
        {
            await leftover.RemoveLeftoverAsync(CancellationToken.None);
        }
    }

    private async Task FilesAsync(string image, string probe, RequiredFiles files)
    {
        foreach (var file in files.Required)
        {
            if (await InspectImageContents.ExistsAsync(_docker, probe, file, cancellationToken))
            {
                continue;
            }

            var (reason, message) = (
                InspectImageContents.ReasonFor(file),
                $"{image} on {node.Name} has no {file}; {InspectImageContents.WayOut(file)}.");
            if (reason == Reasons.JarMissing)
            {
                // The first start of a container may put it there, as the administrator may know.
                node.Ask(reason, message, "spec.correction.jarPath");
            }
            else
            {
                node.Add(reason, message);
            }
        }

        if (files.Jar is { } jar)
        {
            var container = await _docker.Containers.InspectContainerAsync(probe, cancellationToken);
            var paths = jar.Path is { } given ? [given] : jar.UsualPaths(container.Config.WorkingDir).ToList();
            if (await InspectImageContents.FirstAsync(_docker, probe, paths, cancellationToken) is null)
            {
                findings.Note($"{node.Name}: {InspectImageContents.NotYetThere(paths)}");
            }
        }
    }

    // Mounts of the spec are checked one by one, with the field, and variables have no effect on a creation.
    private JsonObject Probe => node.Inherited is null
        ? new JsonObject { ["HostConfig"] = new JsonObject { ["NetworkMode"] = "none" } }
        : ProbeContainer.Of(Planned(node.Inherited));

    private JsonObject Planned(InheritedOptions inherited)
    {
        var changes = ContainerOverrides.Of(Spec, node.Node) with { Binds = [], Env = [] };
        return new NewContainer(node.Node.HostIP, IsUpgrade: false, Https: null, changes)
            .From(inherited, _ => "");
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

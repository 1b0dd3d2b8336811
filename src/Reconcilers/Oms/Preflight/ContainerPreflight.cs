namespace Drydock.Reconcilers.Oms;

/// <summary>Checks the current container of a node as the model of the new one: that it stays after its stop, that the
/// data of OMS is mounted, and that the host has what the options name. Changes nothing.</summary>
internal sealed class ContainerPreflight(
    OmsTargets targets,
    Findings findings,
    NodePreflight node,
    InspectedContainer container,
    CancellationToken cancellationToken)
{
    private const string OpenFilesLimit = "/proc/sys/fs/nr_open";

    // The kernel takes no longer NAME=value.
    private const int LongestVariable = 128 * 1024;

    // The library by which Stores read the logs of OceanBase; newer ones are copied over those of the image.
    private const string Reader = "/home/ds/lib64/reader";

    // Where the vendor's guides put programs and files; OMS itself writes configuration there.
    private static readonly string[] Programs =
        ["/home/ds/lib64", "/home/admin", "/root", "/opt", "/usr/lib", "/usr/lib64", "/etc/supervisor"];

    private readonly ContainerSpec _changes = ContainerOverrides.Of(targets.Upgrade.Spec, node.Node);
    private readonly DockerClient _docker = node.Docker;

    /// <summary>What it gives to the new container, and whether its console serves HTTPS only, because a certificate is
    /// mounted.</summary>
    public async Task<(InheritedOptions Inherited, bool ServesHttps)> CheckAsync()
    {
        var inherited = InheritedOptions.Of(
            await _docker.Containers.InspectContainerJsonAsync(container.ID, cancellationToken),
            await _docker.Images.InspectImageConfigAsync(container.Image, cancellationToken));
        targets.Remember(SecretVariables.In(inherited.Variables));
        CheckStays();
        CheckMounts();
        CheckSecrets();
        await CheckOwnFilesAsync();
        var files = new OmsHostFiles(_docker, targets.Upgrade.Metadata.Uid!, container.Image);
        await CheckHttpsAsync(files);
        await CheckHostAsync(files);
        await CheckOpenFilesAsync();
        return (inherited, await ServesHttpsAsync());
    }

    // dockerd lets the restart policy of such a container become `no`, and removes the container when it stops.
    private void CheckStays()
    {
        if (container.HostConfig.AutoRemove)
        {
            node.Add(
                Reasons.ContainerRemovesItself,
                $"{container.ShortName} on {node.Name} was started with --rm: dockerd would remove it when the upgrade "
                    + "stops it, and a rollback needs it. No option of an existing container can change that. Stop it "
                    + "in a maintenance window and start it again with the same `docker run` without --rm.",
                "spec.currentContainer");
        }
    }

    private void CheckMounts()
    {
        var missing = OmsMounts.Paths
            .Where(path => OmsMounts.At(container, path) is not { Type: not "tmpfs" })
            .ToList();
        if (missing.Count > 0)
        {
            node.Add(
                Reasons.MountsUnusable,
                $"{container.ShortName} on {node.Name} has neither a path of the host nor a volume mounted for "
                    + $"{string.Join(", ", missing)}. OMS keeps its data there, and the new container needs the same "
                    + "mounts. Move the data to such mounts first.");
        }
    }

    private void CheckSecrets()
    {
        foreach (var variable in _changes.Env.Where(variable => variable.ValueFrom is not null))
        {
            var reference = variable.ValueFrom!.SecretKeyRef;
            var isOwn = Own.Env.Contains(variable);
            var field = Field(isOwn, $"env[{variable.Name}]");
            if (targets.SecretValue(reference) is not { } value)
            {
                findings.Add(
                    Reasons.SecretMissing,
                    $"Secret {reference.Name} does not exist in namespace {targets.Upgrade.Metadata.Namespace}, or has "
                        + $"no value under the key {reference.Key}, which the variable {variable.Name} needs. "
                        + "Create it.",
                    isOwn ? node.Name : null,
                    field);
            }
            else if (Encoding.UTF8.GetByteCount($"{variable.Name}={value.Reveal()}") >= LongestVariable)
            {
                findings.Add(
                    Reasons.ContainerOptionsRefused,
                    $"The value of {variable.Name} in Secret {reference.Name}, key {reference.Key}, is longer than the "
                        + "128 KiB that the kernel takes. The new container could not start. Shorten it.",
                    isOwn ? node.Name : null,
                    field);
            }
        }
    }

    // What people changed in the container's own layer does not come into the new one.
    private async Task CheckOwnFilesAsync()
    {
        IReadOnlyList<string> changes;
        try
        {
            changes = await _docker.Containers.InspectChangesAsync(container.ID, cancellationToken);
        }
        catch (DockerApiException refusal)
        {
            findings.Note(
                $"dockerd of {node.Name} does not list the changed files of {container.ShortName} "
                    + $"({Sentences.Open(refusal.EngineMessage)}). Check with `docker diff {container.ShortName}` that "
                    + "nothing in it is needed: the new container does not get it.");
            return;
        }

        catch (DockerTimeoutException exception)
        {
            node.Ask(
                Reasons.ContainerFilesUnknown,
                $"Which files of {container.ShortName} on {node.Name} differ from its image is not known: "
                    + $"{Sentences.Close(exception.Message)} The new container does not get them. Check with "
                    + $"`docker diff {container.ShortName}` that nothing in it is needed.");
            return;
        }

        // The directories above a changed file are listed too.
        var mounted = _changes.Binds.Select(text => Bind.Parse(text).Target).ToList();
        var changed = changes.Where(path => Array.Exists(Programs, directory => OmsMounts.Covers(directory, path))
                && OmsMounts.At(container, path) is null
                && !mounted.Exists(directory => OmsMounts.Covers(directory, path)))
            .Order(StringComparer.Ordinal)
            .ToList();
        var directories = changed.Select(path => path[..path.LastIndexOf('/')]).ToHashSet(StringComparer.Ordinal);
        var files = changed.Where(path => !directories.Contains(path)).ToLookup(path => OmsMounts.Covers(Reader, path));
        if (files[true].Any())
        {
            node.Ask(
                Reasons.ContainerFilesChanged,
                $"The library by which Stores read OceanBase was changed in {container.ShortName} on {node.Name}: "
                    + $"{Sentences.List([.. files[true]], 10)}. The new container has that of its image, and its "
                    + "Stores may not read newer clusters. Copy the files to the host and mount them with "
                    + "spec.container.binds, or update the library in the new container after the upgrade.",
                "spec.container.binds");
        }

        if (files[false].Any())
        {
            findings.Note(
                $"{container.ShortName} on {node.Name}: "
                    + $"{Sentences.Count(files[false].Count(), "changed file is", "changed files are")} not copied: "
                    + $"{Sentences.List([.. files[false]], 10)}. "
                    + "OMS writes configuration there itself; mount what you edited (spec.container.binds).");
        }
    }

    // The files are read where dockerd would mount them from: dockerd creates a directory in place of a missing source.
    private async Task CheckHttpsAsync(OmsHostFiles files)
    {
        if (targets.Upgrade.Spec.Https is not { } https)
        {
            return;
        }

        (string Path, string Field)[] mounted =
        [
            (https.CertificateHostPath, "spec.https.certificateHostPath"),
            (https.KeyHostPath, "spec.https.keyHostPath"),
        ];
        foreach (var (path, field) in mounted)
        {
            var problem = await files.StatAsync(path, cancellationToken) switch
            {
                null => "does not exist",
                { IsRegularFile: false } => "is not a regular file",
                { Size: 0 } => "is empty",
                _ => null,
            };
            if (problem is not null)
            {
                node.Add(
                    Reasons.MountsUnusable,
                    $"{path} on {node.Name} {problem}. Put the file there, or correct {field}.",
                    field);
            }
        }
    }

    // dockerd looks for a device only when the container starts, which is in the downtime.
    private async Task CheckHostAsync(OmsHostFiles files)
    {
        foreach (var text in _changes.Binds)
        {
            var (bind, field) = (Bind.Parse(text), Field(Own.Binds.Contains(text), "binds"));
            if (!await files.ExistsAsync(bind.Source, cancellationToken))
            {
                node.Add(
                    Reasons.MountsUnusable,
                    $"{bind.Source} does not exist on {node.Name}, and {field} mounts it at {bind.Target} of the new "
                        + "container. Create it there, or correct the field.",
                    field);
            }
        }

        foreach (var device in container.HostConfig.Devices
            .Select(device => device.PathOnHost)
            .Distinct(StringComparer.Ordinal))
        {
            if (!await files.ExistsAsync(device, cancellationToken))
            {
                node.Add(
                    Reasons.ContainerOptionsRefused,
                    $"The device {device} of {container.ShortName} no longer exists on {node.Name}, and the new "
                        + "container could not start without it. Make it available again on that host.");
            }
        }
    }

    private ContainerSpec Own => node.Node.Container ?? new ContainerSpec();

    private string Field(bool isOwn, string below) =>
        isOwn ? $"spec.regions[{node.Region}].nodes[{node.Name}].container.{below}" : $"spec.container.{below}";

    // The kernel refuses more at the start, also for root.
    private async Task CheckOpenFilesAsync()
    {
        if (_changes.Ulimits.Find(limit => limit.Name == "nofile") is not { } files)
        {
            return;
        }

        var answer = await _docker.RunExecAsync(container.ID, ["cat", OpenFilesLimit], cancellationToken);
        var asked = files.Hard ?? files.Soft;
        if (long.TryParse(answer.Stdout.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            && (asked < 0 || asked > most))
        {
            var field = Field(Own.Ulimits.Contains(files), "ulimits[nofile]");
            node.Add(
                Reasons.ContainerOptionsRefused,
                $"{field} is {asked}, but {OpenFilesLimit} of {node.Name} allows {most}. The new container could not "
                    + "start. Set a lower limit, or raise fs.nr_open on the host.",
                field);
        }
    }

    // A mount of a directory above may hold a certificate or not; the mount of the certificate itself always does.
    private async Task<bool> ServesHttpsAsync() =>
        OmsMounts.At(container, ConsoleAddress.CertificateTarget) is { } mount
        && (mount.Destination.TrimEnd('/') == ConsoleAddress.CertificateTarget
            || await InspectImageContents.ExistsAsync(
                _docker, container.ID, ConsoleAddress.CertificateTarget, cancellationToken));
}

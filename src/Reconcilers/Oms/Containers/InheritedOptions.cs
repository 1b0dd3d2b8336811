namespace Drydock.Reconcilers.Oms;

/// <summary>What a new container takes over from the current one: every option that its administrator gave, also those
/// that this client does not know. What comes from the image is not an option: the new image has its own.</summary>
/// <param name="Parameters">The options, to be created again; the part of the host is never null.</param>
/// <param name="Dropped">What is not taken over, each with the reason, for the readers of the plan.</param>
internal sealed record InheritedOptions(CreateContainerParameters Parameters, IReadOnlyList<string> Dropped)
{
    private const int ShortId = 12;
    private const string HostNetwork = "the new container uses the host's network";

    // Fields of the configuration that belong to the session of `docker run` or to the build of an image.
    private static readonly HashSet<string> OfTheSession = new(StringComparer.Ordinal)
    {
        "AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce", "ArgsEscaped", "OnBuild", "Volumes",
    };

    // Fields without a meaning, or refused by dockerd, in the host's network.
    private static readonly HashSet<string> OfAnotherNetwork = new(StringComparer.Ordinal)
    {
        "ExposedPorts", "MacAddress", "NetworkDisabled", "Links", "PortBindings", "PublishAllPorts",
    };

    // docker compose takes every container with its labels for its own, and removes one of two with the same number.
    private static readonly string[] OfOrchestrators =
        ["com.docker.compose.", "com.docker.swarm.", "com.docker.stack."];

    /// <summary>SHA-256 of the options, 64 hex digits; of variables only the names count.</summary>
    public string Hash => OptionFields.Of(Parameters, Parameters.HostConfig!).Hash;

    public static InheritedOptions Of(ContainerInspectResponse old, ContainerConfig image)
    {
        var dropped = new List<string>();
        var config = old.Config;
        var (entrypoint, command) = Command(config, image);
        var parameters = new CreateContainerParameters
        {
            Hostname = Hostname(old),
            User = Own(config.User, image.User),
            Env = [.. (config.Env ?? []).Except(image.Env ?? [], StringComparer.Ordinal)],
            Entrypoint = entrypoint,
            Cmd = command,
            WorkingDir = Own(config.WorkingDir, image.WorkingDir),
            Labels = Labels(config, image, dropped),
            Tty = config.Tty,
            OpenStdin = config.OpenStdin,
            StopSignal = Own(config.StopSignal, image.StopSignal),
            StopTimeout = config.StopTimeout,
            Other = Kept(
                config.Other,
                (field, value) => !OfTheSession.Contains(field) && !IsSame(value, Field(image.Other, field)),
                dropped),
            HostConfig = Host(old, image, dropped),
        };
        return new InheritedOptions(parameters, dropped);
    }

    private static HostConfig Host(ContainerInspectResponse old, ContainerConfig image, List<string> dropped)
    {
        var host = old.HostConfig;

        // dockerd fills them in for a container that is not privileged.
        var isMasked = !host.Privileged;
        return host with
        {
            // An image or a template may name none; the client wrote it for itself.
            Other = Kept(
                host.Other,
                (field, _) => field != "ContainerIDFile" && !(isMasked && field is "MaskedPaths" or "ReadonlyPaths"),
                dropped),
            Sysctls = Sysctls(host, dropped),
            Binds = [.. host.Binds ?? [], .. Volumes(old, image, dropped)],
            Mounts = host.Mounts is null ? null : [.. host.Mounts.Select(mount => Named(mount, old))],
        };
    }

    // dockerd fills in the beginning of the id where no name was given, and refuses a name in the host's UTS namespace.
    private static string? Hostname(ContainerInspectResponse old) =>
        old.Config.Hostname is not { Length: > 0 } name
            || (name.Length == ShortId && old.ID.StartsWith(name, StringComparison.Ordinal))
            || (Field(old.HostConfig.Other, "UTSMode") is { ValueKind: JsonValueKind.String } mode
                && mode.GetString() == "host")
            ? null
            : name;

    // dockerd takes the command of the image only if the entry point is the image's, and shows an entry point that was
    // emptied (`--entrypoint ""`) as none.
    private static (IReadOnlyList<string>? Entrypoint, IReadOnlyList<string>? Command) Command(
        ContainerConfig config, ContainerConfig image)
    {
        if ((config.Entrypoint ?? []).SequenceEqual(image.Entrypoint ?? [], StringComparer.Ordinal))
        {
            return (null, (config.Cmd ?? []).SequenceEqual(image.Cmd ?? [], StringComparer.Ordinal)
                ? null
                : config.Cmd);
        }

        return (config.Entrypoint is { Count: > 0 } own ? own : [""], config.Cmd);
    }

    private static Dictionary<string, string> Labels(
        ContainerConfig config, ContainerConfig image, List<string> dropped)
    {
        var own = (config.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Where(label => !label.Key.StartsWith("drydock.dev/", StringComparison.Ordinal)
                && (image.Labels?.TryGetValue(label.Key, out var ofImage) != true || ofImage != label.Value))
            .ToDictionary(StringComparer.Ordinal);
        if (own.Keys.Where(IsOfOrchestrator).ToList() is { Count: > 0 } foreign)
        {
            foreign.ForEach(name => own.Remove(name));
            dropped.Add(
                "labels of docker compose or swarm (they would take both containers for one and remove one of them)");
        }

        return own;
    }

    private static bool IsOfOrchestrator(string label) =>
        Array.Exists(OfOrchestrators, prefix => label.StartsWith(prefix, StringComparison.Ordinal));

    private static Dictionary<string, JsonElement>? Kept(
        Dictionary<string, JsonElement>? fields, Func<string, JsonElement, bool> keeps, List<string> dropped)
    {
        dropped.AddRange((fields ?? [])
            .Where(field => field.Key != "ExposedPorts" && OfAnotherNetwork.Contains(field.Key)
                && !IsEmpty(field.Value))
            .Select(field => $"{field.Key} ({HostNetwork})"));
        return fields?
            .Where(field => !OfAnotherNetwork.Contains(field.Key) && keeps(field.Key, field.Value))
            .ToDictionary(StringComparer.Ordinal);
    }

    // runc refuses them at the start: "not allowed in host network namespace".
    private static Dictionary<string, string>? Sysctls(HostConfig host, List<string> dropped)
    {
        var all = host.Sysctls ?? new Dictionary<string, string>(StringComparer.Ordinal);
        dropped.AddRange(all.Keys.Where(IsOfNetwork).Select(name => $"sysctl {name} ({HostNetwork})"));
        return host.Sysctls is null
            ? null
            : all.Where(sysctl => !IsOfNetwork(sysctl.Key)).ToDictionary(StringComparer.Ordinal);
    }

    private static bool IsOfNetwork(string sysctl) => sysctl.StartsWith("net.", StringComparison.Ordinal);

    // A volume without a name is another one in every container. The same one is mounted by the name that dockerd gave
    // it, unless the image asks for it: then it holds files of that image.
    private static IEnumerable<string> Volumes(
        ContainerInspectResponse old, ContainerConfig image, List<string> dropped)
    {
        var mounted = (old.HostConfig.Binds ?? []).Select(bind => Bind.Parse(bind).Target)
            .Concat((old.HostConfig.Mounts ?? []).Select(mount => mount.Target.TrimEnd('/')))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var volume in old.Mounts.Where(mount => mount is { Type: "volume", Name.Length: > 0 }))
        {
            var target = volume.Destination.TrimEnd('/');
            if (mounted.Contains(target))
            {
                continue;
            }

            if (IsOfImage(image, target) && !OmsMounts.Paths.Any(path => OmsMounts.Covers(target, path)))
            {
                dropped.Add($"the volume at {target} (the image asks for it, and the new image has its own)");
                continue;
            }

            yield return new Bind(volume.Name, target, volume.RW ? "" : "ro").ToString();
        }
    }

    private static Mount Named(Mount mount, ContainerInspectResponse old) =>
        mount is { Type: "volume", Source.Length: 0 }
            && old.Mounts.FirstOrDefault(m => m.Destination.TrimEnd('/') == mount.Target.TrimEnd('/')) is { } volume
            ? mount with { Source = volume.Name }
            : mount;

    private static bool IsOfImage(ContainerConfig image, string destination) =>
        Field(image.Other, "Volumes") is { ValueKind: JsonValueKind.Object } volumes
        && volumes.EnumerateObject().Any(volume => volume.Name.TrimEnd('/') == destination.TrimEnd('/'));

    private static string? Own(string? value, string? ofImage) =>
        string.IsNullOrEmpty(value) || value == ofImage ? null : value;

    private static JsonElement? Field(Dictionary<string, JsonElement>? fields, string name) =>
        fields is not null && fields.TryGetValue(name, out var value) ? value : null;

    private static bool IsSame(JsonElement value, JsonElement? other) =>
        other is { } ofImage
            ? JsonElement.DeepEquals(value, ofImage) || (IsEmpty(value) && IsEmpty(ofImage))
            : IsEmpty(value);

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}

using MountPoint = Docker.DotNet.Models.MountPoint;

namespace Drydock.Reconcilers.Oms;

/// <summary>What a new container takes over from the current one: every option that its administrator gave, also those
/// that this client does not know. What comes from the image is not an option: the new image has its own.</summary>
/// <param name="Options">The options, to be created again: the members of <c>Config</c>, and <c>HostConfig</c>.</param>
/// <param name="Dropped">What is not taken over, each with the reason, for the readers of the plan.</param>
internal sealed record InheritedOptions(JsonObject Options, IReadOnlyList<string> Dropped)
{
    private const int ShortId = 12;
    private const string HostNetwork = "the new container uses the host's network";

    // Fields of the configuration that belong to the session of `docker run`, to the image or to its build.
    private static readonly HashSet<string> OfTheSession = new(StringComparer.Ordinal)
    {
        "AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce", "ArgsEscaped", "OnBuild", "Volumes", "Image",
    };

    // Fields that dockerd takes from no image.
    private static readonly HashSet<string> OfTheContainer =
        new(StringComparer.Ordinal) { "Tty", "OpenStdin", "StopTimeout" };

    // Fields without a meaning, or refused by dockerd, in the host's network.
    private static readonly HashSet<string> OfAnotherNetwork = new(StringComparer.Ordinal)
    {
        "ExposedPorts", "MacAddress", "NetworkDisabled", "Links", "PortBindings", "PublishAllPorts",
    };

    // docker compose takes every container with its labels for its own, and removes one of two with the same number.
    private static readonly string[] OfOrchestrators =
        ["com.docker.compose.", "com.docker.swarm.", "com.docker.stack."];

    /// <summary>SHA-256 of the options, 64 hex digits; of variables only the names count.</summary>
    public string Hash => OptionFields.Of(Options).Hash;

    /// <summary><c>NAME=value</c> lines. Values may be secrets and must not be shown.</summary>
    public IEnumerable<string> Variables => Options.Texts("Env");

    /// <param name="old">The container as dockerd inspects it.</param>
    /// <param name="image">The configuration of its image.</param>
    public static InheritedOptions Of(JsonObject old, JsonObject image)
    {
        var dropped = new List<string>();
        var config = (JsonObject)old["Config"]!;
        var labels = Labels(config, image, dropped);
        var options = Kept(
            config,
            (field, value) => !OfTheSession.Contains(field)
                && (OfTheContainer.Contains(field) || !IsSame(value, image[field])),
            dropped);
        options["Env"] = DockerJson.List(config.Texts("Env").Except(image.Texts("Env"), StringComparer.Ordinal));
        options["Labels"] = DockerJson.Map(labels);
        SetHostname(options, old);
        SetCommand(options, config, image);
        options["HostConfig"] = Host(old, image, dropped);
        return new InheritedOptions(options, dropped);
    }

    private static JsonObject Host(JsonObject old, JsonObject image, List<string> dropped)
    {
        var host = (JsonObject)old["HostConfig"]!;

        // dockerd fills them in for a container that is not privileged.
        var isMasked = host["Privileged"]?.GetValueKind() != JsonValueKind.True;

        // An image or a template may name no file for the id; the client wrote it for itself.
        var kept = Kept(
            host,
            (field, _) => field != "ContainerIDFile" && !(isMasked && field is "MaskedPaths" or "ReadonlyPaths"),
            dropped);
        foreach (var sysctl in Fields(host, "Sysctls").Select(entry => entry.Key).Where(IsOfNetwork))
        {
            dropped.Add($"sysctl {sysctl} ({HostNetwork})");
            ((JsonObject)kept["Sysctls"]!).Remove(sysctl);
        }

        kept["Binds"] = DockerJson.List(host.Texts("Binds").Concat(Volumes(old, image, dropped)));
        foreach (var mount in kept.Objects("Mounts").Where(mount => mount.Text("Type") == "volume"))
        {
            Name(mount, old);
        }

        return kept;
    }

    // dockerd fills in the beginning of the id where no name was given, and refuses a name in the host's UTS namespace.
    private static void SetHostname(JsonObject options, JsonObject old)
    {
        options.Remove("Hostname");
        if (((JsonObject)old["Config"]!).Text("Hostname") is { Length: > 0 } name
            && !(name.Length == ShortId && old.Text("Id")?.StartsWith(name, StringComparison.Ordinal) == true)
            && ((JsonObject)old["HostConfig"]!).Text("UTSMode") != "host")
        {
            options["Hostname"] = name;
        }
    }

    // dockerd takes the command of the image only if the entry point is the image's, and shows an entry point that was
    // emptied (`--entrypoint ""`) as none.
    private static void SetCommand(JsonObject options, JsonObject config, JsonObject image)
    {
        var (entrypoint, command) = (config.Texts("Entrypoint").ToList(), config["Cmd"]?.DeepClone());
        var isOfImage = entrypoint.SequenceEqual(image.Texts("Entrypoint"), StringComparer.Ordinal);
        options.Remove("Entrypoint");
        options.Remove("Cmd");
        if (!isOfImage)
        {
            options["Entrypoint"] = DockerJson.List(entrypoint.Count > 0 ? entrypoint : [""]);
        }

        if (command is not null
            && !(isOfImage && config.Texts("Cmd").SequenceEqual(image.Texts("Cmd"), StringComparer.Ordinal)))
        {
            options["Cmd"] = command;
        }
    }

    private static Dictionary<string, string> Labels(JsonObject config, JsonObject image, List<string> dropped)
    {
        var own = Fields(config, "Labels")
            .Where(label => !label.Key.StartsWith("drydock.dev/", StringComparison.Ordinal)
                && !JsonNode.DeepEquals(label.Value, (image["Labels"] as JsonObject)?[label.Key]))
            .ToDictionary(label => label.Key, label => label.Value?.GetValue<string>() ?? "", StringComparer.Ordinal);
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

    private static JsonObject Kept(JsonObject fields, Func<string, JsonNode?, bool> keeps, List<string> dropped)
    {
        dropped.AddRange(fields
            .Where(field => field.Key != "ExposedPorts" && OfAnotherNetwork.Contains(field.Key)
                && !IsEmpty(field.Value))
            .Select(field => $"{field.Key} ({HostNetwork})"));
        return new JsonObject(fields
            .Where(field => !OfAnotherNetwork.Contains(field.Key) && keeps(field.Key, field.Value))
            .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
    }

    // runc refuses them at the start: "not allowed in host network namespace".
    private static bool IsOfNetwork(string sysctl) => sysctl.StartsWith("net.", StringComparison.Ordinal);

    // A volume without a name is another one in every container. The same one is mounted by the name that dockerd gave
    // it, unless the image asks for it: then it holds files of that image.
    private static IEnumerable<string> Volumes(JsonObject old, JsonObject image, List<string> dropped)
    {
        var host = (JsonObject)old["HostConfig"]!;
        var mounted = host.Texts("Binds").Select(bind => Bind.Parse(bind).Target)
            .Concat(host.Objects("Mounts").Select(mount => Path(mount, "Target")))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var volume in old.Objects("Mounts").Where(mount => mount.Text("Type") == "volume"))
        {
            var target = Path(volume, "Destination");
            if (volume.Text("Name") is not { Length: > 0 } name || mounted.Contains(target))
            {
                continue;
            }

            if (Fields(image, "Volumes").Any(asked => asked.Key.TrimEnd('/') == target)
                && !OmsMounts.Paths.Any(path => OmsMounts.Covers(target, path)))
            {
                dropped.Add($"the volume at {target} (the image asks for it, and the new image has its own)");
                continue;
            }

            var isWritable = volume["RW"]?.GetValueKind() == JsonValueKind.True;
            yield return new Bind(name, target, isWritable ? "" : "ro").ToString();
        }
    }

    private static void Name(JsonObject mount, JsonObject old)
    {
        if (string.IsNullOrEmpty(mount.Text("Source"))
            && old.Objects("Mounts").FirstOrDefault(m => Path(m, "Destination") == Path(mount, "Target")) is { } volume)
        {
            mount["Source"] = volume.Text("Name");
        }
    }

    private static string Path(JsonObject mount, string name) => (mount.Text(name) ?? "").TrimEnd('/');

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Fields(JsonObject json, string name) =>
        json[name] as JsonObject ?? [];

    private static bool IsSame(JsonNode? value, JsonNode? ofImage) =>
        JsonNode.DeepEquals(value, ofImage) || (IsEmpty(value) && IsEmpty(ofImage));

    private static bool IsEmpty(JsonNode? value) => value switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject map => map.Count == 0,
        _ => value.GetValueKind() is JsonValueKind.Null or JsonValueKind.False || value.ToJsonString() == "\"\"",
    };
}

/// <summary>Where a container of OMS has its data on the host: as <c>-v</c>, <c>--mount</c>, a volume or a mount of a
/// directory above (docs/project/research/oms.md#container).</summary>
internal static class OmsMounts
{
    public static IReadOnlyList<string> Paths { get; } =
        [OmsConfig.ContainerPath, RunOnceCommand.LogsMount, "/home/ds/store", "/home/ds/run"];

    public static bool Covers(string destination, string path)
    {
        var directory = destination.TrimEnd('/');
        return path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);
    }

    public static MountPoint? At(InspectedContainer container, string path) => container.Mounts
        .Where(mount => Covers(mount.Destination, path))
        .MaxBy(mount => mount.Destination.TrimEnd('/').Length);

    /// <summary>The mounts of a container with the data of OMS, their sources cut down to these data.</summary>
    public static List<MountPoint> Data(InspectedContainer container) =>
    [
        .. from path in Paths
           let mount = At(container, path)
           where mount is not null
           let below = path[mount.Destination.TrimEnd('/').Length..]
           let source = mount.Source.Length > 0 ? mount.Source.TrimEnd('/') + below : ""
           select new MountPoint { Type = mount.Type, Name = mount.Name, Source = source, Destination = path },
    ];

    /// <summary>Those of the mounts through which a container may write to the data of OMS: the same volume, or a path
    /// of the host that is equal, below or above. A symbolic link has another text and is not among them.</summary>
    /// <param name="data">The data, as <see cref="Data"/> gives them.</param>
    public static IEnumerable<MountPoint> Writable(
        IEnumerable<MountPoint> mounts, IReadOnlyCollection<MountPoint> data) =>
        mounts.Where(mount => mount.RW && data.Any(part => Overlap(mount, part)));

    private static bool Overlap(MountPoint one, MountPoint other) =>
        (one is { Type: "volume", Name.Length: > 0 } && other.Type == "volume" && one.Name == other.Name)
        || (one.Source.Length > 0 && other.Source.Length > 0
            && (Covers(one.Source, other.Source) || Covers(other.Source, one.Source)));
}

namespace Drydock.Reconcilers.Oms;

/// <summary>A container by whose creation dockerd judges the options of the new one. Neither its creation nor its
/// removal changes anything on the host. Pure.</summary>
internal static class ProbeContainer
{
    private const string NoCopy = "nocopy";

    /// <summary>The name of every container that is only looked at, so that one that a crash or a late request left is
    /// found.</summary>
    public static string NameOf(string ownerUid) => $"drydock-probe-{ownerUid}";

    /// <summary>The options of such a container, with its image and the labels of all of them.</summary>
    public static JsonObject Marked(JsonObject options, string ownerUid, string image)
    {
        options["Image"] = image;
        options["Labels"] = new JsonObject { [Labels.UpgradeUid] = ownerUid, ["drydock.dev/probe"] = "true" };
        return options;
    }

    /// <summary>The container that is started once: the options of the new one on an image that has a shell, without
    /// mounts and network. Its only process ends at once.</summary>
    public static JsonObject Started(JsonObject planned)
    {
        var probe = (JsonObject)planned.DeepClone();
        probe.Remove("Env");
        probe["Entrypoint"] = DockerJson.List(["/bin/sh"]);
        probe["Cmd"] = DockerJson.List(["-c", "exit 0"]);
        var host = (JsonObject)probe["HostConfig"]!;
        host["Binds"] = new JsonArray();
        host["Mounts"] = new JsonArray();
        host["NetworkMode"] = "none";
        host.Remove("VolumesFrom");
        return probe;
    }

    public static JsonObject Of(JsonObject planned)
    {
        var probe = (JsonObject)planned.DeepClone();
        probe.Remove("Env");
        var host = (JsonObject)probe["HostConfig"]!;
        var binds = host.Texts("Binds").Select(Bind.Parse).ToLookup(bind => bind.IsPath);
        var mounts = host.Objects("Mounts").Select(WithoutCopy).Concat(binds[true].Select(LongForm)).ToArray();
        host["Binds"] = DockerJson.List(binds[false].Select(WithoutCopy));
        host["Mounts"] = new JsonArray([.. mounts]);
        return probe;
    }

    // In the short form dockerd makes a directory in place of a missing source, in the long form it refuses.
    public static JsonObject LongForm(Bind bind) => new()
    {
        ["Type"] = "bind",
        ["Source"] = bind.Source,
        ["Target"] = bind.Target,
        ["ReadOnly"] = true,
    };

    // dockerd copies what the image has at that path into an empty volume, and the running container uses the volume.
    private static string WithoutCopy(Bind volume)
    {
        var options = volume.Options.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Except([NoCopy], StringComparer.Ordinal)
            .Append(NoCopy);
        return (volume with { Options = string.Join(',', options) }).ToString();
    }

    private static JsonObject WithoutCopy(JsonObject given)
    {
        var mount = (JsonObject)given.DeepClone();
        if (mount.Text("Type") == "volume")
        {
            mount["VolumeOptions"] ??= new JsonObject();
            mount["VolumeOptions"]!["NoCopy"] = true;
        }

        return mount;
    }
}

namespace Drydock.Reconcilers.Oms;

/// <summary>A container by whose creation dockerd judges the options of the new one. Neither its creation nor its
/// removal changes anything on the host. Pure.</summary>
internal static class ProbeContainer
{
    private const string NoCopy = "nocopy";

    /// <summary>The name of every container that is only looked at, so that one that a crash or a late request left is
    /// found.</summary>
    public static string NameOf(string ownerUid) => $"drydock-probe-{ownerUid}";

    public static Dictionary<string, string> LabelsOf(string ownerUid) => new(StringComparer.Ordinal)
    {
        [Labels.UpgradeUid] = ownerUid,
        ["drydock.dev/probe"] = "true",
    };

    /// <summary>The container that is started once: the options of the new one on an image that has a shell, without
    /// mounts and network. Its only process ends at once.</summary>
    public static CreateContainerParameters Started(CreateContainerParameters planned) => planned with
    {
        Env = null,
        Entrypoint = ["/bin/sh"],
        Cmd = ["-c", "exit 0"],
        HostConfig = planned.HostConfig! with
        {
            Binds = [],
            Mounts = [],
            NetworkMode = "none",
            Other = planned.HostConfig!.Other?.Where(field => field.Key != "VolumesFrom")
                .ToDictionary(StringComparer.Ordinal),
        },
    };

    public static CreateContainerParameters Of(CreateContainerParameters planned)
    {
        var host = planned.HostConfig!;
        var binds = (host.Binds ?? []).Select(Bind.Parse).ToLookup(bind => bind.IsPath);
        return planned with
        {
            Env = null,
            HostConfig = host with
            {
                Binds = [.. binds[false].Select(WithoutCopy)],
                Mounts = [.. (host.Mounts ?? []).Select(WithoutCopy), .. binds[true].Select(LongForm)],
            },
        };
    }

    // In the short form dockerd makes a directory in place of a missing source, in the long form it refuses.
    private static Mount LongForm(Bind bind) =>
        new() { Type = "bind", Source = bind.Source, Target = bind.Target, ReadOnly = true };

    // dockerd copies what the image has at that path into an empty volume, and the running container uses the volume.
    private static string WithoutCopy(Bind volume)
    {
        var options = volume.Options.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Except([NoCopy], StringComparer.Ordinal)
            .Append(NoCopy);
        return (volume with { Options = string.Join(',', options) }).ToString();
    }

    private static Mount WithoutCopy(Mount mount)
    {
        if (mount.Type != "volume")
        {
            return mount;
        }

        var fields = mount.Other ?? new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var options = fields.TryGetValue("VolumeOptions", out var given) && given.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(given)!
            : [];
        options["NoCopy"] = true;
        return mount with
        {
            Other = new Dictionary<string, JsonElement>(fields, StringComparer.Ordinal)
            {
                ["VolumeOptions"] = JsonElement.Parse(options.ToJsonString()),
            },
        };
    }
}

namespace Drydock.Reconcilers.Oms;

/// <summary>The new container of a node: the options of the current one, what the vendor's upgrade guide sets
/// (docs/project/research/oms.md#container), and what the spec asks for. Pure.</summary>
/// <param name="IsUpgrade">Whether IS_UPGRADE=true is set.</param>
/// <param name="Https">Certificate and key; null keeps those of the current container.</param>
internal sealed record NewContainer(string HostIP, bool IsUpgrade, HttpsSpec? Https, ContainerSpec Changes)
{
    private const string KeyTarget = "/etc/pki/nginx/oms_server.key";
    private const long Processes = 65535;

    /// <summary>The parameters of its creation, without image and the operator's own labels.</summary>
    public JsonObject From(InheritedOptions old, Func<SecretKeyReference, string> secret)
    {
        var options = (JsonObject)old.Options.DeepClone();
        options["Env"] = DockerJson.List(Environment(old, secret));
        options["Tty"] = true;
        options["OpenStdin"] = true;
        var labels = (JsonObject)options["Labels"]!;
        foreach (var label in Changes.Labels.Select(label => label.Split('=', 2)))
        {
            labels[label[0]] = label.ElementAtOrDefault(1) ?? "";
        }

        SetHost((JsonObject)options["HostConfig"]!);
        return options;
    }

    private IEnumerable<string> Environment(InheritedOptions old, Func<SecretKeyReference, string> secret)
    {
        var set = Changes.Env.Select(variable =>
            $"{variable.Name}={variable.Value ?? secret(variable.ValueFrom!.SecretKeyRef)}");
        List<string> own =
            [.. set, $"OMS_HOST_IP={HostIP}", .. IsUpgrade ? new[] { "IS_UPGRADE=true" } : []];
        var names = own.Select(ContainerOverrides.NameOf).Append("IS_UPGRADE").ToHashSet(StringComparer.Ordinal);
        return old.Variables.Where(line => !names.Contains(ContainerOverrides.NameOf(line))).Concat(own);
    }

    private void SetHost(JsonObject host)
    {
        host["NetworkMode"] = "host";
        host["Privileged"] = true;
        host["PidsLimit"] = -1L;
        host["RestartPolicy"] = new JsonObject { ["Name"] = "no" };
        host["AutoRemove"] = false;
        SetUlimits(host);
        if (Changes.ExtraHosts.Count > 0)
        {
            var names = Changes.ExtraHosts.Select(ContainerOverrides.HostOf).ToHashSet(StringComparer.Ordinal);
            host["ExtraHosts"] = DockerJson.List(host.Texts("ExtraHosts")
                .Where(line => !names.Contains(ContainerOverrides.HostOf(line)))
                .Concat(Changes.ExtraHosts));
        }

        if (Changes.LogConfig is { } log)
        {
            host["LogConfig"] = new JsonObject
            {
                ["Type"] = log.Driver,
                ["Config"] = DockerJson.Map(log.Options.Select(option => option.Split('=', 2))
                    .Select(option => KeyValuePair.Create(option[0], option[1]))),
            };
        }

        if (Changes.Memory is { } memory)
        {
            SetMemory(host, ContainerOverrides.Bytes(memory));
        }

        foreach (var bind in Changes.Binds.Select(Bind.Parse).Concat(Certificate()))
        {
            bind.Into(host);
        }
    }

    private IEnumerable<Bind> Certificate() => Https is { } https
        ?
        [
            new Bind(https.CertificateHostPath, ConsoleAddress.CertificateTarget),
            new Bind(https.KeyHostPath, KeyTarget),
        ]
        : [];

    private void SetUlimits(JsonObject host)
    {
        var all = host.Objects("Ulimits")
            .Select(limit => (Name: limit.Text("Name"), Soft: limit.Number("Soft"), Hard: limit.Number("Hard")))
            .Where(limit => Changes.Ulimits.TrueForAll(asked => asked.Name != limit.Name))
            .Concat(Changes.Ulimits.Select(
                asked => (Name: (string?)asked.Name, asked.Soft, Hard: asked.Hard ?? asked.Soft)))
            .ToList();
        var processes = all.Find(limit => limit.Name == "nproc");
        host["Ulimits"] = new JsonArray([
            .. all.Where(limit => limit.Name != "nproc")
                .Append((Name: "nproc", Soft: AtLeast(processes.Soft), Hard: AtLeast(processes.Hard)))
                .Select(limit => new JsonObject
                {
                    ["Name"] = limit.Name,
                    ["Soft"] = limit.Soft,
                    ["Hard"] = limit.Hard,
                })]);
    }

    // -1 is no limit.
    private static long AtLeast(long limit) => limit < 0 ? limit : Math.Max(limit, Processes);

    // dockerd refuses memory and swap together below memory. 0 lets it take its default, twice the memory.
    private static void SetMemory(JsonObject host, long memory)
    {
        host["MemorySwap"] = (memory, host.Number("Memory"), host.Number("MemorySwap")) switch
        {
            (0, _, _) => 0,
            (_, _, -1) => -1,
            (_, 0, _) or (_, _, 0) => 0,
            var (now, before, both) when both == 2 * before => 2 * now,
            var (now, before, both) => now + both - before,
        };
        host["Memory"] = memory;
    }
}

/// <summary>A mount as <c>docker run --volume</c> takes it, <c>source:target[:options]</c>.</summary>
/// <param name="Source">A path of the host, or the name of a volume.</param>
/// <param name="Target">The path in the container, without a slash at its end.</param>
/// <param name="Options">Such as <c>ro</c>; empty: none.</param>
internal sealed record Bind(string Source, string Target, string Options = "")
{
    public bool IsPath => Source.StartsWith('/');

    /// <summary>Reads one; a text without a target is a target alone.</summary>
    public static Bind Parse(string text) => text.Split(':', 3) switch
    {
        [var source, var target] => new Bind(source, target.TrimEnd('/')),
        [var source, var target, var options] => new Bind(source, target.TrimEnd('/'), options),
        _ => new Bind("", text.TrimEnd('/')),
    };

    /// <summary>Puts it into the options of a host, in place of what was mounted there.</summary>
    public void Into(JsonObject host)
    {
        host["Binds"] = DockerJson.List(
            host.Texts("Binds").Where(bind => Parse(bind).Target != Target).Append(ToString()));
        if (host["Mounts"] is JsonArray mounts)
        {
            mounts.RemoveAll(mount => (mount as JsonObject).Text("Target")?.TrimEnd('/') == Target);
        }
    }

    public override string ToString() => Options.Length == 0 ? $"{Source}:{Target}" : $"{Source}:{Target}:{Options}";
}

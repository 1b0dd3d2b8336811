namespace Drydock.Reconcilers.Oms;

/// <summary>The new container of a node: the options of the current one, what the vendor's upgrade guide sets
/// (docs/research/oms.md#container), and what the spec asks for. Pure.</summary>
/// <param name="HostIP">OMS_HOST_IP.</param>
/// <param name="IsUpgrade">Whether IS_UPGRADE=true is set.</param>
/// <param name="Https">Certificate and key; null keeps those of the current container.</param>
/// <param name="Changes">What the spec asks for.</param>
internal sealed record NewContainer(string HostIP, bool IsUpgrade, HttpsSpec? Https, ContainerSpec Changes)
{
    private const string KeyTarget = "/etc/pki/nginx/oms_server.key";
    private const long Processes = 65535;

    /// <summary>The parameters of its creation, without name, image and the operator's own labels.</summary>
    public CreateContainerParameters From(InheritedOptions old, Func<SecretKeyReference, string> secret)
    {
        var inherited = old.Parameters;
        return inherited with
        {
            Env = Environment(inherited, secret),
            Tty = true,
            OpenStdin = true,
            Labels = Labels(inherited),
            HostConfig = Host(inherited.HostConfig!),
        };
    }

    private List<string> Environment(CreateContainerParameters inherited, Func<SecretKeyReference, string> secret)
    {
        var set = Changes.Env.Select(variable =>
            $"{variable.Name}={variable.Value ?? secret(variable.ValueFrom!.SecretKeyRef)}");
        List<string> own =
            [.. set, $"OMS_HOST_IP={HostIP}", .. IsUpgrade ? new[] { "IS_UPGRADE=true" } : []];
        var names = own.Select(ContainerOverrides.NameOf).Append("IS_UPGRADE").ToHashSet(StringComparer.Ordinal);
        return [.. (inherited.Env ?? []).Where(line => !names.Contains(ContainerOverrides.NameOf(line))), .. own];
    }

    private Dictionary<string, string> Labels(CreateContainerParameters inherited)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in inherited.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            labels[name] = value;
        }

        foreach (var label in Changes.Labels.Select(label => label.Split('=', 2)))
        {
            labels[label[0]] = label.ElementAtOrDefault(1) ?? "";
        }

        return labels;
    }

    private HostConfig Host(HostConfig old)
    {
        var host = old with
        {
            NetworkMode = "host",
            Privileged = true,
            PidsLimit = -1,
            Ulimits = Ulimits(old),
            RestartPolicy = RestartPolicy.No,
            AutoRemove = false,
            ExtraHosts = ExtraHosts(old),
            LogConfig = Log() ?? old.LogConfig,
        };
        if (Changes.Memory is { } memory)
        {
            host = WithMemory(host, ContainerOverrides.Bytes(memory));
        }

        var binds = Changes.Binds.Select(Bind.Parse).Concat(Https is { } https
            ?
            [
                new Bind(https.CertificateHostPath, ConsoleAddress.CertificateTarget),
                new Bind(https.KeyHostPath, KeyTarget),
            ]
            : Array.Empty<Bind>());
        return binds.Aggregate(host, (config, bind) => bind.In(config));
    }

    private List<Ulimit> Ulimits(HostConfig old)
    {
        var asked = Changes.Ulimits
            .Select(limit => new Ulimit { Name = limit.Name, Soft = limit.Soft, Hard = limit.Hard ?? limit.Soft })
            .ToList();
        var names = asked.Select(limit => limit.Name).ToHashSet(StringComparer.Ordinal);
        var all = (old.Ulimits ?? []).Where(limit => !names.Contains(limit.Name)).Concat(asked).ToList();
        var processes = all.Find(limit => limit.Name == "nproc") ?? new Ulimit { Name = "nproc" };
        return
        [
            .. all.Where(limit => limit.Name != "nproc"),
            processes with { Soft = AtLeast(processes.Soft), Hard = AtLeast(processes.Hard) },
        ];
    }

    // -1 is no limit.
    private static long AtLeast(long limit) => limit < 0 ? limit : Math.Max(limit, Processes);

    private IReadOnlyList<string>? ExtraHosts(HostConfig old)
    {
        var names = Changes.ExtraHosts.Select(ContainerOverrides.HostOf).ToHashSet(StringComparer.Ordinal);
        return names.Count == 0
            ? old.ExtraHosts
            :
            [
                .. (old.ExtraHosts ?? []).Where(line => !names.Contains(ContainerOverrides.HostOf(line))),
                .. Changes.ExtraHosts,
            ];
    }

    private LogConfig? Log() => Changes.LogConfig is { } log
        ? new LogConfig
        {
            Type = log.Driver,
            Config = log.Options.Select(option => option.Split('=', 2))
                .ToDictionary(option => option[0], option => option[1], StringComparer.Ordinal),
        }
        : null;

    // dockerd refuses memory and swap together below memory. 0 lets it take its default, twice the memory.
    private static HostConfig WithMemory(HostConfig host, long memory) => host with
    {
        Memory = memory,
        MemorySwap = (memory, host.Memory, host.MemorySwap) switch
        {
            (0, _, _) => 0,
            (_, _, -1) => -1,
            (_, 0, _) or (_, _, 0) => 0,
            var (now, before, both) when both == 2 * before => 2 * now,
            var (now, before, both) => now + both - before,
        },
    };
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

    public HostConfig In(HostConfig host) => host with
    {
        Binds = [.. (host.Binds ?? []).Where(bind => Parse(bind).Target != Target), ToString()],
        Mounts = host.Mounts is null ? null : [.. host.Mounts.Where(mount => mount.Target.TrimEnd('/') != Target)],
    };

    public override string ToString() => Options.Length == 0 ? $"{Source}:{Target}" : $"{Source}:{Target}:{Options}";
}
